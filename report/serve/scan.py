"""Questions to the shards of a run, piece by piece, with bounds on rows and time; what cannot be read is named."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import duckdb

from pipeline.errors import BadInput
from pipeline.view import View
from report.serve.database import Database, TimeIsUp
from report.stored import Where

ROWS, SECONDS = 50, 8.0  # of an answer
FURTHEST = 5_000  # rows that may be passed over
SHARDS = 32  # that one query reads; the first reads fewer, so that something is soon there

Row = dict[str, Any]
Order = Callable[[Row], Any]


class Answer(NamedTuple):
    """The rows, whether there are more, of how many files how many were looked through, and if the time ran out.

    `unread` are the files that could not be read.
    """

    rows: list[Row]
    more: bool
    looked: int
    files: int
    cut: bool
    unread: list[str]


class ShardScan(NamedTuple):
    """Some shards of what a stage made of its pages, with their files below the root: what one query reads."""

    stage: str
    fate: Where
    shards: Sequence[str]
    names: Sequence[str]
    view: View | None


Query = Callable[[ShardScan, int], tuple[str, dict[str, Any]]]  # a piece and the rows wanted: SQL and its parameters


def scan_pieces(whole: ShardScan) -> Iterator[ShardScan]:
    """The shards of a scan in pieces for one query each."""
    count = len(whole.shards)
    for start, end in pairwise([0, *range(SHARDS // 8, count, SHARDS), count] if count else []):
        yield whole._replace(shards=whole.shards[start:end], names=whole.names[start:end])


def scan(
    database: Database, scans: Iterable[ShardScan], query: Query, start: int, order: Order | None, seconds: float
) -> Answer:
    """The rows of a query on all pieces, from `start` on, with the stage and fate of their piece.

    Pieces are read one after another, until there are enough rows or the time is up. With an `order` all are read:
    sorted rows are the first of all only if the time was enough.
    """
    ends, wanted = time.monotonic() + seconds, start + ROWS + 1
    rows, looked, cut, unread = list[Row](), 0, False, list[str]()
    parts = [part for whole in scans for part in scan_pieces(whole)]
    for piece in parts:
        if len(rows) >= wanted and order is None:
            break
        try:
            found = list(_found(database, piece, query, wanted, ends, unread))
        except TimeIsUp:
            cut = True
            break
        rows += [{"stage": piece.stage, "fate": piece.fate, **row} for row in found]
        if order:
            rows = sorted(rows, key=order)[:wanted]
        looked += len(piece.shards)
    total = sum(len(piece.shards) for piece in parts)
    return Answer(rows[start : start + ROWS], len(rows) >= wanted, looked, total, cut, unread)


def _found(
    database: Database, piece: ShardScan, query: Query, wanted: int, ends: float, unread: list[str]
) -> Iterator[Row]:
    """The rows of a piece. Where it cannot be read, its shards are read one by one, and the bad ones noted."""
    try:
        yield from database.rows(*query(piece, wanted), ends)
        return
    except (BadInput, OSError, duckdb.Error):
        if len(piece.shards) == 1:
            unread.append(piece.names[0])
            return
    for shard, name in zip(piece.shards, piece.names, strict=True):
        yield from _found(database, piece._replace(shards=[shard], names=[name]), query, wanted, ends, unread)


def quoted(name: str) -> str:
    """The name of a column as SQL has it."""
    return '"' + name.replace('"', '""') + '"'
