"""Words as numbers: a text is split once, and everything that is counted is counted on integers."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np

Splitter = Callable[[str], list[str]]

CHARACTERS = 32_000_000  # a vocabulary that holds more than this is finished, and the next Doc begins another
LONGEST_CHUNK = 64  # longer chunks are rarely seen twice: split, never remembered
WORD = re.compile(r"\w+|[^\w\s]")


@dataclass(eq=False)
class Vocabulary:
    """The words that a process has met, numbered in order of meeting, and what was asked about each."""

    words: list[str] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)
    chunks: dict[str, tuple[int, ...]] = field(default_factory=dict)
    columns: dict[Callable, np.ndarray] = field(default_factory=dict)
    characters: int = 0

    def number(self, words: list[str]) -> list[int]:
        """The numbers of the words; a word not met before gets the next one."""
        return [self._number(word) for word in words]

    def _number(self, word: str) -> int:
        number = self.ids.get(word)
        if number is None:
            number = self.ids[word] = len(self.words)
            self.words.append(word)
            self.characters += len(word) + 100  # what the dict, the list and the str head take, roughly
        return number

    def column(self, fn: Callable[[str], Any], dtype: Any) -> np.ndarray:
        """`fn` of every word by number; only words met since the last call are asked."""
        known = self.columns.get(fn)
        have = 0 if known is None else len(known)
        if have < len(self.words):
            new = np.fromiter(map(fn, self.words[have:]), dtype, len(self.words) - have)
            known = self.columns[fn] = new if known is None else np.concatenate((known, new))
        return np.empty(0, dtype) if known is None else known


@dataclass(frozen=True, eq=False)
class Words:
    """The words of one text: `ids` (int32) are positions in `vocabulary.words`."""

    ids: np.ndarray
    vocabulary: Vocabulary

    def strings(self) -> list[str]:
        words = self.vocabulary.words
        return [words[i] for i in self.ids.tolist()]

    def each(self, fn: Callable[[str], Any], dtype: Any) -> np.ndarray:
        return self.vocabulary.column(fn, dtype)[self.ids]


_vocabularies: dict[Any, Vocabulary] = {}


def split(text: str, language: str = "en", splitter: Splitter | None = None) -> Words:
    """The words of a text as numbers.

    Memory: the vocabularies of a process together keep a bounded number of characters; a Doc keeps the one that it
    was split with.
    """
    key = splitter or language
    vocabulary = _vocabularies.get(key)
    if vocabulary is None or vocabulary.characters > CHARACTERS:
        vocabulary = _vocabularies[key] = Vocabulary()
    numbers = vocabulary.number(splitter(text)) if splitter else chain.from_iterable(_chunks(text, vocabulary))
    return Words(np.fromiter(numbers, np.int32), vocabulary)


def _chunks(text: str, vocabulary: Vocabulary):
    for chunk in text.split():
        numbers = vocabulary.chunks.get(chunk)
        if numbers is None:
            numbers = tuple(vocabulary.number(WORD.findall(chunk)))
            if len(chunk) <= LONGEST_CHUNK:
                vocabulary.chunks[chunk] = numbers
                vocabulary.characters += len(chunk) + 200
        yield numbers
