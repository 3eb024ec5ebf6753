"""What a finished or half-finished run says of itself: its plan, and its funnel."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from pipeline import store
from pipeline.errors import UsageError
from pipeline.receipts import read_receipts
from pipeline.record import sums
from pipeline.root import redact
from pipeline.run import PLAN
from pipeline.stats import Size, Stats, add
from pipeline.view import planned, view_of

STAGE = {"name", "kind", "after", "documents"}  # what is told of each stage in the plan


def read_plan(root: str) -> dict[str, Any]:
    """DIR/plan.json: recipe, arguments, stages in order. Raises UsageError when there was no run."""
    try:
        read = json.loads(store.read_bytes(root, PLAN))
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"{redact(root)} holds no run: it has no {PLAN}; give the --root of a run") from None
    except ValueError:
        raise UsageError(f"{redact(root)}: its {PLAN} is damaged; run the recipe again") from None
    try:
        known = all({*stage} >= STAGE for stage in read["stages"])
    except (TypeError, KeyError):
        known = False
    if not known:
        raise UsageError(f"{redact(root)}: its {PLAN} is of another version of Mews; run the recipe again")
    return read


def stage_stats(root: str) -> dict[str, Stats]:
    """The sum of receipts of each stage, in order; a stage that has not begun is left out."""
    names = [stage["name"] for stage in read_plan(root)["stages"]]
    stats = {name: _stats(root, name) for name in names if planned(root, name)}
    return {name: said for name, said in stats.items() if said.kind}  # else none of its shards is made


def _stats(root: str, stage: str) -> Stats:
    """Of a finished stage the sum that the run wrote down; of another, the sum of what is there."""
    return sums(root, stage) or add(receipt.stats for receipt in read_receipts(root, stage, planned(root, stage)))


@dataclass(frozen=True)
class Line:
    """A line of the funnel: what was left after one step of one stage, and what the step took, by reason.

    Documents of another source begin where a line `begins`. `unit` is what sizes count beside documents, "" where text
    was not counted. Of the `sampled` documents that the step was asked about twice, `unstable` got another answer.
    """

    stage: str
    step: str
    kept: Size
    dropped: Mapping[str, Size]
    quarantined: Mapping[str, int]
    begins: bool = False
    unit: str = ""
    sampled: int = 0
    unstable: int = 0


def funnel(root: str) -> list[Line]:
    """RefinedWeb's figure 2 for a run: a line for each step of each stage that its documents pass.

    A reader or a verdict that took nothing makes no line, but where documents begin.
    """
    passed = [stage for stage in read_plan(root)["stages"] if stage["documents"] and planned(root, stage["name"])]
    lines: list[Line] = []
    for stage in passed:
        stats = _stats(root, stage["name"])
        for number, (name, step) in enumerate(stats.steps.items()):
            begins = not number and (not lines or not stage["after"])
            if number or begins or step.dropped or step.quarantined:
                lines.append(
                    Line(stage["name"], name, step.kept, step.dropped, step.quarantined, begins, stats.unit,
                         step.sampled, step.unstable)
                )  # fmt: skip
    return lines


def warnings(root: str) -> list[str]:
    """What a person should know of a run, a line for each step and error of each stage: `Stats.warnings`."""
    return [f"{stage}: {line}" for stage, stats in stage_stats(root).items() for line in stats.warnings()]


def rows_of(line: Line) -> tuple[int, int, int]:
    """Documents that a step kept, dropped and quarantined."""
    return line.kept.rows, sum(size.rows for size in line.dropped.values()), sum(line.quarantined.values())


def because(line: Line) -> str:
    """What a step took: "few_stop_words 7, short 3", the most first, then its errors, and whether it is not pure."""
    reasons = sorted(line.dropped.items(), key=lambda item: (-item[1].rows, item[0]))
    named = [f"{reason.partition(':')[2] or reason} {size.rows:,}" for reason, size in reasons]
    named += [f"{error} {rows:,}" for error, rows in sorted(line.quarantined.items())]
    if line.unstable:
        named.append(f"NOT PURE: another answer for {line.unstable:,} of {line.sampled:,} documents asked about twice")
    return ", ".join(named)


def rows(root: str, stage: str) -> pa.Table:
    """All rows of a stage that has few."""
    view = view_of(root, stage)
    return pa.concat_tables(table for shard in planned(root, stage) for table in view.read(root, shard))
