"""Windows of n tokens that do occur twice, and the spans that they make: the second round.

A window is known by 128 bits, its minimizer and its own hash. Neighbouring windows of one minimizer travel as one row.
Windows that are equal within a batch are settled there, and the first of them alone travels: however often a paragraph
stands in a batch, it is sent once.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.arrays import list_column, list_values
from dedup.substring.intervals import neighbour_runs, span_unions
from dedup.substring.minimizers import minimizer_keys, minimizer_places, window_minimizers
from dedup.substring.occurrences import AGAIN, ONCE, occurrences
from dedup.tokens import Tokenise, Tokens, word_tokens
from dedup.windows import window_hashes
from pipeline.hashing import shard_key

TEXT_SPAN = pa.struct([("start", pa.int32()), ("end", pa.int32())])
WINDOW_RUN = pa.struct(
    [
        ("minimizer", pa.uint64()),
        ("hashes", pa.list_(pa.uint64())),
        ("starts", pa.list_(pa.int32())),
        ("ends", pa.list_(pa.int32())),
    ]
)
SPAN_PIECES = pa.schema(
    [("shard", pa.uint64()), ("id", pa.string()), ("start", pa.int32()), ("end", pa.int32()), ("later", pa.bool_())]
)


@dataclass(frozen=True)
class Windows:
    """A transform, of texts with non-unique `minimizers`, to the `runs` of windows to send and what the batch settles.

    `spans` hold the windows that occur again in the batch, `later_occurrences` those of them that occurred before.
    """

    n: int
    tokenise: Tokenise = word_tokens
    name = "windows"

    def __call__(self, table: pa.Table) -> pa.Table:
        """The rows that are made of these."""
        has = pc.is_valid(table["minimizers"])
        rows, texts = np.flatnonzero(has.to_numpy()), table.filter(has)
        tokens = self.tokenise(texts["text"].cast(pa.large_string()).combine_chunks())
        places, minimizer, window = self._candidates(tokens, list_values(texts, "minimizers")[0])
        found = occurrences(minimizer, window)
        text = rows[np.searchsorted(tokens.bounds, places, "right") - 1]
        starts, ends = tokens.starts[places], tokens.ends[places + self.n - 1]

        def spans(chosen: np.ndarray) -> pa.ListArray:
            first, last = (np.flatnonzero(chosen)[side] for side in neighbour_runs(places[chosen], text[chosen]))
            return list_column(span_array(starts[first], ends[last]), text[first], table.num_rows)

        sent = found != AGAIN
        runs, first = _runs(places[sent], minimizer[sent], window[sent], starts[sent], ends[sent])
        columns = {"id": table["id"], "runs": list_column(runs, text[sent][first], table.num_rows)}
        return pa.table(columns | {"spans": spans(found != ONCE), "later_occurrences": spans(found == AGAIN)})

    def _candidates(self, tokens: Tokens, non_unique: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Places, minimizers and hashes of the windows whose minimizer is not unique."""
        distance, grams = window_minimizers(tokens, self.n)
        held = minimizer_places(distance)
        is_candidate = np.zeros(len(grams), bool)
        is_candidate[held[np.isin(minimizer_keys(grams[held]), non_unique)]] = True
        places = np.flatnonzero(distance >= 0)
        places = places[is_candidate[places + distance[places]]]
        keys = minimizer_keys(grams[places + distance[places]])
        return places, keys, window_hashes(tokens.hashes, tokens.bounds, self.n)[places]


def _runs(places: np.ndarray, minimizer: np.ndarray, *windows: np.ndarray) -> tuple[pa.StructArray, np.ndarray]:
    """Runs of neighbouring windows of one minimizer (WINDOW_RUN), and the index of the first window of each."""
    first, _ = neighbour_runs(places, minimizer)
    offsets = pa.array(np.r_[first, len(places)].astype(np.int32))
    columns = [pa.ListArray.from_arrays(offsets, pa.array(column)) for column in windows]
    return pa.StructArray.from_arrays([pa.array(minimizer[first]), *columns], fields=list(WINDOW_RUN)), first


def span_array(starts: np.ndarray, ends: np.ndarray) -> pa.StructArray:
    """Spans of code points, as TEXT_SPAN."""
    columns = [pa.array(starts, pa.int32()), pa.array(ends, pa.int32())]
    return pa.StructArray.from_arrays(columns, fields=list(TEXT_SPAN))


def window_runs(table: pa.Table, shard: str) -> pa.Table:
    """Rows for a Scatter: the runs of windows to send, a row each."""
    runs = table["runs"].combine_chunks()
    ids = table["id"].take(pc.list_parent_indices(runs))
    keys = np.full(len(ids), shard_key(shard), np.uint64)
    fields = dict(zip(WINDOW_RUN.names, runs.flatten().flatten(), strict=True))
    return pa.table({"shard": keys, "id": ids} | fields)


def repeated_pieces(table: pa.Table) -> pa.Table:
    """A Gather's function: runs of windows of a bucket that occur twice, and those of them that occurred before."""
    window, row = list_values(table, "hashes")
    starts, ends = list_values(table, "starts")[0], list_values(table, "ends")[0]
    found = occurrences(table["minimizer"].to_numpy()[row], window)
    pieces = [SPAN_PIECES.empty_table()]
    for later, chosen in ((False, found != ONCE), (True, found == AGAIN)):
        places = np.flatnonzero(chosen)
        first, last = (places[side] for side in neighbour_runs(places, row[places]))
        texts = table.select(["shard", "id"]).take(row[first])
        pieces.append(_pieces(texts, starts[first], ends[last], later))
    return pa.concat_tables(pieces)


def local_pieces(table: pa.Table, shard: str) -> pa.Table:
    """Rows for a Scatter that stay in their shard: what a batch settled by itself."""
    pieces = [SPAN_PIECES.empty_table()]
    for name in ("spans", "later_occurrences"):
        spans = table[name].combine_chunks()
        ids = table["id"].take(pc.list_parent_indices(spans))
        texts = pa.table({"shard": np.full(len(ids), shard_key(shard), np.uint64), "id": ids})
        starts, ends = spans.flatten().flatten()
        pieces.append(_pieces(texts, starts, ends, name == "later_occurrences"))
    return pa.concat_tables(pieces)


def _pieces(texts: pa.Table, starts: np.ndarray | pa.Array, ends: np.ndarray | pa.Array, later: bool) -> pa.Table:
    columns = [texts["shard"], texts["id"], pa.array(starts), pa.array(ends), pa.repeat(later, texts.num_rows)]
    return pa.table(columns, schema=SPAN_PIECES)


def span_verdicts(table: pa.Table) -> pa.Table:
    """A Gather's function, of one shard: `id, spans, later_occurrences` of each text that has any, sorted by id."""
    ids = pc.unique(table["id"]).sort()
    text = pc.index_in(table["id"], value_set=ids).to_numpy()
    later, starts, ends = (table[name].to_numpy() for name in ("later", "start", "end"))
    columns = {"id": ids}
    for name, chosen in (("spans", ~later), ("later_occurrences", later)):
        group, first, last = span_unions(text[chosen], starts[chosen], ends[chosen])
        columns[name] = list_column(span_array(first, last), group, len(ids))
    return pa.table(columns)
