"""Candidates are compared before any page is dropped, and a page is dropped only against the page that is kept.

Families of candidates are chains: their ends need not be alike, and pages that share a template form one family. So in
each family the page to keep is compared with all others, those that are alike are its copies, and the rest begins
again.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.arrays import numpy_column, run_lengths, run_starts
from dedup.members import MEMBERS, ranked
from dedup.minhash.similarity import leaders
from dedup.minhash.sketch import fast_sketch, sketch_draws
from dedup.shingles import shingled
from dedup.tokens import Tokenise, word_tokens
from dedup.verdicts import judged
from pipeline.hashing import GOLDEN64, mix64

MAX_TEXTS = 20_000  # distinct texts of a family that are compared with one another; a larger family is cut into parts
MAX_COMPARISONS = 10_000_000  # in one family; pages that are not compared by then are kept
SKETCH_BYTES = 1_024  # of a sketch to compare: the standard error is 0.0125 at a similarity of 0.8
SKETCH_SEED = 2  # not the seed of the bands: by those the candidates were chosen
SHINGLE = np.dtype("<u4")

REQUESTS = pa.schema([("id", pa.string()), *(pa.field(f"near.{f.name}", f.type) for f in MEMBERS if f.name != "id")])
ANSWERS = MEMBERS.append(pa.field("payload", pa.large_binary()))


def comparison_groups(table: pa.Table) -> pa.Table:
    """A Gather's function: families in order, with `compare`: whether the text of the page must be compared.

    It must when the page is the first of its text, and its family has another text. A family of more than `MAX_TEXTS`
    distinct texts becomes several families, in the order of rank.
    """
    table = ranked(table)
    text = first_of_text(table)
    first = text == np.arange(table.num_rows)
    family = numpy_column(table, "family")
    starts = run_starts(family)
    sizes = run_lengths(starts, len(family))
    before = np.cumsum(first) - first
    part = (before[text] - np.repeat(before[starts], sizes)) // MAX_TEXTS
    several = np.repeat(np.add.reduceat(first, starts, dtype=np.int64) if len(starts) else sizes, sizes) > 1
    table = table.set_column(0, "family", pa.array(mix64(family + part.astype(np.uint64) * GOLDEN64)))
    return ranked(table.append_column("compare", pa.array(first & several)))


def first_of_text(table: pa.Table) -> np.ndarray:
    """For each row the place of the first row, of rows in order, that has its content in its family."""
    content, family = numpy_column(table, "content"), numpy_column(table, "family")
    order = np.lexsort((content, family))
    starts = run_starts(family[order], content[order])
    places = np.empty(table.num_rows, np.int64)
    places[order] = np.repeat(order[starts], run_lengths(starts, table.num_rows))
    return places


def to_compare(table: pa.Table, shard: str) -> pa.Table:
    """Rows for a Scatter: the pages whose texts must be compared."""
    return table.filter(table["compare"]).drop_columns(["compare"])


def not_to_compare(table: pa.Table, shard: str) -> pa.Table:
    """Rows for a Scatter (schema `ANSWERS`): the other pages, without a payload."""
    rest = table.filter(pc.invert(table["compare"])).drop_columns(["compare"])
    return rest.append_column("payload", pa.nulls(rest.num_rows, pa.large_binary()))


def text_requests(table: pa.Table) -> pa.Table:
    """A Gather's function: pages to compare, as verdicts that drop nothing (schema `REQUESTS`)."""
    names = [name if name == "id" else f"near.{name}" for name in table.column_names]
    return table.rename_columns(names).select(REQUESTS.names)


@dataclass(frozen=True)
class Payloads:
    """A transform to rows in the schema `ANSWERS`: of requested pages the payload is what they are compared by."""

    verify: str
    ngram: int
    tokenise: Tokenise = word_tokens

    def __call__(self, table: pa.Table) -> pa.Table:
        """The rows that are made of these."""
        wanted = pc.is_valid(table["near.doc"])
        shingles, starts = shingled(table["text"].filter(wanted).combine_chunks(), self.ngram, self.tokenise)
        pack = sketch_bytes if self.verify == "sketch" else shingle_bytes
        made = (pack(shingles[a:b]) for a, b in pairwise(starts))
        payload = pa.array([next(made) if yes else None for yes in wanted.to_pylist()], pa.large_binary())
        columns = [table["id"] if name == "id" else table[f"near.{name}"] for name in MEMBERS.names]
        return pa.table([*columns, payload], schema=ANSWERS)


def shingle_bytes(shingles: np.ndarray) -> bytes:
    """The set of shingles, as sorted 32-bit hashes."""
    return np.unique((shingles >> np.uint64(32)).astype(SHINGLE)).tobytes()


def sketch_bytes(shingles: np.ndarray) -> bytes:
    """A sketch of the set of shingles: `SKETCH_BYTES` values, the lowest byte of each."""
    values = np.empty(SKETCH_BYTES, np.uint64)
    fast_sketch(shingles, *sketch_draws(SKETCH_BYTES, SKETCH_SEED), values)
    return values.astype(np.uint8).tobytes()


def answers(table: pa.Table, shard: str) -> pa.Table:
    """Rows for a Scatter: the pages that have a payload."""
    return table.filter(pc.is_valid(table["payload"]))


@dataclass(frozen=True)
class Compare:
    """A Gather's function: rows in `ANSWERS` to verdicts (schema `JUDGED`).

    A page is dropped when the Jaccard similarity of its n-grams to those of a page that is kept is at least
    `similarity`.
    """

    what: str
    verify: str
    similarity: float

    def __call__(self, table: pa.Table) -> pa.Table:
        """The rows that are made of these."""
        table = ranked(table)
        text = first_of_text(table)
        places = np.flatnonzero(text == np.arange(table.num_rows))
        values, starts = self._values(table["payload"].take(pa.array(places)))
        bounds = np.append(run_starts(numpy_column(table, "family")[places]), len(places))
        by_sketch = self.verify == "sketch"
        leader = np.zeros(table.num_rows, np.int64)
        leader[places] = places[leaders(values, starts, bounds, self.similarity, by_sketch, MAX_COMPARISONS)]
        kept = leader[text]
        table = table.drop_columns(["payload"]).set_column(0, "family", pa.array(kept.astype(np.uint64)))
        return judged(table.take(np.argsort(kept, kind="stable")), self.what)

    def _values(self, payload: pa.ChunkedArray) -> tuple[np.ndarray, np.ndarray]:
        """The values of all payloads, one after another, and where each payload's begin."""
        kind = np.dtype(np.uint8) if self.verify == "sketch" else SHINGLE
        found = [np.frombuffer(data or b"", kind) for data in payload.to_pylist()]
        starts = np.concatenate(([0], np.cumsum([len(values) for values in found]))).astype(np.int64)
        return np.concatenate([*found, np.empty(0, kind)]), starts
