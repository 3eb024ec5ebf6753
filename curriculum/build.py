"""A curriculum from what a person gives it: sources by name, counted by a tokenizer, sampled in phases and packed."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import curriculum as mixture
from curriculum import Curriculum, Phase
from curriculum.arguments import columns_by_source, numbers, pairs, rates
from curriculum.keys import REHYDRATION, most_repeats
from curriculum.phases import Corpus, phases
from curriculum.places import CODE, pages
from curriculum.selection import Stream, asked_columns, by_streams, check_columns, with_choices, with_long
from curriculum.shares import shares
from curriculum.sources import check_clusters, fetched, size
from dedup.decontaminate import contaminated
from pipeline.errors import UsageError
from pipeline.stage import Map, Source, Stage
from pipeline.stats import TextCount
from tokenizer.encode import Encoder, encoder, token_count
from tokenizer.fim import FillInMiddle
from tokenizer.pack import Method, packed


@dataclass(frozen=True)
class Inputs:
    """What a run gives a curriculum.

    `tokenizer` is a tokenizer.json or a folder that holds one; `eos_token`, `pad_token` and `fim_markers` ("<PRE> <SUF>
    <MID>") name its special tokens where neither its own files nor known names tell. `sources` is
    "web=ADDRESS,code=repos:FOLDER": Parquet or JSON Lines anywhere, a stage of a run (ROOT/stage), a folder of
    checkouts (repos:) of which only permissively licensed code is taken, one checkout of your own (repo:), or tasks of
    up to so many tokens over any of these (tasks:30000:ADDRESS). `columns` names columns of theirs, "text=content;
    code: text=body,language=lang": of all, and of one. `have`, "web=1000000,code=5000", are tokens known beforehand:
    with them a budget that cannot be met fails at once. `spread` gives the weight of sources that are not there to the
    others; else they are missed. A source lies in so many `buckets`, a power of two: one must fit in memory.
    `rehydrate` repeats pages by the size of their family of copies, as FineWeb-2 does. Pages that share 13 words with
    one of the evaluation files `evals`, "mmlu.jsonl,gsm8k.parquet", are left out.

    `where`, "web: edu >= 2; decay/web: edu >= 4 and language == 'en'", says which pages of a source all phases, or one,
    take. `order`, "math: -difficulty", takes them by a column, here the greatest first. `upsample`, "web: edu 0.4=1
    0.9=3", takes them once from the percentile 40 of that column on, and three times from 90 on. `long`,
    "128k: 65536=0.5; 128k/code: 16384=1", takes half of the tokens of each source of a phase from texts of more than
    65,536 tokens, and of one source what is said of it. `fim`, "code=0.5,web=0.1",
    puts the middle of so many pieces of a source last, in place of what the curriculum does. `neighbours`,
    "128k/web: host", puts pages of one host, or of one value in a column, into one sequence. `code_model` is a model of
    `mews quality train` whose score of code becomes the column `quality`.
    """

    tokenizer: str
    sources: str
    scale: float = 1.0
    seed: int = 0
    columns: str = ""
    have: str = ""
    spread: bool = False
    buckets: int = 16
    rehydrate: bool = False
    evals: str = ""
    eos_token: str = ""
    pad_token: str = ""
    fim_markers: str = ""
    where: str = ""
    order: str = ""
    upsample: str = ""
    long: str = ""
    fim: str = ""
    neighbours: str = ""
    code_model: str = ""


def build(curriculum: Curriculum, inputs: Inputs, fim: float = 0.0, method: Method = "best_fit") -> Stage:
    """All stages: phases `<name>`, sequences `<name>.packed`, and the table `shares`, which is the goal.

    `fim` is the share of pieces of `code` whose middle is put last. Raises UsageError where sources, tokens or what a
    tokenizer needs are wanting.
    """
    given = pairs(inputs.sources)
    curriculum = with_choices(curriculum, inputs.where, inputs.order, inputs.upsample, inputs.neighbours)
    curriculum = with_long(curriculum, inputs.long)
    curriculum = replace(with_sources(curriculum, given, inputs.spread).scaled(inputs.scale), seed=inputs.seed)
    encode = encoder(inputs.tokenizer, inputs.eos_token, inputs.pad_token, inputs.fim_markers.split())
    tokens, streams = token_count(encode), by_streams(curriculum)[1]
    columns = columns_by_source(inputs.columns, curriculum.sources)
    found = {n: _checked(n, given[n], columns[n], streams, tokens, inputs) for n in curriculum.sources}
    infill = infilled(streams, {CODE: fim} | rates(inputs.fim, curriculum.sources), encode, inputs.seed)
    repeats = REHYDRATION if inputs.rehydrate else ()
    if inputs.rehydrate:
        check_clusters(found)
    check_sizes(curriculum, found, inputs)
    evals = tuple(file for file in inputs.evals.split(",") if file)
    corpora = {name: Corpus(without(name, source, evals, tokens), repeats) for name, source in found.items()}
    stages = phases(curriculum, corpora, tokens, ranges=inputs.buckets)
    both = zip(stages.phases, curriculum.phases, strict=True)
    sequences = [packed(stage, encode, phase.length, method, inputs.seed, infill) for stage, phase in both]
    return shares(stages, sequences)


def infilled(
    streams: Mapping[str, Stream], fim: Mapping[str, float], encode: Encoder, seed: int
) -> dict[str, FillInMiddle]:
    """What puts the middle last in each stream of the sources whose rate is above 0."""
    wanted = {name: fim[stream.source] for name, stream in streams.items() if fim.get(stream.source)}
    return {name: FillInMiddle(encode, rate, seed) for name, rate in wanted.items()}


def _checked(
    name: str,
    place: str,
    columns: Mapping[str, str],
    streams: Mapping[str, Stream],
    tokens: TextCount,
    inputs: Inputs,
) -> Source | Stage:
    """The pages of a source with the columns that choices ask about. Raises UsageError when it has not all of them."""
    asked = asked_columns(streams.values(), name)
    found = pages(name, place, columns, asked, tokens, inputs.seed, inputs.buckets, inputs.code_model)
    check_columns(name, found, asked)
    return found


def check_sizes(curriculum: Curriculum, found: Mapping[str, Source | Stage], inputs: Inputs) -> None:
    """Refuse before any work what cannot be had, by the tokens known beforehand, else by the sizes of files.

    Ten tokens are granted for each byte on disk: text packed as well as can be has three.
    """
    have = numbers(inputs.have)
    if unknown := sorted(set(have) - set(curriculum.sources)):
        raise UsageError(f"have= names {', '.join(unknown)}, which is no source here: {', '.join(curriculum.sources)}")
    sizes = {name: size(source) for name, source in found.items() if isinstance(source, Source) and name not in have}
    at_most = {name: 10 * bytes for name, bytes in sizes.items() if bytes is not None}
    repeats = REHYDRATION if inputs.rehydrate else ()
    over_streams, streams = by_streams(curriculum)

    def granted(tokens: Mapping[str, int]) -> dict[str, int]:
        """The most that each stream may have."""
        known = {name: stream for name, stream in streams.items() if stream.source in tokens}
        return {name: tokens[stream.source] * most_repeats(repeats, stream) for name, stream in known.items()}

    mixture.check(over_streams, granted(have))
    try:
        mixture.check(over_streams, granted(at_most))
    except UsageError as error:
        raise UsageError(f"{error} at the very most, by the size of its files; scale= asks for less") from None


def without(name: str, source: Source | Stage, evals: tuple[str, ...], tokens: TextCount | bool) -> Source | Stage:
    """The pages that hold no 13 words of an evaluation file."""
    if not evals:
        return source
    verdicts = contaminated(f"{name}.contaminated", source, evals, fetch=fetched)
    return Map(f"{name}.unseen", source, verdicts=verdicts, tokens=tokens)


def recipe_of(
    curriculum: Curriculum | Callable[[list[str]], Curriculum], fim: float = 0.0, method: Method = "best_fit"
) -> Callable[..., Stage]:
    """The recipe of a curriculum, or of one that depends on the names of the sources that are given, in their order.

    Its arguments are the fields of `Inputs`, which explains them.
    """

    @functools.wraps(Inputs, updated=())  # with its signature: the arguments of all curricula are written down once
    def recipe(*given: Any, **named: Any) -> Stage:
        inputs = Inputs(*given, **named)
        wanted = curriculum if isinstance(curriculum, Curriculum) else curriculum(list(pairs(inputs.sources)))
        return build(wanted, inputs, fim, method)

    return recipe


def with_sources(curriculum: Curriculum, given: Mapping[str, str], spread: bool) -> Curriculum:
    """The curriculum of the sources that are there."""
    if unknown := sorted(set(given) - set(curriculum.sources)):
        raise UsageError(f"no source {', '.join(unknown)} in this curriculum; it has {', '.join(curriculum.sources)}")
    missing = sorted(set(curriculum.sources) - set(given))
    if missing and not spread:
        raise UsageError(f"sources= lacks {', '.join(missing)}; give them, or spread=true to do without")
    return replace(curriculum, phases=tuple(_without(phase, missing) for phase in curriculum.phases))


def _without(phase: Phase, missing: list[str]) -> Phase:
    weights = {source: weight for source, weight in phase.weights.items() if source not in missing}
    if not weights:
        raise UsageError(f"phase {phase.name} has none of its sources {', '.join(phase.weights)}; give at least one")
    return replace(phase, weights=weights)
