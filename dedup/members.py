"""Records of pages for deduplication: who a page is, which family it is in, and how it ranks there."""

from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urlsplit

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from dedup.arrays import numpy_column
from dedup.ranks import page_ranks
from dedup.tokens import Tokenise, word_tokens
from pipeline.errors import BadInput
from pipeline.hashing import hash64, shard_key

PRIOR_RUN = np.uint64(1)  # the lowest bit of a page's number: the page belongs to a prior run
PRIOR_RUN_RANK = np.iinfo(np.int64).min  # pages of prior runs were kept there, and rank before all others

MEMBERS = pa.schema(
    [
        ("family", pa.uint64()),  # 0 when not known yet
        ("rank", pa.int64()),  # of a family, the page of the lowest (rank, tie, shard) is kept
        ("tie", pa.uint64()),  # a hash of the id: decides between equal ranks, however pages are cut into shards
        ("doc", pa.uint64()),  # the number of the page, from its shard and id
        ("shard", pa.uint64()),  # the key of the shard that the page is in
        ("id", pa.string()),
        ("host", pa.string()),
        ("content", pa.uint64()),  # a hash of the tokens; 0 when contents are not compared
    ]
)


def page_numbers(ids: pa.ChunkedArray, shard: str) -> np.ndarray:
    """The number of each page (uint64): 63 bits of a hash of its shard and id, and a lowest bit that is 0.

    Two pages of one id in different shards have different numbers.
    """
    key = shard_key(shard)
    numbers = (xxhash.xxh3_64_intdigest(id or "", seed=key) for id in ids.to_pylist())
    return np.fromiter(numbers, np.uint64, len(ids)) & ~PRIOR_RUN


@dataclass(frozen=True)
class PageRecords:
    """Rows for a Scatter: one for each page, in the schema `MEMBERS`, by `doc`."""

    keep: str = "first"
    best: str | None = None
    contents: bool = False
    tokenise: Tokenise = word_tokens

    def __call__(self, table: pa.Table, shard: str) -> pa.Table:
        """The rows to send of a shard."""
        rows = table.num_rows
        columns = {
            "family": np.zeros(rows, np.uint64),
            "rank": page_ranks(table, self.keep, self.best),
            "tie": hash64(table["id"]),
            "doc": page_numbers(table["id"], shard),
            "shard": np.full(rows, shard_key(shard), np.uint64),
            "id": table["id"],
            "host": url_hosts(table),
            "content": content_hashes(table["text"], self.tokenise) if self.contents else np.zeros(rows, np.uint64),
        }
        return pa.table(columns, schema=MEMBERS)


def content_hashes(texts: pa.ChunkedArray, tokenise: Tokenise) -> np.ndarray:
    """A 64-bit hash of the tokens of each text."""
    found = tokenise(pc.fill_null(texts, "").combine_chunks())
    hashes = (xxhash.xxh3_64_intdigest(found.hashes[a:b].tobytes()) for a, b in pairwise(found.bounds))
    return np.fromiter(hashes, np.uint64, len(found.bounds) - 1)


def url_hosts(table: pa.Table) -> pa.Array:
    """The host of each page's URL; empty when it has none."""
    urls = table["url"].to_pylist() if "url" in table.column_names else [None] * table.num_rows
    return pa.array([url_host(url or "") for url in urls], pa.string())


def url_host(url: str) -> str:
    """The host of a URL in lower case; empty when there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # for example brackets around what is no address
        return ""


def family_members(table: pa.Table) -> pa.Table:
    """The pages that have a label, with their family. A row of `table` without an id labels the page of its `doc`.

    Raises BadInput when two pages of this run have one number: their shard and id are the same.
    """
    is_label = pc.is_null(table["id"]).to_numpy()
    labels, pages = table.filter(pa.array(is_label)), table.filter(pa.array(~is_label))
    own = pages.filter(pa.array(numpy_column(pages, "doc") & PRIOR_RUN == 0))
    refuse_repeated_ids(numpy_column(own, "doc"), own["id"])
    labelled, family = numpy_column(labels, "doc"), numpy_column(labels, "family")
    order = np.argsort(labelled)
    place = np.minimum(np.searchsorted(labelled[order], numpy_column(pages, "doc")), max(len(labelled) - 1, 0))
    found = labelled[order][place] == numpy_column(pages, "doc") if len(labelled) else np.zeros(pages.num_rows, bool)
    pages = pages.filter(pa.array(found))
    return pages.set_column(0, "family", pa.array(family[order][place[found]]))


def refuse_repeated_ids(numbers: np.ndarray, ids: pa.ChunkedArray) -> None:
    """Raise BadInput when two of the numbers are equal; numbers are hashes of pages' shards and ids."""
    order = np.argsort(numbers, kind="stable")
    again = np.flatnonzero(numbers[order][1:] == numbers[order][:-1])
    if len(again):
        id = ids[int(order[again[0]])].as_py()
        raise BadInput(f"ids repeat: {id!r} is the id of two pages of one shard; give every page an id of its own")


def label_rows(table: pa.Table, shard: str) -> pa.Table:
    """Rows for a Scatter: labels (`doc`, `family`) in the schema `MEMBERS`, without an id."""
    given = {"doc": table["doc"], "family": table["family"]}
    empty = {"id": None, "host": None}
    columns = [given.get(f.name, pa.array([empty.get(f.name, 0)] * table.num_rows, f.type)) for f in MEMBERS]
    return pa.table(columns, schema=MEMBERS)


def ranked(table: pa.Table) -> pa.Table:
    """The rows by family, the one to keep first."""
    keys = ("doc", "shard", "tie", "rank", "family")
    return table.take(np.lexsort([numpy_column(table, key) for key in keys]))
