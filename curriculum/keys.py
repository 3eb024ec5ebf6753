"""The key of a page in its stream: where it lies on the line, and how often; and the tokens of each range of keys."""

import math
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from curriculum import EVERYTHING, Choice
from curriculum.selection import HOST, Stream, chosen_rows
from curriculum.token_stream import KEYED, SIZES, first_keys, range_of
from filters.url import host_of
from pipeline.hashing import hash64, mix64
from pipeline.transform import put

Repeats = tuple[tuple[int, int], ...]  # (cluster size from, times), ascending

# FineWeb-2 (arXiv 2506.20920): pages that were often copied are repeated, the most copied are not.
REHYDRATION: Repeats = ((1, 1), (2, 2), (3, 3), (5, 5), (100, 8), (1_000, 1))
WHOLE = 2.0**64
LOWER = np.uint64((1 << 24) - 1)  # bits of a key that tell neighbours apart
LAST = 1 - 2.0**-53  # the greatest float below 1


def most_repeats(repeats: Repeats, stream: Stream) -> int:
    """How often the most repeated page of a source is in a stream of it."""
    curve = stream.choice.curve
    return max((math.ceil(times) for _, times in (curve.steps if curve else repeats)), default=1)


@dataclass(frozen=True)
class AssignKeys:
    """A Scatter's rows (`KEYED`): each chosen page with its key, as often as it is to be repeated, the copies evenly
    around.

    The key is a hash of seed, id and text, so that different pages with one id lie apart. In an order it is the page's
    percentile, and pages that have one value lie in the order of the hash. Neighbours have a hash of their group in its
    upper 40 bits.
    """

    stream: str
    seed: int
    repeats: Repeats = ()
    choice: Choice = EVERYTHING

    def __call__(self, table: pa.Table, shard: str) -> pa.Table:
        """The rows to send of a shard."""
        choose = chosen_rows(self.choice)
        table = choose(table) if choose else table
        if self.choice.ranked_by:
            table = table.filter(pc.is_valid(table[f"{self.choice.ranked_by}_percentile"]))
        pairs = zip(table["id"].to_pylist(), table["text"].to_pylist(), strict=True)
        keys = hash64([f"{self.seed}:{i}:{xxhash.xxh3_64_intdigest(text or '')}" for i, text in pairs])
        times = self._times(table, keys)
        keys = self._ordered(table, keys) if self.choice.order else keys
        group = self._groups(table)
        keys = (
            np.where(group.is_valid().to_numpy(zero_copy_only=False), self._beside(group, keys), keys)
            if self.choice.neighbours
            else keys
        )
        rows = np.repeat(np.arange(table.num_rows), times)
        copy = np.arange(len(rows)) - np.repeat(np.cumsum(times) - times, times)
        steps = (2**64 - 1) // np.maximum(times, 1).astype(np.uint64) + np.uint64(1)
        steps[times <= 1] = 0
        table = put(table.take(rows), "key", pa.array(keys[rows] + copy.astype(np.uint64) * steps[rows], pa.uint64()))
        table = put(table, "copy", pa.array(copy, pa.int32()))
        table = put(table, "group", group.take(pa.array(rows)))
        table = put(table, "epoch_length", pa.array(np.zeros(len(rows), np.int64)))
        table = put(table, "source", pa.array([self.stream] * len(rows), pa.string()))
        return table.select(KEYED.names).cast(KEYED)

    def _times(self, table: pa.Table, keys: np.ndarray) -> np.ndarray:
        """How often each page is in the stream (int64)."""
        if self.choice.curve:
            starts, times = np.array([(-1.0, 0.0), *self.choice.curve.steps]).T
            percentile = table[f"{self.choice.curve.column}_percentile"].to_numpy()
            wanted = times[np.searchsorted(starts, percentile, side="right") - 1]
            # Of pages that are wanted 3.5 times half are there 4 times, whatever their place on the line.
            return (np.floor(wanted) + (mix64(keys) / WHOLE < wanted % 1)).astype(np.int64)
        if not self.repeats:
            return np.ones(table.num_rows, np.int64)
        sizes, times = np.array(self.repeats).T
        clusters = pc.fill_null(table["cluster"], 1).to_numpy()
        return times[np.maximum(np.searchsorted(sizes, clusters, side="right") - 1, 0)]

    def _groups(self, table: pa.Table) -> pa.Array:
        """The group of each page (string), null for none."""
        column = self.choice.neighbours
        if not column:
            return pa.nulls(table.num_rows, pa.string())
        if column == HOST:
            return pa.array([host_of(url or "") or None for url in table["url"].to_pylist()], pa.string())
        return pc.cast(table[column], pa.string()).combine_chunks()

    def _beside(self, group: pa.Array, keys: np.ndarray) -> np.ndarray:
        """Keys that begin alike for pages of one group."""
        shared = hash64([f"{self.seed}:{name}" for name in group.to_pylist()])
        return (shared & ~LOWER) | (keys & LOWER)

    def _ordered(self, table: pa.Table, keys: np.ndarray) -> np.ndarray:
        column = self.choice.ranked_by
        percentile, ties = (table[f"{column}_{name}"].to_numpy() for name in ("percentile", "ties"))
        place = np.minimum(percentile + ties * (keys / WHOLE), LAST)
        made = (place * WHOLE).astype(np.uint64)
        return ~made if self.choice.order.startswith("-") else made


@dataclass(frozen=True)
class Sizes:
    """A Scatter's rows: the tokens of a batch, and of its longest page, by range of keys, which is also the key."""

    keys: AssignKeys
    ranges: int

    def __call__(self, table: pa.Table, shard: str) -> pa.Table:
        """The rows to send of a shard."""
        keyed = self.keys(table, shard)
        place = range_of(keyed["key"].to_numpy(), self.ranges)
        sums, longest = np.zeros((2, self.ranges), np.int64)
        np.add.at(sums, place, keyed["tokens"].to_numpy())
        np.maximum.at(longest, place, keyed["tokens"].to_numpy())
        used = np.unique(place)
        source = pa.array([self.keys.stream] * len(used), pa.string())
        keys = pa.array(first_keys(used, self.ranges))
        return pa.table([keys, source, *map(pa.array, (used, sums[used], longest[used]))], schema=SIZES)
