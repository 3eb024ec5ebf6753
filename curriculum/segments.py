"""Segments of a token stream: which buckets and row groups hold the tokens from one offset to another."""

import functools
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import parquet
from pipeline.errors import UsageError

PLAN_SHARD = "bucket-00000"  # the one shard of the plan


class Segment(NamedTuple):
    """Tokens [low, high) of a stream that begins again after `epoch_length`, and the buckets that they lie in."""

    low: int
    high: int
    epoch_length: int
    buckets: tuple[int, ...]

    @property
    def epochs(self) -> range:
        """The epochs that it has a part of."""
        return range(self.low // self.epoch_length, (self.high - 1) // self.epoch_length + 1)

    def touches(self, first: int, after: int) -> bool:
        """Whether pages whose offsets lie from `first` to `after` have a part in it."""
        shifts = (e * self.epoch_length for e in self.epochs)
        return any(first + shift < self.high and after + shift > self.low for shift in shifts)


def segment(before: np.ndarray, low: int, high: int) -> Segment:
    """[low, high) of a stream; `before` has the offsets at which its buckets begin, and its end at last."""
    length, buckets = int(before[-1]), set[int]()
    for epoch in range(low // length, (high - 1) // length + 1):
        first, last = max(low - epoch * length, 0), min(high - epoch * length, length) - 1
        one, other = (int(np.searchsorted(before, x, "right")) - 1 for x in (first, last))
        buckets |= set(range(one, other + 1))
    return Segment(low, high, length, tuple(sorted(buckets)))


class StreamPlan(NamedTuple):
    """Of a source's stream: the offsets at which its buckets begin, and its end; the tokens of its longest page."""

    before: np.ndarray
    longest: int


def stream_plans(root: str, plan: str) -> dict[str, StreamPlan]:
    """What the plan's table says of each source."""
    table = parquet.read_table(root, f"{plan}/{PLAN_SHARD}.parquet")
    found = {}
    for source in pc.unique(table["source"]).to_pylist():
        mine = table.filter(pc.equal(table["source"], source)).sort_by("range")
        length = mine["epoch_length"][0].as_py()
        if not length:
            raise UsageError(f"source {source} has no text: look at what {source}.counted dropped, or leave it out")
        found[source] = StreamPlan(np.append(mine["offset"].to_numpy(), length), pc.max(mine["longest"]).as_py())
    return found


@functools.lru_cache(maxsize=4)
def remembered_plans(root: str, plan: str, _content: str) -> dict[str, StreamPlan]:
    """The same, read once for all shards; `_content` is the digest of the table."""
    return stream_plans(root, plan)


def read_segment(root: str, name: str, found: Segment) -> Iterator[pa.Table]:
    """The row groups of a bucket of a stream that a segment touches; pages lie in the order of their offsets."""
    with parquet.open_file(root, name) as file:
        groups = [file.metadata.row_group(n) for n in range(file.num_row_groups)]
        starts = [*(group.column(0).statistics.min for group in groups), found.epoch_length]
        for n in range(len(groups)):
            if found.touches(starts[n], starts[n + 1]):
                yield file.read_row_group(n)
