"""FineWeb's own quality rules (Penedo et al. 2024, section 3.6 and the authors' published code)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import regex

from filters.repeats import duplicates
from pipeline.doc import Doc

SENTENCE_END = regex.compile(r"\p{Sentence_Terminal}")


@cache
def ends_sentence(character: str) -> bool:
    """Whether a character ends sentences in some script (Unicode property Sentence_Terminal)."""
    return SENTENCE_END.match(character) is not None


@dataclass(frozen=True)
class Quality:
    """Drops lists, menus and boilerplate by the look of the lines; blank lines do not count.

    The paper and its code disagree on the share of characters in duplicated lines: 0.1 in the text, 0.01 in appendix
    E.4 and in the code that made the data set, which is the default. `max_newlines` (line breaks a word) is in the code only.
    `zero_punctuation` keeps a text without any end mark, as FineWeb-2 does for scripts that have none.
    """

    min_line_punctuation: float = 0.12
    max_short_lines: float | None = 0.67
    max_dup_line_chars: float = 0.01
    max_newlines: float = 0.3
    short_line: int = 30
    zero_punctuation: bool = False
    end_marks: frozenset[str] | None = None

    name = "fineweb.quality"

    def measure(self, doc: Doc) -> dict[str, float]:
        lines = [line for line in doc.text.split("\n") if line.strip()]
        count, newlines = max(len(lines), 1), doc.text.count("\n")
        ends = self.end_marks.__contains__ if self.end_marks is not None else ends_sentence
        return {
            "lines": len(lines),
            "line_punctuation": sum(ends(line[-1]) for line in lines) / count,
            "short_lines": sum(len(line) <= self.short_line for line in lines) / count,
            "dup_line_chars": duplicates(lines)[1] / max(len(doc.text) - newlines, 1),
            "newlines": newlines / max(len(doc.word_ids), 1),
        }

    def judge(self, measured: Mapping[str, float]) -> str | None:
        value = measured
        unmarked = value["line_punctuation"] < self.min_line_punctuation
        rules = (
            ("empty", not value["lines"]),
            ("line_punctuation", unmarked and not (self.zero_punctuation and value["line_punctuation"] == 0)),
            ("short_lines", self.max_short_lines is not None and value["short_lines"] > self.max_short_lines),
            ("dup_line_chars", value["dup_line_chars"] > self.max_dup_line_chars),
            ("newlines", value["newlines"] > self.max_newlines),
        )
        return next((reason for reason, broken in rules if broken), None)

    def __call__(self, doc: Doc) -> str | None:
        return self.judge(self.measure(doc))


quality = Quality()
