"""A stage of a Maker: shards with rows of their own, checked and resumed like all others."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import StageFailed
from pipeline.ledger import Ledger
from pipeline.make import Make
from pipeline.run import run
from pipeline.shard import ShardFiles
from pipeline.stage import Map, Stage
from pipeline.stats import Stats
from pipeline.view import View
from tests.helpers.runs import Spy
from tests.helpers.tables import dropping, make, pages, rows_of, source

LENGTHS = pa.schema([("id", pa.string()), ("length", pa.int64())])


@dataclass(frozen=True)
class Lengths:
    """The length of every text, all shards in one."""

    source: Stage
    lost: int = 0
    scale: int = 1

    @property
    def schema(self) -> pa.Schema:
        return LENGTHS

    def inputs(self) -> tuple[Stage, ...]:
        return (self.source,)

    def documents(self) -> tuple[Stage, ...]:
        return ()

    def shards(self, ledger: Ledger) -> list[str]:
        return ["all"]

    def code(self) -> object:
        return Lengths, self.scale

    def input_digest(self, shard: str, ledger: Ledger) -> str:
        return ledger.whole(self.source.name)

    def make(self, files: ShardFiles) -> Stats:
        rows = rows_of(Path(files.root), self.source.name)
        made = [{"id": row["id"], "length": len(row["text"]) * self.scale} for row in rows]
        files.rows(LENGTHS).write(pa.Table.from_pylist(made[self.lost :], LENGTHS))
        return Stats("make", len(rows), len(made) - self.lost)


def recipe(folder: Path, *dropped: str, **options: int) -> Make:
    raw = Map("raw", source(folder, one=pages("a", "bb"), two=pages("ccc")))
    return Make("lengths", Lengths(Map("kept", raw, verdicts=dropping("judged", raw, *dropped)), **options))


def test_it_makes_what_its_maker_says(tmp_path: Path):
    stats = make(tmp_path, recipe(tmp_path / "in", "bb"))["lengths"]
    assert rows_of(tmp_path, "lengths") == [{"id": "a", "length": 13}, {"id": "ccc", "length": 15}]
    assert (stats.kind, stats.rows_in, stats.rows_out) == ("make", 2, 2)
    assert pq.read_schema(tmp_path / "lengths/all.parquet").names == ["id", "length"]


def test_a_maker_that_loses_rows_fails_its_shard(tmp_path: Path):
    with pytest.raises(StageFailed, match="stage lengths, shard all: of 3 rows 2 went out"):
        make(tmp_path, recipe(tmp_path / "in", lost=1))
    assert not (tmp_path / "receipts/lengths").exists()


def test_it_is_made_again_when_its_code_or_its_inputs_change_and_only_then(tmp_path: Path):
    make(tmp_path, recipe(tmp_path / "in"))
    for changed, made in (({}, []), ({"scale": 2}, ["all"]), ({"scale": 2}, [])):
        run(recipe(tmp_path / "in", **changed), root=str(tmp_path), runner=(spy := Spy()))
        assert spy.shards == made
    run(recipe(tmp_path / "in", "a", scale=2), root=str(tmp_path), runner=(spy := Spy()))
    assert "all" in spy.shards
    assert rows_of(tmp_path, "lengths") == [{"id": "bb", "length": 28}, {"id": "ccc", "length": 30}]


def test_what_a_make_says_of_itself(tmp_path: Path):
    stage = recipe(tmp_path / "in")
    assert (stage.kind, stage.schema, stage.view) == ("make", LENGTHS, View("lengths"))
    assert [before.name for before in stage.inputs()] == ["kept"] and stage.documents() == ()
    assert stage.as_goal() is stage and stage.folder == ""
    stage.prefetch("all")
