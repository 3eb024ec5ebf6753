"""Search over the pages of a run: those that it kept, dropped or put into quarantine, with bounds on rows and time."""

import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import duckdb

from pipeline import parquet, store
from pipeline.errors import BadInput
from pipeline.shard import quarantine_name, rejects_name
from pipeline.view import View, view_of
from report.page.sample import Stratum
from report.serve.database import Database, TimeIsUp, files
from report.stored import Where, shard_stats

ROWS, SECONDS = 50, 8.0  # of an answer
FURTHEST = 5_000  # rows that may be passed over
SHARDS = 32  # that one query reads; the first reads fewer, so that something is soon there
WORDS = 8  # that a text is searched for
EXTRACT = 280  # characters
# What an answer shows of a page, with its type where a file has no such column.
SHOWN = {"id": "VARCHAR", "url": "VARCHAR", "language": "VARCHAR", "language_score": "DOUBLE", "text": "VARCHAR"}
REASONS: dict[Where, str] = {"kept": "NULL::VARCHAR", "dropped": "p.reason", "quarantined": "p.error"}
HOST = r"lower(regexp_extract(p.url, '^[a-zA-Z][a-zA-Z0-9+.-]*://(?:[^/?#@]*@)?([^/:?#]+)', 1))"
SORTS = {"": "", "url": "url", "host": "host", "longest": "-size", "shortest": "size", "language score": "score"}


class PageQuery(NamedTuple):
    """What is looked for; "" is anything. Of `text` every word has to be there, in whatever case."""

    fate: str = ""
    stage: str = ""
    reason: str = ""
    language: str = ""
    host: str = ""
    text: str = ""
    sort: str = ""
    start: int = 0


class Answer(NamedTuple):
    """The rows, whether there are more, of how many files how many were looked through, and if the time ran out.

    Of each page: stage, fate, reason, shard, id, url, host, language, score, size (characters) and extract. `unread`
    are the files that could not be read.
    """

    rows: list[dict[str, Any]]
    more: bool
    looked: int
    files: int
    cut: bool
    unread: list[str]


class ShardScan(NamedTuple):
    """Some shards of what a stage made of its pages: what one query reads."""

    stage: str
    fate: Where
    shards: Sequence[str]
    names: Sequence[str]
    view: View | None


def search(
    root: str, database: Database, strata: Sequence[Stratum], asked: PageQuery, seconds: float = SECONDS
) -> Answer:
    """The pages that are asked for. Shards are read piece by piece, until there are enough rows or the time is up.

    Sorted rows are the first of all only if all shards were looked through.
    """
    ends, wanted = time.monotonic() + seconds, asked.start + ROWS + 1
    rows, looked, cut, unread = list[dict[str, Any]](), 0, False, list[str]()
    pieces = list(_pieces(root, strata, asked))
    for piece in pieces:
        if len(rows) >= wanted and not asked.sort:
            break
        try:
            found = list(_found(root, database, piece, asked, wanted, ends, unread))
        except TimeIsUp:
            cut = True
            break
        rows += [{"stage": piece.stage, "fate": piece.fate, **row} for row in found]
        if asked.sort:
            rows = sorted(rows, key=lambda row: _place(row, asked.sort))[:wanted]
        looked += len(piece.shards)
    total = sum(len(piece.shards) for piece in pieces)
    return Answer(rows[asked.start : asked.start + ROWS], len(rows) >= wanted, looked, total, cut, unread)


def _found(
    root: str, database: Database, piece: ShardScan, asked: PageQuery, wanted: int, ends: float, unread: list[str]
) -> Iterator[dict[str, Any]]:
    """The rows of a piece. Where it cannot be read, its shards are read one by one, and the bad ones noted."""
    try:
        yield from database.rows(*_query(root, piece, asked, wanted), ends)
        return
    except (BadInput, OSError, duckdb.Error):
        if len(piece.shards) == 1:
            unread.append(piece.names[0])
            return
    for shard, name in zip(piece.shards, piece.names, strict=True):
        yield from _found(root, database, piece._replace(shards=[shard], names=[name]), asked, wanted, ends, unread)


def _place(row: Mapping[str, Any], sort: str) -> tuple[Any, ...]:
    """Where a row stands among sorted ones, as DuckDB has it: values that are not known come last."""
    column = SORTS[sort]
    value = row[column.removeprefix("-")]
    return value is None, (-value if column[0] == "-" else value) if value is not None else 0, row["id"] or ""


def _pieces(root: str, strata: Sequence[Stratum], asked: PageQuery) -> Iterator[ShardScan]:
    asks = (asked.fate, asked.stage, asked.reason)
    fits = [s for s in strata if all(a in ("", b) for a, b in zip(asks, (s.fate, s.stage, s.reason), strict=True))]
    chosen: dict[tuple[str, Where], None] = dict.fromkeys((s.stage, s.fate) for s in fits)
    for stage, fate in chosen:
        view = view_of(root, stage) if fate == "kept" else None
        other = quarantine_name if fate == "quarantined" else rejects_name
        folder = view.store if view else other(stage, "").rpartition("/")[0]
        there = {*store.listing(root, folder)}
        shards = [shard for shard in shard_stats(root, stage) if f"{shard}.parquet" in there]
        names = [f"{folder}/{shard}.parquet" for shard in shards]
        bounds = [0, *range(SHARDS // 8, len(shards), SHARDS), len(shards)] if shards else []
        for start, end in pairwise(bounds):
            yield ShardScan(stage, fate, shards[start:end], names[start:end], view)


def _query(root: str, piece: ShardScan, asked: PageQuery, wanted: int) -> tuple[str, dict[str, Any]]:
    """The SQL of a piece, which is made of fixed parts and of names in the run's own plan, and its parameters."""
    there = {*parquet.schema_of(root, piece.names[0]).names}
    column = {name: f"p.{name}" if name in there else f"NULL::{kind}" for name, kind in SHOWN.items()}
    values: dict[str, Any] = {"files": files(piece.names), "wanted": wanted}
    tests = [*_joined(piece, values), *_tests(piece, asked, column, values)]
    order = f"ORDER BY {SORTS[asked.sort]} NULLS LAST, id" if asked.sort else ""
    sql = f"""
        SELECT {column["id"]} AS id, {column["url"]} AS url, {REASONS[piece.fate]} AS reason,
            {HOST if "url" in there else "NULL::VARCHAR"} AS host, {column["language"]} AS language,
            {column["language_score"]} AS score, length({column["text"]}) AS size,
            substr({column["text"]}, 1, {EXTRACT}) AS extract,
            regexp_extract(filename, '([^/]*)\\.parquet$', 1) AS shard
        FROM read_parquet($files, filename = true, union_by_name = true) p
        WHERE {" AND ".join(tests) or "true"} {order} LIMIT $wanted"""
    return sql, values


def _joined(piece: ShardScan, values: dict[str, Any]) -> Iterator[str]:
    """What a view keeps of the rows of the stage before."""
    for number, join in enumerate(piece.view.joins if piece.view else ()):
        for place, (name, value) in enumerate(join.where):
            values[f"where{number}_{place}"] = value
            yield f"p.{_quoted(name)} = $where{number}_{place}"
        if join.verdicts:
            values[f"verdicts{number}"] = files([f"{join.verdicts}/{shard}.parquet" for shard in piece.shards])
            dropped = f"SELECT 1 FROM read_parquet($verdicts{number}) v WHERE v.id = p.id AND v.reason IS NOT NULL"
            yield f"NOT EXISTS ({dropped})"


def _tests(piece: ShardScan, asked: PageQuery, column: Mapping[str, str], values: dict[str, Any]) -> Iterator[str]:
    if asked.reason:
        values["reason"] = asked.reason
        yield f"{REASONS[piece.fate]} = $reason"
    if asked.language:
        values["language"] = asked.language
        yield f"{column['language']} = $language"
    if asked.host:
        values["host"] = asked.host.lower()
        host = HOST if column["url"] == "p.url" else "NULL::VARCHAR"
        yield f"({host} = $host OR ends_with({host}, '.' || $host))"
    for number, word in enumerate(asked.text.split()[:WORDS]):
        values[f"word{number}"] = word
        yield f"contains(lower({column['text']}), lower($word{number}))"


def _quoted(name: str) -> str:
    """The name of a column as SQL has it."""
    return '"' + name.replace('"', '""') + '"'
