"""Evaluation sets: the texts in a file, and their n-grams of words in tables for fast lookup."""

import hashlib
import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dedup.tokens import word_tokens
from dedup.windows import window_hashes
from pipeline.errors import UsageError

MIN_WORDS = 8  # of a text that is matched as a whole; below it, chance matches outnumber the others
PREFIX_SHIFT = np.uint64(40)  # a hash without so many low bits is its prefix
COMPRESSED = (".gz", ".zst", ".bz2")


class EvaluationSet(NamedTuple):
    """A file of evaluation texts, with a digest of its content."""

    path: str
    content: str

    @property
    def label(self) -> str:
        """The name of the file, without its endings."""
        return Path(self.path).name.partition(".")[0]


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


def evaluation_set(path: str) -> EvaluationSet:
    """The set in a file. Raises UsageError when the file cannot be read."""
    try:
        return EvaluationSet(path, hashlib.blake2b(Path(path).read_bytes(), digest_size=16).hexdigest())
    except OSError as error:
        raise UsageError(f"cannot read the evaluation set {path}: {error.strerror}") from None


@lru_cache(maxsize=2)
def ngram_tables(sets: tuple[EvaluationSet, ...], n: int) -> tuple[NgramTable, ...]:
    """The n-grams of all sets: windows of n words, and whole texts of at least `MIN_WORDS` words but fewer than n.

    Raises UsageError when a set holds no text that is long enough.
    """
    shortest = min(MIN_WORDS, n)
    found: dict[int, list[tuple[np.ndarray, int]]] = {}
    for which, (path, _) in enumerate(sets):
        tokens = word_tokens(pa.array(list(evaluation_texts(path)), pa.large_string()))
        sizes = np.diff(tokens.bounds)
        if sizes.max(initial=0) < shortest:
            raise UsageError(f"the evaluation set {path} holds no text of {shortest} words; is it the right file?")
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


def evaluation_texts(path: str) -> Iterator[str]:
    """The texts of a file: all strings in .jsonl, .json or .parquet, the lines of .txt; compressed or not.

    Raises UsageError when the file is of another kind or cannot be read as what it is named.
    """
    kind = next((suffix for suffix in reversed(Path(path).suffixes) if suffix not in COMPRESSED), "")
    if kind not in (".jsonl", ".json", ".txt", ".parquet"):
        raise UsageError(f"evaluation set {path}: take .jsonl, .json, .txt or .parquet, compressed or not")
    try:
        yield from _texts(path, kind)
    except (ValueError, OSError) as error:  # of JSON, Parquet, and a compressed stream that is cut short
        raise UsageError(f"evaluation set {path} cannot be read as {kind}: {error}") from None


def _texts(path: str, kind: str) -> Iterator[str]:
    if kind == ".parquet":
        yield from _strings(pq.read_table(path).to_pylist())
        return
    with pa.input_stream(path, compression="detect") as stream:
        text = stream.read().decode("utf-8", "replace")
    if kind == ".json":
        yield from _strings(json.loads(text))
        return
    for line in filter(str.strip, text.split("\n")):
        yield from _strings(json.loads(line)) if kind == ".jsonl" else (line,)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)
