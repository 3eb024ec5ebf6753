"""RefinedWeb's line-wise corrections (appendix G.2): furniture lines go, and too many of them cost the page.

The paper names the rules; it gives neither the share that is "mainly" upper case, nor the counters, nor the list of
patterns. The share and the counters are DCLM's reproduction; the patterns are ours, those of the paper and their likes
in `filters.boilerplate_phrases`, each a phrase that a page's machinery writes and a sentence seldom holds.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from filters.boilerplate_phrases import ANYWHERE, COUNTED, END, START
from pipeline.doc import Doc
from text.words import count_words

NUMBER_MARKS = dict.fromkeys(map(ord, " \t\u00a0\u202f.,:/-+%()"))  # a line of bare digits is one word anyway
LONGEST_FURNITURE = 200  # characters; a longer line is no counter and holds no furniture


@dataclass(frozen=True)
class Corrections:
    """Discards furniture lines and cuts furniture from short ones: use it as `edit(lines.corrections)`.

    Discarded: mainly upper case (over `max_upper` of the characters), numbers only (digits and the marks between them),
    counters ("3 likes"), one word. Cut, in lines of at most `short_line` words: what signs in, reads more or counts a
    cart. A page is dropped when the words of the lines it touched are over `max_flagged` of all; `removed_only` counts
    the removed words of a cut line, as DCLM does, in place of all its words. The language of the Doc chooses the
    phrases; the English ones always count.
    """

    max_upper: float = 0.5
    short_line: int = 10
    max_flagged: float = 0.05
    removed_only: bool = False

    name = "lines"

    def __call__(self, doc: Doc) -> tuple[str, str | None]:
        """The corrected text, and "flagged" when the page is to be dropped."""
        text, flagged, words = self.correct(doc.text, doc.language)
        return text, self.judge({"flagged": flagged / max(words, 1)})

    def measure(self, doc: Doc) -> dict[str, float]:
        _, flagged, words = self.correct(doc.text, doc.language)
        return {"flagged": flagged / max(words, 1)}

    def judge(self, measured: Mapping[str, float]) -> str | None:
        return "flagged" if measured["flagged"] > self.max_flagged else None

    def correct(self, text: str, language: str = "en") -> tuple[str, int, int]:
        """The corrected text, the words of the lines that were touched, and the words of the whole text."""
        kept, flagged, total = [], 0, 0
        for line in text.split("\n"):
            words = count_words(line)
            corrected = self._line(line, words, language)
            total += words
            if corrected != line:
                flagged += words - (count_words(corrected) if corrected and self.removed_only else 0)
            if corrected is not None:
                kept.append(corrected)
        return "\n".join(kept), flagged, total

    def _line(self, line: str, words: int, language: str) -> str | None:
        """The line as it stays; None when it goes."""
        stripped = line.strip()
        if not stripped:
            return line
        upper = not stripped.islower() and sum(map(str.isupper, stripped)) > self.max_upper * len(stripped)
        number = not stripped[0].isalpha() and stripped.translate(NUMBER_MARKS).isdigit()
        if words < 2 or upper or number:
            return None
        if words > self.short_line or len(line) > LONGEST_FURNITURE:
            return line
        counter, furniture = expressions(language)
        lower = stripped.lower()
        if counter.fullmatch(lower):
            return None
        return " ".join(furniture.sub("", stripped).split()) or None if furniture.search(lower) else line


@cache
def expressions(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What matches a counter, and what matches furniture at its place, in a language and in English.

    They are met with lines of at most `LONGEST_FURNITURE` characters, so their time is bounded.
    """

    def any_of(phrases: Mapping[str, str]) -> str:
        listed = [*phrases["en"].split("|"), *(phrases.get(language, "").split("|") if language != "en" else ())]
        return "|".join(re.escape(phrase).replace(r"\ ", r"[\s-]+") for phrase in listed if phrase)

    counter = rf"\W*\d[\d.,]*[kmb]?\s+(?:{any_of(COUNTED)})\W*"
    start, end, anywhere = (any_of(place) for place in (START, END, ANYWHERE))
    furniture = rf"^\W*(?:{start})\b[\s:|»›>-]*|[\s|·«»›>(\[-]*\b(?:{end})[\s.…»›>→\])]*$|\b(?:{anywhere})\b"
    return re.compile(counter), re.compile(furniture, re.IGNORECASE)


corrections = Corrections()
