"""What a receipt counts: documents and text in, out, and by reason at every step; and sums of them."""

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self, TypeVar

import pyarrow as pa

from text.tokens import count_pretokens

V = TypeVar("V")


class TextCount(NamedTuple):
    """How the size of texts is counted: the name of the unit, and its number in each text (int64, null is 0)."""

    unit: str
    of: Callable[[pa.ChunkedArray], pa.ChunkedArray]


PRETOKENS = TextCount("pretokens", count_pretokens)


class Size(NamedTuple):
    """Documents, and their text in the unit of the Stats; 0 where no text existed yet."""

    rows: int = 0
    tokens: int = 0

    def plus(self, other: "Size") -> "Size":
        """The sum of both."""
        return Size(self.rows + other.rows, self.tokens + other.tokens)

    def minus(self, other: "Size") -> "Size":
        """The difference."""
        return Size(self.rows - other.rows, self.tokens - other.tokens)


class Raised(NamedTuple):
    """The rows on which a function raised at one place, and one of the messages (the first by alphabet)."""

    rows: int = 0
    message: str = ""

    def plus(self, other: "Raised") -> "Raised":
        """The sum of both."""
        return Raised(self.rows + other.rows, min(filter(None, (self.message, other.message)), default=""))

    def told(self, what: str) -> str:
        """An error as a person reads it: "KeyError: 'url' (f.py:8, in f)"; `what` is "<exception> at <place>"."""
        error, _, place = what.partition(" at ")
        said = f"{error}: {self.message}" if self.message else error
        return f"{said} ({place})" if place else said


def most_frequent(raised: Mapping[str, Raised]) -> str:
    """The error that was raised on the most rows, as a person reads it."""
    what = max(sorted(raised), key=lambda what: raised[what].rows)
    return raised[what].told(what)


NOTHING = Size()


@dataclass(frozen=True)
class Step:
    """One step of a Map: what was left after it, and what left there.

    `dropped` is by reason and `quarantined` by error. `raised` tells of the errors that its function raised, by
    "<exception> at <place>". Of the `sampled` rows, which were asked about twice, `unstable` got another answer.
    """

    kept: Size = NOTHING
    dropped: Mapping[str, Size] = field(default_factory=dict[str, Size])
    quarantined: Mapping[str, int] = field(default_factory=dict[str, int])
    raised: Mapping[str, Raised] = field(default_factory=dict[str, Raised])
    sampled: int = 0
    unstable: int = 0

    @property
    def rows(self) -> int:
        """The rows that came to the step: those that it kept, dropped and quarantined."""
        return self.kept.rows + sum(size.rows for size in self.dropped.values()) + sum(self.quarantined.values())

    def plus(self, other: "Step") -> "Step":
        """The sum of both."""
        return Step(
            self.kept.plus(other.kept),
            _summed(self.dropped, other.dropped, Size.plus),
            _summed(self.quarantined, other.quarantined, int.__add__),
            _summed(self.raised, other.raised, Raised.plus),
            self.sampled + other.sampled,
            self.unstable + other.unstable,
        )


@dataclass(frozen=True)
class Stats:
    """Counts of one shard, or their sum over shards.

    `steps` are in the order in which documents pass them; no two have one name. `unit` is what `tokens_in`,
    `tokens_out` and every Size count ("pretokens" unless a tokenizer counted; "" where nothing was counted). `counts`
    holds what transforms count (private data by type, for one); `seconds` is wall time of a worker. `bytes` are
    those of the stored rows, `memory` those of the same rows before compression.

    `rows_due` is for stages that make rows of their own (a Gather, packing): the rows that their inputs hold for the
    shard, as the inputs' own indexes or receipts say. It is None for stages whose rows are those that they read.
    """

    kind: str = "map"
    rows_in: int = 0
    rows_out: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    bytes: int = 0
    seconds: float = 0.0
    steps: Mapping[str, Step] = field(default_factory=dict[str, Step])
    counts: Mapping[str, int] = field(default_factory=dict[str, int])
    unit: str = ""
    rows_due: int | None = None
    memory: int = 0

    @property
    def dropped(self) -> dict[str, Size]:
        """What all steps dropped, by reason."""
        return _merge([step.dropped for step in self.steps.values()], Size.plus)

    @property
    def quarantined(self) -> dict[str, int]:
        """What all steps quarantined, by error."""
        return _merge([step.quarantined for step in self.steps.values()], int.__add__)

    def conserved(self) -> bool:
        """Whether no row was lost or made up.

        With `rows_due`: all rows that the inputs hold were read, and as many tokens went out as came in, where they
        were counted. Without: rows in = rows out + dropped + quarantined, and each step was given just the rows that
        the step before had kept, the last of them the rows out.
        """
        if self.rows_due is not None:
            return (self.rows_in, self.tokens_in) == (self.rows_due, self.tokens_out)
        left = sum(size.rows for size in self.dropped.values()) + sum(self.quarantined.values())
        given = [step.rows for step in self.steps.values()]
        kept = [step.kept.rows for step in self.steps.values()]
        in_line = not given or [*given, self.rows_out] == [self.rows_in, *kept]
        return self.rows_in == self.rows_out + left and in_line

    def plus(self, other: "Stats") -> "Stats":
        """The sum; for parts of one stage it does not depend on their order."""
        due = [each.rows_due for each in (self, other) if each.rows_due is not None]
        return Stats(
            kind=self.kind or other.kind,
            seconds=round(self.seconds + other.seconds, 3),
            steps=_merge([self.steps, other.steps], Step.plus),
            counts=_summed(self.counts, other.counts, int.__add__),
            unit=self.unit or other.unit,
            rows_due=sum(due) if due else None,
            rows_in=self.rows_in + other.rows_in,
            rows_out=self.rows_out + other.rows_out,
            tokens_in=self.tokens_in + other.tokens_in,
            tokens_out=self.tokens_out + other.tokens_out,
            bytes=self.bytes + other.bytes,
            memory=self.memory + other.memory,
        )

    def warnings(self) -> list[str]:
        """What a person should know of the steps, a line each: functions that raised, and that are not pure."""
        lines: list[str] = []
        for name, step in self.steps.items():
            for what, raised in step.raised.items():
                lines.append(f"{name} failed on {raised.rows:,} of {step.rows:,} documents: {raised.told(what)}")
            if step.unstable:
                lines.append(
                    f"{name} is not a pure function: asked again about {step.sampled:,} documents, it gave another"
                    f" answer for {step.unstable:,}; its results depend on the order of documents or on chance"
                )
        return lines

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON has them; `steps` is an object whose keys are in the order of the steps."""
        return {**vars(self), "steps": {name: vars(step) for name, step in self.steps.items()}}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The Stats that `to_json` made this of."""
        read: dict[str, Any] = {**data, "steps": {name: _step(step) for name, step in data["steps"].items()}}
        return cls(**read)


def _step(data: Mapping[str, Any]) -> Step:
    read: dict[str, Any] = {**data, "kept": Size(*data["kept"])}
    for name, of in (("dropped", Size), ("raised", Raised)):
        read[name] = {key: of(*value) for key, value in data.get(name, {}).items()}
    return Step(**read)


def add(parts: Iterable[Stats]) -> Stats:
    """The sum of shards' stats, the same for any order of the parts."""
    return functools.reduce(Stats.plus, parts, Stats(kind=""))


def _merge(maps: Iterable[Mapping[str, V]], plus: Callable[[V, V], V]) -> dict[str, V]:
    merged: dict[str, V] = {}
    for each in maps:
        for key, value in each.items():
            merged[key] = plus(merged[key], value) if key in merged else value
    return merged


def _summed(one: Mapping[str, V], other: Mapping[str, V], plus: Callable[[V, V], V]) -> dict[str, V]:
    """The sums by key, sorted; most are of nothing, and a driver makes millions."""
    return dict(sorted(_merge([one, other], plus).items())) if one or other else {}
