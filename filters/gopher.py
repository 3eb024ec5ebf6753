"""Gopher's document rules: repetition and quality (Rae et al. 2021, section A1.1 and table A1), as in RefinedWeb."""

from dataclasses import dataclass

import numpy as np

from filters.repeats import NGrams, duplicates
from pipeline.doc import Doc
from pipeline.rules import Rules, least, most

BULLETS = ("•", "-")
ELLIPSES = ("...", "…")
STOP_WORDS = ("the", "be", "to", "of", "and", "that", "have", "with")


def repetition_shares(doc: Doc) -> dict[str, float]:
    """Shares of the paragraphs, lines or characters of a text that repeat earlier ones.

    `top_<n>gram` is the share of the commonest n words, times their count; `dup_<n>gram` that of all n words that came
    before, each counted once: the search goes on behind a repeated n-gram.
    """
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


@dataclass(frozen=True)
class ProseMeasure:
    """Measures how far a text looks like prose. The paper leaves three things open, each a field here.

    `distinct`: stop words count once each, otherwise at every occurrence. `median`: the word length is the median, not
    the mean. `punctuation`: the characters that make no word; None stands for all but letters and digits. Words of
    punctuation only count in the shares, but not in `words` and `word_length`. The share `alphabetic` is one of all
    words, a comma among them, as in datatrove; `alphabetic_words` leaves those of punctuation out, as DCLM and Dolma.
    """

    stop_words: tuple[str, ...] = STOP_WORDS
    distinct: bool = True
    median: bool = False
    punctuation: frozenset[str] | None = None

    def __call__(self, doc: Doc) -> dict[str, float]:
        """Whether a word is one."""
        lengths = doc.each_word(len, np.int64)[doc.each_word(HasNonPunctuation(self.punctuation), bool)]
        lettered = int(doc.each_word(has_letter, bool).sum())
        count, lines = max(len(doc.word_ids), 1), doc.text.splitlines()
        stops = doc.word_ids[doc.each_word(IsOneOf(self.stop_words), bool)]
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


@dataclass(frozen=True)
class HasNonPunctuation:
    """Whether a word is more than punctuation."""

    punctuation: frozenset[str] | None

    def __call__(self, word: str) -> bool:
        """Whether a word is one."""
        if self.punctuation is None:
            return any(map(str.isalnum, word))
        return not self.punctuation.issuperset(word)


@dataclass(frozen=True)
class IsOneOf:
    """Whether a word is in a list."""

    words: tuple[str, ...]

    def __call__(self, word: str) -> bool:
        """Whether a word is one."""
        return word in self.words


def has_letter(word: str) -> bool:
    """Whether a word has a letter."""
    return any(map(str.isalpha, word))


repetition = Rules(
    "gopher.repetition",
    repetition_shares,
    (
        least("characters", 1, "empty"),
        most("dup_paragraphs", 0.30),
        most("dup_paragraph_chars", 0.20),
        most("dup_lines", 0.30),
        most("dup_line_chars", 0.20),
        most("top_2gram", 0.20),
        most("top_3gram", 0.18),
        most("top_4gram", 0.16),
        most("dup_5gram", 0.15),
        most("dup_6gram", 0.14),
        most("dup_7gram", 0.13),
        most("dup_8gram", 0.12),
        most("dup_9gram", 0.11),
        most("dup_10gram", 0.10),
    ),
)
quality = Rules(
    "gopher.quality",
    ProseMeasure(),
    (
        least("words", 50, "short"),
        most("words", 100_000, "long"),
        least("word_length", 3, "short_words"),
        most("word_length", 10, "long_words"),
        most("hashes", 0.1),
        most("ellipses", 0.1),
        most("bullet_lines", 0.9, "bullets"),
        most("ellipsis_lines", 0.3),
        least("alphabetic", 0.8, "few_alphabetic"),
        least("alphabetic_words", None, "few_alphabetic"),
        least("stop_words", 2, "few_stop_words"),
    ),
)
