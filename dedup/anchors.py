"""Which windows of n tokens can occur twice at all: the first round of the search for repeated substrings.

A window's anchor is the hash of its least k-gram. Windows that are equal have equal anchors, so a window whose anchor
occurs once is no repeat; and only about 2 / (n - k + 2) of all places hold an anchor. Nothing else leaves a worker.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.shingles import Tokenise
from dedup.tokens import Tokens, words
from dedup.windows import ONCE, minimizers, ngrams, occurrences, scramble
from pipeline.fingerprint import shard_key

AT_HOME = pa.schema([("home", pa.uint64()), ("id", pa.string()), ("anchors", pa.list_(pa.uint64()))])


def gram(n: int) -> int:
    """Tokens of an anchor in windows of n: few anchors want it short, few chance repeats want it long."""
    return max(1, 2 * n // 5)


def anchored(tokens: Tokens, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Distance from each token to the anchor of the window that it begins (-1: none), and each token's k-gram."""
    grams = ngrams(tokens.hashes, tokens.bounds, gram(n))
    return minimizers(grams, tokens.bounds, n, gram(n)), grams


def places_of_anchors(distance: np.ndarray) -> np.ndarray:
    """Where the windows' anchors stand: ascending, each once."""
    held = np.zeros(len(distance), bool)
    windows = np.flatnonzero(distance >= 0)
    held[windows + distance[windows]] = True
    return np.flatnonzero(held)


@dataclass(frozen=True)
class Anchors:
    """Transform: `id`, and `anchors`, those of the text's windows, twice those that it has more than once."""

    n: int
    tokenise: Tokenise = words
    name = "anchors"

    def __call__(self, table: pa.Table) -> pa.Table:
        tokens = self.tokenise(table["text"].cast(pa.large_string()).combine_chunks())
        distance, grams = anchored(tokens, self.n)
        places = places_of_anchors(distance)
        anchor = scramble(grams[places])  # the least of several are no even spread; scrambled, they are
        text = np.searchsorted(tokens.bounds, places, "right") - 1
        seen = occurrences(text.view(np.uint64), anchor)
        times = np.array([1, 2, 0])[seen]  # alone; the first of several, for all of them; the others
        return pa.table(
            {"id": table["id"], "anchors": lists(np.repeat(anchor, times), np.repeat(text, times), table.num_rows)}
        )


def lists(values: np.ndarray | pa.Array, rows: np.ndarray, count: int) -> pa.ListArray:
    """A list for each of `count` rows: values whose row it is (rows ascend)."""
    offsets = np.searchsorted(rows, np.arange(count + 1)).astype(np.int32)
    return pa.ListArray.from_arrays(offsets, pa.array(values))


def flat(table: pa.Table, name: str) -> tuple[np.ndarray, np.ndarray]:
    """The values of a list column, and the row of each."""
    column = table[name].combine_chunks()
    return column.flatten().to_numpy(zero_copy_only=False), pc.list_parent_indices(column).to_numpy(
        zero_copy_only=False
    )


def distinct(table: pa.Table, shard: str) -> pa.Table:
    """The anchors of a batch, each once; `many` tells that it was there more often."""
    values, counts = np.unique(flat(table, "anchors")[0], return_counts=True)
    home = np.full(len(values), shard_key(shard), np.uint64)
    return pa.table({"anchor": values, "home": home, "many": counts > 1})


def common(table: pa.Table) -> pa.Table:
    """The anchors of a bucket that occur twice or more, as a list for each shard that has them."""
    anchor, home = table["anchor"].to_numpy(), table["home"].to_numpy()
    twice = (occurrences(anchor, anchor) != ONCE) | table["many"].to_numpy()
    anchor, home = anchor[twice], home[twice]
    order = np.lexsort((anchor, home))
    homes, rows = np.unique(home[order], return_inverse=True)
    columns = [homes, pa.nulls(len(homes), pa.string()), lists(anchor[order], rows, len(homes))]
    return pa.table(columns, schema=AT_HOME)


def returned(table: pa.Table, _shard: str) -> pa.Table:
    """Rows that know their home."""
    return table


def owned(table: pa.Table, shard: str) -> pa.Table:
    """The anchors of each text, kept at home."""
    home = np.full(table.num_rows, shard_key(shard), np.uint64)
    return pa.table([pa.array(home), table["id"], table["anchors"]], schema=AT_HOME)


def matched(table: pa.Table) -> pa.Table:
    """Of one shard: for each text that has any, its anchors that are common."""
    texts = table.filter(pc.is_valid(table["id"]))
    anchor, row = flat(texts, "anchors")
    twice = np.isin(anchor, flat(table.filter(pc.is_null(table["id"])), "anchors")[0])
    kept = lists(anchor[twice], row[twice], texts.num_rows)
    verdicts = pa.table({"id": texts["id"], "anchors": kept})
    return verdicts.filter(pc.greater(pc.list_value_length(kept), 0))
