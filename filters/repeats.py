"""How much of a text says again what it said before: kernels on word numbers, shared by the filters."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pipeline.doc import Doc

BASE = 0x9E3779B97F4A7C15  # odd, so that powers of it never die out modulo 2**64
MASK = 2**64 - 1


def rolling(word: str) -> int:
    """The polynomial hash of a word's characters modulo 2**64: that of joined words follows from the words'."""
    value = 0
    for character in word:
        value = (value * BASE + ord(character)) & MASK
    return value


def shift(word: str) -> int:
    """What a hash is multiplied by when this word is joined to it."""
    return pow(BASE, len(word), 2**64)


def duplicates(parts: Iterable[str]) -> tuple[int, int]:
    """How many parts were there before, and how many characters they have."""
    seen, count, characters = set(), 0, 0
    for part in parts:
        if part in seen:
            count += 1
            characters += len(part)
        else:
            seen.add(part)
    return count, characters


@dataclass(frozen=True, eq=False)
class NGrams:
    """The n-grams of a Doc's words, for growing n; time and memory are linear in the words for each n."""

    doc: Doc

    @cached_property
    def ends(self) -> np.ndarray:
        """Characters before each word, the words joined without space; one more entry than there are words."""
        return np.concatenate(([0], np.cumsum(self.doc.each_word(len, np.int64))))

    @cached_property
    def hashes(self) -> np.ndarray:
        return self.doc.each_word(rolling, np.uint64)

    @cached_property
    def shifts(self) -> np.ndarray:
        return self.doc.each_word(shift, np.uint64)

    def joined(self, n: int, spaces: bool) -> np.ndarray:
        """A uint64 hash of each n words joined, with a space after each or none: shape (words - n + 1,)."""
        hashes, shifts = self.hashes, self.shifts
        if spaces:
            base = np.uint64(BASE)
            hashes, shifts = hashes * base + np.uint64(ord(" ")), shifts * base
        count = max(len(hashes) - n + 1, 0)
        value = hashes[:count].copy()
        for k in range(1, n if count else 0):
            value *= shifts[k : k + count]
            value += hashes[k : k + count]
        return value

    def lengths(self, n: int) -> np.ndarray:
        """Characters of each n words joined without space."""
        return self.ends[n:] - self.ends[: max(len(self.ends) - n, 0)]

    def top(self, n: int) -> int:
        """Characters of the commonest n-gram (words joined by spaces; the first of equals), times its count."""
        grams = self.joined(n, spaces=True)
        if not len(grams):
            return 0
        ordered = np.sort(grams)
        starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
        counts = np.diff(np.append(starts, len(ordered)))
        most = int(counts.max())
        first = int(np.isin(grams, ordered[starts[counts == most]]).argmax()) if most > 1 else 0
        return (int(self.ends[first + n] - self.ends[first]) + n - 1) * most

    def repeated(self, n: int) -> int:
        """Characters of the n-grams that came before, none counted twice: after a hit the next n words are passed."""
        grams = self.joined(n, spaces=False)
        ordered = np.sort(grams)
        again = ordered[1:][ordered[1:] == ordered[:-1]]
        if not len(again):
            return 0
        places = np.flatnonzero(np.isin(grams, again))
        seen, characters, free = set(), 0, 0
        for place, gram, length in zip(
            places.tolist(), grams[places].tolist(), self.lengths(n)[places].tolist(), strict=True
        ):
            if place < free:
                continue
            if gram in seen:
                characters += length
                free = place + n
            else:
                seen.add(gram)
        return characters
