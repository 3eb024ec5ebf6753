"""A stage that only drops rows writes no copy of the others, and whoever reads it sees the right rows."""

from pathlib import Path

import pyarrow as pa
import pytest

from pipeline import parquet
from pipeline.run import run
from pipeline.shuffle import Gather, Scatter
from pipeline.stage import Map
from pipeline.transform import rewrite
from pipeline.view import StagePlan, View, planned, stage_plan, view_of
from tests.helpers.runs import Spy
from tests.helpers.tables import dropping, make, pages, rows_of, shout, source

ROWS = {
    "a": [*pages("a1", "a2", "a3"), *pages("a4", "a5", language="de")],
    "b": [*pages("b1"), *pages("b2", language="de")],
    "c": pages("c1"),
}


def recipe(folder: Path, **rows: list) -> Map:
    """raw, then four views of it in a chain, then a stage with data of its own."""
    raw = Map("raw", source(folder / "in", **(rows or ROWS)))
    one = Map("one", raw, verdicts=dropping("first", raw, "a1", "c1"))
    two = Map("two", one, verdicts=dropping("second", one, "b1", "nobody"))
    english = Map("english", two, where={"language": "en"})
    three = Map("three", english, verdicts=dropping("third", english, "a2"), where={"language": "en"})
    return Map("end", three, (rewrite(shout),))


def test_what_only_drops_rows_has_no_files_of_rows(tmp_path: Path):
    stats = make(tmp_path, recipe(tmp_path))
    stores = {path.parent.name for path in tmp_path.glob("*/*.parquet")}
    assert {"raw", "first", "second", "third", "end", "one.rejects"} <= stores
    assert not stores & {"one", "two", "english", "three"}
    assert not (tmp_path / "one").exists()
    assert [stats[name].rows_out for name in ("raw", "one", "two", "english", "three", "end")] == [8, 6, 5, 2, 1, 1]
    assert [stats[name].bytes > 0 for name in ("raw", "one", "end")] == [True, False, True]
    assert len(list((tmp_path / "receipts/two").iterdir())) == 3


def test_a_reader_sees_the_rows_that_stay_with_the_columns_of_the_verdicts(tmp_path: Path):
    make(tmp_path, recipe(tmp_path))
    assert [row["id"] for row in rows_of(tmp_path, "one")] == ["a2", "a3", "a4", "a5", "b1", "b2"]
    assert [row["id"] for row in rows_of(tmp_path, "two")] == ["a2", "a3", "a4", "a5", "b2"]
    assert [row["id"] for row in rows_of(tmp_path, "english")] == ["a2", "a3"]
    text = "the text of a3"
    joined = {
        "id": "a3",
        "language": "en",
        "text": text,
        "first": "first a3",
        "second": "second a3",
        "third": "third a3",
    }
    assert rows_of(tmp_path, "three") == [joined]
    assert rows_of(tmp_path, "end") == [{**joined, "text": text.upper()}]


def test_views_and_copies_give_the_same_rows_and_bytes(tmp_path: Path):
    make(tmp_path / "views", recipe(tmp_path))
    copied = recipe(tmp_path)
    stages = []
    stage = copied.source
    while isinstance(stage, Map):
        stages.append(stage)
        stage = stage.source
    make(tmp_path / "copies", copied, *stages)
    for name in ("one", "two", "english", "three"):
        assert list((tmp_path / "copies" / name).glob("*.parquet"))
        assert rows_of(tmp_path / "copies", name) == rows_of(tmp_path / "views", name)
    for file in (tmp_path / "views/end").iterdir():
        assert file.read_bytes() == (tmp_path / "copies/end" / file.name).read_bytes()


def test_a_goal_has_files_of_its_own(tmp_path: Path):
    three = recipe(tmp_path).source
    assert isinstance(three, Map)
    make(tmp_path, three)
    assert len(list((tmp_path / "three").glob("*.parquet"))) == 3
    assert view_of(str(tmp_path), "three") == View("three")
    assert rows_of(tmp_path, "three")[0]["id"] == "a3"
    make(tmp_path, recipe(tmp_path))
    assert list((tmp_path / "three").glob("*.parquet")) == [], "on the way to another goal it needs none"
    assert rows_of(tmp_path, "three")[0]["id"] == "a3"


def test_the_schema_of_a_view_is_that_of_its_rows(tmp_path: Path):
    make(tmp_path, recipe(tmp_path))
    for name, stage in (("three", recipe(tmp_path).source), ("end", recipe(tmp_path))):
        table = next(view_of(str(tmp_path), name).read(str(tmp_path), planned(str(tmp_path), name)[0]))
        assert table.schema.equals(stage.schema)


def test_a_scatter_reads_through_views(tmp_path: Path):
    three = recipe(tmp_path).source
    make(tmp_path, Gather("all", Scatter("sent", three, keyed, "key", 1), lambda table: table.select(["id"])))
    assert rows_of(tmp_path, "all") == [{"id": "a3"}]


def keyed(table: pa.Table, shard: str) -> pa.Table:
    return table.select(["id"]).append_column("key", pa.array([0] * table.num_rows, pa.uint64()))


def test_only_the_columns_that_are_asked_for_are_given(tmp_path: Path):
    make(tmp_path, recipe(tmp_path))
    view, shard = view_of(str(tmp_path), "three"), planned(str(tmp_path), "three")[0]
    assert [table.to_pylist() for table in view.read(str(tmp_path), shard, ["text"])] == [[{"text": "the text of a3"}]]
    (table,) = view.read(str(tmp_path), shard, ["third", "nothing", "id"])
    assert table.to_pylist() == [{"third": "third a3", "id": "a3"}]
    sizes = [table.num_rows for table in view_of(str(tmp_path), "raw").read(str(tmp_path), shard, rows=2)]
    assert sizes == [2, 2, 1]


def test_of_a_wide_table_only_what_is_needed_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Beside what is asked for, the ids where there are verdicts or wanted ids, and what chooses rows."""
    make(tmp_path, recipe(tmp_path))
    asked, read_batches = list[object](), parquet.read_batches
    monkeypatch.setattr(parquet, "read_batches", lambda *a: (asked.append(a[3]), read_batches(*a))[1])
    for stage, columns, ids in (
        ("three", ["text"], None), ("raw", ["text"], None), ("raw", ["text"], ["a3"]), ("raw", [], None),
        ("one", None, ["a3"]),
    ):  # fmt: skip
        list(view_of(str(tmp_path), stage).read(str(tmp_path), planned(str(tmp_path), stage)[0], columns, ids=ids))
    assert asked == [{"text", "id", "language"}, {"text"}, {"text", "id"}, set(), None]


def test_a_verdict_that_came_out_the_same_stops_the_ripple(tmp_path: Path):
    make(tmp_path, recipe(tmp_path))
    spy = Spy()
    more = {**ROWS, "d": pages("d1", "d2")}
    run(recipe(tmp_path, **more), root=str(tmp_path), runner=spy)
    assert {shard[0] for shard in spy.shards} == {"d"}
    assert [row["id"] for row in rows_of(tmp_path, "end")] == ["a3", "d1", "d2"]


def test_another_verdict_makes_what_depends_on_it_again_and_nothing_else(tmp_path: Path):
    raw = Map("raw", source(tmp_path / "in", **ROWS))

    def judged(*named: str) -> Map:
        return Map("end", Map("one", raw, verdicts=dropping("first", raw, *named)), (rewrite(shout),))

    make(tmp_path, judged("a1"))
    spy = Spy()
    run(judged("a1", "b1"), root=str(tmp_path), runner=spy)
    ends = [shard for shard in spy.shards if spy.shards.count(shard) == 4]
    assert {shard[0] for shard in ends} == {"b"}, "sent, judged, dropped and written again"
    assert {shard[0] for shard in spy.shards if shard not in ends} == {"a", "c"}
    assert [row["id"] for row in rows_of(tmp_path, "end")] == ["a2", "a3", "a4", "a5", "b2", "c1"]


def test_a_view_of_files_that_are_gone_is_said_so(tmp_path: Path):
    make(tmp_path, recipe(tmp_path))
    shard = planned(str(tmp_path), "two")[0]
    (tmp_path / f"raw/{shard}.parquet").unlink()
    with pytest.raises(FileNotFoundError):
        list(view_of(str(tmp_path), "two").read(str(tmp_path), shard))


@pytest.mark.parametrize("damage", ["", "[", "[]", "{}", "null", '{"shards": 1}', '["a"]'])
def test_a_damaged_plan_is_none(tmp_path: Path, damage: str):
    (tmp_path / "plan").mkdir()
    (tmp_path / "plan/s.json").write_text(damage)
    assert stage_plan(str(tmp_path), "s") == StagePlan()
