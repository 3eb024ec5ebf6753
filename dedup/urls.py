"""Pages under the same URL, within a snapshot and across snapshots."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from dedup.arrays import numpy_column
from dedup.canonical_url import canonical_url
from dedup.members import MEMBERS, PRIOR_RUN, PRIOR_RUN_RANK, page_numbers, url_hosts
from dedup.prior_runs import prior_shards
from dedup.ranks import check_keep, page_ranks
from dedup.routing import buckets_for, page_buckets, part_of
from dedup.verdicts import Judge, verdicts_by_shard
from pipeline.errors import UsageError
from pipeline.hashing import hash64, shard_key
from pipeline.shuffle import Gather, Scatter
from pipeline.stage import Map, Source, Stage


def repeated(
    name: str,
    source: Source | Stage,
    *,
    keep: str = "first",
    best: str | None = None,
    prior_runs: tuple[str, ...] = (),
    kept_stage: str = "urls.kept",
    parts: int = 1,
    buckets: int | None = None,
) -> Gather:
    """Verdicts on pages of equal canonical URL: `id, reason, url_kept, url_size`, a row for each page of several.

    `keep` and `best` say which page is kept, as in `minhash.near`; with `parts` it is the page of the lowest part, as
    RefinedWeb goes through its 100 parts one after another. `prior_runs` are roots of earlier runs with the stage
    `kept_stage` (see `kept`): pages whose URL is there are dropped. Pages without a URL get no verdict. A bucket takes
    pages / buckets rows of about 100 bytes. Raises UsageError on wrong arguments.
    """
    check_keep(keep, best)
    if parts < 1:
        raise UsageError(f"{name}: parts={parts}; give at least 1")
    buckets = buckets or page_buckets(buckets_for(source))
    sent = [Scatter(f"{name}.keys", source, PagesByUrl(keep, best, parts), "family", buckets)]
    if prior_runs:
        prior = prior_shards(prior_runs, kept_stage)
        sent.append(Scatter(f"{name}.prior", prior, prior_urls, "family", buckets))
    return verdicts_by_shard(name, source, Gather(f"{name}.judged", tuple(sent), Judge("url")), "url")


def kept(name: str, source: Source | Stage) -> Map:
    """The URLs of all pages of a stage, as a store (`id, url_key`) that later runs take as one of `prior_runs`."""
    return Map(name, source, (UrlKeys(),), tokens=False)


def url_keys(table: pa.Table) -> np.ndarray:
    """The hash of each page's canonical URL (uint64); 0 when it has none."""
    forms = [canonical_url(url or "") for url in table["url"].to_pylist()]
    return np.where(np.array([bool(form) for form in forms], bool), hash64(forms), np.uint64(0))


@dataclass(frozen=True)
class UrlKeys:
    """A transform: `id, url_key`."""

    def __call__(self, table: pa.Table) -> pa.Table:
        """The rows that are made of these."""
        return pa.table({"id": table["id"].cast(pa.string()), "url_key": url_keys(table)})


@dataclass(frozen=True)
class PagesByUrl:
    """Rows for a Scatter: pages in the schema `MEMBERS`; the family of a page is its URL."""

    keep: str
    best: str | None
    parts: int

    def __call__(self, table: pa.Table, shard: str) -> pa.Table:
        """The rows to send of a shard."""
        if self.parts > 1:
            ranks = np.full(table.num_rows, part_of(shard, self.parts))
        else:
            ranks = page_ranks(table, self.keep, self.best)
        return _members(table, url_keys(table), ranks, page_numbers(table["id"], shard), shard)


def prior_urls(table: pa.Table, shard: str) -> pa.Table:
    """Rows for a Scatter: the URLs that a prior run kept."""
    ranks = np.full(table.num_rows, PRIOR_RUN_RANK)
    return _members(table, numpy_column(table, "url_key"), ranks, page_numbers(table["id"], shard) | PRIOR_RUN, shard)


def _members(table: pa.Table, family: np.ndarray, ranks: np.ndarray, doc: np.ndarray, shard: str) -> pa.Table:
    """Rows in the schema `MEMBERS` of the pages that have a family."""
    zeros = np.zeros(len(doc), np.uint64)
    columns = {
        "family": family,
        "rank": ranks,
        "tie": hash64(table["id"]),
        "doc": doc,
        "shard": zeros + np.uint64(shard_key(shard)),
        "id": table["id"],
        "host": url_hosts(table),
        "content": zeros,
    }
    return pa.table(columns, schema=MEMBERS).filter(pa.array(family != 0))
