"""Gopher's document rules: repetition and quality (Rae et al. 2021, section A1.1 and table A1), as in RefinedWeb."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

from filters.repeats import NGrams, duplicates
from pipeline.doc import Doc

BULLETS = ("•", "-")
ELLIPSES = ("...", "…")
STOP_WORDS = ("the", "be", "to", "of", "and", "that", "have", "with")


@dataclass(frozen=True)
class Repetition:
    """Drops a text that repeats itself; the reason is the first field whose share is passed.

    Shares of paragraphs, lines, or characters of the text; `None` takes a rule out. An n-gram that came before is
    counted once: its words are passed over. Source: Rae et al. 2021, table A1.
    """

    dup_paragraphs: float | None = 0.30
    dup_paragraph_chars: float | None = 0.20
    dup_lines: float | None = 0.30
    dup_line_chars: float | None = 0.20
    top_2gram: float | None = 0.20
    top_3gram: float | None = 0.18
    top_4gram: float | None = 0.16
    dup_5gram: float | None = 0.15
    dup_6gram: float | None = 0.14
    dup_7gram: float | None = 0.13
    dup_8gram: float | None = 0.12
    dup_9gram: float | None = 0.11
    dup_10gram: float | None = 0.10

    name = "gopher.repetition"

    def measure(self, doc: Doc) -> dict[str, float]:
        characters = max(len(doc.text), 1)
        paragraphs, paragraph_chars = duplicates(doc.paragraphs)
        lines, line_chars = duplicates(doc.lines)
        grams = NGrams(doc)
        return {
            "dup_paragraphs": paragraphs / len(doc.paragraphs),
            "dup_paragraph_chars": paragraph_chars / characters,
            "dup_lines": lines / len(doc.lines),
            "dup_line_chars": line_chars / characters,
            **{f"top_{n}gram": grams.top(n) / characters for n in (2, 3, 4)},
            **{f"dup_{n}gram": grams.repeated(n) / characters for n in range(5, 11)},
            "characters": len(doc.text),
        }

    def judge(self, measured: Mapping[str, float]) -> str | None:
        if not measured["characters"]:
            return "empty"
        limits = ((field.name, getattr(self, field.name)) for field in fields(self))
        return next((name for name, limit in limits if limit is not None and measured[name] > limit), None)

    def __call__(self, doc: Doc) -> str | None:
        return self.judge(self.measure(doc))


@dataclass(frozen=True)
class Quality:
    """Drops a text that does not look like prose; source: Rae et al. 2021, section A1.1.

    Words of punctuation only count as words in the shares, not in `words` and the length. The paper leaves three things
    open: whether `min_stop_words` are `distinct` (else all occurrences count), the `median` in place of the mean word
    length, and whether a comma is a word without a letter: for `min_alphabetic` it is, as in datatrove; for
    `min_alphabetic_words`, 0 by default, it is no word, as in DCLM and Dolma. `punctuation` names the characters that
    make no word; `None`: all but letters and digits.
    """

    min_words: float = 50
    max_words: float = 100_000
    min_word_length: float = 3
    max_word_length: float = 10
    max_hashes: float = 0.1
    max_ellipses: float = 0.1
    max_bullet_lines: float = 0.9
    max_ellipsis_lines: float = 0.3
    min_alphabetic: float = 0.8
    min_alphabetic_words: float = 0.0
    min_stop_words: float = 2
    stop_words: tuple[str, ...] = STOP_WORDS
    distinct: bool = True
    median: bool = False
    punctuation: frozenset[str] | None = None

    name = "gopher.quality"

    def measure(self, doc: Doc) -> dict[str, float]:
        lengths = doc.each_word(len, np.int64)[doc.each_word(Made(self.punctuation), bool)]
        lettered = int(doc.each_word(alphabetic, bool).sum())
        count, lines = max(len(doc.word_ids), 1), doc.text.splitlines()
        stops = doc.word_ids[doc.each_word(In(self.stop_words), bool)]
        middle = np.median if self.median else np.mean
        return {
            "words": len(lengths),
            "word_length": float(middle(lengths)) if len(lengths) else 0.0,
            "hashes": doc.text.count("#") / count,
            "ellipses": sum(map(doc.text.count, ELLIPSES)) / count,
            "bullet_lines": sum(line.lstrip().startswith(BULLETS) for line in lines) / max(len(lines), 1),
            "ellipsis_lines": sum(line.rstrip().endswith(ELLIPSES) for line in lines) / max(len(lines), 1),
            "alphabetic": lettered / count,
            "alphabetic_words": lettered / max(len(lengths), 1),
            "stop_words": len(np.unique(stops)) if self.distinct else len(stops),
        }

    def judge(self, measured: Mapping[str, float]) -> str | None:
        value = measured
        rules = (
            ("short", value["words"] < self.min_words),
            ("long", value["words"] > self.max_words),
            ("short_words", value["word_length"] < self.min_word_length),
            ("long_words", value["word_length"] > self.max_word_length),
            ("hashes", value["hashes"] > self.max_hashes),
            ("ellipses", value["ellipses"] > self.max_ellipses),
            ("bullets", value["bullet_lines"] > self.max_bullet_lines),
            ("ellipsis_lines", value["ellipsis_lines"] > self.max_ellipsis_lines),
            ("few_alphabetic", value["alphabetic"] < self.min_alphabetic),
            ("few_alphabetic", value["alphabetic_words"] < self.min_alphabetic_words),
            ("few_stop_words", value["stop_words"] < self.min_stop_words),
        )
        return next((reason for reason, broken in rules if broken), None)

    def __call__(self, doc: Doc) -> str | None:
        return self.judge(self.measure(doc))


@dataclass(frozen=True)
class Made:
    """Whether a word is more than punctuation."""

    punctuation: frozenset[str] | None

    def __call__(self, word: str) -> bool:
        if self.punctuation is None:
            return any(map(str.isalnum, word))
        return not self.punctuation.issuperset(word)


@dataclass(frozen=True)
class In:
    """Whether a word is in a list."""

    words: tuple[str, ...]

    def __call__(self, word: str) -> bool:
        return word in self.words


def alphabetic(word: str) -> bool:
    """Whether a word has a letter."""
    return any(map(str.isalpha, word))


repetition = Repetition()
quality = Quality()
