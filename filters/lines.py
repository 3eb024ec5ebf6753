"""RefinedWeb's line-wise corrections (appendix G.2): boilerplate lines go, and too many of them cost the page.

The paper names the rules; it gives neither the share that is "mainly" upper case, nor the counters, nor the list of
patterns. The share and the counters are DCLM's reproduction; the patterns are ours, those of the paper and similar ones
(`filters.boilerplate_phrases`). A phrase inside a sentence is no boilerplate: "Sign in to the portal." stays.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from filters.boilerplate_phrases import ANYWHERE, COUNTED, END, START
from pipeline.doc import Doc
from pipeline.rules import EditRules, most
from text.sentences import SENTENCE_ENDS
from text.words import count_words

NUMBER_MARKS = dict.fromkeys(map(ord, " \t\u00a0\u202f.,:/-+%()"))  # a line of bare digits is one word anyway
LONGEST_BOILERPLATE = 200  # characters; a longer line is no counter and holds no phrase
CLOSING = "\"'”’»)]"
MARKS = "".join(map(re.escape, sorted(SENTENCE_ENDS)))


@dataclass(frozen=True)
class LineCorrections:
    """Discards boilerplate lines and cuts boilerplate phrases from short ones.

    Discarded: mainly upper case (over `max_upper` of the characters), numbers only (digits and the marks between them),
    counters ("3 likes"), one word. Cut, in lines of at most `short_line` words: what signs in, reads more or counts a
    cart. Measured: `flagged`, the words of the lines it touched as a share of all words; with `removed_only` the
    removed words of a cut line count in place of all its words, as in DCLM. The language of the Doc chooses the
    phrases; the English ones always count.
    """

    max_upper: float = 0.5
    short_line: int = 10
    removed_only: bool = False

    def __call__(self, doc: Doc) -> tuple[str, dict[str, float]]:
        """The corrected text, and the share of flagged words."""
        text, flagged, words = self.correct(doc.text, doc.language)
        return text, {"flagged": flagged / max(words, 1)}

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
        if words > self.short_line or len(line) > LONGEST_BOILERPLATE:
            return line
        phrases = phrase_expressions(language)
        if phrases.counter.fullmatch(stripped.lower()):
            return None
        return _without(phrases, line, stripped)


@dataclass(frozen=True)
class Expressions:
    """Of one language and English: a counter, a phrase in its place, and a phrase that is no part of a sentence."""

    counter: re.Pattern[str]
    phrase: re.Pattern[str]
    apart: re.Pattern[str]


def _without(phrases: Expressions, line: str, stripped: str) -> str | None:
    """The line without boilerplate phrases, the line itself when it has none, None when nothing is left."""
    if not phrases.phrase.search(stripped):
        return line
    rest = _squeezed(phrases.phrase, stripped)
    if not ends_sentence(stripped):
        return rest or None
    if not any(map(str.isalpha, rest)):
        return None
    return _squeezed(phrases.apart, stripped) if phrases.apart.search(stripped) else line


def _squeezed(phrase: re.Pattern[str], line: str) -> str:
    return " ".join(phrase.sub("", line).split())


def ends_sentence(line: str) -> bool:
    """Whether a line ends as a sentence does: with an end mark, maybe in quotes or brackets; an ellipsis is none."""
    line = line.rstrip(CLOSING)
    return line[-1:] in SENTENCE_ENDS and not line.endswith("..")


@cache
def phrase_expressions(language: str) -> Expressions:
    """What matches the counters and the phrases of a language and of English.

    They are met with lines of at most `LONGEST_BOILERPLATE` characters, so their time is bounded.
    """

    def any_of(phrases: Mapping[str, str]) -> str:
        listed = [*phrases["en"].split("|"), *(phrases.get(language, "").split("|") if language != "en" else ())]
        return "|".join(re.escape(phrase).replace(r"\ ", r"[\s-]+") for phrase in listed if phrase)

    start, end, anywhere = (any_of(place) for place in (START, END, ANYWHERE))
    behind = r"[\s.…»›>→\])]*$"
    phrase = rf"^\W*(?:{start})\b[\s:|»›>-]*|[\s|·«»›>(\[-]*\b(?:{end}){behind}|\b(?:{anywhere})\b"
    apart = rf"^\W*(?:{start})\s*[|»›>][\s|»›>-]*|(?:(?<=[{MARKS}…])\s*|\s*[|·«»›>(\[]\s*)(?:{end}){behind}"
    counter = rf"\W*\d[\d.,]*[kmb]?\s+(?:{any_of(COUNTED)})\W*"
    return Expressions(re.compile(counter), re.compile(phrase, re.IGNORECASE), re.compile(apart, re.IGNORECASE))


corrections = EditRules("lines", LineCorrections(), (most("flagged", 0.05),))
