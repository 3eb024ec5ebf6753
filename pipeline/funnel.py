"""What a finished or half-finished run says of itself: its plan, its funnel, and whether its files are what it says."""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import pyarrow as pa

from pipeline import parquet, store
from pipeline.errors import UsageError
from pipeline.ledger import Receipt, planned, read_receipts, receipt_name, sums
from pipeline.run import PLAN
from pipeline.stats import Size, Stats, add


def read_plan(root: str) -> dict[str, Any]:
    """DIR/plan.json: recipe, arguments, stages in order. Raises UsageError when there was no run."""
    try:
        return json.loads(store.read_bytes(root, PLAN))
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"{store.redact(root)} holds no run: it has no {PLAN}; give the --root of a run") from None
    except ValueError:
        raise UsageError(f"{store.redact(root)}: its {PLAN} is damaged; run the recipe again") from None


def stage_stats(root: str) -> dict[str, Stats]:
    """The sum of receipts of each stage, in order; a stage that has not begun is left out."""
    names = [stage["name"] for stage in read_plan(root)["stages"]]
    return {name: _stats(root, name) for name in names if planned(root, name)}


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
    return pa.concat_tables(parquet.read_table(root, f"{stage}/{shard}.parquet") for shard in planned(root, stage))


class Fault(NamedTuple):
    """What is not as a receipt says: a line, and the stage and shard that it is about (no shard: all of them)."""

    stage: str
    shard: str
    what: str


def mend(root: str, fault: Fault) -> None:
    """Forget a shard whose files are not what they were: the next run makes it anew."""
    if fault.shard:
        store.remove(root, receipt_name(fault.stage, fault.shard))


def faults(root: str) -> Iterator[Fault]:
    """Everything about a run that is not as its receipts say: missing, changed, or not adding up."""
    plan = read_plan(root)["stages"]
    sums: dict[str, Stats] = {}
    for stage in plan:
        shards = planned(root, stage["name"])
        receipts = read_receipts(root, stage["name"], shards)
        for shard in sorted(set(shards) - {r.shard for r in receipts}):
            yield Fault(stage["name"], shard, f"{stage['name']}/{shard}: no receipt")
        with ThreadPoolExecutor(8) as pool:
            found = pool.map(lambda receipt: list(_receipt_faults(root, receipt)), receipts)
            for receipt, said in zip(receipts, found, strict=True):
                yield from (Fault(stage["name"], receipt.shard, what) for what in said)
        sums[stage["name"]] = add(r.stats for r in receipts)
    for stage in plan:
        scattered = [name for name in stage["after"] if sums[name].kind == "scatter"]
        sent, came = sum(sums[name].rows_out for name in scattered), sums[stage["name"]].rows_in
        if stage["kind"] == "gather" and sent != came:
            yield Fault(stage["name"], "", f"{stage['name']}: {sent} rows were scattered and {came} gathered")


def _receipt_faults(root: str, receipt: Receipt) -> Iterator[str]:
    where = f"{receipt.stage}/{receipt.shard}"
    if not receipt.stats.conserved():
        yield f"{where}: rows in are not rows out and rows by reason"
    for name, made in receipt.files.items():
        if not store.exists(root, name):
            yield f"{name}: missing"
            continue
        if store.digest_of(root, name) != made.digest:
            yield f"{name}: its bytes are not those of its receipt"
            continue
        rows = parquet.open_file(root, name).metadata.num_rows if name.endswith(".parquet") else made.rows
        if rows != made.rows:
            yield f"{name}: {rows} rows, its receipt says {made.rows}"
