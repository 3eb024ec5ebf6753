"""Which windows of n tokens can occur twice at all: the first round of the search for repeated substrings.

The minimizer of a window is its k-gram of the least hash (Schleimer, Wilkerson, Aiken 2003; Roberts et al. 2004). Equal
windows have equal minimizers, so a window whose minimizer occurs once is no repeat; and only about 2 / (n - k + 2) of
all places hold a minimizer. Nothing else leaves a worker.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.arrays import list_column, list_values
from dedup.members import refuse_repeated_ids
from dedup.substring.occurrences import ONCE, occurrences
from dedup.tokens import Tokenise, Tokens, word_tokens
from dedup.windows import window_hashes
from pipeline.hashing import hash64, mix64, shard_key
from pipeline.kernels import kernel

# A row is a text with its minimizers or, without an id, the minimizers of a shard that are not unique in the corpus.
SHARD_MINIMIZERS = pa.schema([("shard", pa.uint64()), ("id", pa.string()), ("minimizers", pa.list_(pa.uint64()))])


def gram_size(n: int) -> int:
    """Tokens of a minimizer of windows of n: a short one gives few minimizers, a long one few chance repeats."""
    return max(1, 2 * n // 5)


def window_minimizers(tokens: Tokens, n: int) -> tuple[np.ndarray, np.ndarray]:
    """The distance from each token to the minimizer of the window that begins there (-1: none does), and the hash of
    the k-gram that begins at each token.
    """
    grams = window_hashes(tokens.hashes, tokens.bounds, gram_size(n))
    return minimizer_distances(grams, tokens.bounds, n, gram_size(n)), grams


@kernel
def minimizer_distances(grams, bounds, n, k):
    """The distance from each token to the least k-gram in the window of n tokens that begins there (int16); -1: none.

    grams uint64: the hash of the k-gram at each token; texts are bounds[i] to bounds[i + 1]. Of equal k-grams the last
    one counts: then equal windows at different places have minimizers at different places.
    """
    out = np.full(len(grams), -1, np.int16)
    for text in range(len(bounds) - 1):
        best = np.int64(-1)
        for i in range(bounds[text], bounds[text + 1] - n + 1):
            last = i + n - k
            if best < i:
                best = i
                for j in range(i, last + 1):
                    best = j if grams[j] <= grams[best] else best
            elif grams[last] <= grams[best]:
                best = last
            out[i] = best - i
    return out


def minimizer_places(distance: np.ndarray) -> np.ndarray:
    """Where the minimizers of all windows stand: ascending, each once."""
    held = np.zeros(len(distance), bool)
    windows = np.flatnonzero(distance >= 0)
    held[windows + distance[windows]] = True
    return np.flatnonzero(held)


def minimizer_keys(grams: np.ndarray) -> np.ndarray:
    """Hashes of minimizers, mixed: they are the least of several hashes, so by themselves not evenly spread."""
    return mix64(grams)


@dataclass(frozen=True)
class Minimizers:
    """A transform to `id, minimizers`: those of the text's windows, each once, or twice where the text repeats it."""

    n: int
    tokenise: Tokenise = word_tokens
    name = "minimizers"

    def __call__(self, table: pa.Table) -> pa.Table:
        """The rows that are made of these."""
        tokens = self.tokenise(table["text"].cast(pa.large_string()).combine_chunks())
        distance, grams = window_minimizers(tokens, self.n)
        places = minimizer_places(distance)
        keys = minimizer_keys(grams[places])
        text = np.searchsorted(tokens.bounds, places, "right") - 1
        times = np.array([1, 2, 0])[occurrences(text.view(np.uint64), keys)]  # by ONCE, FIRST, AGAIN
        lists = list_column(np.repeat(keys, times), np.repeat(text, times), table.num_rows)
        return pa.table({"id": table["id"], "minimizers": lists})


def distinct_minimizers(table: pa.Table, shard: str) -> pa.Table:
    """Rows for a Scatter: the minimizers of a batch, each once; `repeated` when the batch has it more than once."""
    values, counts = np.unique(list_values(table, "minimizers")[0], return_counts=True)
    keys = np.full(len(values), shard_key(shard), np.uint64)
    return pa.table({"minimizer": values, "shard": keys, "repeated": counts > 1})


def non_unique(table: pa.Table) -> pa.Table:
    """A Gather's function: the minimizers of a bucket that occur twice or more, a list for each shard that has them."""
    minimizer, shard = table["minimizer"].to_numpy(), table["shard"].to_numpy()
    chosen = (occurrences(minimizer, minimizer) != ONCE) | table["repeated"].to_numpy()
    minimizer, shard = minimizer[chosen], shard[chosen]
    order = np.lexsort((minimizer, shard))
    shards, rows = np.unique(shard[order], return_inverse=True)
    columns = [shards, pa.nulls(len(shards), pa.string()), list_column(minimizer[order], rows, len(shards))]
    return pa.table(columns, schema=SHARD_MINIMIZERS)


def local_minimizers(table: pa.Table, shard: str) -> pa.Table:
    """Rows for a Scatter that stay in their shard: the minimizers of each text."""
    keys = np.full(table.num_rows, shard_key(shard), np.uint64)
    return pa.table([pa.array(keys), table["id"], table["minimizers"]], schema=SHARD_MINIMIZERS)


def candidates(table: pa.Table) -> pa.Table:
    """A Gather's function, of one shard: for each text that has any, its minimizers that are not unique.

    Raises BadInput when two texts have the same id.
    """
    texts = table.filter(pc.is_valid(table["id"]))
    refuse_repeated_ids(hash64(texts["id"]), texts["id"])
    minimizer, row = list_values(texts, "minimizers")
    chosen = np.isin(minimizer, list_values(table.filter(pc.is_null(table["id"])), "minimizers")[0])
    lists = list_column(minimizer[chosen], row[chosen], texts.num_rows)
    verdicts = pa.table({"id": texts["id"], "minimizers": lists})
    return verdicts.filter(pc.greater(pc.list_value_length(lists), 0))
