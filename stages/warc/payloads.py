"""Pages that are the same bytes as one before them in their file: they are marked when read, and dropped by a step."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from pipeline import reads
from pipeline.chain import TransformChain
from pipeline.protocols import Transform
from pipeline.transform import put

MARK = pa.field("repeats_payload", pa.bool_())
PLACE = "place_in_table"


def mark_repeats(tables: Iterable[pa.Table], leaving: Sequence[Transform]) -> Iterator[pa.Table]:
    """The tables of one file with a boolean column that tells which pages repeat the payload of one before them.

    `leaving` are the steps between reading and dropping: a page that one of them drops, or fails on, is no page that
    another can repeat, so that of every payload one page goes on. The same bytes in another charset are another page.
    """
    seen, chain = set[bytes](), TransformChain(leaving, _nowhere, _nowhere, count=None)
    for table in tables:
        repeats = []
        for html, charset, stays in zip(table["html"], table["charset"], _staying(table, chain), strict=True):
            key = xxhash.xxh3_128_digest(f"{charset.as_py()}\0".encode() + (html.as_py() or b"")) if stays else b""
            repeats.append(stays and key in seen)
            seen.add(key)
        yield put(table, MARK.name, pa.array(repeats, MARK.type))


def _staying(table: pa.Table, chain: TransformChain) -> list[bool]:
    """Which rows no step so far drops or quarantines. What the steps read counts, as it does when they judge."""
    with reads.watching():
        left = chain.apply(put(table, PLACE, pa.array(range(table.num_rows), pa.int64())))
    return pc.is_in(pa.array(range(table.num_rows), pa.int64()), left[PLACE].combine_chunks()).to_pylist()


def _nowhere(table: pa.Table) -> None:
    """Rows that leave do so for good when the steps judge them."""


@dataclass(frozen=True)
class PayloadsOnce:
    """A transform: drops the pages that `mark_repeats` marked, and the mark."""

    name = "warc.payloads_once"

    def __call__(self, table: pa.Table) -> pa.Table:
        """The table with a reason where the page repeats another; a table without marks as it is."""
        if MARK.name not in table.column_names:
            return table
        reason = pa.scalar(f"{self.name}:repeated"), pa.scalar(None, pa.string())
        return put(table.drop_columns([MARK.name]), "reason", pc.if_else(table[MARK.name], *reason))
