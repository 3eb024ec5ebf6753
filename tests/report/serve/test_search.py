"""Search over the pages of a run: what is found is what reading everything finds, and rows and time are bounded."""

import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import pytest

from pipeline import store
from pipeline.funnel import stage_stats
from pipeline.view import planned
from report.page.chain import document_chain
from report.page.sample import strata_of
from report.serve import scan as scan_module
from report.serve.database import Database, RunFiles, TimeIsUp
from report.serve.scan import Answer
from report.serve.search import PageQuery, search
from report.stored import STORED_ROWS
from tests.helpers import runs, toy


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("toy")
    runs.make(folder / "out", toy.corpus(folder / "in", files=7))
    return str(folder / "out")


@pytest.fixture
def everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """No bound on the rows of an answer."""
    monkeypatch.setattr(scan_module, "ROWS", 10_000)


def asked(root: str, **values) -> Answer:
    return search(root, Database(root), strata_of(document_chain(root), stage_stats(root)), PageQuery(**values))


def every(root: str) -> list[dict]:
    """All pages that a run dropped, quarantined and kept in the end, read one after another."""
    wanted = [("read", "dropped"), ("read", "quarantined"), ("unique", "dropped"), ("unique", "kept")]
    return [
        {**row, "stage": stage, "fate": fate, "reason": row.get("reason") or row.get("error")}
        for stage, fate in wanted
        for shard in planned(root, stage)
        for table in STORED_ROWS[fate](root, stage, shard)
        for row in table.to_pylist()
    ]


LOOKED_FOR = {
    "anything": (PageQuery(), lambda row: True),
    "kept, through a view": (PageQuery(fate="kept"), lambda row: row["fate"] == "kept"),
    "dropped": (PageQuery(fate="dropped"), lambda row: row["fate"] == "dropped"),
    "quarantined": (PageQuery(fate="quarantined"), lambda row: row["fate"] == "quarantined"),
    "stage": (PageQuery(stage="unique"), lambda row: row["stage"] == "unique"),
    "reason": (PageQuery(reason="toy:short"), lambda row: row["reason"] == "toy:short"),
    "host": (PageQuery(host="F3.txt"), lambda row: urlsplit(row["url"]).hostname == "f3.txt"),
    "parent domain": (PageQuery(host="txt"), lambda row: True),
    "not a part of a name": (PageQuery(host="3.txt"), lambda row: False),
    "words": (PageQuery(text="FILE page 11"), lambda row: "11" in (row.get("text") or "") and "file" in row["text"]),
    "words and fate": (
        PageQuery(text="every", fate="dropped"),
        lambda row: "every" in (row.get("text") or "") and row["fate"] == "dropped",
    ),
    "nothing": (PageQuery(text="nowhere"), lambda row: False),
    "a language that no file tells": (PageQuery(language="en"), lambda row: False),
}


@pytest.mark.parametrize("name", LOOKED_FOR)
@pytest.mark.usefixtures("everything")
def test_the_pages_are_those_of_a_full_search(root: str, name: str):
    values, fits = LOOKED_FOR[name]
    answer = asked(root, **values._asdict())
    expected = sorted((row["stage"], row["fate"], row["id"] or "") for row in every(root) if fits(row))
    assert sorted((row["stage"], row["fate"], row["id"] or "") for row in answer.rows) == expected
    assert (answer.more, answer.cut) == (False, False) and answer.looked == answer.files


def test_an_answer_tells_where_a_page_lies(root: str):
    row = asked(root, text="page 11", host="f2.txt", sort="shortest").rows[0]
    shard = next(s for s in planned(root, "read") if s.startswith("f2"))
    assert row == {
        "stage": "unique", "fate": "kept", "id": "f2.txt:11", "url": "http://f2.txt/11", "reason": None,
        "host": "f2.txt", "language": None, "score": None, "size": 17, "extract": "page 11 of file 2", "shard": shard,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("sort", "key", "back"), [("longest", "size", True), ("shortest", "size", False), ("url", "url", False)]
)
def test_sorted_rows_are_the_first_of_all(root: str, sort: str, key: str, back: bool):
    found = asked(root, fate="kept", sort=sort)
    kept = [{"size": len(row["text"]), **row} for row in every(root) if row["fate"] == "kept"]
    kept.sort(key=lambda row: ((-row[key] if back else row[key]), row["id"]))
    assert [row["id"] for row in found.rows] == [row["id"] for row in kept[:50]]
    later = asked(root, fate="kept", sort=sort, start=600)
    assert [row["id"] for row in later.rows] == [row["id"] for row in kept[600:650]] and len(kept) > 600


def test_values_that_are_not_known_come_last(root: str):
    sizes = [
        row["size"] for start in (0, 50) for row in asked(root, fate="quarantined", sort="shortest", start=start).rows
    ]
    assert sizes and sizes == sorted(sizes, key=lambda size: (size is None, size or 0))


def test_pages_turn_without_gap_or_repetition(root: str):
    found, start = [], 0
    while True:
        answer = asked(root, start=start)
        assert len(answer.rows) == (50 if answer.more else len(every(root)) % 50)
        found += [(row["fate"], row["id"]) for row in answer.rows]
        start += 50
        if not answer.more:
            break
    assert len(found) == len(every(root)) and len(set(found)) == len({(r["fate"], r["id"]) for r in every(root)})


def test_no_more_is_read_than_fills_a_screen(root: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(scan_module, "SHARDS", 8)
    answer = asked(root, fate="kept")
    assert answer.more and answer.looked == 1 < answer.files == 7


def test_a_search_ends_when_its_time_is_up(root: str):
    strata = strata_of(document_chain(root), stage_stats(root))
    answer = search(root, Database(root), strata, PageQuery(text="nowhere"), seconds=0)
    assert answer == Answer([], False, 0, answer.files, True, []) and answer.files > 7


def test_a_query_is_broken_off(root: str):
    database, began = Database(root), time.monotonic()
    with pytest.raises(TimeIsUp):
        database.rows("SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b", {}, began + 0.3)
    assert database.rows("SELECT 1 AS one", {}, time.monotonic() + 60) == [{"one": 1}], "the next one is answered"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_text('run:///etc/passwd')",
        "SELECT * FROM read_text('run://../in/f0.txt')",
        "SELECT * FROM read_text('run://read/../../in/f0.txt')",
        "COPY (SELECT 1) TO '/tmp/written-by-a-test'",
        "COPY (SELECT 1) TO 'run://written'",
        "ATTACH '/tmp/attached-by-a-test'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "SELECT * FROM 'https://host.example/x.parquet'",
    ],
)
def test_sql_itself_reaches_nothing_but_the_run(root: str, sql: str):
    before, rows = store.listing(root, "", recursive=True), []
    with suppress(duckdb.Error, PermissionError):
        rows = Database(root).rows(sql, {}, time.monotonic() + 60)
    assert rows == []
    assert store.listing(root, "", recursive=True) == before and not Path("/tmp/written-by-a-test").exists()
    assert not Path("/tmp/attached-by-a-test").exists()


def test_the_files_of_a_run_are_only_read(root: str):
    with pytest.raises(PermissionError, match="only read"):
        RunFiles(root).open("run://read/x.parquet", "wb")
