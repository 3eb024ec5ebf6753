"""How much of a text says again what it said before: kernels on word numbers, shared by the filters."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from pipeline.doc import Doc

BASE = 0x9E3779B97F4A7C15  # odd, so that powers of it never die out modulo 2**64
MASK = 2**64 - 1
LOW = np.uint64(2**13 - 1)


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


def places_of(wanted: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Where the values are that are in `wanted`, a sorted array that is not empty."""
    marked = np.zeros(int(LOW) + 1, bool)  # by their low bits most values are ruled out without a search
    marked[wanted & LOW] = True
    likely = np.flatnonzero(marked[values & LOW])
    found = wanted.searchsorted(values[likely])
    found[found == len(wanted)] = 0
    return likely[wanted[found] == values[likely]]


@dataclass(frozen=True, eq=False)
class NGrams:
    """The n-grams of a Doc's words; time and memory are linear in the words for each n."""

    doc: Doc
    known: dict[tuple[int, bool], np.ndarray] = field(default_factory=dict)

    @cached_property
    def ends(self) -> np.ndarray:
        """Characters before each word, the words joined without space; one more entry than there are words."""
        return np.concatenate(([0], np.cumsum(self.doc.each_word(len, np.int64))))

    @cached_property
    def shifts(self) -> np.ndarray:
        """The place of each word's first character."""
        return self.doc.each_word(shift, np.uint64)

    def joined(self, n: int, spaces: bool) -> np.ndarray:
        """A uint64 hash of each n words joined, with a space after each or none: shape (words - n + 1,)."""
        if (n, spaces) not in self.known:
            self.known[n, spaces] = self._longer(n, spaces) if n > 1 else self._single(spaces)
        return self.known[n, spaces]

    def _single(self, spaces: bool) -> np.ndarray:
        hashes = self.doc.each_word(rolling, np.uint64)
        return hashes * np.uint64(BASE) + np.uint64(ord(" ")) if spaces else hashes

    def _longer(self, n: int, spaces: bool) -> np.ndarray:
        """The n-grams from those that are a word shorter."""
        longer = self.joined(n - 1, spaces)[:-1] * self.shifts[n - 1 :]
        if spaces:
            longer *= np.uint64(BASE)
        longer += self.joined(1, spaces)[n - 1 :]
        return longer

    def top(self, n: int) -> int:
        """Characters of the commonest n-gram (words joined by spaces; the first of equals), times its count."""
        grams = self.joined(n, spaces=True)
        if not len(grams):
            return 0
        ordered = np.sort(grams)
        ends = np.append(np.flatnonzero(ordered[1:] != ordered[:-1]), len(ordered) - 1)
        counts = np.diff(ends, prepend=-1)
        most = int(counts.max())
        first = int(places_of(ordered[ends[counts == most]], grams)[0]) if most > 1 else 0
        return (int(self.ends[first + n] - self.ends[first]) + n - 1) * most

    def repeated(self, n: int) -> int:
        """Characters of the n-grams that came before, none counted twice: after a hit the next n words are passed."""
        grams = self.joined(n, spaces=False)
        ordered = np.sort(grams)
        again = ordered[1:][ordered[1:] == ordered[:-1]]
        if not len(again):
            return 0
        places = places_of(again, grams)
        lengths = self.ends[places + n] - self.ends[places]
        seen, characters, free = set(), 0, 0
        for place, gram, length in zip(places.tolist(), grams[places].tolist(), lengths.tolist(), strict=True):
            if place < free:
                continue
            if gram in seen:
                characters += length
                free = place + n
            else:
                seen.add(gram)
        return characters
