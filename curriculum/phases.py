"""A curriculum as stages: every page gets its place on its source's line, and each phase draws its part of every line.

    <source>.counted ─► <source>.sizes ─► plan ─► <source>.offsets ─► <source>.line ─► <phase>
            └─────────► <source>.laid ──────────────────────────────────┘

Only `plan` knows the whole curriculum, and what it writes does not depend on it: after a change of a later phase, the
earlier ones are found made.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from curriculum import Curriculum
from curriculum.draw import Draw
from curriculum.token_stream import Columns, Lay, Offsets, Plan, Repeats, Sizes, added, line, together
from pipeline.errors import UsageError
from pipeline.make import Make
from pipeline.shuffle import Gather, Scatter
from pipeline.stage import Map, Source, Stage
from pipeline.transform import Transform

LEAST_SEQUENCES = 512  # in a shard, so that packing has something to choose from
PARTS = 256  # in which the sizes of all ranges are added up


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


class Made(NamedTuple):
    """The stages of a curriculum: its phases in order, and the plan that they follow."""

    phases: tuple[Make, ...]
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
        raise UsageError(f"buckets={ranges} is not a power of two; take {1 << max(ranges, 1).bit_length()}")
    counted = {s: Map(f"{s}.counted", corpora[s].pages, (Columns(), count)) for s in names}
    lay = {s: Lay(s, curriculum.seed, corpora[s].repeats) for s in names}
    sizes = tuple(Scatter(f"{s}.sizes", counted[s], Sizes(lay[s], ranges), "key", min(ranges, PARTS)) for s in names)
    sums = Scatter("plan.all", Gather("plan.ranges", sizes, added), together, "key", 1)
    plan = Gather("plan", sums, Plan(curriculum, {s: corpora[s].most_repeats for s in names}, ranges))
    lines = {s: _line(s, counted[s], plan, lay[s], ranges) for s in names}
    made = (_phase(curriculum, n, plan, lines, shard_tokens) for n in range(len(curriculum.phases)))
    return Made(tuple(made), plan)


def _line(source: str, counted: Map, plan: Gather, lay: Lay, ranges: int) -> Gather:
    laid = Scatter(f"{source}.laid", counted, lay, "key", ranges)
    offsets = Scatter(f"{source}.offsets", plan, Offsets(source, ranges), "key", ranges)
    return Gather(f"{source}.line", (offsets, laid), line)  # in this order: the plan judges before a page moves


def _phase(curriculum: Curriculum, number: int, plan: Gather, lines: Mapping[str, Gather], shard_tokens: int) -> Make:
    phase = curriculum.phases[number]
    intervals = {source: curriculum.intervals(source)[number] for source in sorted(phase.weights)}
    needed = {source: lines[source] for source, interval in intervals.items() if interval.length}
    shard_tokens = max(shard_tokens, LEAST_SEQUENCES * phase.length)
    draw = Draw(phase.tokens, shard_tokens, plan, needed, {s: intervals[s] for s in needed})
    return Make(phase.name, draw)
