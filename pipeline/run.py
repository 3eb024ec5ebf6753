"""Runs a plan: stage after stage, each shard made, skipped because it is made, or named because it failed."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from pipeline import store
from pipeline.errors import StageFailed, UsageError
from pipeline.fingerprint import digest
from pipeline.guard import refuse_failing
from pipeline.ledger import Ledger, Receipt
from pipeline.runner import Failed, Runner, one_line
from pipeline.stage import Source, Stage
from pipeline.stats import Stats

PLAN = "plan.json"
# told of a stage, its shards, how many of these are made, and the receipt of the one that was just made
Progress = Callable[[Stage, int, int, Receipt | None], None]


def plan(*goals: Stage) -> list[Stage]:
    """All stages that the goals need, each after those it reads. Raises UsageError when two share a name."""
    ordered: dict[str, Stage] = {}

    def visit(stage: Stage) -> None:
        if ordered.get(stage.name) is stage:
            return
        for before in stage.inputs():
            visit(before)
        if ordered.setdefault(stage.name, stage) != stage:
            raise UsageError(f"two different stages are named {stage.name}; give each its own name")

    for goal in goals:
        visit(goal)
    return list(ordered.values())


def run(
    *goals: Stage,
    root: str,
    runner: Runner,
    on_progress: Progress | None = None,
    about: Mapping[str, Any] | None = None,
) -> dict[str, Stats]:
    """Make every shard that is not made yet, and return the sum of receipts by stage.

    A shard is made when its receipt's `made_from` is the digest of what the stage does and of what the shard reads.
    `about` (recipe and arguments) goes to DIR/plan.json with the stages. Raises StageFailed when shards failed, after
    all others of the stage have finished.
    """
    stages, passed, ledger = plan(*goals), documents(*goals), Ledger(root)
    written = [
        {"name": s.name, "kind": kind_of(s), "after": [a.name for a in s.inputs()], "documents": s.name in passed}
        for s in stages
    ]
    with open_for_writing(root):
        store.write_bytes(root, PLAN, json.dumps({**(about or {}), "stages": written}, indent=1).encode())
        return {stage.name: run_stage(stage, ledger, runner, on_progress or _silent) for stage in stages}


def documents(*goals: Stage) -> set[str]:
    """Names of the stages that the goals' documents pass: all that one reads, or its `documents()` where it tells."""
    passed: set[str] = set()
    waiting = list(goals)
    while waiting:
        stage = waiting.pop()
        passed.add(stage.name)
        waiting += getattr(stage, "documents", stage.inputs)()
    return passed


def kind_of(stage: Stage) -> str:
    return type(stage).__name__.lower()


def run_stage(stage: Stage, ledger: Ledger, runner: Runner, on_progress: Progress) -> Stats:
    items, does = stage.items(ledger), stage.code_digest()
    marks = {item: digest(does, stage.input_digest(item, ledger)) for item in items}
    made = ledger.open(stage.name, marks)
    missing = [item for item in items if item not in made]
    upcoming = dict(zip(missing, missing[runner.prefetch_depth :], strict=False)) if runner.prefetch_depth else {}
    todo = [(item, marks[item], upcoming.get(item, "")) for item in missing]
    on_progress(stage, len(items), len(made), None)
    for name in store.listing(ledger.root, f"failures/{stage.name}"):
        store.remove(ledger.root, f"failures/{stage.name}/{name}")
    failures: dict[str, str] = {}
    for (item, *_), outcome in runner.map(partial(work, stage=stage, root=ledger.root), todo):
        if isinstance(outcome, Failed):
            failures[item] = outcome.why
            store.write_bytes(ledger.root, f"failures/{stage.name}/{item}.txt", (outcome.trace or outcome.why).encode())
        else:
            ledger.enter(outcome)
            made.add(item)
            on_progress(stage, len(items), len(made), outcome)
    if failures:
        raise StageFailed(stage.name, dict(sorted(failures.items())))
    total = ledger.close(stage.name)
    refuse_failing(stage.name, total)
    return total


def work(item: tuple[str, str, str], *, stage: Stage, root: str) -> Receipt:
    """The unit that is mapped, retried and skipped: makes one shard and returns its receipt.

    An item is a shard, its mark, and the shard that this machine will make upcoming, which may be fetched meanwhile.
    """
    shard, mark, upcoming = item
    source = getattr(stage, "source", None)
    if upcoming and isinstance(source, Source):
        source.prefetch(upcoming)
    return stage.make(shard, root, mark)


@contextmanager
def open_for_writing(root: str) -> Iterator[None]:
    """Make sure that the root can be written, and that no other run does. Raises UsageError with the reason."""
    try:
        held = store.lock(root)
        store.write_bytes(root, "plan/.writable", b"")
        store.remove(root, "plan/.writable")
        store.sweep_parts(root)
    except OSError as error:
        why = store.redact(one_line(error))
        raise UsageError(f"cannot write to {store.redact(root)}: {why}; choose another root") from None
    try:
        yield
    finally:
        store.sweep_parts(root)
        if held is not None:
            os.close(held)


def _silent(stage: Stage, total: int, done: int, receipt: Receipt | None) -> None:
    """Nobody watches."""
