"""The quarantined pages of a run, tried again: which can be read now, and where they would go."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.chain import TransformChain
from pipeline.errors import MewsError, UsageError
from pipeline.stage import Map, Source, Stage
from pipeline.view import planned, view_of
from report.stored import quarantined_rows
from stages.commoncrawl import Chosen, WarcReader

GONE = "gone"  # the page, or its file, is not there any more


@dataclass(frozen=True)
class Tried:
    """A quarantined page: its stage, shard and place, the error it left with, and what becomes of it now.

    `now` is "kept", the reason for which it is dropped, the error that it still has, or "gone".
    """

    stage: str
    shard: str
    id: str
    warc: str
    offset: int
    length: int
    error: str
    now: str
    reads: bool


@dataclass(frozen=True)
class Replay:
    """All that were tried, in the order of stages, shards and rows."""

    tried: tuple[Tried, ...]

    def __str__(self) -> str:
        reads = [each for each in self.tried if each.reads]
        lines = [f"{len(self.tried):,} pages are in quarantine; {len(reads):,} can be read now"]
        counts = Counter((each.stage, each.error, each.now) for each in self.tried)
        lines += [f"  {stage}: {error} -> {now}  {count:,}" for (stage, error, now), count in sorted(counts.items())]
        lines += [f"{each.warc} at {each.offset}, {each.length} bytes: {each.id} is {each.now}" for each in reads]
        shards = dict.fromkeys(f"receipts/{each.stage}/{each.shard}.json" for each in reads)
        return "\n".join(lines + [f"to take it in, delete {receipt} and run the recipe again" for receipt in shards])


def replay(root: str, stages: Sequence[Stage]) -> Replay:
    """Try every page in DIR/quarantine again, from its WARC file through its stage. Nothing is written.

    `stages` are those of the run. Raises UsageError when a stage with quarantined pages
    reads something else than WARC files.
    """
    maps = [stage for stage in stages if isinstance(stage, Map)]
    return Replay(tuple(tried for stage in maps for tried in _stage(root, stage)))


def _stage(root: str, stage: Map) -> list[Tried]:
    found: list[Tried] = []
    for shard in planned(root, stage.name):
        rows = [row for table in quarantined_rows(root, stage.name, shard) for row in table.to_pylist()]
        if rows and isinstance(stage.source, Source) and not isinstance(stage.source.read, WarcReader | Chosen):
            raise UsageError(f"stage {stage.name} reads no WARC files: its quarantine cannot be tried again")
        found += [_try(root, stage, shard, row) for row in rows]
    return found


def _try(root: str, stage: Map, shard: str, row: dict[Any, Any]) -> Tried:
    try:
        now, reads = _pass(stage, _read(root, stage, shard, row))
    except (MewsError, OSError) as error:
        now, reads = f"{GONE}: {error}", False
    return Tried(stage.name, shard, row["id"], row["warc"], row["offset"], row["length"], row["error"], now, reads)


def _read(root: str, stage: Map, shard: str, row: dict[Any, Any]) -> pa.Table:
    """The page as its stage was given it: from its WARC file, or out of the stage before."""
    if not isinstance(stage.source, Source):
        before = _shard(root, stage.source.name, shard)
        return before.filter(pc.equal(before["id"], row["id"]))
    assert isinstance(stage.source.read, WarcReader | Chosen)
    return stage.source.read.again(row["warc"], row["offset"], row["length"], row["id"])


@lru_cache(maxsize=1)
def _shard(root: str, stage: str, shard: str) -> pa.Table:
    """A shard of which one page after another is asked for."""
    return pa.concat_tables(view_of(root, stage).read(root, shard))


def _pass(stage: Map, table: pa.Table) -> tuple[str, bool]:
    """What the stage's transforms make of the page, and whether it could be read and judged at all."""
    if not table.num_rows:
        return GONE, False
    dropped, ill = [], []
    chain = TransformChain(stage.transforms, dropped.append, ill.append)
    kept = chain.apply(table)
    errors = [error for out in ill if out.num_rows for error in out["error"].to_pylist()]
    reasons = [reason for out in dropped if out.num_rows for reason in out["reason"].to_pylist()]
    return (errors or reasons or ["kept"])[0], bool(kept.num_rows or reasons)
