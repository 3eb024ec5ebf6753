"""Candidates compared before anyone is removed: a page is dropped only against the page that is kept.

Families of candidates are chains: the ends need not be alike, and pages that share a template form one family. So in
each family the page to keep is compared with all others, those alike are its copies, and the rest begins again.
"""

from dataclasses import dataclass
from itertools import pairwise

import numba as nb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.families import column, runs, spread
from dedup.members import MEMBERS, ranked
from dedup.shingles import GOLDEN, Tokenise, shingled
from dedup.sketch import draws, fast_sketch
from dedup.tokens import words
from dedup.verdicts import judged

FAMILY = 20_000  # different texts that are compared with one another at most; a larger family is judged in parts
COMPARISONS = 10_000_000  # in one family at most; pages not compared by then are kept
SKETCH = 1_024  # bytes of a sketch to compare: its error is a hundredth
SKETCH_SEED = 2  # not the seed of the bands: those have chosen the candidates already
SHINGLE = np.dtype("<u4")

ASKED = pa.schema([("id", pa.string()), *(pa.field(f"near.{f.name}", f.type) for f in MEMBERS if f.name != "id")])
ANSWERS = MEMBERS.append(pa.field("payload", pa.large_binary()))


def grouped(table: pa.Table) -> pa.Table:
    """Families in order, with `asked`: the page is the first of its text, and there is another text to compare with.

    A family of more than `FAMILY` different texts becomes several, in the order of rank.
    """
    table = ranked(table)
    text = first_of_text(table)
    first = text == np.arange(table.num_rows)
    family = column(table, "family")
    starts = runs(family)
    sizes = np.diff(np.append(starts, len(family)))
    before = np.cumsum(first) - first
    part = (before[text] - np.repeat(before[starts], sizes)) // FAMILY
    several = np.repeat(np.add.reduceat(first, starts, dtype=np.int64) if len(starts) else sizes, sizes) > 1
    table = table.set_column(0, "family", pa.array(spread(family + part.astype(np.uint64) * GOLDEN)))
    return ranked(table.append_column("asked", pa.array(first & several)))


def first_of_text(table: pa.Table) -> np.ndarray:
    """For each row the place of the first row, of rows in order, that has its content in its family."""
    content, family = column(table, "content"), column(table, "family")
    order = np.lexsort((content, family))
    starts = runs(family[order], content[order])
    places = np.empty(table.num_rows, np.int64)
    places[order] = np.repeat(order[starts], np.diff(np.append(starts, table.num_rows)))
    return places


def asking(table: pa.Table, shard: str) -> pa.Table:
    """Rows for a Scatter: the pages whose texts are to be compared."""
    return table.filter(table["asked"]).drop_columns(["asked"])


def asked(table: pa.Table) -> pa.Table:
    """The same, home in their shard, as verdicts that judge nothing."""
    names = [name if name == "id" else f"near.{name}" for name in table.column_names]
    return table.rename_columns(names).select(ASKED.names)


@dataclass(frozen=True)
class Payloads:
    """A transform: the rows in the schema `ANSWERS`; of pages that were asked for, what they are compared by."""

    verify: str
    ngram: int
    tokenise: Tokenise = words

    def __call__(self, table: pa.Table) -> pa.Table:
        wanted = pc.is_valid(table["near.doc"])
        flat, starts = shingled(table["text"].filter(wanted).combine_chunks(), self.ngram, self.tokenise)
        pack = sketched if self.verify == "sketch" else packed
        made = (pack(flat[a:b]) for a, b in pairwise(starts))
        payload = pa.array([next(made) if yes else None for yes in wanted.to_pylist()], pa.large_binary())
        columns = [table["id"] if name == "id" else table[f"near.{name}"] for name in MEMBERS.names]
        return pa.table([*columns, payload], schema=ANSWERS)


def packed(shingles: np.ndarray) -> bytes:
    """The set of shingles as sorted 32-bit hashes."""
    return np.unique((shingles >> np.uint64(32)).astype(SHINGLE)).tobytes()


def sketched(shingles: np.ndarray) -> bytes:
    """A sketch of `SKETCH` values, a byte of each."""
    values = np.empty(SKETCH, np.uint64)
    fast_sketch(shingles, *draws(SKETCH, SKETCH_SEED), values)
    return values.astype(np.uint8).tobytes()


def answering(table: pa.Table, shard: str) -> pa.Table:
    """Rows for a Scatter: the pages that were asked for, with their payload."""
    return table.filter(pc.is_valid(table["payload"]))


def following(table: pa.Table, shard: str) -> pa.Table:
    """Rows for a Scatter: the pages that were not asked for, without one."""
    rest = table.filter(pc.invert(table["asked"])).drop_columns(["asked"])
    return rest.append_column("payload", pa.nulls(rest.num_rows, pa.large_binary()))


@dataclass(frozen=True)
class Compare:
    """A Gather's function: rows in `ANSWERS` to verdicts, by the Jaccard similarity of each page to the one kept."""

    what: str
    verify: str
    similarity: float

    def __call__(self, table: pa.Table) -> pa.Table:
        table = ranked(table)
        text = first_of_text(table)
        places = np.flatnonzero(text == np.arange(table.num_rows))
        values, starts = self._values(table["payload"].take(pa.array(places)))
        bounds = np.append(runs(column(table, "family")[places]), len(places))
        leader = np.zeros(table.num_rows, np.int64)
        leader[places] = places[leaders(values, starts, bounds, self.similarity, self.verify == "sketch", COMPARISONS)]
        kept = leader[text]
        table = table.drop_columns(["payload"]).set_column(0, "family", pa.array(kept.astype(np.uint64)))
        return judged(table.take(np.argsort(kept, kind="stable")), self.what)

    def _values(self, payload: pa.ChunkedArray) -> tuple[np.ndarray, np.ndarray]:
        """All payloads, one after another, and where each begins."""
        kind = np.dtype(np.uint8) if self.verify == "sketch" else SHINGLE
        found = [np.frombuffer(data or b"", kind) for data in payload.to_pylist()]
        starts = np.concatenate(([0], np.cumsum([len(values) for values in found]))).astype(np.int64)
        return np.concatenate([*found, np.empty(0, kind)]), starts


@nb.njit(cache=True)
def leaders(values, starts, bounds, similarity, sketches, comparisons):
    """For each text the one it is dropped against, or itself.

    Texts are values[starts[i] : starts[i + 1]], sorted and distinct (or sketches of equal length); families are texts
    bounds[f] to bounds[f + 1]. Every comparison is with a text that is kept. A family gets `comparisons` of them.
    """
    leader = np.arange(starts.shape[0] - 1)
    for family in range(bounds.shape[0] - 1):
        left = comparisons
        for one in range(bounds[family], bounds[family + 1]):
            if leader[one] != one or left <= 0:
                continue
            kept = values[starts[one] : starts[one + 1]]
            for other in range(one + 1, bounds[family + 1]):
                if leader[other] == other:
                    left -= 1
                    text = values[starts[other] : starts[other + 1]]
                    alike = agreement(kept, text) if sketches else jaccard(kept, text)
                    if alike >= similarity:
                        leader[other] = one
    return leader


@nb.njit(cache=True)
def jaccard(one, other):
    """The Jaccard similarity of two sorted sets."""
    i, j, both = 0, 0, 0
    while i < one.shape[0] and j < other.shape[0]:
        a, b = one[i], other[j]
        both += a == b
        i += a <= b
        j += b <= a
    either = one.shape[0] + other.shape[0] - both
    return both / either if either else 0.0


@nb.njit(cache=True)
def agreement(one, other):
    """The Jaccard similarity that two sketches of bytes tell: bytes agree by chance once in 256."""
    same = 0
    for i in range(one.shape[0]):
        same += one[i] == other[i]
    return (same / one.shape[0] - 1 / 256) * 256 / 255
