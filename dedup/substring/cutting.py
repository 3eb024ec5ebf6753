"""What is done with a text whose spans repeat elsewhere: cut, masked or dropped."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import pyarrow as pa
import pyarrow.compute as pc

from dedup.substring.spans import TEXT_SPAN
from pipeline.errors import UsageError
from pipeline.transform import put

Mode = Literal["cut", "cut_keep_first", "mask", "drop", "drop_partial"]
MODES = get_args(Mode)
Spans = Sequence[Mapping[str, int]]


def cut(mode: Mode = "cut", min_chars: int = 20, share: float = 0.2) -> "Cut":
    """A transform of texts with the columns `spans` and `later_occurrences` of `repeated` (null: nothing repeats).

    cut: all that repeats goes, also its first occurrence, as in RefinedWeb; a page of fewer than `min_chars` characters
    then leaves ("exact:short"). cut_keep_first: the first occurrence stays. mask: the text stays, with the column
    `spans`. drop: a page with any span leaves ("exact:repeated"). drop_partial: a page with more than `share` of its
    characters in spans leaves ("exact:share"). Raises UsageError on another mode.
    """
    if mode not in MODES:
        raise UsageError(f"cut mode {mode!r} is not known; take one of {', '.join(MODES)}")
    return Cut(mode, min_chars, share)


@dataclass(frozen=True)
class Cut:
    """The transform that `cut` gives."""

    mode: Mode
    min_chars: int
    share: float
    name = "exact"

    def __call__(self, table: pa.Table) -> pa.Table:
        """The rows that are made of these."""
        column = "later_occurrences" if self.mode == "cut_keep_first" else "spans"
        rows = table[column].to_pylist()
        if self.mode == "mask":
            spans = pa.array([spans or [] for spans in rows], pa.list_(TEXT_SPAN))
            return put(table, "spans", spans).drop_columns("later_occurrences")
        texts = table["text"]
        reasons: list[str | None] = [None] * table.num_rows
        measured: list[str | None] = [None] * table.num_rows
        changed: list[str | None] = [None] * table.num_rows
        for row, spans in enumerate(rows):
            if spans:
                text = texts[row].as_py() or ""
                code, changed[row] = self._judge(text, spans)
                if code:
                    reasons[row] = f"{self.name}:{code}"
                    measured[row] = json.dumps({"length": len(text), "repeated": span_size(spans)})
        table = put(table, "text", pc.coalesce(pa.array(changed, table.schema.field("text").type), texts))
        table = put(put(table, "reason", pa.array(reasons, pa.string())), "measured", pa.array(measured, pa.string()))
        return table.drop_columns(["spans", "later_occurrences"])

    def _judge(self, text: str, spans: Spans) -> tuple[str | None, str | None]:
        """Why the page leaves, or its new text, or neither."""
        if self.mode == "drop":
            return "repeated", None
        if self.mode == "drop_partial":
            return ("share" if span_size(spans) > self.share * len(text) else None), None
        rest = without_spans(text, spans)
        return ("short", None) if len(rest.strip()) < self.min_chars else (None, rest)


def span_size(spans: Spans) -> int:
    """Characters in spans that do not overlap."""
    return sum(span["end"] - span["start"] for span in spans)


def without_spans(text: str, spans: Spans) -> str:
    """The text without its spans (ascending, apart).

    Where the whitespace on both sides of a cut meets, one side stays: the one with more line breaks, else the longer,
    else the first. At an end of the text that a cut has made, none stays.
    """
    bounds = [0, *(at for span in spans for at in (span["start"], span["end"])), len(text)]
    pieces = [text[start:end] for start, end in zip(bounds[::2], bounds[1::2], strict=True)]
    parts, gap = [], ""
    for number, piece in enumerate(pieces):
        body = piece.strip()
        lead = piece[: len(piece) - len(piece.lstrip())]
        if not body:
            gap = _wider(gap, piece)
            continue
        parts += [lead if number == 0 else _wider(gap, lead) if parts else "", body]
        gap = piece[len(lead) + len(body) :]
    return "".join(parts) + (gap if pieces[-1].strip() else "")


def _wider(left: str, right: str) -> str:
    return max((left, right), key=lambda gap: (gap.count("\n"), len(gap)))
