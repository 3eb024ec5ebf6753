"""Verdicts on duplicates: of each family one page is kept, and the others get a reason."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.arrays import numpy_column, run_lengths, run_starts
from dedup.members import PRIOR_RUN, ranked
from dedup.routing import route_to_shards
from pipeline.shuffle import Gather
from pipeline.stage import Source, Stage

JUDGED = pa.schema(
    [
        ("shard", pa.uint64()),
        ("id", pa.string()),
        ("host", pa.string()),
        ("reason", pa.string()),  # null for the page that is kept
        ("kept", pa.string()),  # the id of the page that is kept
        ("size", pa.int64()),  # pages of the family
        ("this_run", pa.bool_()),  # the page belongs to this run, and not to a prior one
    ]
)


def judged(table: pa.Table, what: str) -> pa.Table:
    """Verdicts (schema `JUDGED`) on rows of `MEMBERS` in family order: the first page of each family is kept.

    The reason of the others is "<what>:duplicate", or "<what>:prior_run" when a prior run kept the first page. A family
    of one page gets no verdict.
    """
    starts = run_starts(numpy_column(table, "family"))
    sizes = run_lengths(starts, table.num_rows)
    first, size = np.repeat(starts, sizes), np.repeat(sizes, sizes)
    prior = (numpy_column(table, "doc") & PRIOR_RUN).astype(bool)
    reason = pc.if_else(pa.array(prior[first]), f"{what}:prior_run", f"{what}:duplicate")
    kept = pa.array(first == np.arange(table.num_rows))
    columns = {
        "shard": table["shard"],
        "id": table["id"],
        "host": table["host"],
        "reason": pc.if_else(kept, pa.scalar(None, pa.string()), reason),
        "kept": table["id"].take(pa.array(first)),
        "size": size,
        "this_run": ~prior,
    }
    return pa.table(columns, schema=JUDGED).filter(pa.array(size > 1))


@dataclass(frozen=True)
class Judge:
    """A Gather's function: of every family (rows in the schema `MEMBERS`) the page of the lowest rank is kept."""

    what: str

    def __call__(self, table: pa.Table) -> pa.Table:
        """The rows that are made of these."""
        return judged(ranked(table), self.what)


def of_this_run(table: pa.Table, shard: str) -> pa.Table:
    """Rows for a Scatter: the verdicts on pages of this run."""
    return table.filter(table["this_run"]).drop_columns(["this_run", "host"])


@dataclass(frozen=True)
class Verdicts:
    """A Gather's function: `id, reason, <prefix>_kept, <prefix>_size`, sorted by id."""

    prefix: str

    def __call__(self, table: pa.Table) -> pa.Table:
        """The rows that are made of these."""
        names = ["id", "reason", f"{self.prefix}_kept", f"{self.prefix}_size"]
        return table.drop_columns(["shard"]).rename_columns(names).sort_by("id")


def verdicts_by_shard(name: str, source: Source | Stage, decisions: Gather, prefix: str) -> Gather:
    """Verdict shards `id, reason, <prefix>_kept, <prefix>_size` shaped like those of `source`.

    `decisions` is a stage whose rows are in the schema `JUDGED`.
    """
    return Gather(name, route_to_shards(f"{name}.routed", decisions, of_this_run), Verdicts(prefix), one_for=source)


def decisions_of(verdicts: Gather) -> Gather:
    """The stage with rows in the schema `JUDGED` that `verdicts_by_shard` was given."""
    stage = verdicts.sources[0].source
    while isinstance(stage, Gather) and stage.schema != JUDGED:
        stage = stage.sources[0].source
    if not isinstance(stage, Gather):
        raise TypeError(f"{verdicts.name} is no stage of verdicts on duplicates")
    return stage
