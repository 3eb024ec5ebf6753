"""The token stream of a source: its pages in the order of a hash, each at an exact offset, whatever the shards.

Offsets are exact because a range of hashes is gathered in one bucket, and the plan says how many tokens lie before it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import curriculum as mixture
from curriculum import Curriculum
from pipeline.errors import UsageError
from pipeline.transform import put
from readers.values import ARROW, Kind

PAGE = pa.schema(
    {
        "id": pa.string(),
        "url": pa.string(),
        "language": pa.string(),
        "text": pa.string(),
        "cluster": pa.int64(),  # pages in the family of copies that it stands for
        "tokens": pa.int64(),
    }
)
KEYED = pa.schema(
    {
        "key": pa.uint64(),
        "copy": pa.int32(),
        "epoch_length": pa.int64(),
        "source": pa.string(),
        "group": pa.string(),  # of pages that are to be neighbours
        **{field.name: field.type for field in PAGE},
    }
)
STREAM = pa.schema([("offset", pa.int64()), *(f for f in KEYED if f.name != "key")])
SIZES = pa.schema(
    {"key": pa.uint64(), "source": pa.string(), "range": pa.int64(), "tokens": pa.int64(), "longest": pa.int64()}
)
PLAN = pa.schema([*list(SIZES)[1:], ("offset", pa.int64()), ("epoch_length", pa.int64())])
MAX_BUCKET = 1 << 28  # tokens, a gigabyte of text: a bucket is sorted in memory, where a column ends at two
CLUSTERS = ("cluster", "near_size", "minhash_cluster_size")  # columns that tell how many copies a page stands for
ORDER = ("key", "id", "copy", "text", "url")


@dataclass(frozen=True)
class ToPages:
    """A transform to the columns of `PAGE`, without `tokens`, and those that are `asked` about (null where they are
    not there); drops pages without text.

    A page keeps the id that it has where it comes from (`source_id`), so that the order of the stream depends on the
    pages alone and not on the files that they lie in.
    """

    asked: Mapping[str, Kind] = field(default_factory=dict)
    name: str = "mixture"

    def __call__(self, table: pa.Table) -> pa.Table:
        """The rows that are made of these."""
        names = {"id": ("source_id", "id"), "cluster": CLUSTERS}
        columns = {}
        for column in [*list(PAGE)[:-1], *(pa.field(name, ARROW[kind]) for name, kind in self.asked.items())]:
            found = next((c for c in names.get(column.name, (column.name,)) if c in table.column_names), None)
            known = pc.cast(table[found], column.type) if found else pa.nulls(table.num_rows, column.type)
            columns[column.name] = known
        empty = pc.equal(pc.fill_null(pc.binary_length(columns["text"]), 0), 0)
        columns["reason"] = pc.if_else(empty, pa.scalar("mixture:empty"), pa.scalar(None, pa.string()))
        return pa.table(columns)


def first_keys(places: np.ndarray, ranges: int) -> np.ndarray:
    """The smallest key of each range."""
    return places.astype(np.uint64) * np.uint64(2**64 // ranges if ranges > 1 else 0)


def sum_ranges(table: pa.Table) -> pa.Table:
    """A Gather's function: one row for each range of each source."""
    by = table.group_by(["key", "source", "range"]).aggregate([("tokens", "sum"), ("longest", "max")])
    return by.rename_columns(SIZES.names).cast(SIZES).sort_by([("source", "ascending"), ("range", "ascending")])


def into_one_bucket(table: pa.Table, shard: str) -> pa.Table:
    """A Scatter's rows: the same, all for one bucket."""
    return put(table, "key", pa.array(np.zeros(table.num_rows, np.uint64)))


def range_of(keys: np.ndarray, ranges: int) -> np.ndarray:
    """The range of each key: floor(key * ranges / 2**64), for a power of two."""
    return (
        (keys >> np.uint64(65 - ranges.bit_length())).astype(np.int64) if ranges > 1 else np.zeros(len(keys), np.int64)
    )


@dataclass(frozen=True)
class Plan:
    """A Gather's function (`PLAN`): for every range of every source its tokens, its longest page's, those before it.

    It fails the run, before any page moves, when the curriculum cannot be had from these sources.
    """

    curriculum: Curriculum
    most_repeats: Mapping[str, int]
    ranges: int

    def __call__(self, table: pa.Table) -> pa.Table:
        """The rows that are made of these."""
        names = self.curriculum.sources
        sums, longest = np.zeros((2, len(names), self.ranges), np.int64)
        rows = pc.index_in(table["source"], value_set=pa.array(names, pa.string())).to_numpy().astype(np.int64)
        sums[rows, table["range"].to_numpy()] = table["tokens"].to_numpy()
        longest[rows, table["range"].to_numpy()] = table["longest"].to_numpy()
        totals = dict(zip(names, sums.sum(1).tolist(), strict=True))
        if table.num_rows:
            mixture.check(self.curriculum, totals, {s: totals[s] // self.most_repeats[s] for s in names})
            self._check_buckets(dict(zip(names, sums.max(1).tolist(), strict=True)))
        before, epoch_lengths = np.cumsum(sums, 1) - sums, np.repeat(sums.sum(1), self.ranges)
        ranges = np.tile(np.arange(self.ranges), len(names))
        source = pa.array([name for name in names for _ in range(self.ranges)], pa.string())
        columns = (ranges, sums.ravel(), longest.ravel(), before.ravel(), epoch_lengths)
        return pa.table([source, *map(pa.array, columns)], schema=PLAN)

    def _check_buckets(self, largest: Mapping[str, int]) -> None:
        """Raise UsageError when a bucket of a stream is too large for a machine; says how many buckets are needed."""
        source = max(largest, key=lambda s: largest[s])
        if largest[source] > MAX_BUCKET:
            enough = self.ranges << (2 * largest[source] // MAX_BUCKET).bit_length()
            said = f"source {source} puts {largest[source]:,} tokens into one of {self.ranges} buckets"
            raise UsageError(f"{said}, and {MAX_BUCKET:,} fit in memory: give buckets={enough}")


@dataclass(frozen=True)
class Offsets:
    """A Scatter's rows: for each bucket of a source's stream a row telling the tokens before it (`copy` -1)."""

    source: str
    ranges: int

    def __call__(self, table: pa.Table, shard: str) -> pa.Table:
        """The rows to send of a shard."""
        table = table.filter(pc.equal(table["source"], self.source))
        size = table.num_rows
        known: dict[str, Any] = {"key": pa.array(first_keys(table["range"].to_numpy(), self.ranges))}
        known |= {"tokens": table["offset"], "epoch_length": table["epoch_length"], "source": table["source"]}
        known |= {"copy": pa.array([-1] * size, pa.int32()), "id": pa.array([""] * size)}
        return pa.table([known.get(f.name, pa.nulls(size, f.type)) for f in KEYED], schema=KEYED)


def assign_offsets(table: pa.Table) -> pa.Table:
    """A Gather's function (`STREAM`): the pages of a bucket in order, each with its offset and the epoch's length."""
    before = pc.equal(table["copy"], -1)
    offset = table.filter(before)
    start, epoch_length = (pc.sum(offset[c]).as_py() or 0 for c in ("tokens", "epoch_length"))
    pages = table.filter(pc.invert(before)).sort_by([(c, "ascending") for c in ORDER])
    tokens = pages["tokens"].to_numpy()
    pages = put(pages, "offset", pa.array(start + np.cumsum(tokens) - tokens, pa.int64()))
    return put(pages, "epoch_length", pa.array(np.full(len(tokens), epoch_length, np.int64))).select(STREAM.names)
