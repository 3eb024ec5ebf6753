"""Words as numbers: a text is split once, and everything that is counted is counted on integers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pipeline.hashing import GOLDEN64
from pipeline.kernels import kernel
from text.splitter import cut_words, rules

Splitter = Callable[[str], list[str]]

LARGEST_VOCABULARY = 64_000_000  # bytes, roughly; past this the next text begins another vocabulary
MOST_VOCABULARIES = 8
FIRST_SLOTS = 2**16
BLANK = np.array([chr(code).isspace() for code in range(0x3001)])  # there is no white space above
HALF = np.uint64(32)
NONE, FULL = np.uint64(0), np.uint64(1)


@kernel
def find_chunks(
    codes: np.ndarray, blank: np.ndarray, slots: np.ndarray, places: np.ndarray, starts: np.ndarray, flat: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The numbers of the words of each run without white space, in order, and the runs that are not in the table.

    `codes` are the characters of a text. `slots` holds the hashes of runs (0 where there is none), of which `places`
    says which run it is; its numbers are `flat[starts[run]:starts[run + 1]]`. Returns the numbers (int32), and of each
    run that is not known its hash and the places of its first character and of the one behind it.
    """
    ids, mask = np.empty(len(codes), np.int32), np.uint64(len(slots) - 1)
    hashes, ends = np.empty(len(codes) // 2 + 1, np.uint64), np.empty((len(codes) // 2 + 1, 2), np.int64)
    count, unknown, at = 0, 0, 0
    while at < len(codes):
        if codes[at] < len(blank) and blank[codes[at]]:
            at += 1
            continue
        begin, value = at, GOLDEN64
        while at < len(codes) and not (codes[at] < len(blank) and blank[codes[at]]):
            value = (value ^ np.uint64(codes[at])) * GOLDEN64
            value ^= value >> HALF
            at += 1
        value |= FULL
        slot = (value >> HALF) & mask
        while slots[slot] != NONE and slots[slot] != value:
            slot = (slot + FULL) & mask
        if slots[slot] == value:
            for number in flat[starts[places[slot]] : starts[places[slot] + 1]]:
                ids[count] = number
                count += 1
        else:
            hashes[unknown], ends[unknown, 0], ends[unknown, 1] = value, begin, at
            unknown += 1
    return ids[:count], hashes[:unknown], ends[:unknown]


@kernel
def enter_chunks(hashes: np.ndarray, first: int, slots: np.ndarray, places: np.ndarray) -> None:
    """Put the hashes of the runs `first`, `first + 1` and so on, which are not in the table yet, into it."""
    mask = np.uint64(len(slots) - 1)
    for i in range(len(hashes)):
        slot = (hashes[i] >> HALF) & mask
        while slots[slot] != NONE:
            slot = (slot + FULL) & mask
        slots[slot], places[slot] = hashes[i], first + i


class Chunks:
    """The runs without white space that were met, by a hash of 63 bits, with the numbers of their words."""

    def __init__(self):
        self._slots, self._places = np.zeros(FIRST_SLOTS, np.uint64), np.zeros(FIRST_SLOTS, np.int32)
        self._hashes, self._starts = np.zeros(0, np.uint64), np.zeros(1, np.int32)
        self._flat, self._count, self._numbers = np.zeros(0, np.int32), 0, 0

    def __len__(self) -> int:
        return self._count

    def numbers(self, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """As `find_chunks`: the numbers of the words that are known, and the runs that are not."""
        return find_chunks(codes, BLANK, self._slots, self._places, self._starts, self._flat)

    def enter(self, hashes: np.ndarray, numbers: list[list[int]]) -> None:
        """Take down runs that were not known, each with the numbers of its words."""
        flat = np.fromiter((number for each in numbers for number in each), np.int32)
        ends = self._numbers + np.cumsum(np.fromiter(map(len, numbers), np.int64))
        self._flat = appended(self._flat, self._numbers, flat)
        self._starts = appended(self._starts, self._count + 1, ends)
        self._hashes = appended(self._hashes, self._count, hashes)
        first, self._count, self._numbers = self._count, self._count + len(hashes), self._numbers + len(flat)
        if 2 * self._count > len(self._slots):
            slots = 1 << (4 * self._count).bit_length()
            self._slots, self._places = np.zeros(slots, np.uint64), np.zeros(slots, np.int32)
            first = 0
        enter_chunks(self._hashes[first : self._count], first, self._slots, self._places)


def appended(array: np.ndarray, used: int, more: np.ndarray) -> np.ndarray:
    """An array whose first `used` values are followed by `more`: a copy of twice the length where there is no room."""
    if used + len(more) > len(array):
        array = np.concatenate([array[:used], np.zeros(used + 2 * len(more), array.dtype)])
    array[used : used + len(more)] = more
    return array


@dataclass(eq=False)
class Vocabulary:
    """The words that a process has met, numbered in order of meeting, and what was asked about each."""

    words: list[str] = field(default_factory=list[str])
    ids: dict[str, int] = field(default_factory=dict[str, int])
    chunks: Chunks = field(default_factory=Chunks)
    columns: dict[Callable[..., Any], tuple[np.ndarray, int]] = field(default_factory=lambda: {})
    size: int = 0

    def number(self, words: list[str]) -> Iterator[int]:
        """The numbers of the words; a word not met before gets the next one."""
        for word in words:
            number = self.ids.get(word)
            if number is None:
                number = self.ids[word] = len(self.words)
                self.words.append(word)
                self.size += 2 * len(word) + 200  # string, list slot, dict entry and columns
            yield number

    def number_text(self, text: str, language: str) -> np.ndarray:
        """The numbers (int32) of the words of a text; a run without white space is cut by our rules when it is new."""
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        ids, hashes, ends = self.chunks.numbers(codes)
        if not len(hashes):
            return ids
        hashes, first = np.unique(hashes, return_index=True)
        order = np.argsort(first)
        chunks = (text[begin:end] for begin, end in ends[first[order]].tolist())
        numbers = [list(self.number(cut_words(chunk, language))) for chunk in chunks]
        self.chunks.enter(hashes[order], numbers)
        self.size += sum(60 + 4 * len(each) for each in numbers)  # slots, twice at most, hash, start and numbers
        return self.chunks.numbers(codes)[0]

    def column(self, fn: Callable[[str], Any], dtype: Any) -> np.ndarray:
        """`fn` of every word by number; only words met since the last call are asked."""
        values, asked = self.columns.get(fn, (np.empty(0, dtype), 0))
        count = len(self.words)
        if len(values) < count:
            values = np.concatenate((values, np.empty(count, dtype)))
        if asked < count:
            values[asked:count] = np.fromiter(map(fn, self.words[asked:]), dtype, count - asked)
            self.columns[fn] = values, count
        return values


@dataclass(frozen=True, eq=False)
class Words:
    """The words of one text: `ids` (int32) are positions in `vocabulary.words`."""

    ids: np.ndarray
    vocabulary: Vocabulary

    def strings(self) -> list[str]:
        """The words in order."""
        words = self.vocabulary.words
        return [words[number] for number in self.ids.tolist()]

    def each(self, fn: Callable[[str], Any], dtype: Any) -> np.ndarray:
        """What a function says of each distinct string, for every word in order."""
        return self.vocabulary.column(fn, dtype)[self.ids]


_vocabularies: dict[Any, Vocabulary] = {}


def split_words(text: str, language: str = "en", splitter: Splitter | None = None) -> Words:
    """The words of a text as numbers, by our rules for the language or by another splitter.

    Time is linear in the text. The vocabularies of a process together stay under a bound, save for what the one text
    at hand adds; a text keeps the vocabulary that it was split with.
    """
    key = splitter or rules(language)
    vocabulary = _vocabularies.get(key)
    if vocabulary is None or vocabulary.size > LARGEST_VOCABULARY:
        if len(_vocabularies) == MOST_VOCABULARIES:
            _vocabularies.clear()
        vocabulary = _vocabularies[key] = Vocabulary()
    if splitter:
        return Words(np.fromiter(vocabulary.number(splitter(text)), np.int32), vocabulary)
    return Words(vocabulary.number_text(text, rules(language)), vocabulary)
