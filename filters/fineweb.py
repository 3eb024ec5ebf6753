"""FineWeb's own quality rules (Penedo et al. 2024, section 3.6 and the authors' published code)."""

from dataclasses import dataclass

from filters.repeats import duplicates
from pipeline.doc import Doc
from pipeline.rules import Rules, least, most
from text.sentences import SENTENCE_ENDS


@dataclass(frozen=True)
class LineMeasure:
    """Measures what tells prose from lists, menus and boilerplate: the look of the lines. Blank lines do not count.

    Lines of up to `short_line` characters are short. `newlines` are line breaks a word. With `zero_punctuation`, a text
    without any of the `end_marks` is measured as if all lines had one: FineWeb-2 keeps such texts, for scripts that
    have no marks.
    """

    short_line: int = 30
    zero_punctuation: bool = False
    end_marks: frozenset[str] = SENTENCE_ENDS

    def __call__(self, doc: Doc) -> dict[str, float]:
        """What was measured of a page, by name."""
        text = doc.text.replace("\r\n", "\n")
        lines = [line for line in text.split("\n") if line.strip()]
        count, newlines = max(len(lines), 1), text.count("\n")
        marked = sum(line[-1] in self.end_marks for line in lines)
        return {
            "lines": len(lines),
            "line_punctuation": 1.0 if self.zero_punctuation and not marked else marked / count,
            "short_lines": sum(len(line) <= self.short_line for line in lines) / count,
            "dup_line_chars": duplicates(lines)[1] / max(len(text) - newlines, 1),
            "newlines": newlines / max(len(doc.word_ids), 1),
        }


# The paper and its code disagree on the share of characters in duplicated lines: 0.1 in the text, 0.01 in appendix E.4
# and in the code that made the data set, which is taken here. `newlines` is in the code only.
quality = Rules(
    "fineweb.quality",
    LineMeasure(),
    (
        least("lines", 1, "empty"),
        least("line_punctuation", 0.12),
        most("short_lines", 0.67),
        most("dup_line_chars", 0.01),
        most("newlines", 0.3),
    ),
)
