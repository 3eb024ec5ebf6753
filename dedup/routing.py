"""How rows get to the buckets and shards where they are needed, and into how many buckets a corpus is cut."""

from collections.abc import Callable

import pyarrow as pa

from pipeline.hashing import shard_key
from pipeline.shuffle import Gather, Scatter
from pipeline.stage import Map, Source, Stage

ScatterRows = Callable[[pa.Table, str], pa.Table]
FEW_BUCKETS = 64  # up to so many, every shard can read its rows out of all buckets
INPUTS_A_BUCKET = 32
FEWEST_BUCKETS = 8
BAND_ROWS_A_PAGE = 16  # rows that go by band are so many times those that go by page, at the least


def route_to_shards(name: str, stage: Gather, rows: ScatterRows, key: str = "shard") -> Scatter:
    """Send the rows of a stage to the shards whose keys the column `key` holds.

    Where the stage has many buckets, the rows go to ranges of shards first: a shard then reads files that hold the
    rows of a few shards, not files that hold a little of every shard.
    """
    buckets = stage.sources[0].buckets or 1
    if buckets <= FEW_BUCKETS:
        return Scatter(name, stage, rows, key, None)
    ranges = Gather(f"{name}.ranges", Scatter(f"{name}.ranges.by", stage, rows, key, buckets), unchanged)
    return Scatter(name, ranges, unchanged, key, None)


def unchanged(table: pa.Table, shard: str = "") -> pa.Table:
    """The rows as they are: for a Scatter that sends all of them, or a Gather that only brings them together."""
    return table


def buckets_for(source: Source | Stage) -> int:
    """A power of two, at least 8: about a bucket for every 32 inputs, so that it seldom changes as inputs are added."""
    return max(FEWEST_BUCKETS, 1 << (input_count(source) // INPUTS_A_BUCKET).bit_length())


def page_buckets(buckets: int) -> int:
    """Buckets for rows of pages, where `buckets` are for rows of bands: a sixteenth of them, once they are many."""
    return buckets if buckets <= FEW_BUCKETS else max(1, buckets // BAND_ROWS_A_PAGE)


def part_of(shard: str, parts: int) -> int:
    """The part that a shard is in, from 0: RefinedWeb cut every crawl into 100 parts, each deduplicated by itself."""
    return shard_key(shard) * parts >> 64


def input_count(source: Source | Stage) -> int:
    """How many inputs a stage goes back to; 0 when it does not say."""
    match source:
        case Source():
            return len(source.list)
        case Map() | Scatter():
            return input_count(source.source)
        case Gather():
            return input_count(source.sources[0])
        case _:
            return 0
