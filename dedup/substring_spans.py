"""Windows of n tokens that do occur twice, and the spans they make: the second round.

A window is known by 128 bits, its anchor and its own hash. Windows next to one another with the same anchor travel
as one row. What is equal within a batch is settled there, and its first copy alone travels: however often a paragraph
stands in a batch, it is sent once.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.anchors import anchored, flat, lists, places_of_anchors
from dedup.shingles import Tokenise
from dedup.tokens import Tokens, words
from dedup.windows import AGAIN, ONCE, ngrams, occurrences, scramble, stretches, union
from pipeline.fingerprint import shard_key

SPAN = pa.struct([("start", pa.int32()), ("end", pa.int32())])
RUN = pa.struct(
    [
        ("anchor", pa.uint64()),
        ("hashes", pa.list_(pa.uint64())),
        ("starts", pa.list_(pa.int32())),
        ("ends", pa.list_(pa.int32())),
    ]
)
PIECE = pa.schema(
    [("home", pa.uint64()), ("id", pa.string()), ("start", pa.int32()), ("end", pa.int32()), ("copy", pa.bool_())]
)


@dataclass(frozen=True)
class Windows:
    """Transform: of texts with common `anchors`, the `runs` of windows to send, and what this batch itself settles.

    `spans` hold windows that occur again in the batch, `copies` those of them that occurred before.
    """

    n: int
    tokenise: Tokenise = words
    name = "windows"

    def __call__(self, table: pa.Table) -> pa.Table:
        has = pc.is_valid(table["anchors"])
        rows, texts = np.flatnonzero(has.to_numpy()), table.filter(has)
        tokens = self.tokenise(texts["text"].cast(pa.large_string()).combine_chunks())
        places, anchor, window = self._candidates(tokens, flat(texts, "anchors")[0])
        seen = occurrences(anchor, window)
        text = rows[np.searchsorted(tokens.bounds, places, "right") - 1]
        starts, ends = tokens.starts[places], tokens.ends[places + self.n - 1]

        def spans(chosen: np.ndarray) -> pa.ListArray:
            first, last = (np.flatnonzero(chosen)[side] for side in stretches(places[chosen], text[chosen]))
            return lists(span_array(starts[first], ends[last]), text[first], table.num_rows)

        sent = seen != AGAIN
        runs, first = _runs(places[sent], anchor[sent], window[sent], starts[sent], ends[sent])
        columns = {"id": table["id"], "runs": lists(runs, text[sent][first], table.num_rows)}
        return pa.table(columns | {"spans": spans(seen != ONCE), "copies": spans(seen == AGAIN)})

    def _candidates(self, tokens: Tokens, common: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Places, anchors and hashes of the windows whose anchor is common."""
        distance, grams = anchored(tokens, self.n)
        held = places_of_anchors(distance)
        chance = np.zeros(len(grams), bool)
        chance[held[np.isin(scramble(grams[held]), common)]] = True
        places = np.flatnonzero(distance >= 0)
        places = places[chance[places + distance[places]]]
        anchor = scramble(grams[places + distance[places]])
        return places, anchor, ngrams(tokens.hashes, tokens.bounds, self.n)[places]


def _runs(places: np.ndarray, anchor: np.ndarray, *windows: np.ndarray) -> tuple[pa.StructArray, np.ndarray]:
    """Runs of windows of one anchor, as RUN, and the index of the first window of each."""
    first, _ = stretches(places, anchor)
    offsets = pa.array(np.r_[first, len(places)].astype(np.int32))
    columns = [pa.ListArray.from_arrays(offsets, pa.array(column)) for column in windows]
    return pa.StructArray.from_arrays([pa.array(anchor[first]), *columns], fields=list(RUN)), first


def span_array(starts: np.ndarray, ends: np.ndarray) -> pa.StructArray:
    return pa.StructArray.from_arrays([pa.array(starts, pa.int32()), pa.array(ends, pa.int32())], fields=list(SPAN))


def runs(table: pa.Table, shard: str) -> pa.Table:
    """The runs to send, a row each."""
    column = table["runs"].combine_chunks()
    ids = table["id"].take(pc.list_parent_indices(column))
    home = np.full(len(ids), shard_key(shard), np.uint64)
    fields = dict(zip(RUN.names, column.flatten().flatten(), strict=True))
    return pa.table({"home": home, "id": ids} | fields)


def found(table: pa.Table) -> pa.Table:
    """Pieces that repeat: stretches of windows of a bucket that occur twice, and, as copies, not for the first time."""
    window, row = flat(table, "hashes")
    starts, ends = flat(table, "starts")[0], flat(table, "ends")[0]
    seen = occurrences(table["anchor"].to_numpy()[row], window)
    pieces = [PIECE.empty_table()]
    for copy, chosen in ((False, seen != ONCE), (True, seen == AGAIN)):
        places = np.flatnonzero(chosen)
        first, last = (places[side] for side in stretches(places, row[places]))
        own = table.select(["home", "id"]).take(row[first])
        pieces.append(_pieces(own, starts[first], ends[last], np.full(len(first), copy)))
    return pa.concat_tables(pieces)


def settled(table: pa.Table, shard: str) -> pa.Table:
    """Pieces that a batch settled by itself."""
    pieces = [PIECE.empty_table()]
    for name in ("spans", "copies"):
        column = table[name].combine_chunks()
        ids = table["id"].take(pc.list_parent_indices(column))
        own = pa.table({"home": np.full(len(ids), shard_key(shard), np.uint64), "id": ids})
        starts, ends = column.flatten().flatten()
        pieces.append(_pieces(own, starts, ends, np.full(len(ids), name == "copies")))
    return pa.concat_tables(pieces)


def _pieces(own: pa.Table, starts, ends, copy: np.ndarray) -> pa.Table:
    return pa.table([own["home"], own["id"], pa.array(starts), pa.array(ends), pa.array(copy)], schema=PIECE)


def merged(table: pa.Table) -> pa.Table:
    """Verdicts of one shard, sorted by id: `spans` and `copies` of each text that has any, overlaps made one."""
    ids = pc.unique(table["id"]).sort()
    text = pc.index_in(table["id"], value_set=ids).to_numpy()
    copy, starts, ends = (table[name].to_numpy() for name in ("copy", "start", "end"))
    columns = {"id": ids}
    for name, chosen in (("spans", ~copy), ("copies", copy)):
        group, first, last = union(text[chosen], starts[chosen], ends[chosen])
        columns[name] = lists(span_array(first, last), group, len(ids))
    return pa.table(columns)
