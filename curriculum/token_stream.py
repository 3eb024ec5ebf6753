"""The token stream of a source: its pages in the order of a hash, each at an exact offset, whatever the shards.

Offsets are exact because a range of hashes is gathered in one bucket, and the plan says how many tokens lie before it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

import curriculum as mixture
from curriculum import Curriculum
from pipeline.errors import UsageError
from pipeline.hashing import hash64
from pipeline.transform import put

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
    [("key", pa.uint64()), ("copy", pa.int32()), ("epoch_length", pa.int64()), ("source", pa.string()), *PAGE]
)
STREAM = pa.schema([("offset", pa.int64()), *(f for f in KEYED if f.name != "key")])
SIZES = pa.schema(
    {"key": pa.uint64(), "source": pa.string(), "range": pa.int64(), "tokens": pa.int64(), "longest": pa.int64()}
)
PLAN = pa.schema([*list(SIZES)[1:], ("offset", pa.int64()), ("epoch_length", pa.int64())])
MAX_BUCKET = 1 << 28  # tokens, a gigabyte of text: a bucket is sorted in memory, where a column ends at two
CLUSTERS = ("cluster", "near_size", "minhash_cluster_size")  # columns that tell how many copies a page stands for
ORDER = ("key", "id", "copy", "text", "url")
Repeats = tuple[tuple[int, int], ...]  # (cluster size from, times), ascending

# FineWeb-2 (arXiv 2506.20920): pages that were often copied are repeated, the most copied are not.
REHYDRATION: Repeats = ((1, 1), (2, 2), (3, 3), (5, 5), (100, 8), (1_000, 1))


@dataclass(frozen=True)
class ToPages:
    """A transform to the columns of `PAGE`, without `tokens`; drops pages without text.

    A page keeps the id that it has where it comes from (`source_id`), so that the order of the stream depends on the
    pages alone and not on the files that they lie in.
    """

    name: str = "mixture"

    def __call__(self, table: pa.Table) -> pa.Table:
        """The rows that are made of these."""
        names = {"id": ("source_id", "id"), "cluster": CLUSTERS}
        columns = {}
        for field in list(PAGE)[:-1]:
            found = next((c for c in names.get(field.name, (field.name,)) if c in table.column_names), None)
            columns[field.name] = pc.cast(table[found], field.type) if found else pa.nulls(table.num_rows, field.type)
        empty = pc.equal(pc.fill_null(pc.binary_length(columns["text"]), 0), 0)
        columns["reason"] = pc.if_else(empty, pa.scalar("mixture:empty"), pa.scalar(None, pa.string()))
        return pa.table(columns)


@dataclass(frozen=True)
class AssignKeys:
    """A Scatter's rows (`KEYED`): each page with its key, as often as it is to be repeated, the copies evenly around.

    The key is a hash of seed, id and text, so that different pages with one id lie apart.
    """

    source: str
    seed: int
    repeats: Repeats

    def __call__(self, table: pa.Table, shard: str) -> pa.Table:
        """The rows to send of a shard."""
        pairs = zip(table["id"].to_pylist(), table["text"].to_pylist(), strict=True)
        keys = hash64([f"{self.seed}:{i}:{xxhash.xxh3_64_intdigest(text or '')}" for i, text in pairs])
        times = self.times(pc.fill_null(table["cluster"], 1).to_numpy())
        rows = np.repeat(np.arange(table.num_rows), times)
        copy = np.arange(len(rows)) - np.repeat(np.cumsum(times) - times, times)
        steps = (2**64 - 1) // np.maximum(times, 1).astype(np.uint64) + np.uint64(1)
        steps[times <= 1] = 0
        table = put(table.take(rows), "key", pa.array(keys[rows] + copy.astype(np.uint64) * steps[rows], pa.uint64()))
        table = put(table, "copy", pa.array(copy, pa.int32()))
        table = put(table, "epoch_length", pa.array(np.zeros(len(rows), np.int64)))
        table = put(table, "source", pa.array([self.source] * len(rows), pa.string()))
        return table.select(KEYED.names).cast(KEYED)

    def times(self, clusters: np.ndarray) -> np.ndarray:
        """How often a page of each size of cluster is in the stream."""
        if not self.repeats:
            return np.ones(len(clusters), np.int64)
        sizes, times = np.array(self.repeats).T
        return times[np.maximum(np.searchsorted(sizes, clusters, side="right") - 1, 0)]


@dataclass(frozen=True)
class Sizes:
    """A Scatter's rows: the tokens of a batch, and of its longest page, by range of keys, which is also the key."""

    keys: AssignKeys
    ranges: int

    def __call__(self, table: pa.Table, shard: str) -> pa.Table:
        """The rows to send of a shard."""
        keyed = self.keys(table, shard)
        place = _range(keyed["key"].to_numpy(), self.ranges)
        sums, longest = np.zeros((2, self.ranges), np.int64)
        np.add.at(sums, place, keyed["tokens"].to_numpy())
        np.maximum.at(longest, place, keyed["tokens"].to_numpy())
        used = np.unique(place)
        source = pa.array([self.keys.source] * len(used), pa.string())
        keys = pa.array(first_keys(used, self.ranges))
        return pa.table([keys, source, *map(pa.array, (used, sums[used], longest[used]))], schema=SIZES)


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


def _range(keys: np.ndarray, ranges: int) -> np.ndarray:
    """floor(key * ranges / 2**64), for a power of two."""
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
