"""Verdicts on pages that hold text of evaluation sets, by n-grams of words (Brown et al. 2020, appendix C: n = 13)."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from dedup.evaluation_sets import EvaluationSet, evaluation_set, ngram_tables
from dedup.tokens import word_tokens
from dedup.windows import window_hashes
from pipeline.hashing import shard_key
from pipeline.shuffle import Gather, Scatter
from pipeline.stage import Source, Stage
from readers import Fetch

OVERLAPS = pa.schema(
    [("shard", pa.uint64()), ("id", pa.string()), ("reason", pa.string()), ("contaminated_places", pa.int32())]
)


def contaminated(
    name: str,
    source: Source | Stage,
    files: tuple[str, ...],
    n: int = 13,
    min_count: int = 1,
    fetch: Fetch | None = None,
) -> Gather:
    """Verdicts `id, reason, contaminated_places` on pages with at least `min_count` n-grams of an evaluation set.

    Files are .jsonl or .json (all strings in them are texts), .parquet (all strings in it) or .txt (a text a line), or
    these compressed (.gz, .zst, .bz2, .xz), on a disk, in an object store, or on the web, where `fetch` gets them.
    Texts of 8 to n - 1 words are matched whole, shorter ones not at all. The reason is "contaminated:<file name>", of
    the first file in the given order that the page has an n-gram of. Words are compared as in deduplication. Raises
    UsageError when a file cannot be read.
    """
    sets = tuple(evaluation_set(path, fetch) for path in files)
    sent = Scatter(f"{name}.routed", source, Overlaps(sets, n, min_count), "shard", None)
    return Gather(name, sent, overlap_verdicts, one_for=source)


def overlap_verdicts(table: pa.Table) -> pa.Table:
    """A Gather's function: the verdicts of one shard, sorted by id."""
    return table.drop_columns("shard").sort_by("id")


@dataclass(frozen=True)
class Overlaps:
    """Rows for a Scatter (schema `OVERLAPS`): a verdict on each page of a batch that has n-grams of a set."""

    sets: tuple[EvaluationSet, ...]
    n: int
    min_count: int

    def __call__(self, table: pa.Table, shard: str) -> pa.Table:
        """The rows to send of a shard."""
        place, which = self._places(table)
        rows, first, counts = np.unique(place, return_index=True, return_counts=True)
        enough = counts >= self.min_count
        rows, counts = rows[enough], counts[enough]
        columns = [
            np.full(len(rows), shard_key(shard), np.uint64),
            table["id"].take(pa.array(rows)).combine_chunks(),
            pa.array([f"contaminated:{self.sets[i].label}" for i in which[first[enough]]], pa.string()),
            counts.astype(np.int32),
        ]
        return pa.table(columns, schema=OVERLAPS)

    def _places(self, table: pa.Table) -> tuple[np.ndarray, np.ndarray]:
        """The row and the set of each place where an n-gram is found, by row, then set."""
        tokens = word_tokens(table["text"].cast(pa.large_string()).combine_chunks())
        rows, sets = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for known in ngram_tables(self.sets, self.n):
            places, found = known.find(window_hashes(tokens.hashes, tokens.bounds, known.length))
            rows.append(np.searchsorted(tokens.bounds, places, "right") - 1)
            sets.append(found)
        row, which = np.concatenate(rows), np.concatenate(sets)
        order = np.lexsort((which, row))
        return row[order], which[order]
