"""What becomes of a text whose spans repeat elsewhere: cut, masked or dropped."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from dedup.substring_spans import SPAN
from pipeline.errors import UsageError
from pipeline.transform import put

Mode = Literal["cut", "cut_keep_first", "mask", "drop", "drop_partial"]
MODES = ("cut", "cut_keep_first", "mask", "drop", "drop_partial")
Spans = Sequence[Mapping[str, int]]


def cut(mode: Mode = "cut", min_chars: int = 20, share: float = 0.2) -> "Cut":
    """A transform over texts with the columns `spans` and `copies` of `repeated` (null: nothing repeats).

    cut: all copies go, as RefinedWeb does; a page under `min_chars` characters then leaves ("exact:short").
    cut_keep_first: the first copy stays. mask: the text stays, and so does `spans`. drop: a page with any span leaves
    ("exact:repeated"). drop_partial: a page with more than `share` of its characters in spans does ("exact:share").
    """
    if mode not in MODES:
        raise UsageError(f"cut mode {mode!r} is not known; take one of {', '.join(MODES)}")
    return Cut(mode, min_chars, share)


@dataclass(frozen=True)
class Cut:
    mode: Mode
    min_chars: int
    share: float
    name = "exact"

    def __call__(self, table: pa.Table) -> pa.Table:
        spans, texts = table["copies" if self.mode == "cut_keep_first" else "spans"].to_pylist(), table["text"]
        reasons: list[str | None] = [None] * table.num_rows
        measured: list[str | None] = [None] * table.num_rows
        changed: list[str | None] = [None] * table.num_rows
        for row, own in enumerate(spans):
            if own and self.mode != "mask":
                text = texts[row].as_py() or ""
                code, changed[row] = self._judge(text, own)
                if code:
                    reasons[row] = f"{self.name}:{code}"
                    measured[row] = json.dumps({"length": len(text), "repeated": size(own)})
        table = put(table, "text", pc.coalesce(pa.array(changed, table.schema.field("text").type), texts))
        table = put(put(table, "reason", pa.array(reasons, pa.string())), "measured", pa.array(measured, pa.string()))
        if self.mode == "mask":
            return put(table, "spans", pa.array([own or [] for own in spans], pa.list_(SPAN))).drop_columns("copies")
        return table.drop_columns(["spans", "copies"])

    def _judge(self, text: str, spans: Spans) -> tuple[str | None, str | None]:
        """Why the page leaves, or its new text, or neither."""
        if self.mode == "drop":
            return "repeated", None
        if self.mode == "drop_partial":
            return ("share" if size(spans) > self.share * len(text) else None), None
        rest = without(text, spans)
        return ("short", None) if len(rest.strip()) < self.min_chars else (None, rest)


def size(spans: Spans) -> int:
    """Characters in spans that do not overlap."""
    return sum(span["end"] - span["start"] for span in spans)


def without(text: str, spans: Spans) -> str:
    """The text without its spans (ascending, apart).

    Where whitespace on both sides of a cut meets, one side stays: the one with more line breaks, else the longer,
    else the first. Where a cut has bared an end of the text, none does.
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
