"""Runs a plan: stage after stage, each shard made, skipped because it is made, or named because it failed.

Which shards go out, also of stages whose turn has not come, says `pipeline.scheduler`.
"""

import json
import uuid
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Any

from pipeline import store
from pipeline.errors import RowsLost, StageFailed, UsageError
from pipeline.fingerprint import fingerprint, modules_of
from pipeline.guard import refuse_failing
from pipeline.lease import Lease, held
from pipeline.ledger import Ledger
from pipeline.receipts import Receipt, made_from
from pipeline.root import redact
from pipeline.runner import Failed, Runner, one_line
from pipeline.scheduler import Scheduler
from pipeline.shuffle import Gather, Scatter
from pipeline.stage import Stage
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
    on_finished: Callable[[Stage], None] | None = None,
) -> dict[str, Stats]:
    """Make every shard that is not made yet, and return the sum of receipts by stage.

    A shard is made when its receipt says that it was made from this: the digests of what the stage does and of what
    the shard reads. `about` (recipe and arguments) goes to DIR/plan.json with the stages. When all is made, shards
    that an earlier run made and that are not in the plan any more are deleted. `on_finished` is told of each stage when
    all of its shards are made. Raises StageFailed when shards failed, after all others of the stage have finished.
    """
    stages, ledger, stats = plan(*goals), Ledger(root), dict[str, Stats]()
    asked = {goal.name for goal in goals}
    runner.prepare(stages)
    with open_for_writing(root) as lease:
        written = {**(about or {}), "stages": described(stages, documents(*goals))}
        store.write_bytes(root, PLAN, json.dumps(written, indent=1).encode())
        made = [stage.as_goal() if stage.name in asked else stage for stage in stages]
        done_with = released_after(stages)
        with closing(Scheduler(made, ledger, runner, lease.check)) as scheduler:
            for stage, as_made in zip(stages, made, strict=True):
                stats[stage.name] = run_stage(as_made, scheduler, on_progress or _silent)
                check_gathered(stage, stages, stats)
                for name in done_with[stage.name]:
                    ledger.release(name)
                if on_finished:
                    on_finished(stage)
        ledger.sweep()
    return stats


def released_after(stages: Sequence[Stage]) -> dict[str, list[str]]:
    """Names of the stages that each stage is the last to read, by its own name: itself, when none reads it."""
    last = {stage.name: stage.name for stage in stages}
    for stage in stages:
        for before in stage.inputs():
            last |= {before.name: stage.name, before.view.store: stage.name}
    return {s.name: [each.name for each in stages if last[each.name] == s.name] for s in stages}


def described(stages: Sequence[Stage], passed: set[str]) -> list[dict[str, Any]]:
    """The stages as plan.json has them; `passed` are those that documents pass. Of a Scatter also its buckets."""
    return [
        {
            "name": stage.name,
            "kind": stage.kind,
            "after": [before.name for before in stage.inputs()],
            "documents": stage.name in passed,
            **({"buckets": stage.buckets} if isinstance(stage, Scatter) else {}),
        }
        for stage in stages
    ]


def documents(*goals: Stage) -> set[str]:
    """Names of the stages that the goals' documents pass."""
    passed: set[str] = set()
    waiting = list(goals)
    while waiting:
        stage = waiting.pop()
        passed.add(stage.name)
        waiting += stage.documents()
    return passed


def run_stage(stage: Stage, scheduler: Scheduler, on_progress: Progress) -> Stats:
    """Make the shards of a stage whose inputs are finished. Raises StageFailed when some could not be made."""
    ledger, code = scheduler.ledger, stage.code()
    items, does = stage.items(ledger), fingerprint(code)
    marks = {item: made_from(does, stage.input_digest(item, ledger)) for item in items}
    under_way = scheduler.under_way(stage)
    made = ledger.open(stage.name, marks, stage.view, modules_of(code), under_way)
    on_progress(stage, len(items), len(made), None)
    for name in store.listing(ledger.root, f"failures/{stage.name}"):
        store.remove(ledger.root, f"failures/{stage.name}/{name}")
    failures: dict[str, str] = {}
    missing = {item: mark for item, mark in marks.items() if item not in made and item not in under_way}
    for item, outcome in scheduler.make(stage, missing):
        if isinstance(outcome, Failed):
            failures[item] = outcome.why
            store.write_bytes(ledger.root, f"failures/{stage.name}/{item}.txt", (outcome.trace or outcome.why).encode())
        else:
            made.add(item)
            on_progress(stage, len(items), len(made), outcome)
    if failures:
        scheduler.finish()
        raise StageFailed(stage.name, dict(sorted(failures.items())))
    total = ledger.close(stage.name)
    refuse_failing(stage.name, total)
    return total


def check_gathered(stage: Stage, stages: Sequence[Stage], stats: Mapping[str, Stats]) -> None:
    """Raise RowsLost when a Gather did not get all rows of its Scatters, and nobody else reads these.

    That is so when the key of some rows is that of no shard.
    """
    if not isinstance(stage, Gather):
        return
    sent, came = sum(stats[scatter.name].rows_out for scatter in stage.sources), stats[stage.name].rows_in
    others = [s for other in stages if isinstance(other, Gather) and other != stage for s in other.sources]
    if sent != came and not any(scatter in others for scatter in stage.sources):
        raise RowsLost(f"stage {stage.name}: {sent} rows were scattered and {came} gathered; see what their keys are")


@contextmanager
def open_for_writing(root: str) -> Generator[Lease]:
    """Make sure that the root can be written, and hold it. Raises UsageError with the reason, or with who holds it."""
    try:
        tried = f"plan/.writable-{uuid.uuid4().hex}"  # a rival that looks at the same moment has another
        store.write_bytes(root, tried, b"")
        store.remove(root, tried)
    except OSError as error:
        raise UsageError(f"cannot write to {redact(root)}: {redact(one_line(error))}; choose another root") from None
    with held(root) as lease:
        store.sweep_parts(root)
        try:
            yield lease
        finally:
            store.sweep_parts(root)


def _silent(stage: Stage, total: int, done: int, receipt: Receipt | None) -> None:
    """Nobody watches."""
