"""The text as deduplication sees it: no punctuation, lower case, no accents, one space.

RefinedWeb (Penedo et al. 2023, G.3.1) removes punctuation, lowers the case, decomposes (NFD), removes accents and
normalises whitespace, then counts 5-grams of GPT-2 tokens. Punctuation is here every character of the Unicode
categories P and S; what cannot be seen (Cf, Cc) goes with the accents (Mn). What is then a token: `tokens.py`.
"""

import unicodedata
from typing import Any

import numpy as np

REMOVED = ("P", "S", "Mn", "Cf", "Cc")  # punctuation and symbols; accents; what cannot be seen


def fasttext_line(text: str) -> str:
    """The text as the one line that fastText reads: "</s>" ends its line like a line break does, so both are spaces."""
    return text.replace("\n", " ").replace("</s>", " ")


def normalise(text: str) -> str:
    """The normalised text, its words separated by one space."""
    return " ".join(filter(None, map(normalise_word, text.split())))


def normalise_with_offsets(text: str) -> tuple[str, np.ndarray]:
    """The normalised text, and for each of its characters the position in `text` that it comes from (int64).

    A space comes from the first whitespace character after the word before it. Positions never decrease.
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    alphabet, which = np.unique(codes, return_inverse=True)
    characters = [chr(code) for code in alphabet]
    white = np.array([c.isspace() for c in characters], bool)[which]
    made = np.array([0 if c.isspace() else len(normalise_word(c)) for c in characters], np.int64)[which]
    kept = np.flatnonzero(made)
    spaces = np.flatnonzero(white)
    after = np.searchsorted(spaces, kept[:-1])  # the first whitespace after each kept character but the last
    gap = np.append(spaces, len(codes))[after]
    gap = gap[gap < kept[1:]]
    sources = np.concatenate((np.repeat(kept, made[kept]), gap))
    return normalise(text), np.sort(sources, kind="stable")


def normalise_word(word: str) -> str:
    """A word without whitespace, normalised. Lowered before it is decomposed: a dotted capital I leaves a dot."""
    if word.isascii() and word.isalnum():
        return word.lower()
    return unicodedata.normalize("NFD", word.lower()).translate(_left)


class _Left(dict[Any, Any]):
    """For `str.translate`: a code point of a removed category goes, every other stays."""

    def __missing__(self, code: int) -> int | None:
        value = self[code] = None if unicodedata.category(chr(code)).startswith(REMOVED) else code
        return value


_left = _Left()
