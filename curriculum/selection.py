"""What a phase takes of a source: the pages of an expression, in an order, some of them more often than others.

A source of which phases take different pages becomes several streams, one for each choice. Only `by_streams` knows
that: for the arithmetic of phases each stream is a source.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

import pyarrow as pa

from curriculum import EVERYTHING, Choice, Curriculum, Curve, Phase
from curriculum.where import Where
from pipeline.errors import UsageError
from pipeline.stage import Source, Stage
from readers import describe_source
from readers.values import Kind, fits_type

# Columns that every source has by the time that a page is chosen.
TEXTS, NUMBERS = ("id", "url", "language", "text"), ("cluster", "tokens")
HOST = "host"  # the neighbours of a page that lie at its host
OWN: Mapping[str, Kind] = {**dict.fromkeys(TEXTS, "string"), **dict.fromkeys(NUMBERS, "number")}


class Stream(NamedTuple):
    """A source, and what is chosen of it."""

    source: str
    choice: Choice = EVERYTHING


def by_streams(curriculum: Curriculum) -> tuple[Curriculum, dict[str, Stream]]:
    """The curriculum over streams, and what each is of. A stream has the name of its source, or where pages are chosen
    "<source>.<phase>" after the first phase that makes this choice, "<source>.<phase>.long" for its long texts.
    """
    names: dict[Stream, str] = {}
    phases = []
    for phase in curriculum.phases:
        weights: dict[str, float] = {}
        for stream, ending, weight in _drawn(phase):
            whole = stream.choice == EVERYTHING
            name = names.setdefault(stream, stream.source if whole else f"{stream.source}.{phase.name}{ending}")
            weights[name] = weights.get(name, 0) + weight
        phases.append(replace(phase, weights=weights, choose={}))
    streams = {name: stream for stream, name in names.items()}
    limits = curriculum.max_epochs or {}
    epochs = {name: limits[stream.source] for name, stream in streams.items() if stream.source in limits}
    return replace(curriculum, phases=tuple(phases), max_epochs=epochs), streams


def _drawn(phase: Phase) -> Iterator[tuple[Stream, str, float]]:
    """The streams that a phase takes of each source, what their names end with, and their weights."""
    for source, weight in phase.weights.items():
        choice = phase.choose.get(source, EVERYTHING)
        longer, share = choice.long
        choice = replace(choice, long=(0, 0.0))
        if share < 1:
            yield Stream(source, choice), "", weight * (1 - share) if share else weight
        if share:
            where = f"({choice.where}) and tokens > {longer}" if choice.where else f"tokens > {longer}"
            yield Stream(source, replace(choice, where=where)), ".long", weight * share


def asked_columns(streams: Iterable[Stream], source: str) -> dict[str, Kind]:
    """The columns of a source that choices ask about, beside `OWN`, and their kinds."""
    found: dict[str, Kind] = {}
    for choice in (stream.choice for stream in streams if stream.source == source):
        kinds = dict(Where(choice.where).kinds) if choice.where else {}
        kinds |= {choice.ranked_by: "number"} if choice.ranked_by else {}
        family = choice.neighbours if choice.neighbours not in ("", HOST) else ""
        kinds |= {family: kinds.get(family, "scalar")} if family else {}
        for name, kind in kinds.items():
            before = found.get(name, "scalar")
            if before not in ("scalar", kind) and kind != "scalar":
                raise UsageError(f"source {source}: column {name} is compared with a text and with a number")
            found[name] = kind if before == "scalar" else before
    for name, kind in OWN.items():
        if found.pop(name, kind) not in (kind, "scalar"):
            raise UsageError(f"source {source}: column {name} holds {_PLURAL[kind]}")
    return found


_PLURAL: Mapping[Kind, str] = {"number": "numbers", "string": "texts", "scalar": "values"}


def check_columns(name: str, source: Source | Stage, asked: Mapping[str, Kind]) -> None:
    """Raise UsageError when a source lacks a column that a choice asks about, or it is of another kind."""
    if isinstance(source, Source):
        seen = describe_source(source)
        names, there = (seen.names, set(seen.fields)) if seen else ([], set(asked))
    else:
        names = source.schema.names
        there = {n for n in names if n in asked and fits_type(asked[n], source.schema.field(n).type)}
    for column in (column for column in asked if column not in there):
        raise UsageError(
            f"source {name} has no column {column} of {_PLURAL[asked[column]]}, which a choice of pages asks about; it "
            f"has {', '.join(names[:30])}; say which column it is: columns={column}=NAME"
        )


def chosen_rows(choice: Choice) -> Callable[[pa.Table], pa.Table] | None:
    """What leaves the rows that a choice's expression chooses; None where it has none."""
    return Where(choice.where).rows if choice.where else None


def with_long(curriculum: Curriculum, long: str) -> Curriculum:
    """The curriculum with shares of long texts: "PHASE: 65536=0.5; PHASE/SOURCE: …" takes half of the tokens of each
    source of a phase, or of one, from longer texts. What is said last holds.
    """
    for entry in filter(str.strip, long.split(";")):
        target, _, said = (part.strip() for part in entry.partition(":"))
        phase, _, source = target.partition("/")
        known = {phase.name: phase.weights for phase in curriculum.phases}
        if phase not in known:
            raise UsageError(f"long {entry.strip()!r}: there is no phase {phase}, only {', '.join(known)}")
        if source and source not in known[phase]:
            raise UsageError(f"long {entry.strip()!r}: there is no source {source}, only {', '.join(known[phase])}")
        tokens, _, share = said.partition("=")
        try:
            value = (int(tokens), float(share))
        except ValueError:
            raise UsageError(f"long {entry.strip()!r}: write PHASE: TOKENS=SHARE, as in 128k: 65536=0.5") from None
        for each in [source] if source else known[phase]:
            phases = tuple(_chosen(p, phase, each, "long", value) for p in curriculum.phases)
            curriculum = replace(curriculum, phases=phases)
    return curriculum


def with_choices(curriculum: Curriculum, where: str, order: str, upsample: str, neighbours: str = "") -> Curriculum:
    """The curriculum with the choices that a person gave: "SOURCE: …; PHASE/SOURCE: …", for all phases or for one.

    `where` takes expressions, `order` a column ("-tokens": the greatest first), `upsample` a column and steps
    ("quality 0.4=1 0.9=3"), `neighbours` "host" or a column. Raises UsageError on what is none, and on names that are
    not in the curriculum.
    """
    given: dict[str, tuple[str, Callable[[str], object]]]
    given = {"where": (where, str), "order": (order, _column), "curve": (upsample, curve_of)}
    given |= {"neighbours": (neighbours, _family)}
    for field, (text, read) in given.items():
        for phase, source, said in _entries(text, curriculum):
            value = read(said)
            curriculum = replace(
                curriculum, phases=tuple(_chosen(p, phase, source, field, value) for p in curriculum.phases)
            )
    return curriculum


def _chosen(phase: Phase, name: str, source: str, field: str, value: object) -> Phase:
    if name not in ("", phase.name) or source not in phase.weights:
        return phase
    choice = replace(phase.choose.get(source, EVERYTHING), **{field: value})
    return replace(phase, choose={**phase.choose, source: choice})


def _entries(text: str, curriculum: Curriculum) -> Iterable[tuple[str, str, str]]:
    phases = {phase.name: phase for phase in curriculum.phases}
    for entry in filter(str.strip, text.split(";")):
        target, colon, said = entry.partition(":")
        phase, slash, source = target.strip().rpartition("/")
        if not colon or not said.strip():
            raise UsageError(f"{entry.strip()!r}: write SOURCE: … or PHASE/SOURCE: …, with ; between")
        if slash and phase not in phases:
            raise UsageError(f"{entry.strip()!r}: there is no phase {phase}, only {', '.join(phases)}")
        known = phases[phase].weights if slash else curriculum.sources
        if source not in known:
            raise UsageError(f"{entry.strip()!r}: there is no source {source}, only {', '.join(known)}")
        yield phase, source, said.strip()


def _column(text: str) -> str:
    if not re.fullmatch(r"-?[A-Za-z_]\w*", text):
        raise UsageError(f"order {text!r} is no column; write its name, with - in front for the greatest first")
    return text


def _family(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z_]\w*", text):
        raise UsageError(f"neighbours {text!r} is neither host nor a column with the families of pages")
    return text


def curve_of(text: str) -> Curve:
    """The curve of "quality 0.4=1 0.9=3.5"."""
    column, *steps = text.split()
    try:
        pairs = tuple((float(at), float(times)) for at, _, times in (step.partition("=") for step in steps))
    except ValueError:
        pairs = ()
    if not pairs:
        raise UsageError(f"upsample {text!r}: write a column and steps, as in: quality 0.4=1 0.9=3.5")
    return Curve(column, pairs)
