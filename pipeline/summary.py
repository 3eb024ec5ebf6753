"""The statistics of a run as JSON: what `mews stats --json` prints and stats.json beside published shards holds.

One object, with a member for each stage in the order of the plan, in the shape that receipts have:

    {"raw": {"kind": "map", "rows_in": 8, "rows_out": 5, "tokens_in": 0, "tokens_out": 310, "bytes": 4096,
             "steps": {"language": {"kept": [5, 310], "dropped": {"language:other": [2, 90]},
                                    "quarantined": {"extract:timeout": 1}, ...}},
             "counts": {}, "unit": "pretokens", ...}, ...}

A pair is documents and tokens. `unit` is what the numbers of tokens count: "pretokens" are words, numbers and signs as
GPT-2 splits them before merging; it is "" where nothing was counted. `bytes` are those of the stage's data files, and
`memory` those of their rows before compression.
`steps` are the stage's lines of the funnel, in the order in which a page meets them. `counts` is what its transforms
counted. Nothing in it depends on the time or the place of the run.
"""

from collections.abc import Mapping
from typing import Any

from pipeline.stats import Stats


def summary(stats: Mapping[str, Stats]) -> dict[str, Any]:
    """The statistics of stages by name, as above."""
    return {
        stage: {name: v for name, v in each.to_json().items() if name != "seconds"} for stage, each in stats.items()
    }
