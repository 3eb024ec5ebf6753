"""The pages of a phase: each of its shards is cut from the few stretches of the lines that it holds, and no others.

So a phase of a million shards reads every line once and not a million times, and a phase that grows keeps its shards.
"""

import functools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curriculum import Interval
from pipeline import parquet
from pipeline.errors import UsageError
from pipeline.hashing import digest
from pipeline.ledger import Ledger
from pipeline.shard import ShardFiles
from pipeline.shuffle import Gather
from pipeline.stage import Stage
from pipeline.stats import Stats
from pipeline.transform import put

DRAWN = pa.schema(
    {
        "position": pa.float64(),  # where the piece begins in the phase, in tokens of training
        "source": pa.string(),
        "id": pa.string(),
        "copy": pa.int32(),
        "epoch": pa.int32(),
        "skip": pa.int64(),  # tokens of the page that the phase before has had
        "tokens": pa.int64(),
        "url": pa.string(),
        "language": pa.string(),
        "infilled": pa.bool_(),
        "text": pa.string(),
    }
)
ONE = "bucket-00000"  # the one shard of the plan
ORDER = [(name, "ascending") for name in ("position", "source", "id", "copy", "epoch")]


def pieces(table: pa.Table, interval: Interval, low: int, high: int) -> pa.Table:
    """Pages of a line that share a token with [low, high), once for each epoch, cut at the edges of the interval."""
    at, tokens, lap = (table[c].to_numpy() for c in ("at", "tokens", "lap"))
    laps = range(low // int(lap[0]), (high - 1) // int(lap[0]) + 1) if len(lap) else range(0)
    hits = [np.flatnonzero((at + e * lap < high) & (at + e * lap + tokens > low)) for e in laps]
    rows = np.concatenate([np.zeros(0, np.int64), *hits])
    epochs = np.repeat(np.array(laps, np.int64), [len(h) for h in hits])
    x = at[rows] + epochs * lap[rows]
    begin, end = np.maximum(x, interval.start), np.minimum(x + tokens[rows], interval.end)
    drawn = {
        "position": pa.array((begin - interval.start) / interval.weight, pa.float64()),
        "epoch": pa.array(epochs, pa.int32()),
        "skip": pa.array(begin - x, pa.int64()),
        "tokens": pa.array(end - begin, pa.int64()),
    }
    parts = table.take(rows)
    for name, column in drawn.items():
        parts = put(parts, name, column)
    return parts.select(DRAWN.names).cast(DRAWN)


class Stretch(NamedTuple):
    """Places [low, high) of a line of `lap` tokens, and the buckets that they lie in."""

    low: int
    high: int
    lap: int
    buckets: tuple[int, ...]

    @property
    def laps(self) -> range:
        return range(self.low // self.lap, (self.high - 1) // self.lap + 1)

    def touches(self, first: int, after: int) -> bool:
        """Whether pages that begin from `first` to `after` on the line have a part in it."""
        return any(first + e * self.lap < self.high and after + e * self.lap > self.low for e in self.laps)


def stretch(before: np.ndarray, low: int, high: int) -> Stretch:
    """[low, high) of a line that begins again when it ends; `before` says where its buckets begin and where it ends."""
    lap, buckets = int(before[-1]), set[int]()
    for epoch in range(low // lap, (high - 1) // lap + 1):
        first, last = max(low - epoch * lap, 0), min(high - epoch * lap, lap) - 1
        one, other = (int(np.searchsorted(before, x, "right")) - 1 for x in (first, last))
        buckets |= set(range(one, other + 1))
    return Stretch(low, high, lap, tuple(sorted(buckets)))


class Place(NamedTuple):
    """Of a source's line: where its buckets begin, and where it ends; the tokens of its longest page."""

    before: np.ndarray
    longest: int


def places(root: str, plan: str) -> dict[str, Place]:
    """What the plan's table says of each source."""
    table = parquet.read_table(root, f"{plan}/{ONE}.parquet")
    found = {}
    for source in pc.unique(table["source"]).to_pylist():
        mine = table.filter(pc.equal(table["source"], source)).sort_by("range")
        if not mine["lap"][0].as_py():
            raise UsageError(f"source {source} has no text: look at what {source}.counted dropped, or leave it out")
        before = np.append(mine["at"].to_numpy(), mine["lap"][0].as_py())
        found[source] = Place(before, pc.max(mine["longest"]).as_py())
    return found


@functools.lru_cache(maxsize=4)
def remembered(root: str, plan: str, content: str) -> dict[str, Place]:
    """The same, read once for all shards; `content` is the digest of the table."""
    return places(root, plan)


@dataclass(frozen=True)
class Draw:
    """A Maker: a phase's pages in the order of training, with what the phase takes of each source's line.

    Shard n holds the pieces that begin at the positions from n * `shard_tokens` on, whatever the phase's size. Its
    tokens are those between the ends of its pieces on the lines: none is left out, and none is taken twice.
    Memory: a shard, and a row group of a line.
    """

    tokens: int
    shard_tokens: int
    plan: Gather
    lines: Mapping[str, Gather]
    intervals: Mapping[str, Interval]

    @property
    def schema(self) -> pa.Schema:
        return DRAWN

    @property
    def number_of_shards(self) -> int:
        return -(-self.tokens // self.shard_tokens)

    def inputs(self) -> tuple[Stage, ...]:
        return (self.plan, *self.lines.values())

    def documents(self) -> tuple[Stage, ...]:
        return self.inputs()

    def shards(self, ledger: Ledger) -> list[str]:
        return [f"bucket-{n:05d}" for n in range(self.number_of_shards)]

    def code(self) -> object:
        return Draw, self.shard_tokens

    def input_digest(self, shard: str, ledger: Ledger) -> str:
        """Of a longer phase no more than the shard sees, so that its shards are found made."""
        parts = []
        known = remembered(ledger.root, self.plan.name, ledger.digest(self.plan.name, ONE))
        for source, found in self._stretches(shard, known):
            line, interval = self.lines[source].name, self.intervals[source]
            seen = min(found.high + known[source].longest, interval.end)  # a page may go on beyond the shard
            parts += [source, repr((interval.start, interval.weight, found.low, seen))]
            parts += [ledger.digest(line, f"bucket-{b:05d}") for b in found.buckets]
        return digest(shard, *parts)

    def make(self, files: ShardFiles) -> Stats:
        stretches = self._stretches(files.shard, places(files.root, self.plan.name))
        parts = [part for source, found in stretches for part in self._parts(files.shard, files.root, source, found)]
        table = pa.concat_tables([DRAWN.empty_table(), *parts]).sort_by(ORDER)
        files.rows(DRAWN).write(table)
        tokens = (sum(spanned(table, self.intervals)), pc.sum(table["tokens"]).as_py() or 0)
        return Stats("make", table.num_rows, table.num_rows, *tokens, rows_due=table.num_rows)

    def _stretches(self, item: str, known: Mapping[str, Place]) -> Iterator[tuple[str, Stretch]]:
        """What the shard takes of each line, and a token on either side: `_parts` judges fractions of a token."""
        number = int(item.removeprefix("bucket-"))
        for source, interval in sorted(self.intervals.items()):
            edges = (Fraction(interval.weight) * self.shard_tokens * n for n in (number, number + 1))
            low, high = (interval.start + edge for edge in edges)
            low = max(interval.start, math.floor(low) - 1)
            high = interval.end if number == self.number_of_shards - 1 else min(interval.end, math.ceil(high) + 1)
            if low < high:
                yield source, stretch(known[source].before, low, high)

    def _parts(self, item: str, root: str, source: str, found: Stretch) -> Iterator[pa.Table]:
        number = int(item.removeprefix("bucket-"))
        for bucket in found.buckets:
            for table in read_stretch(root, f"{self.lines[source].name}/bucket-{bucket:05d}.parquet", found):
                part = pieces(table, self.intervals[source], found.low, found.high)
                shard = np.minimum(part["position"].to_numpy() // self.shard_tokens, self.number_of_shards - 1)
                yield part.filter(pa.array(shard == number))


def spanned(table: pa.Table, intervals: Mapping[str, Interval]) -> Iterator[int]:
    """For each source, the tokens of its line from where its first piece begins to where its last one ends."""
    for source, interval in intervals.items():
        mine = table.filter(pc.equal(table["source"], source))
        if mine.num_rows:
            begins = np.rint(mine["position"].to_numpy() * interval.weight).astype(np.int64)
            yield int((begins + mine["tokens"].to_numpy()).max() - begins.min())


def read_stretch(root: str, name: str, found: Stretch) -> Iterator[pa.Table]:
    """The row groups of a bucket of a line that a stretch touches; pages lie in the order of `at`, its first column."""
    with parquet.open_file(root, name) as file:
        groups = [file.metadata.row_group(n) for n in range(file.num_row_groups)]
        starts = [*(group.column(0).statistics.min for group in groups), found.lap]
        for n in range(len(groups)):
            if found.touches(starts[n], starts[n + 1]):
                yield file.read_row_group(n)
