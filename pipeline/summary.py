"""The statistics of a run as JSON: what `mews stats --json` prints and stats.json beside published shards holds.

One object, with a member for each stage in the order of the plan:

    {"raw": {"kind": "map", "rows_in": 8, "rows_out": 5, "tokens_in": 0, "tokens_out": 310, "unit": "pretokens",
             "bytes": 4096,
             "steps": [{"step": "language", "kept": {"rows": 5, "tokens": 310}, "quarantined": {"extract:timeout": 1},
                        "dropped": {"language:other": {"rows": 2, "tokens": 90}}}],
             "counts": {}}, ...}

`unit` is what the numbers of tokens count: "pretokens" are words, numbers and signs as GPT-2 splits them before
merging; it is "" where nothing was counted. `bytes` are those of the stage's data files. `steps` are the stage's lines
of the funnel, in the order in which a page meets them. `counts` is what its transforms counted. Nothing in it depends
on the time or the place of the run.
"""

from collections.abc import Mapping
from typing import Any

from pipeline.stats import Size, Stats, Step


def summary(stats: Mapping[str, Stats]) -> dict[str, Any]:
    """The statistics of stages by name, as above."""
    return {name: _stage(each) for name, each in stats.items()}


def _stage(stats: Stats) -> dict[str, Any]:
    sums = ("kind", "rows_in", "rows_out", "tokens_in", "tokens_out", "unit", "bytes")
    steps = [_step(name, step) for name, step in stats.steps.items()]
    return {**{name: getattr(stats, name) for name in sums}, "steps": steps, "counts": dict(stats.counts)}


def _step(name: str, step: Step) -> dict[str, Any]:
    dropped = {reason: _size(size) for reason, size in step.dropped.items()}
    return {"step": name, "kept": _size(step.kept), "dropped": dropped, "quarantined": dict(step.quarantined)}


def _size(size: Size) -> dict[str, int]:
    return {"rows": size.rows, "tokens": size.tokens}
