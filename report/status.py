"""How far a run is: the shards of every stage, those that are made, and those that failed."""

from collections.abc import Sequence
from typing import NamedTuple

from rich.console import Console

from pipeline import store
from pipeline.funnel import read_plan
from pipeline.ledger import planned, receipted
from report.tables import print_columns
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
    """A line a stage, then the failed shards, then where the run stands."""
    columns = [
        ["stage", *(each.stage for each in stages)],
        ["kind", *(each.kind for each in stages)],
        ["made", *(f"{each.made:,}" for each in stages)],
        ["of", *("?" if each.shards is None else f"{each.shards:,}" for each in stages)],
        ["failed", *(f"{len(each.failed):,}" if each.failed else "" for each in stages)],
    ]
    done = [each for each in stages if each.made == each.shards]
    print_columns(f"{len(done)} of {len(stages)} stages are done", columns, [True, True, False, False, False], console)
    for each in stages:
        for shard in each.failed:
            print_line(
                f"{each.stage}/{shard} failed; failures/{each.stage}/{shard}.txt in the root has the error", console
            )
