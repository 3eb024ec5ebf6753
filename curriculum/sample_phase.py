"""The pages of a phase: each of its shards is cut from the few segments of the streams that it holds, and no others.

So a phase of a million shards reads every stream once and not a million times, and a phase that grows keeps its shards.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pyarrow as pa

from curriculum import Interval, Phase, growth
from curriculum.segments import (
    PLAN_SHARD,
    Segment,
    StreamPlan,
    read_segment,
    remembered_plans,
    segment,
    stream_plans,
)
from pipeline.hashing import digest
from pipeline.ledger import Ledger
from pipeline.shard import ShardFiles
from pipeline.shuffle import Gather
from pipeline.stage import Stage
from pipeline.stats import Stats
from pipeline.transform import put

SAMPLED = pa.schema(
    {
        "position": pa.float64(),  # where the piece begins in the phase, in tokens of training
        "source": pa.string(),
        "id": pa.string(),
        "copy": pa.int32(),
        "epoch": pa.int32(),
        "skip": pa.int64(),  # tokens of the page that were used before
        "tokens": pa.int64(),
        "url": pa.string(),
        "language": pa.string(),
        "group": pa.string(),  # pages of one are packed together
        "text": pa.string(),
    }
)
ORDER = [(name, "ascending") for name in ("position", "source", "id", "copy", "epoch")]


def pieces(table: pa.Table, interval: Interval, low: int, high: int) -> pa.Table:
    """Pages of a stream (`STREAM`) that share a token with [low, high), once for each epoch, cut at the edges of the
    interval, as `SAMPLED`; positions count from the beginning of the interval.
    """
    offset, tokens, length = (table[c].to_numpy() for c in ("offset", "tokens", "epoch_length"))
    epochs = range(low // int(length[0]), (high - 1) // int(length[0]) + 1) if len(length) else range(0)
    hits = [np.flatnonzero((offset + e * length < high) & (offset + e * length + tokens > low)) for e in epochs]
    rows = np.concatenate([np.zeros(0, np.int64), *hits])
    epoch = np.repeat(np.array(epochs, np.int64), [len(h) for h in hits])
    x = offset[rows] + epoch * length[rows]
    begin, end = np.maximum(x, interval.start), np.minimum(x + tokens[rows], interval.end)
    columns = {
        "position": pa.array((begin - interval.start) / interval.weight, pa.float64()),
        "epoch": pa.array(epoch, pa.int32()),
        "skip": pa.array(begin - x, pa.int64()),
        "tokens": pa.array(end - begin, pa.int64()),
    }
    found = table.take(rows)
    for name, column in columns.items():
        found = put(found, name, column)
    return found.select(SAMPLED.names).cast(SAMPLED)


@dataclass(frozen=True)
class SamplePhase:
    """A Maker: a phase's pages in the order of training. `starts` is the token of each stream at which it begins.

    A shard holds the pieces that begin at `shard_tokens` consecutive positions, whatever the phase's size; the last
    one of each budget that the phase had holds fewer (see `growth`). Memory: a shard, and a row group of a stream.
    """

    name: str
    phase: Phase
    shard_tokens: int
    plan: Gather
    streams: Mapping[str, Gather]
    starts: Mapping[str, int]

    @property
    def schema(self) -> pa.Schema:
        """The columns of its rows."""
        return SAMPLED

    def inputs(self) -> tuple[Stage, ...]:
        """The stages that it reads."""
        return (self.plan, *self.streams.values())

    def documents(self) -> tuple[Stage, ...]:
        """Those of its inputs that its documents come from."""
        return self.inputs()

    def shards(self, ledger: Ledger) -> list[str]:
        """The shards of all budgets; the present one is remembered."""
        weights = {source: str(Fraction(weight)) for source, weight in sorted(self.phase.weights.items())}
        identity = digest(repr((weights, sorted(self.starts.items()), self.shard_tokens)))
        budgets = growth.remember(ledger.root, self.name, identity, self.phase.tokens)
        last = growth.parts(budgets, self.shard_tokens)[-1]
        return [f"bucket-{n:05d}" for n in range(last.first + last.shards(self.shard_tokens))]

    def code(self) -> object:
        """What changes its rows, apart from its inputs."""
        return SamplePhase, self.shard_tokens

    def input_digest(self, shard: str, ledger: Ledger) -> str:
        """Of a longer phase no more than the shard sees, so that its shards are found made."""
        number, part = self._place(shard, ledger.root)
        known = remembered_plans(ledger.root, self.plan.name, ledger.digest(self.plan.name, PLAN_SHARD))
        parts = [shard, repr((number, part.begin))]
        for source, interval, found in self._segments(number, part, known):
            seen = min(found.high + known[source].longest, interval.end)  # a page may go on beyond the shard
            parts += [source, repr((interval.start, interval.weight, found.low, seen))]
            parts += [ledger.digest(self.streams[source].name, f"bucket-{b:05d}") for b in found.buckets]
        return digest(*parts)

    def make(self, files: ShardFiles) -> Stats:
        """Make one shard."""
        root = files.root
        number, part = self._place(files.shard, root)
        segments = self._segments(number, part, stream_plans(root, self.plan.name))
        found = [table for each in segments for table in self._pieces(number, part, root, *each)]
        table = pa.concat_tables([SAMPLED.empty_table(), *found]).sort_by(ORDER)
        files.rows(SAMPLED).write(table)
        return Stats("make", table.num_rows, table.num_rows)

    def _place(self, shard: str, root: str) -> tuple[int, growth.Part]:
        """The part of the phase that a shard belongs to, and its number there."""
        number = int(shard.removeprefix("bucket-"))
        found = growth.parts(growth.remembered_budgets(root, self.name), self.shard_tokens)
        part = next(part for part in reversed(found) if part.first <= number)
        return number - part.first, part

    def _segments(
        self, number: int, part: growth.Part, known: Mapping[str, StreamPlan]
    ) -> Iterator[tuple[str, Interval, Segment]]:
        """What a shard takes of each stream, and a token on either side: `_pieces` judges fractions of a token."""
        total = sum(self.phase.weights.values())
        before, after = self.phase.shares(part.begin), self.phase.shares(part.end)
        for source, start in sorted(self.starts.items()):
            share = self.phase.weights[source] / total
            interval = Interval(start + before[source], after[source] - before[source], share)
            low, high = (interval.start + Fraction(share) * self.shard_tokens * n for n in (number, number + 1))
            low = max(interval.start, math.floor(low) - 1)
            is_last = number == part.shards(self.shard_tokens) - 1
            high = interval.end if is_last else min(interval.end, math.ceil(high) + 1)
            if low < high:
                yield source, interval, segment(known[source].before, low, high)

    def _pieces(
        self, number: int, part: growth.Part, root: str, source: str, interval: Interval, found: Segment
    ) -> Iterator[pa.Table]:
        last = part.shards(self.shard_tokens) - 1
        for bucket in found.buckets:
            for table in read_segment(root, f"{self.streams[source].name}/bucket-{bucket:05d}.parquet", found):
                piece = pieces(table, interval, found.low, found.high)
                position = piece["position"].to_numpy()
                piece = put(piece, "position", pa.array(position + part.begin))
                yield piece.filter(pa.array(np.minimum(position // self.shard_tokens, last) == number))
