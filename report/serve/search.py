"""Search over the pages of a run: those that it kept, dropped or put into quarantine, with bounds on rows and time."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from pipeline import parquet, store
from pipeline.shard import quarantine_name, rejects_name
from pipeline.view import view_of
from report.page.sample import Stratum
from report.serve.database import Database, files
from report.serve.scan import SECONDS, Answer, ShardScan, quoted, scan
from report.stored import Where, shard_stats

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


def search(
    root: str, database: Database, strata: Sequence[Stratum], asked: PageQuery, seconds: float = SECONDS
) -> Answer:
    """The pages that are asked for.

    Of each: stage, fate, reason, shard, id, url, host, language, score, size (characters) and extract.
    """
    order = partial(_place, sort=asked.sort) if asked.sort else None
    query = partial(_query, root, asked)
    return scan(database, _scans(root, strata, asked), query, asked.start, order, seconds)


def _place(row: Mapping[str, Any], sort: str) -> tuple[Any, ...]:
    """Where a row stands among sorted ones, as DuckDB has it: values that are not known come last."""
    column = SORTS[sort]
    value = row[column.removeprefix("-")]
    return value is None, (-value if column[0] == "-" else value) if value is not None else 0, row["id"] or ""


def _scans(root: str, strata: Sequence[Stratum], asked: PageQuery) -> Iterator[ShardScan]:
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
        yield ShardScan(stage, fate, shards, names, view)


def _query(root: str, asked: PageQuery, piece: ShardScan, wanted: int) -> tuple[str, dict[str, Any]]:
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
            yield f"p.{quoted(name)} = $where{number}_{place}"
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
