"""Pages that hold text of evaluation sets, by n-grams of words (Brown et al. 2020, appendix C: 13), as verdicts."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dedup.tokens import words
from dedup.windows import ngrams
from pipeline.errors import UsageError
from pipeline.fingerprint import shard_key
from pipeline.shuffle import Gather, Scatter
from pipeline.stage import Source, Stage

SHORTEST = 8  # words of a text that is matched as a whole; below, chance matches outnumber others
PREFIX = np.uint64(40)  # bits left out of a hash in the table that answers most lookups at once
SENT = pa.schema(
    [("home", pa.uint64()), ("id", pa.string()), ("reason", pa.string()), ("contaminated_places", pa.int32())]
)


class Evaluation(NamedTuple):
    """A file of evaluation texts, with a digest of its content."""

    path: str
    content: str


def contaminated(name: str, source: Source | Stage, files: tuple[str, ...], n: int = 13, least: int = 1) -> Gather:
    """Verdicts `id, reason, contaminated_places` on pages where n words of a set stand `least` times or more.

    Files are .jsonl or .json (all strings in them are texts), .parquet (all strings in it) or .txt (a text a line),
    or these compressed (.gz, .zst). Texts of 8 to n - 1 words are matched whole, shorter ones not at all. The reason
    is "contaminated:<file name>", of the first file in the given order that the page holds words of. Words are
    normalised as in deduplication. Raises UsageError when a file cannot be read.
    """
    sets = tuple(Evaluation(path, _content(path)) for path in files)
    sent = Scatter(f"{name}.home", source, Overlap(sets, n, least), "home", None)
    return Gather(name, sent, verdicts, one_for=source)


def _content(path: str) -> str:
    try:
        return hashlib.blake2b(Path(path).read_bytes(), digest_size=16).hexdigest()
    except OSError as error:
        raise UsageError(f"cannot read the evaluation set {path}: {error.strerror}") from None


def verdicts(table: pa.Table) -> pa.Table:
    return table.drop_columns("home").sort_by("id")


@dataclass(frozen=True)
class Overlap:
    """Rows for a Scatter: a verdict for each page of a batch that holds words of a set."""

    sets: tuple[Evaluation, ...]
    n: int
    least: int

    def __call__(self, table: pa.Table, shard: str) -> pa.Table:
        place, which = self._hits(table)
        rows, first, counts = np.unique(place, return_index=True, return_counts=True)
        enough = counts >= self.least
        rows, counts = rows[enough], counts[enough]
        names = [Path(self.sets[i].path).name.partition(".")[0] for i in which[first[enough]]]
        columns = [
            np.full(len(rows), shard_key(shard), np.uint64),
            table["id"].take(pa.array(rows)).combine_chunks(),
            pa.array([f"contaminated:{name}" for name in names], pa.string()),
            counts.astype(np.int32),
        ]
        return pa.table(columns, schema=SENT)

    def _hits(self, table: pa.Table) -> tuple[np.ndarray, np.ndarray]:
        """The row and the set of each place where one is found, by row, then set."""
        tokens = words(table["text"].cast(pa.large_string()).combine_chunks())
        rows, sets = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for known in load(self.sets, self.n):
            grams = ngrams(tokens.hashes, tokens.bounds, known.length)
            places = np.flatnonzero(known.prefixes[grams >> PREFIX])
            at = np.searchsorted(known.hashes, grams[places]).clip(max=len(known.hashes) - 1)
            same = known.hashes[at] == grams[places]
            rows.append(np.searchsorted(tokens.bounds, places[same], "right") - 1)
            sets.append(known.sets[at[same]])
        row, which = np.concatenate(rows), np.concatenate(sets)
        order = np.lexsort((which, row))
        return row[order], which[order]


class Known(NamedTuple):
    """The n-grams of one length: hashes (uint64, ascending), the first set that has each, and a table of prefixes."""

    length: int
    hashes: np.ndarray
    sets: np.ndarray
    prefixes: np.ndarray


@lru_cache(maxsize=2)
def load(sets: tuple[Evaluation, ...], n: int) -> tuple[Known, ...]:
    """All n-grams of the sets by their length. Raises UsageError when a set holds none."""
    found: dict[int, list[tuple[np.ndarray, int]]] = {}
    for which, (path, _) in enumerate(sets):
        tokens = words(pa.array(list(texts(path)), pa.large_string()))
        sizes = np.diff(tokens.bounds)
        if sizes.max(initial=0) < min(SHORTEST, n):
            raise UsageError(
                f"the evaluation set {path} holds no text of {min(SHORTEST, n)} words; is it the right file?"
            )
        for length in range(min(SHORTEST, n), n + 1):
            own = np.repeat((sizes == length) if length < n else (sizes >= n), sizes)
            grams = ngrams(tokens.hashes, tokens.bounds, length)[own]
            found.setdefault(length, []).append((grams[grams != 0], which))
    return tuple(_known(length, parts) for length, parts in found.items() if any(len(part) for part, _ in parts))


def _known(length: int, parts: list[tuple[np.ndarray, int]]) -> Known:
    hashes, first = np.unique(np.concatenate([part for part, _ in parts]), return_index=True)
    sets = np.concatenate([np.full(len(part), which) for part, which in parts])[first]
    prefixes = np.zeros(1 << (64 - int(PREFIX)), bool)
    prefixes[hashes >> PREFIX] = True
    return Known(length, hashes, sets, prefixes)


def texts(path: str) -> Iterator[str]:
    """The texts of a file. Raises UsageError when its kind is not known."""
    kind = next((s for s in reversed(Path(path).suffixes) if s not in (".gz", ".zst", ".bz2")), "")
    if kind == ".parquet":
        yield from _strings(pq.read_table(path).to_pylist())
        return
    if kind not in (".jsonl", ".json", ".txt"):
        raise UsageError(f"evaluation set {path}: take .jsonl, .json, .txt or .parquet, compressed or not")
    with pa.input_stream(path, compression="detect") as stream:
        text = stream.read().decode("utf-8", "replace")
    if kind == ".json":
        yield from _strings(json.loads(text))
    for line in text.split("\n") if kind != ".json" else ():
        if line.strip():
            yield from _strings(json.loads(line)) if kind == ".jsonl" else (line,)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)
