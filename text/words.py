"""Words as numbers: a text is split once, and everything that is counted is counted on integers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np

from text.splitter import UNSPACED_CHARACTER, cut_words, rules

Splitter = Callable[[str], list[str]]

LARGEST_VOCABULARY = 64_000_000  # bytes, roughly; past this the next text begins another vocabulary
MOST_VOCABULARIES = 8
LONGEST_CHUNK = 64  # characters; longer chunks are rarely seen twice: split, never remembered


@dataclass(eq=False)
class Vocabulary:
    """The words that a process has met, numbered in order of meeting, and what was asked about each."""

    words: list[str] = field(default_factory=list[str])
    ids: dict[str, int] = field(default_factory=dict[str, int])
    chunks: dict[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
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

    def number_chunks(self, text: str, language: str) -> Iterator[tuple[int, ...]]:
        """The numbers of the words of each run without white space, cut by our rules when it is new."""
        chunks = self.chunks
        for chunk in text.split():
            numbers = chunks.get(chunk)
            if numbers is None:
                numbers = tuple(self.number(cut_words(chunk, language)))
                if len(chunk) <= LONGEST_CHUNK:
                    chunks[chunk] = numbers
                    self.size += 2 * len(chunk) + 250
            yield numbers

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
    numbers = chain.from_iterable(vocabulary.number_chunks(text, rules(language)))
    return Words(np.fromiter(numbers, np.int32), vocabulary)


def count_words(text: str) -> int:
    """Words as a reader counts them: what stands between white space; by rule in scripts that set no spaces."""
    if text.isascii() or not UNSPACED_CHARACTER.search(text):
        return len(text.split())
    return sum(any(map(str.isalnum, word)) for word in split_words(text).strings())
