"""A curriculum as stages: every page gets its offset in its source's stream, and each phase samples every stream.

    <source>.counted ─► <source>.sizes ─► plan ─► <source>.offsets ─► <source>.stream ─► <phase>
            └─────────► <source>.keyed ───────────────────────────────────┘

Only `plan` knows the whole curriculum, and what it writes does not depend on it: after a change of a later phase, the
earlier ones are found made.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from curriculum import Curriculum
from curriculum.sample_phase import SamplePhase
from curriculum.token_stream import (
    AssignKeys,
    Offsets,
    Plan,
    Repeats,
    Sizes,
    ToPages,
    assign_offsets,
    into_one_bucket,
    sum_ranges,
)
from pipeline.errors import UsageError
from pipeline.make import Make
from pipeline.shuffle import Gather, Scatter
from pipeline.stage import Map, Source, Stage
from pipeline.transform import Transform

MIN_SEQUENCES = 512  # in a shard, so that packing has something to choose from
PARTS = 256  # in which the sizes of all ranges are added up


@dataclass(frozen=True)
class Corpus:
    """A source of a mixture: pages with `id`, `text` and, where known, `url`, `language` and `cluster`.

    `repeats` puts a page into the stream several times, by the size of the family of copies that it stands for.
    """

    pages: Stage | Source
    repeats: Repeats = ()

    @property
    def most_repeats(self) -> int:
        """How often the most repeated page is in the stream."""
        return max((times for _, times in self.repeats), default=1)


class CurriculumStages(NamedTuple):
    """The stages of a curriculum: its phases in order, and the plan that they follow."""

    phases: tuple[Make, ...]
    plan: Gather


def phases(
    curriculum: Curriculum,
    corpora: Mapping[str, Corpus],
    count: Transform,
    shard_tokens: int = 1 << 26,
    ranges: int = 16,
) -> CurriculumStages:
    """A stage for each phase of the curriculum, named after it; `count` adds the column `tokens` to pages.

    `ranges` (a power of two) is the number of buckets that hold a source: a bucket must fit in memory.
    """
    names = curriculum.sources
    if missing := set(names) - set(corpora):
        raise UsageError(f"the curriculum names sources that are not given: {', '.join(sorted(missing))}")
    if ranges & (ranges - 1) or ranges < 1:
        raise UsageError(f"buckets={ranges} is not a power of two; take {1 << max(ranges, 1).bit_length()}")
    counted = {s: Map(f"{s}.counted", corpora[s].pages, (ToPages(), count)) for s in names}
    keys = {s: AssignKeys(s, curriculum.seed, corpora[s].repeats) for s in names}
    sizes = tuple(Scatter(f"{s}.sizes", counted[s], Sizes(keys[s], ranges), "key", min(ranges, PARTS)) for s in names)
    sums = Scatter("plan.all", Gather("plan.ranges", sizes, sum_ranges), into_one_bucket, "key", 1)
    plan = Gather("plan", sums, Plan(curriculum, {s: corpora[s].most_repeats for s in names}, ranges))
    streams = {s: _stream(s, counted[s], plan, keys[s], ranges) for s in names}
    made = (_phase(curriculum, n, plan, streams, shard_tokens) for n in range(len(curriculum.phases)))
    return CurriculumStages(tuple(made), plan)


def _stream(source: str, counted: Map, plan: Gather, keys: AssignKeys, ranges: int) -> Gather:
    keyed = Scatter(f"{source}.keyed", counted, keys, "key", ranges)
    offsets = Scatter(f"{source}.offsets", plan, Offsets(source, ranges), "key", ranges)
    # in this order: the plan judges before a page moves
    return Gather(f"{source}.stream", (offsets, keyed), assign_offsets)


def _phase(curriculum: Curriculum, number: int, plan: Gather, streams: Mapping[str, Gather], shard_tokens: int) -> Make:
    phase = curriculum.phases[number]
    used = sorted(source for source, weight in phase.weights.items() if weight)
    starts = {source: curriculum.intervals(source)[number].start for source in used}
    shard_tokens = max(shard_tokens, MIN_SEQUENCES * phase.length)
    used_streams = {source: streams[source] for source in used}
    return Make(phase.name, SamplePhase(phase.name, phase, shard_tokens, plan, used_streams, starts))
