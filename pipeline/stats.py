"""What a receipt counts: documents and tokens in, out, and by reason at every step; and sums of them."""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

# Letters, numbers and runs of signs as GPT-2 splits them before merging; one a Han or Kana character.
TOKEN = r"\p{Han}|\p{Hiragana}|\p{Katakana}|\p{L}+|\p{N}+|[^\s\p{L}\p{N}]+"


def tokens(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Tokens of each text (int64): GPT-2's pre-tokens, a count that needs no model."""
    return pc.cast(pc.fill_null(pc.count_substring_regex(text, TOKEN), 0), pa.int64())


class Size(NamedTuple):
    """Documents and tokens; tokens are 0 where no text existed yet."""

    rows: int = 0
    tokens: int = 0

    def plus(self, other: "Size") -> "Size":
        return Size(self.rows + other.rows, self.tokens + other.tokens)


NOTHING = Size()
SUMMED = ("rows_in", "rows_out", "tokens_in", "tokens_out", "bytes", "sent")


@dataclass(frozen=True)
class Step:
    """One step of a Map: what was left after it, what it dropped by reason, what it quarantined by error."""

    kept: Size = NOTHING
    dropped: Mapping[str, Size] = field(default_factory=dict)
    quarantined: Mapping[str, int] = field(default_factory=dict)

    def plus(self, other: "Step") -> "Step":
        return Step(
            self.kept.plus(other.kept),
            _sorted(_merge([self.dropped, other.dropped], Size.plus)),
            _sorted(_merge([self.quarantined, other.quarantined], int.__add__)),
        )


@dataclass(frozen=True)
class Stats:
    """Counts of one shard, or their sum over shards.

    `kind` says which law they obey (see `conserved`). `sent` is of a Gather, the rows that its Scatters sent to it.
    `counts` holds what transforms count (private data by type, for one); `seconds` is wall time of a worker.
    """

    kind: str = "map"
    rows_in: int = 0
    rows_out: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    bytes: int = 0
    sent: int = 0
    seconds: float = 0.0
    steps: Mapping[str, Step] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def dropped(self) -> dict[str, Size]:
        return _merge([step.dropped for step in self.steps.values()], Size.plus)

    @property
    def quarantined(self) -> dict[str, int]:
        return _merge([step.quarantined for step in self.steps.values()], int.__add__)

    def conserved(self) -> bool:
        """Whether nothing was lost: rows in = rows out + rows by reason + rows quarantined.

        Of "gather": rows in = rows sent; what it makes of them are rows of another kind. Of "tokens" (sequences, the
        phases of a curriculum): tokens in = tokens out.
        """
        if self.kind == "gather":
            return self.rows_in == self.sent
        if self.kind == "tokens":
            return self.tokens_in == self.tokens_out
        left = sum(size.rows for size in self.dropped.values()) + sum(self.quarantined.values())
        return self.rows_in == self.rows_out + left

    def plus(self, other: "Stats") -> "Stats":
        return Stats(
            kind=self.kind or other.kind,
            seconds=round(self.seconds + other.seconds, 3),
            steps=_merge([self.steps, other.steps], Step.plus),
            counts=_sorted(_merge([self.counts, other.counts], int.__add__)),
            **{name: getattr(self, name) + getattr(other, name) for name in SUMMED},
        )

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> "Stats":
        return Stats(**{**data, "steps": {name: _step(step) for name, step in data["steps"].items()}})


def _step(data: Mapping[str, Any]) -> Step:
    dropped = {reason: Size(*size) for reason, size in data["dropped"].items()}
    return Step(Size(*data["kept"]), dropped, data["quarantined"])


def add(parts: Iterable[Stats]) -> Stats:
    """The sum of shards' stats, the same for any order of the parts."""
    return functools.reduce(Stats.plus, parts, Stats(kind=""))


def _merge(maps: Iterable[Mapping[str, Any]], plus: Any) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for each in maps:
        for key, value in each.items():
            merged[key] = plus(merged[key], value) if key in merged else value
    return merged


def _sorted(merged: Mapping[str, Any]) -> dict[str, Any]:
    return dict(sorted(merged.items()))
