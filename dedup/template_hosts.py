"""Hosts that lose many of their pages to one family: a template was taken for the page."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.arrays import numpy_column
from dedup.members import url_hosts
from dedup.routing import buckets_for, page_buckets
from dedup.verdicts import decisions_of
from pipeline.hashing import hash64
from pipeline.shuffle import Gather, Scatter

HOST_PAGES = pa.schema(
    [
        ("key", pa.uint64()),
        ("host", pa.string()),
        ("kept", pa.string()),  # null for the number of all pages of the host
        ("pages", pa.int64()),
    ]
)
FLAGGED_HOSTS = pa.schema(
    [
        ("host", pa.string()),
        ("pages", pa.int64()),  # of the host, before
        ("kept", pa.string()),  # the id of the page that the family keeps
        ("lost", pa.int64()),  # pages of the host that the family drops
        ("share", pa.float64()),
    ]
)


def flagged_hosts(
    name: str, verdicts: Gather, share: float = 0.5, min_count: int = 20, buckets: int | None = None
) -> Gather:
    """The hosts that lose more than `share` of their pages, and at least `min_count` pages, to one family.

    `verdicts` is what `minhash.near` or `urls.repeated` returned. Rows are `host, pages, kept, lost, share`.
    """
    if verdicts.one_for is None:
        raise TypeError(f"{verdicts.name} has no shards of verdicts")
    buckets = buckets or page_buckets(buckets_for(verdicts.one_for))
    every = Scatter(f"{name}.pages", verdicts.one_for, host_pages, "key", buckets)
    lost = Scatter(f"{name}.lost", decisions_of(verdicts), host_losses, "key", buckets)
    return Gather(name, (every, lost), FlagHosts(share, min_count))


def host_pages(table: pa.Table, shard: str) -> pa.Table:
    """Rows for a Scatter (schema `HOST_PAGES`): how many pages each host has."""
    counted = pa.table({"host": url_hosts(table)}).group_by("host").aggregate([([], "count_all")])
    return _rows(counted["host"], pa.nulls(counted.num_rows, pa.string()), counted["count_all"])


def host_losses(table: pa.Table, shard: str) -> pa.Table:
    """Rows for a Scatter (schema `HOST_PAGES`): how many pages of this run each host loses to each family."""
    dropped = table.filter(pc.and_(table["this_run"], pc.is_valid(table["reason"])))
    counted = dropped.group_by(["host", "kept"]).aggregate([([], "count_all")])
    return _rows(counted["host"], counted["kept"], counted["count_all"])


def _rows(host: pa.ChunkedArray, kept: pa.Array, count: pa.ChunkedArray) -> pa.Table:
    table = pa.table([hash64(host), host, kept, count], schema=HOST_PAGES)
    return table.filter(pc.not_equal(table["host"], ""))


@dataclass(frozen=True)
class FlagHosts:
    """A Gather's function: rows in `HOST_PAGES` to rows in `FLAGGED_HOSTS`, the greatest loss first."""

    share: float
    min_count: int

    def __call__(self, table: pa.Table) -> pa.Table:
        """The rows that are made of these."""
        added = table.group_by(["host", "kept"]).aggregate([("pages", "sum")])
        every = added.filter(pc.is_null(added["kept"]))
        lost = added.filter(pc.is_valid(added["kept"]))
        total = every["pages_sum"].take(pc.index_in(lost["host"], value_set=every["host"].combine_chunks()))
        share = np.divide(numpy_column(lost, "pages_sum"), total.to_numpy(), dtype=np.float64)
        found = pa.table([lost["host"], total, lost["kept"], lost["pages_sum"], share], schema=FLAGGED_HOSTS)
        found = found.filter(pa.array((share > self.share) & (numpy_column(found, "lost") >= self.min_count)))
        return found.sort_by([("lost", "descending"), ("host", "ascending"), ("kept", "ascending")])
