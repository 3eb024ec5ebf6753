"""Refuses, before the first task, a run that the machines are clearly too small for.

What is known then is how many inputs there are and, of many, how large they are: see `Source.size`. Of stages and
inputs of which too little is known, nothing is said.
"""

import os
import shutil
from collections.abc import Sequence

from pipeline.errors import UsageError
from pipeline.memory import SORTED, WORK, row_width
from pipeline.receipts import receipted
from pipeline.root import redact
from pipeline.runner import Runner
from pipeline.shuffle import Gather, Scatter
from pipeline.source import Source, Stage
from pipeline.stage import Map
from pipeline.store import is_local, open_root

PAGE_BYTES = 133_000  # compressed bytes of WARC files for each page that the filters leave (docs/scale.md)
KEPT = 100  # a root takes at least one in so many bytes of its inputs; with RefinedWeb's recipe one in six
ANYWAY = "or give --anyway"


def check_capacity(stages: Sequence[Stage], root: str, runner: Runner) -> None:
    """Raise UsageError when all machines have too little memory for a task, or when a disk is clearly too small.

    The scratch folder is looked at where tasks run on this machine, which is where files are fetched ahead.
    """
    first = [(stage, source) for stage in stages if (source := _source(stage))]
    for source in {id(source): source for _, source in first}.values():
        if source.size is None:
            continue
        size = source.size(source.list)
        if runner.largest_memory:
            check_memory(stages, source, size.bytes // PAGE_BYTES, runner.largest_memory)
        here, local = runner.prefetch_depth > 0, is_local(root)
        its = [stage for stage, read in first if read is source]
        missing = max(_missing(root, stage, source) for stage in its) if here or local else 0.0
        if here and missing:
            check_free(str(size.scratch), size.fetched, "a file that is fetched has", "set MEWS_CACHE to a larger one")
        if local:
            check_free(open_root(root)[1], int(size.bytes * missing) // KEPT,
                       f"a run takes at least a {KEPT}th of its inputs,", "choose another root")  # fmt: skip


def check_memory(stages: Sequence[Stage], source: Source, pages: int, memory: int) -> None:
    """Raise UsageError when a task of a stage will need more than `memory`, of so many pages that filters leave."""
    needs = task_memory(stages, source, pages) if pages else {}
    stage = max(needs, key=needs.__getitem__, default="")
    if stage and needs[stage] > memory:
        raise UsageError(
            f"a task of stage {stage} will need about {_gb(needs[stage])} of memory, and no machine has more than "
            f"{_gb(memory)} for tasks; take a larger machine, fewer inputs or more buckets, {ANYWAY}"
        )


def task_memory(stages: Sequence[Stage], source: Source, pages: int) -> dict[str, int]:
    """About how many bytes a task of each stage needs, as `memory_of` will say when the rows are known.

    Of the stages that rows of the pages go to; not of those after a Gather, whose rows nobody can tell.
    """
    rows: dict[str, int] = {}
    needs: dict[str, int] = {}
    for stage in stages:
        if isinstance(stage, Map):
            rows[stage.name] = pages if stage.source is source else rows.get(getattr(stage.source, "name", ""), 0)
        elif isinstance(stage, Scatter):
            shards = len(source.names)
            rows[stage.name] = rows.get(getattr(stage.source, "name", ""), 0) * stage.sends
            held = SORTED * rows[stage.name] * stage.merged(shards) // max(1, shards)
            needs[stage.name] = held and held * row_width(stage.schema)
        elif isinstance(stage, Gather) and stage.one_for is None:
            sent = sum(rows[each.name] * row_width(each.schema) for each in stage.sources if rows[each.name])
            needs[stage.name] = WORK * sent // (stage.sources[0].buckets or 1)
    return needs


def check_free(folder: str, needed: int, why: str, remedy: str) -> None:
    """Raise UsageError when the disk of a folder, which may not be there yet, has fewer free bytes than are needed."""
    while not os.path.exists(folder):
        folder = os.path.dirname(os.path.abspath(folder))
    if (free := shutil.disk_usage(folder).free) < needed:
        raise UsageError(
            f"the disk of {redact(folder)} has {_gb(free)} free, and {why} {_gb(needed)}: free some, {remedy}, {ANYWAY}"
        )


def _source(stage: Stage) -> Source | None:
    """The source that a stage reads itself."""
    source = stage.source if isinstance(stage, Map | Scatter) else None
    return source if isinstance(source, Source) else None


def _missing(root: str, stage: Stage, source: Source) -> float:
    """The share of a source's shards that a stage has not made."""
    return 1 - len(set(source.names) & set(receipted(root, stage.name))) / max(1, len(source.names))


def _gb(size: int) -> str:
    return f"{size / 1e9:,.1f} GB"
