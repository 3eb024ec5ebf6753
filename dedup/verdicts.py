"""What is decided about duplicates, and its way home to the shards that it is decided about."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.families import SEEN, column, runs
from dedup.members import ranked
from pipeline.shuffle import Gather, Scatter
from pipeline.stage import Source, Stage

Rows = Callable[[pa.Table, str], pa.Table]
FEW = 64  # buckets that need no steps in between

JUDGED = pa.schema(
    [
        ("shard", pa.uint64()),
        ("id", pa.string()),
        ("host", pa.string()),
        ("reason", pa.string()),  # null for the page that is kept
        ("kept", pa.string()),  # the id of the page that is kept
        ("size", pa.int64()),  # pages of the family
        ("here", pa.bool_()),  # a page of this run
    ]
)


def judged(table: pa.Table, what: str) -> pa.Table:
    """Verdicts on rows (schema `MEMBERS`) that are in family order: the first of each family is kept.

    `what` begins the reason of the others: "<what>:duplicate", or "<what>:seen" when an earlier run kept the page.
    Families of one page say nothing.
    """
    starts = runs(column(table, "family"))
    sizes = np.diff(np.append(starts, table.num_rows))
    first = np.repeat(starts, sizes)
    seen = (column(table, "doc")[first] & SEEN).astype(bool)
    reason = pc.if_else(pa.array(seen), f"{what}:seen", f"{what}:duplicate")
    kept = pa.array(first == np.arange(table.num_rows))
    columns = {
        "shard": table["shard"],
        "id": table["id"],
        "host": table["host"],
        "reason": pc.if_else(kept, pa.scalar(None, pa.string()), reason),
        "kept": table["id"].take(pa.array(first)),
        "size": np.repeat(sizes, sizes),
        "here": (column(table, "doc") & SEEN) == 0,
    }
    return pa.table(columns, schema=JUDGED).filter(pc.greater(pa.array(np.repeat(sizes, sizes)), 1))


@dataclass(frozen=True)
class Judge:
    """A Gather's function: of every family (schema `MEMBERS`) the page of the least rank is kept."""

    what: str

    def __call__(self, table: pa.Table) -> pa.Table:
        return judged(ranked(table), self.what)


def homeward(table: pa.Table, shard: str) -> pa.Table:
    """Rows for a Scatter: the verdicts on pages of this run."""
    return table.filter(table["here"]).drop_columns(["here", "host"])


@dataclass(frozen=True)
class Verdicts:
    """A Gather's function: `id, reason`, and who is kept and how many they are, as columns named after `prefix`."""

    prefix: str

    def __call__(self, table: pa.Table) -> pa.Table:
        table = table.drop_columns(["shard"]).rename_columns(
            ["id", "reason", f"{self.prefix}_kept", f"{self.prefix}_size"]
        )
        return table.sort_by("id")


def home(name: str, source: Source | Stage, decided: Gather, prefix: str) -> Gather:
    """Verdict shards `id, reason, <prefix>_kept, <prefix>_size` shaped like the source, from rows in `JUDGED`."""
    return Gather(name, homing(f"{name}.home", decided, homeward), Verdicts(prefix), one_for=source)


def homing(name: str, stage: Gather, rows: Rows, key: str = "shard") -> Scatter:
    """The rows of a stage by their shard, which the column `key` names.

    From many buckets they go first to ranges of shards: each home then reads files of a few shards' rows, not files
    that hold a little of every shard.
    """
    buckets = stage.sources[0].buckets or 1
    if buckets <= FEW:
        return Scatter(name, stage, rows, key, None)
    ranges = Gather(f"{name}.ranges", Scatter(f"{name}.ranges.by", stage, rows, key, buckets), in_order)
    return Scatter(name, ranges, same, key, None)


def decided(verdicts: Gather) -> Gather:
    """The stage that decided, before its rows went home: what `home` was given."""
    stage = verdicts.sources[0].source
    assert isinstance(stage, Gather)
    if stage.fn is in_order:
        stage = stage.sources[0].source
    assert isinstance(stage, Gather)
    return stage


def in_order(table: pa.Table) -> pa.Table:
    return table


def same(table: pa.Table, shard: str) -> pa.Table:
    return table
