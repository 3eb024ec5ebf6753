"""Two runs on the same snapshot, side by side: their funnels line by line, and how the pages that they kept overlap."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

import numpy as np

from pipeline.funnel import Line, funnel, read_plan
from pipeline.hashing import hash64
from pipeline.root import redact
from pipeline.view import planned, view_of
from report.tables import aligned

HEAD = ("step", "documents 1", "documents 2", "difference", "tokens 1", "tokens 2")


class Comparison(NamedTuple):
    """Two runs: their roots and recipes, the lines of both funnels, and how many pages both kept or one alone.

    In `steps`, one that a run does not have is None.
    """

    runs: list[tuple[str, str]]
    steps: list[tuple[Line | None, Line | None]]
    both: int
    alone: tuple[int, int]

    @property
    def jaccard(self) -> float:
        """The share of the pages that both kept, of those that one of them kept."""
        return self.both / max(self.both + sum(self.alone), 1)

    def to_json(self) -> dict[str, Any]:
        """The same as JSON has it."""
        return {
            "runs": [{"root": root, "recipe": recipe} for root, recipe in self.runs],
            "steps": [_step(*lines) for lines in self.steps],
            "kept": {"both": self.both, "first": self.alone[0], "second": self.alone[1], "jaccard": self.jaccard},
        }


def compare(first: str, second: str) -> Comparison:
    """Both funnels, a step that both have on one line, and the overlap of the pages that were kept, by their ids."""
    runs = [(redact(root), read_plan(root).get("recipe", "")) for root in (first, second)]
    kept = [_kept(root) for root in (first, second)]
    both = len(np.intersect1d(*kept, assume_unique=True))
    steps = list(side_by_side(funnel(first), funnel(second)))
    return Comparison(runs, steps, both, (len(kept[0]) - both, len(kept[1]) - both))


def comparison_lines(found: Comparison) -> list[str]:
    """The same for a person."""
    first, second = found.alone
    alone = f"by the first alone {first:,}, by the second alone {second:,}"
    return [
        *(f"{root}: {recipe}" for root, recipe in found.runs),
        *aligned([HEAD, *steps_beside(found.steps)], [True] + [False] * 5),
        f"kept by both {found.both:,}, {alone} (Jaccard {found.jaccard:.3f})",
    ]


def _step(one: Line | None, other: Line | None) -> dict[str, Any]:
    line = one or other
    assert line is not None
    sizes = ({"rows": each.kept.rows, "tokens": each.kept.tokens} if each else None for each in (one, other))
    return {"stage": line.stage, "step": line.step, **dict(zip(("first", "second"), sizes, strict=True))}


def steps_beside(steps: Sequence[tuple[Line | None, Line | None]]) -> Iterator[tuple[str, ...]]:
    """A line for each step: documents and tokens of both runs; "-" where a run has no such step."""
    stage = ""
    for one, other in steps:
        line = one or other
        assert line is not None
        if line.stage != stage:
            stage = line.stage
            yield (stage, *[""] * 5)
        documents = [f"{each.kept.rows:,}" if each else "-" for each in (one, other)]
        tokens = [(f"{each.kept.tokens:,}" if each.kept.tokens else "") if each else "-" for each in (one, other)]
        difference = f"{other.kept.rows - one.kept.rows:+,}" if one and other else ""
        yield (f"  {line.step}", *documents, difference, *tokens)


def side_by_side(first: Sequence[Line], second: Sequence[Line]) -> Iterator[tuple[Line | None, Line | None]]:
    """The steps of both runs in order, those of one stage and name together."""
    keys = [[(line.stage, line.step) for line in lines] for lines in (first, second)]
    for what, a, b, c, d in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        if what == "equal":
            yield from zip(first[a:b], second[c:d], strict=True)
        else:
            yield from ((line, None) for line in first[a:b])
            yield from ((None, line) for line in second[c:d])


def _kept(root: str) -> np.ndarray:
    """Hashes of the ids of the pages that a run kept: of the stages of documents that no other one reads."""
    maps = [s for s in read_plan(root)["stages"] if s["kind"] == "map" and s["documents"]]
    read = {name for stage in maps for name in stage["after"]}
    ends = [stage["name"] for stage in maps if stage["name"] not in read]
    shards = [(view_of(root, name), shard) for name in ends for shard in planned(root, name)]
    hashes = [hash64(table["id"]) for view, shard in shards for table in view.read(root, shard, ["id"])]
    return np.unique(np.concatenate(hashes)) if hashes else np.empty(0, np.uint64)
