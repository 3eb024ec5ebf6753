"""The families of duplicates of a run, however many: found, sorted and paged by DuckDB over the files of verdicts."""

from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

from pipeline import parquet, store
from pipeline.errors import BadInput
from pipeline.view import planned, view_of
from report.family import FamilyVerdicts, family_verdicts
from report.serve.database import Database, files
from report.serve.scan import SECONDS, Answer, Row, ShardScan, quoted, scan
from report.stored import rows_of_ids

SORTS = {"largest": "size DESC", "smallest": "size", "address": "url NULLS LAST"}


class FamilyQuery(NamedTuple):
    """What is looked for; "" is anything. `url` is a part of the address of the page that is kept."""

    stage: str = ""
    url: str = ""
    sort: str = "largest"
    start: int = 0


def search_families(root: str, database: Database, asked: FamilyQuery, seconds: float = SECONDS) -> Answer:
    """The families that are asked for. Of each: stage, size, the id and url of the page that is kept, and its shard."""
    verdicts = {each.stage: each for each in family_verdicts(root)}
    scans = [_scan(root, each) for each in verdicts.values() if asked.stage in ("", each.stage)]
    query = partial(_query, root, verdicts, asked)
    answer = scan(database, scans, query, asked.start, partial(_place, sort=asked.sort), seconds)
    urls = {} if _joins(asked) else dict(_urls(root, verdicts, answer))
    rows = [{**row, "url": row["url"] or urls.get(row["id"])} for row in answer.rows]
    return answer._replace(rows=rows)


def _joins(asked: FamilyQuery) -> bool:
    """Whether addresses are needed of all families, and not only of those that are shown."""
    return bool(asked.url) or asked.sort == "address"


def _place(row: Row, sort: str) -> tuple[Any, ...]:
    """Where a row stands among sorted ones, as DuckDB has it."""
    if sort == "address":
        return row["url"] is None, row["url"] or "", row["id"]
    return -row["size"] if sort == "largest" else row["size"], row["id"]


def _scan(root: str, verdicts: FamilyVerdicts) -> ShardScan:
    there = {*store.listing(root, verdicts.stage)}
    shards = [shard for shard in planned(root, verdicts.stage) if f"{shard}.parquet" in there]
    view = view_of(root, verdicts.pages) if verdicts.pages else None
    return ShardScan(verdicts.stage, "kept", shards, [f"{verdicts.stage}/{shard}.parquet" for shard in shards], view)


def _query(
    root: str, verdicts: dict[str, FamilyVerdicts], asked: FamilyQuery, piece: ShardScan, wanted: int
) -> tuple[str, Row]:
    """The SQL of a piece, which is made of fixed parts and of names in the run's own files, and its parameters."""
    values: Row = {"files": files(piece.names), "wanted": wanted}
    url, source, tests = "NULL::VARCHAR", "read_parquet($files, filename = true) v", ["v.reason IS NULL"]
    pages = [f"{piece.view.store}/{shard}.parquet" for shard in piece.shards] if piece.view else []
    if _joins(asked) and pages and "url" in parquet.schema_of(root, pages[0]).names:
        values["pages"] = files(pages)
        url, source = "p.url", f"{source} JOIN read_parquet($pages, union_by_name = true) p ON p.id = v.id"
    if asked.url:
        values["part"] = asked.url
        tests.append(f"contains(lower({url}), lower($part))")
    sql = f"""
        SELECT v.id AS id, v.{quoted(verdicts[piece.stage].size)} AS size, {url} AS url,
            regexp_extract(v.filename, '([^/]*)\\.parquet$', 1) AS shard
        FROM {source} WHERE {" AND ".join(tests)} ORDER BY {SORTS[asked.sort]}, id LIMIT $wanted"""
    return sql, values


def _urls(root: str, verdicts: dict[str, FamilyVerdicts], answer: Answer) -> Iterator[tuple[str, str]]:
    """The addresses of the pages of an answer, by id."""
    places: dict[tuple[str, str], set[str]] = {}
    for row in answer.rows:
        places.setdefault((verdicts[row["stage"]].pages, row["shard"]), set()).add(row["id"])
    for (stage, shard), ids in places.items():
        try:
            for row in rows_of_ids("kept", root, stage, shard, ids, ["id", "url"]) if stage else ():
                yield row["id"], row.get("url") or ""
        except (BadInput, OSError):
            answer.unread.append(f"{view_of(root, stage).store}/{shard}.parquet")
