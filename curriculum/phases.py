"""A curriculum as stages: every page gets its offset in its source's stream, and each phase samples every stream.

    <source>.counted ─► <stream>.sizes ─► plan ─► <stream>.offsets ─► <stream>.stream ─► <phase>
            └─────────► <stream>.keyed ───────────────────────────────────┘

A source has one stream, of its own name, unless phases choose among its pages (see `selection`): then it has one for
each choice. Where a choice orders or repeats pages by a column, `<stream>.ranks` knows the percentiles.

Only `plan` knows the whole curriculum, and what it writes does not depend on it: after a change of a later phase, the
earlier ones are found made.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from curriculum import Curriculum
from curriculum.keys import AssignKeys, Repeats, Sizes, most_repeats
from curriculum.sample_phase import SamplePhase
from curriculum.selection import Stream, asked_columns, by_streams, chosen_rows
from curriculum.token_stream import (
    Offsets,
    Plan,
    ToPages,
    assign_offsets,
    into_one_bucket,
    sum_ranges,
)
from curriculum.where import AnyWhere, Where
from pipeline.errors import UsageError
from pipeline.make import Make
from pipeline.shuffle import Gather, Scatter
from pipeline.stage import Map, Source, Stage
from pipeline.stats import TextCount
from pipeline.transform import Transform
from stages.labels import percentiles

MIN_SEQUENCES = 512  # in a shard, so that packing has something to choose from
PARTS = 256  # in which the sizes of all ranges are added up


@dataclass(frozen=True)
class Corpus:
    """A source of a mixture: pages with `id`, `text` and, where known, `url`, `language` and `cluster`.

    `repeats` puts a page into the stream several times, by the size of the family of copies that it stands for.
    """

    pages: Stage | Source
    repeats: Repeats = ()


class CurriculumStages(NamedTuple):
    """The stages of a curriculum, over streams: its phases in order, and the plan that they follow."""

    curriculum: Curriculum
    phases: tuple[Make, ...]
    plan: Gather


def phases(
    curriculum: Curriculum,
    corpora: Mapping[str, Corpus],
    tokens: TextCount,
    shard_tokens: int = 1 << 26,
    ranges: int = 16,
) -> CurriculumStages:
    """A stage for each phase of the curriculum, named after it.

    `tokens` is how text is counted. `ranges` (a power of two) is the number of buckets that hold a source: a
    bucket must fit in memory.
    """
    if missing := set(curriculum.sources) - set(corpora):
        raise UsageError(f"the curriculum names sources that are not given: {', '.join(sorted(missing))}")
    if ranges & (ranges - 1) or ranges < 1:
        raise UsageError(f"buckets={ranges} is not a power of two; take {1 << max(ranges, 1).bit_length()}")
    sources = curriculum.sources
    curriculum, streams = by_streams(curriculum)
    counted = {s: _counted(s, streams.values(), corpora[s], tokens) for s in sources}
    pages = {name: _ranked(name, stream, counted[stream.source]) for name, stream in streams.items()}
    keys = {n: AssignKeys(n, curriculum.seed, corpora[s.source].repeats, s.choice) for n, s in streams.items()}
    names = curriculum.sources
    sizes = tuple(Scatter(f"{s}.sizes", pages[s], Sizes(keys[s], ranges), "key", min(ranges, PARTS)) for s in names)
    sums = Scatter("plan.all", Gather("plan.ranges", sizes, sum_ranges), into_one_bucket, "key", 1)
    most = {name: most_repeats(corpora[streams[name].source].repeats, streams[name]) for name in names}
    plan = Gather("plan", sums, Plan(curriculum, most, ranges))
    lines = {s: _stream(s, pages[s], plan, keys[s], ranges) for s in names}
    made = (_phase(curriculum, n, plan, lines, shard_tokens) for n in range(len(curriculum.phases)))
    return CurriculumStages(curriculum, tuple(made), plan)


def _counted(source: str, every: Iterable[Stream], corpus: Corpus, tokens: TextCount) -> Map:
    """The pages of a source, with their `tokens`; where all phases choose by expressions, those that one chooses."""
    streams = [stream for stream in every if stream.source == source]
    if corpus.repeats and any(stream.choice.ranked_by for stream in streams):
        raise UsageError(f"source {source}: an order or a curve cannot be had with rehydration: leave out one of them")
    steps: tuple[Transform, ...] = (ToPages(asked_columns(streams, source)),)
    wheres = [Where(stream.choice.where) for stream in streams if stream.choice.where]
    if len(wheres) == len(streams) and not any("tokens" in where.kinds for where in wheres):
        steps = (*steps, AnyWhere(tuple(wheres)))
    return Map(f"{source}.counted", corpus.pages, steps, tokens=tokens)


def _ranked(name: str, stream: Stream, counted: Map) -> Map:
    """The pages with their percentiles, where a choice needs them."""
    column = stream.choice.ranked_by
    if not column:
        return counted
    ranks = percentiles(f"{name}.ranks", counted, column, chosen=chosen_rows(stream.choice))
    return Map(f"{name}.ranked", counted, verdicts=ranks, tokens=False)


def _stream(source: str, pages: Map, plan: Gather, keys: AssignKeys, ranges: int) -> Gather:
    keyed = Scatter(f"{source}.keyed", pages, keys, "key", ranges)
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
