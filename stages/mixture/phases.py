"""A curriculum as stages: every page gets its place on its source's line, and each phase draws its part of every line.

    <source>.counted ─► <source>.sizes ─► plan ─► <source>.offsets ─► <source>.line ─► <phase>.<source> ─► <phase>
            └─────────► <source>.laid ──────────────────────────────────┘

Only `plan` knows the whole curriculum, and what it writes does not depend on it: after a change of a later phase, the
earlier ones are found made.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from pipeline.errors import UsageError
from pipeline.shuffle import Gather, Scatter
from pipeline.stage import Map, Source, Stage
from pipeline.transform import Transform, put
from stages.mixture import Curriculum, Interval
from stages.mixture.line import Columns, Lay, Offsets, Plan, Repeats, Sizes, line

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
LEAST_SEQUENCES = 512  # in a shard, so that packing has something to choose from
ORDER = [(name, "ascending") for name in ("position", "source", "id", "copy", "epoch")]


@dataclass(frozen=True)
class Corpus:
    """A source of a mixture: pages with `id`, `text` and, where known, `url`, `language`, `cluster` and `infilled`.

    `repeats` lays a page several times on the line, by the size of the family of copies that it stands for.
    """

    pages: Stage | Source
    repeats: Repeats = ()

    @property
    def most_repeats(self) -> int:
        return max((times for _, times in self.repeats), default=1)


@dataclass(frozen=True)
class Draw:
    """A Scatter's rows: the pages of a line that an interval takes, once for each epoch, cut at the interval's edges.

    `position` is where the piece begins in the phase, in tokens; shard n of a phase holds the positions from
    n * `shard_tokens` on, whatever the phase's size.
    """

    interval: Interval
    shard_tokens: int
    shards: int

    def __call__(self, table: pa.Table, shard: str) -> pa.Table:
        at, tokens, lap = (table[c].to_numpy() for c in ("at", "tokens", "lap"))
        start, end = self.interval.start, self.interval.start + self.interval.length
        rows, epochs = self._hits(at, tokens, lap, start, end)
        x = at[rows] + epochs * lap[rows]
        low, high = np.maximum(x, start), np.minimum(x + tokens[rows], end)
        position = (low - start) / (self.interval.weight or 1)
        bucket = np.minimum((position // self.shard_tokens).astype(np.int64), self.shards - 1)
        parts = table.take(rows)
        parts = put(parts, "position", pa.array(position, pa.float64()))
        parts = put(parts, "epoch", pa.array(epochs, pa.int32()))
        parts = put(parts, "skip", pa.array(low - x, pa.int64()))
        parts = put(parts, "tokens", pa.array(high - low, pa.int64()))
        keys = [((int(b) << 64) + (1 << 63)) // self.shards for b in bucket]
        return put(parts.select(DRAWN.names).cast(DRAWN), "key", pa.array(keys, pa.uint64()))

    def _hits(
        self, at: np.ndarray, tokens: np.ndarray, lap: np.ndarray, start: int, end: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Rows and epochs of the pages that share at least a token with [start, end)."""
        if not len(at) or not self.interval.length:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        first, last = start // lap[0], (end - 1) // lap[0]
        hits = [
            (np.flatnonzero((at + e * lap < end) & (at + e * lap + tokens > start)), e) for e in range(first, last + 1)
        ]
        rows = np.concatenate([r for r, _ in hits])
        return rows, np.concatenate([np.full(len(r), e, np.int64) for r, e in hits])


def ordered(table: pa.Table) -> pa.Table:
    """A Gather's function: the pages of a shard in the order of training."""
    return table.sort_by(ORDER).select(DRAWN.names)


class Made(NamedTuple):
    """The stages of a curriculum: its phases in order, and the plan that they follow."""

    phases: tuple[Gather, ...]
    plan: Gather


def phases(
    curriculum: Curriculum,
    corpora: Mapping[str, Corpus],
    count: Transform,
    shard_tokens: int = 1 << 26,
    ranges: int = 16,
) -> Made:
    """A stage for each phase of the curriculum, named after it; `count` adds the column `tokens` to pages.

    `ranges` (a power of two) is the number of buckets that hold a source: a bucket must fit in memory.
    """
    names = curriculum.sources
    if missing := set(names) - set(corpora):
        raise UsageError(f"the curriculum names sources that are not given: {', '.join(sorted(missing))}")
    if ranges & (ranges - 1) or ranges < 1:
        raise UsageError(f"ranges={ranges} is not a power of two")
    counted = {s: Map(f"{s}.counted", corpora[s].pages, (Columns(), count)) for s in names}
    lay = {s: Lay(s, curriculum.seed, corpora[s].repeats) for s in names}
    sizes = tuple(Scatter(f"{s}.sizes", counted[s], Sizes(lay[s], ranges), "key", 1) for s in names)
    plan = Gather("plan", sizes, Plan(curriculum, {s: corpora[s].most_repeats for s in names}, ranges))
    lines = {s: _line(s, counted[s], plan, lay[s], ranges) for s in names}
    return Made(tuple(_phase(curriculum, n, lines, shard_tokens) for n in range(len(curriculum.phases))), plan)


def _line(source: str, counted: Map, plan: Gather, lay: Lay, ranges: int) -> Gather:
    laid = Scatter(f"{source}.laid", counted, lay, "key", ranges)
    offsets = Scatter(f"{source}.offsets", plan, Offsets(source, ranges), "key", ranges)
    return Gather(f"{source}.line", (offsets, laid), line)  # in this order: the plan judges before a page moves


def _phase(curriculum: Curriculum, number: int, lines: Mapping[str, Gather], shard_tokens: int) -> Gather:
    phase = curriculum.phases[number]
    shard_tokens = max(shard_tokens, LEAST_SEQUENCES * phase.length)
    shards = -(-phase.tokens // shard_tokens)
    drawn = []
    for source in sorted(phase.weights):
        draw = Draw(curriculum.intervals(source)[number], shard_tokens, shards)
        drawn.append(Scatter(f"{phase.name}.{source}", lines[source], draw, "key", shards))
    return Gather(phase.name, tuple(drawn), ordered)
