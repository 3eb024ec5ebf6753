"""Hosts that lose many of their pages to one family: a template was taken for the page."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.members import hosts as hosts_of
from dedup.verdicts import decided
from pipeline.fingerprint import hash64
from pipeline.shuffle import Gather, Scatter

COUNTS = pa.schema([("key", pa.uint64()), ("host", pa.string()), ("kept", pa.string()), ("pages", pa.int64())])
WARNINGS = pa.schema(
    [
        ("host", pa.string()),
        ("pages", pa.int64()),  # of the host, before
        ("kept", pa.string()),  # the id of the page that the family keeps
        ("lost", pa.int64()),  # pages of the host that the family drops
        ("share", pa.float64()),
    ]
)


def hosts(name: str, verdicts: Gather, share: float = 0.5, least: int = 20, buckets: int = 8) -> Gather:
    """The hosts that lose more than a share of their pages to one family, and at least `least`; one to look at each.

    `verdicts` is what `minhash.near` or `urls.repeated` returned. Rows are `host, pages, kept, lost, share`.
    """
    assert verdicts.one_for is not None
    every = Scatter(f"{name}.pages", verdicts.one_for, pages, "key", buckets)
    lost = Scatter(f"{name}.lost", decided(verdicts), losses, "key", buckets)
    return Gather(name, (every, lost), Warn(share, least))


def pages(table: pa.Table, shard: str) -> pa.Table:
    """Rows for a Scatter: how many pages each host has."""
    counted = pa.table({"host": hosts_of(table)}).group_by("host").aggregate([([], "count_all")])
    return _rows(counted["host"], pa.nulls(counted.num_rows, pa.string()), counted["count_all"])


def losses(table: pa.Table, shard: str) -> pa.Table:
    """Rows for a Scatter: how many pages each host loses to each family."""
    dropped = table.filter(pc.and_(table["here"], pc.is_valid(table["reason"])))
    counted = dropped.group_by(["host", "kept"]).aggregate([([], "count_all")])
    return _rows(counted["host"], counted["kept"], counted["count_all"])


def _rows(host: pa.ChunkedArray, kept: pa.Array, count: pa.ChunkedArray) -> pa.Table:
    table = pa.table([hash64(host), host, kept, count], schema=COUNTS)
    return table.filter(pc.not_equal(table["host"], ""))


@dataclass(frozen=True)
class Warn:
    """A Gather's function: the hosts to look at, the greatest loss first."""

    share: float
    least: int

    def __call__(self, table: pa.Table) -> pa.Table:
        added = table.group_by(["host", "kept"]).aggregate([("pages", "sum")])
        every = added.filter(pc.is_null(added["kept"]))
        lost = added.filter(pc.is_valid(added["kept"]))
        total = every["pages_sum"].take(pc.index_in(lost["host"], value_set=every["host"].combine_chunks()))
        part = np.divide(lost["pages_sum"].to_numpy(), total.to_numpy(), dtype=np.float64)
        found = pa.table([lost["host"], total, lost["kept"], lost["pages_sum"], part], schema=WARNINGS)
        found = found.filter(pa.array((part > self.share) & (lost["pages_sum"].to_numpy() >= self.least)))
        return found.sort_by([("lost", "descending"), ("host", "ascending"), ("kept", "ascending")])
