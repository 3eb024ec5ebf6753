"""Evaluation sets: the texts in a file, and their n-grams of words in tables for fast lookup."""

import hashlib
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from dedup.tokens import word_tokens
from dedup.windows import window_hashes
from pipeline.errors import BadInput, UsageError
from pipeline.runner import one_line
from readers import Fetch, strings
from readers.listing import Folder, parent

MIN_WORDS = 8  # of a text that is matched as a whole; below it, chance matches outnumber the others
PREFIX_SHIFT = np.uint64(40)  # a hash without so many low bits is its prefix


class EvaluationSet(NamedTuple):
    """A file of evaluation texts, with a digest of its content."""

    folder: Folder
    name: str
    content: str

    @property
    def label(self) -> str:
        """The name of the file, without its endings."""
        return self.name.partition(".")[0]


class NgramTable(NamedTuple):
    """The n-grams of one length: hashes (uint64, ascending), and the first set that has each.

    prefixes (bool) says of each prefix of a hash whether the table has one like it: it answers most lookups at once.
    """

    length: int
    hashes: np.ndarray
    sets: np.ndarray
    prefixes: np.ndarray

    def find(self, hashes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The places of the hashes that the table has, and the first set of each."""
        places = np.flatnonzero(self.prefixes[hashes >> PREFIX_SHIFT])
        at = np.searchsorted(self.hashes, hashes[places]).clip(max=len(self.hashes) - 1)
        same = self.hashes[at] == hashes[places]
        return places[same], self.sets[at[same]]


def evaluation_set(address: str, fetch: Fetch | None = None) -> EvaluationSet:
    """The set in a file, on a disk, in an object store or, with `fetch`, on the web.

    Raises UsageError when the file cannot be read.
    """
    place, name = parent(address)
    folder = Folder(place, fetch)
    try:
        with folder.open(name) as file:
            return EvaluationSet(folder, name, hashlib.blake2b(file.read(), digest_size=16).hexdigest())
    except (OSError, BadInput) as error:
        raise UsageError(f"cannot read the evaluation set {folder.shown(name)}: {one_line(error)}") from None


@lru_cache(maxsize=2)
def ngram_tables(sets: tuple[EvaluationSet, ...], n: int) -> tuple[NgramTable, ...]:
    """The n-grams of all sets: windows of n words, and whole texts of at least `MIN_WORDS` words but fewer than n.

    Raises UsageError when a set holds no text that is long enough.
    """
    shortest = min(MIN_WORDS, n)
    found: dict[int, list[tuple[np.ndarray, int]]] = {}
    for which, (folder, name, _) in enumerate(sets):
        tokens = word_tokens(pa.array(list(strings(folder, name)), pa.large_string()))
        sizes = np.diff(tokens.bounds)
        if sizes.max(initial=0) < shortest:
            raise UsageError(
                f"the evaluation set {folder.shown(name)} holds no text of {shortest} words; is it the right file?"
            )
        for length in range(shortest, n + 1):
            chosen = np.repeat((sizes == length) if length < n else (sizes >= n), sizes)
            hashes = window_hashes(tokens.hashes, tokens.bounds, length)[chosen]
            found.setdefault(length, []).append((hashes[hashes != 0], which))
    return tuple(_table(length, parts) for length, parts in found.items() if any(len(part) for part, _ in parts))


def _table(length: int, parts: list[tuple[np.ndarray, int]]) -> NgramTable:
    hashes, first = np.unique(np.concatenate([part for part, _ in parts]), return_index=True)
    sets = np.concatenate([np.full(len(part), which) for part, which in parts])[first]
    prefixes = np.zeros(1 << (64 - int(PREFIX_SHIFT)), bool)
    prefixes[hashes >> PREFIX_SHIFT] = True
    return NgramTable(length, hashes, sets, prefixes)
