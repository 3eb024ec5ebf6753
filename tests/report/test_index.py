"""The index of pages: it names the shards that hold one, is made once, and again when its shards are."""

import os
from pathlib import Path

import pyarrow as pa
import pytest

from dedup.canonical_url import canonical_url
from pipeline import parquet, store
from pipeline.run import plan, run
from pipeline.runner import Local
from pipeline.stage import Stage
from pipeline.view import planned
from report import index as index_module
from report.family import family
from report.index import host_key, index_faults, index_stage, missing_groups, run_index
from report.lookup import find_page
from report.page_index import PageIndex
from report.stored import STORED_ROWS
from tests.helpers import runs, toy
from tests.helpers.corpus import Corpus
from tests.helpers.judged import made


@pytest.fixture(autouse=True)
def small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of the index for two shards each, so that a small run has several."""
    monkeypatch.setattr(index_module, "SHARDS", 2)


@pytest.fixture
def root(tmp_path: Path) -> str:
    """A toy run of five shards."""
    runs.make(tmp_path / "out", toy.corpus(tmp_path / "in", files=5))
    return str(tmp_path / "out")


def holders(root: str, stage: str, page: str) -> set[str]:
    """The shards in which some row of a stage is the page, found by reading all of them."""
    return {
        shard
        for shard in planned(root, stage)
        for read in STORED_ROWS.values()
        for table in read(root, stage, shard, ["id", "url"])
        for row in table.to_pylist()
        if page in row.values() or ("url" in row and canonical_url(row["url"]) == page)
    }


def told(root: str, page: str) -> dict[str, set[str]]:
    return {stage: set(shards) for stage, shards in PageIndex(root).shards({page})}


@pytest.mark.parametrize("page", ["f0.txt:1", "f3.txt:10", "f4.txt:15", "f2.txt:5", "http://f1.txt/9", "f1.txt/9", "x"])
def test_the_shards_of_a_page_are_those_that_a_full_search_finds(root: str, page: str):
    for stage, shards in told(root, page).items():
        assert shards == holders(root, stage, page), stage
    assert any(told(root, page).values()) == (page != "x")


def test_a_view_is_looked_for_where_its_rows_lie(tmp_path: Path):
    found = told(made(Corpus(tmp_path / "corpus"))[0], "p10")
    assert found["unique"] == found["filtered"] != set()


def test_the_shards_of_a_host_are_known(root: str):
    assert len(told(root, host_key("f3.txt/7"))["read"]) == 1
    assert told(root, host_key("elsewhere/7"))["read"] == set()


def test_large_keys_are_found_by_their_bounds(tmp_path: Path):
    """Keys are unsigned: half of them would be negative."""
    keys = [0, 1, 2**63 - 1, 2**63, 2**64 - 1]
    with parquet.writing_rows(str(tmp_path), "x.keys", index_module.SCHEMA, {}) as writer:
        writer.write(pa.table({"key": keys, "place": range(5)}, index_module.SCHEMA))
    for key in keys:
        assert [t.num_rows for t in parquet.read_between(str(tmp_path), "x.keys", "key", [key])] == [5]
    with parquet.writing_rows(str(tmp_path), "y.keys", index_module.SCHEMA, {}) as writer:
        writer.write(pa.table({"key": keys[2:4], "place": range(2)}, index_module.SCHEMA))
    assert list(parquet.read_between(str(tmp_path), "y.keys", "key", [0, 2**64 - 1])) == []


def files(root: str) -> dict[str, bytes]:
    return {name: store.read_bytes(root, f"index/{name}") for name in store.listing(root, "index", recursive=True)}


def test_it_is_made_once_and_the_same_by_whom_ever(root: str, tmp_path: Path):
    assert files(root) == {}
    PageIndex(root)
    first = files(root)
    assert len(first) == 3 + 2 + 3 + 3, "of read, copies (in four buckets), verdicts, unique"
    at = {name: os.stat(f"{root}/index/{name}").st_mtime_ns for name in first}
    stages = plan(toy.recipe(str(tmp_path / "in")))
    assert [index_stage(root, stage, spy := runs.Spy()) + spy.sent for stage in stages] == [[]] * len(stages)
    PageIndex(root)
    assert {name: os.stat(f"{root}/index/{name}").st_mtime_ns for name in first} == at
    other = str(tmp_path / "other")
    runs.make(other, tmp_path / "in")
    assert [index_stage(other, stage, Local()) for stage in stages] == [[]] * len(stages)
    assert files(other) == first


def test_a_stage_that_ended_is_indexed_before_the_next_begins(tmp_path: Path):
    """So a run that is under way or was killed has the index of all that it finished."""
    toy.corpus(tmp_path / "in", files=5)
    root, seen = str(tmp_path / "out"), dict[str, set[str]]()

    def note(stage: Stage, *_: object) -> None:
        seen.setdefault(stage.name, {name.partition("/")[0] for name in files(root)})

    def index(stage: Stage) -> None:
        assert index_stage(root, stage, Local()) == []

    run(toy.recipe(str(tmp_path / "in")), root=root, runner=Local(), on_progress=note, on_finished=index)
    assert list(seen) == [stage.name for stage in plan(toy.recipe(str(tmp_path / "in")))]
    assert seen["read"] == set() and seen["copies"] == {"read"} and seen["unique"] == {"read", "copies", "verdicts"}
    assert missing_groups(root, run_index(root)) == []


def test_shards_that_were_made_anew_are_indexed_anew_and_the_others_are_not(root: str, tmp_path: Path):
    PageIndex(root)
    first = files(root)
    (tmp_path / "in/f4.txt").write_text("a page that is new")
    runs.make(root, tmp_path / "in")
    assert {found.shard for found in find_page(root, "f4.txt:0")} == {planned(root, "read")[4]}
    assert told(root, "f4.txt:7")["read"] == set()
    second = files(root)
    assert len(second) == len(first), "files of what is gone are deleted"
    kept = [name for name in first if name.startswith("read/") and name in second]
    assert len(kept) == 2 and all(first[name] == second[name] for name in kept)


def test_a_run_is_not_changed_by_it(root: str, tmp_path: Path):
    PageIndex(root)
    spy = runs.Spy()
    runs.make(root, tmp_path / "in", spy)
    assert spy.sent == []


def test_a_root_that_cannot_be_written_is_searched_all_the_same(root: str, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise PermissionError(13, "not yours")

    monkeypatch.setattr(parquet, "writing_rows", refuse)
    assert {found.row["id"] for found in find_page(root, "f0.txt:1")} == {"f0.txt:1"}
    assert files(root) == {}


def test_a_stage_under_way_is_known_as_far_as_it_is(root: str):
    PageIndex(root)
    shard = planned(root, "read")[0]
    store.remove(root, "plan/read.receipts")
    store.remove(root, f"receipts/read/{shard}.json")
    assert shard not in {
        s for stage in run_index(root) if stage.stage == "read" for g in stage.groups for s in g.shards
    }
    assert told(root, "f1.txt:1")["read"] == holders(root, "read", "f1.txt:1")


def test_verify_knows_a_file_that_says_something_else(root: str):
    PageIndex(root)
    assert list(index_faults(root)) == []
    names = sorted(files(root))
    one, other, *_ = (name for name in names if name.startswith("read/"))
    store.write_bytes(root, f"index/{one}", store.read_bytes(root, f"index/{other}"))
    store.write_bytes(root, f"index/{other}", b"PAR1 cut")
    assert [name for name, _ in index_faults(root)] == [f"index/{one}", f"index/{other}"]


def test_a_damaged_file_is_made_anew_by_who_asks(root: str):
    PageIndex(root)
    first = files(root)
    for name in first:
        store.write_bytes(root, f"index/{name}", b"PAR1 cut")
    assert told(root, "f1.txt:1")["read"] == holders(root, "read", "f1.txt:1") != set()
    assert files(root) == first and list(index_faults(root)) == []


def test_a_family_reads_the_shards_that_speak_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    root, _ = made(Corpus(tmp_path / "corpus"))
    PageIndex(root)
    read = []
    real = parquet.read_batches
    monkeypatch.setattr(parquet, "read_batches", lambda r, name, *a, **k: read.append(name) or real(r, name, *a, **k))
    assert [(f.stage, f.size) for f in family(root, "d31")] == [("near", 2)]
    shards = {name for name in read if name.startswith(("near/", "urls/"))}
    assert shards == {f"near/{shard}.parquet" for shard in planned(root, "near")}, "no verdict on URLs is read"
