"""How much of a text says again what it said before: kernels on word numbers, shared by the filters."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from pipeline.doc import Doc
from pipeline.hashing import GOLDEN64
from pipeline.kernels import inlined, kernel, mix64_kernel

BASE = int(GOLDEN64)  # odd, so that powers of it never die out modulo 2**64
MASK = 2**64 - 1


def rolling(word: str) -> int:
    """The polynomial hash of a word's characters modulo 2**64: that of joined words follows from the words'."""
    value = 0
    for character in word:
        value = (value * BASE + ord(character)) & MASK
    return value


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


@inlined
def _slots(count: int) -> int:
    """A power of two, at least twice as many."""
    slots = 2
    while slots < 2 * count:
        slots *= 2
    return slots


@inlined
def _slot_of(grams: np.ndarray, i: int, firsts: np.ndarray, mask: int) -> int:
    """The slot of a hash in a table of the places where each stands first, which is -1 in a free one."""
    slot = np.int64(mix64_kernel(grams[i]) & np.uint64(mask))
    while firsts[slot] >= 0 and grams[firsts[slot]] != grams[i]:
        slot = (slot + 1) & mask
    return int(slot)


@kernel
def commonest(grams: np.ndarray) -> tuple[int, int]:
    """Where the commonest of some hashes stands first, and how often it is there; of equals the first one."""
    mask = _slots(len(grams)) - 1
    firsts, counts = np.full(mask + 1, -1), np.zeros(mask + 1, np.int64)
    place, most = 0, 0
    for i in range(len(grams)):
        slot = _slot_of(grams, i, firsts, mask)
        if firsts[slot] < 0:
            firsts[slot] = i
        counts[slot] += 1
        if counts[slot] > most or (counts[slot] == most and firsts[slot] < place):
            place, most = firsts[slot], counts[slot]
    return int(place), int(most)


@kernel
def repeated_characters(grams: np.ndarray, ends: np.ndarray, n: int) -> int:
    """Characters of the n-grams that came before, as `NGrams.repeated`; `ends` are the ends of the words before."""
    mask = _slots(len(grams)) - 1
    firsts = np.full(mask + 1, -1)
    characters, i = 0, 0
    while i < len(grams):
        slot = _slot_of(grams, i, firsts, mask)
        if firsts[slot] < 0:
            firsts[slot] = i
            i += 1
        else:
            characters += ends[i + n] - ends[i]
            i += n
    return characters


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
        """What a hash is multiplied by when each word is joined to it."""
        return np.power(np.uint64(BASE), self.doc.each_word(len, np.int64).astype(np.uint64))

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
        first, most = commonest(grams)
        return (int(self.ends[first + n] - self.ends[first]) + n - 1) * most

    def repeated(self, n: int) -> int:
        """Characters of the n-grams that came before, none counted twice: after a hit the next n words are passed."""
        return repeated_characters(self.joined(n, spaces=False), self.ends, n)
