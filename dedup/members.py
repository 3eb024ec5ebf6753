"""Pages with what a family must know of them: which shard they are in, and who of them is to be kept."""

from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urlsplit

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from dedup.families import SEEN, column
from dedup.shingles import Tokenise
from dedup.tokens import words
from pipeline.errors import UsageError
from pipeline.fingerprint import hash64, shard_key

POLICIES = ("first", "longest", "newest", "best")
WORST = np.iinfo(np.int64).max
EARLIER = np.iinfo(np.int64).min  # the rank of pages of earlier runs: they were kept, and stay

MEMBERS = pa.schema(
    [
        ("family", pa.uint64()),  # 0 when not known yet
        ("rank", pa.int64()),  # of a family, the page of the least (rank, doc) is kept
        ("doc", pa.uint64()),
        ("shard", pa.uint64()),
        ("id", pa.string()),
        ("host", pa.string()),
        ("content", pa.uint64()),  # a hash of the tokens; 0 when nobody compares them
    ]
)


def numbers(ids: pa.ChunkedArray, seen: bool = False) -> np.ndarray:
    """The number of each page: 63 bits of the hash of its id, and whether it belongs to an earlier run."""
    return (hash64(ids) & ~SEEN) | np.uint64(seen)


@dataclass(frozen=True)
class Nodes:
    """Rows for a Scatter: a page a row in the schema `MEMBERS`, by `doc`."""

    keep: str = "first"
    best: str | None = None
    contents: bool = False
    tokenise: Tokenise = words

    def __call__(self, table: pa.Table, shard: str) -> pa.Table:
        rows = table.num_rows
        content = contents(table["text"], self.tokenise) if self.contents else np.zeros(rows, np.uint64)
        columns = {
            "family": np.zeros(rows, np.uint64),
            "rank": rank(table, self.keep, self.best),
            "doc": numbers(table["id"]),
            "shard": np.full(rows, shard_key(shard), np.uint64),
            "id": table["id"],
            "host": hosts(table),
            "content": content,
        }
        return pa.table(columns, schema=MEMBERS)


def rank(table: pa.Table, keep: str, best: str | None) -> np.ndarray:
    """The rank of each page by a policy (int64, the least is kept): the page that was crawled `first` or is `newest`
    by `timestamp`, the `longest` in characters, or the `best`, of the greatest value in a column. Ties go to a hash of
    the id. A page without the value comes last."""
    if keep == "longest":
        return -pc.fill_null(pc.utf8_length(table["text"]), 0).to_numpy().astype(np.int64)
    if keep == "best":
        return _descending(pc.fill_null(table[best].cast(pa.float64()), np.nan).to_numpy())
    if keep not in POLICIES:
        raise UsageError(f"who of a family is kept is one of {', '.join(POLICIES)}, not {keep}")
    if "timestamp" not in table.column_names:
        return np.zeros(table.num_rows, np.int64)
    seconds = table["timestamp"].cast(pa.timestamp("s")).cast(pa.int64())
    signed = seconds if keep == "first" else pc.negate(seconds)
    return pc.fill_null(signed, WORST).to_numpy().astype(np.int64)


def _descending(values: np.ndarray) -> np.ndarray:
    """Integers in the opposite order of floats: the bits of a float sort as its value does, from its sign on."""
    bits = (values + 0.0).view(np.int64)
    ascending = np.where(bits < 0, bits ^ WORST, bits)
    return np.where(np.isnan(values), WORST, ~ascending)


def contents(texts: pa.ChunkedArray, tokenise: Tokenise) -> np.ndarray:
    """A 64-bit hash of the tokens of each text."""
    found = tokenise(pc.fill_null(texts, "").combine_chunks())
    hashes = (xxhash.xxh3_64_intdigest(found.hashes[a:b].tobytes()) for a, b in pairwise(found.bounds))
    return np.fromiter(hashes, np.uint64, len(found.bounds) - 1)


def hosts(table: pa.Table) -> pa.Array:
    """The host of each page's URL; empty when it has none."""
    urls = table["url"].to_pylist() if "url" in table.column_names else [None] * table.num_rows
    return pa.array([host(url or "") for url in urls], pa.string())


def host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # brackets that are no address
        return ""


def members(table: pa.Table) -> pa.Table:
    """The pages that have a label. A row in `MEMBERS` without an id is the label of all rows of its `doc`."""
    label = pc.is_null(table["id"]).to_numpy()
    labels, pages = table.filter(pa.array(label)), table.filter(pa.array(~label))
    known, family = column(labels, "doc"), column(labels, "family")
    order = np.argsort(known)
    place = np.minimum(np.searchsorted(known[order], column(pages, "doc")), max(len(known) - 1, 0))
    found = known[order][place] == column(pages, "doc") if len(known) else np.zeros(pages.num_rows, bool)
    pages = pages.filter(pa.array(found))
    return pages.set_column(0, "family", pa.array(family[order][place[found]]))


def label_rows(table: pa.Table, shard: str) -> pa.Table:
    """Rows for a Scatter: labels in the schema `MEMBERS`, with an empty id."""
    given = {"doc": table["doc"], "family": table["family"]}
    empty = {"rank": 0, "shard": 0, "id": None, "host": None, "content": 0}
    columns = [given.get(f.name, pa.array([empty.get(f.name)] * table.num_rows, f.type)) for f in MEMBERS]
    return pa.table(columns, schema=MEMBERS)


def ranked(table: pa.Table) -> pa.Table:
    """The rows by family, the one to keep first."""
    keys = ("shard", "doc", "rank", "family")
    return table.take(np.lexsort([column(table, key) for key in keys]))
