"""How far a run is: the shards of every stage, those that are made, and those that failed."""

from collections.abc import Sequence
from typing import NamedTuple

from rich.console import Console

from pipeline import store
from pipeline.funnel import read_plan
from pipeline.receipts import receipted
from pipeline.view import planned
from report.tables import aligned
from report.terminal import print_line


class StageStatus(NamedTuple):
    """A stage of a run. `shards` is None before the stage has begun, when nobody knows yet how many it will have."""

    stage: str
    kind: str
    made: int
    shards: int | None
    failed: list[str]


def status(root: str) -> list[StageStatus]:
    """The stages of a run in order, from its plan and its receipts. Raises UsageError when there was no run."""
    return [_stage(root, stage["name"], stage["kind"]) for stage in read_plan(root)["stages"]]


def _stage(root: str, name: str, kind: str) -> StageStatus:
    if not store.exists(root, f"plan/{name}.json"):
        return StageStatus(name, kind, 0, None, [])
    shards = planned(root, name)
    failed = [file.removesuffix(".txt") for file in store.listing(root, f"failures/{name}")]
    return StageStatus(name, kind, len(set(shards) & set(receipted(root, name))), len(shards), failed)


def print_status(stages: Sequence[StageStatus], console: Console) -> None:
    """A line for each stage, then the failed shards."""
    done = [each for each in stages if each.made == each.shards]
    rows = [("stage", "kind", "made", "of", "failed"), *map(_row, stages)]
    print_line(f"{len(done)} of {len(stages)} stages are done", console)
    for line in aligned(rows, (True, True, False, False, False)):
        print_line(f"  {line}", console)
    for each in stages:
        for shard in each.failed:
            print_line(
                f"{each.stage}/{shard} failed; failures/{each.stage}/{shard}.txt in the root has the error", console
            )


def _row(stage: StageStatus) -> tuple[str, ...]:
    shards = "?" if stage.shards is None else f"{stage.shards:,}"
    return (stage.stage, stage.kind, f"{stage.made:,}", shards, f"{len(stage.failed):,}" if stage.failed else "")
