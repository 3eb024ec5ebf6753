"""A stage of a run as a source: the shards of its plan, with their ids, and nothing else that lies there."""

import shutil
from pathlib import Path

import pyarrow as pa
import pytest

import readers
from pipeline import parquet
from pipeline.columns import without_reserved
from pipeline.errors import BadInput, UsageError
from pipeline.run import run
from pipeline.runner import Local
from pipeline.stage import Map
from readers import Field
from readers.stored import stage_at
from tests.helpers import toy
from tests.helpers.object_store import bucket

FIELDS = (Field("url"), readers.TEXT)


def made(base: Path, root: str = "", number: int = 3) -> str:
    shutil.rmtree(base / "in", ignore_errors=True)
    run(
        toy.recipe(str(toy.corpus(base / "in", files=number, pages=30))), root=root or str(base / "out"), runner=Local()
    )
    return root or str(base / "out")


def rows(address: str) -> list[dict]:
    found = readers.source(address, FIELDS)
    return [row for name in found.list for table in found.read(name) for row in without_reserved(table).to_pylist()]


def stored(root: str, stage: str) -> list[dict]:
    names = sorted(Path(root, stage).glob("*.parquet"))
    return [row for name in names for row in parquet.read_table(root, f"{stage}/{name.name}").to_pylist()]


def test_a_stage_is_read_with_its_own_ids(tmp_path):
    root = made(tmp_path)
    wanted = [{k: row[k] for k in ("id", "url", "text")} | {"source_id": row["id"]} for row in stored(root, "unique")]
    assert len(wanted) > 50
    for address in (f"{root}/unique", f"{root}/unique/"):
        assert sorted(rows(address), key=lambda row: row["id"]) == sorted(wanted, key=lambda row: row["id"])


def test_a_folder_is_known_as_the_stage_of_a_run_also_when_there_is_none(tmp_path, monkeypatch):
    root = made(tmp_path)
    shutil.rmtree(Path(root, "unique"))
    assert stage_at(f"{root}/unique") == stage_at(f"{root}/unique/") == (root, "unique"), "a view has no folder"
    assert stage_at(f"{root}/nothing") is stage_at(str(tmp_path)) is stage_at("/") is None
    with pytest.raises(UsageError, match="is the root of a run: give one of its stages"):
        stage_at(root)
    monkeypatch.chdir(root)
    assert stage_at("unique") == (root, "unique")


def test_what_is_no_shard_of_the_plan_is_not_read(tmp_path):
    root = made(tmp_path)
    before = rows(f"{root}/unique")
    first = next(Path(root, "unique").glob("*.parquet"))
    old = shutil.copy(first, tmp_path / "old.parquet")
    shutil.copy(old, Path(root, "unique", "stray.parquet"))
    assert rows(f"{root}/unique") == before
    (tmp_path / "in" / "f0.txt").unlink()
    run(toy.recipe(str(tmp_path / "in")), root=root, runner=Local())
    shutil.copy(old, Path(root, "unique", first.name))
    after = rows(f"{root}/unique")
    assert after and {row["id"][:3] for row in after} == {"f1.", "f2."} < {row["id"][:3] for row in before}


def test_a_shard_that_came_out_the_same_has_the_same_version(tmp_path):
    root = made(tmp_path)
    before, other = (readers.source(f"{root}/{stage}", FIELDS) for stage in ("unique", "read"))
    again = readers.source(made(tmp_path / "again") + "/unique", FIELDS)
    assert [before.version(name) for name in before.list] == [again.version(name) for name in again.list]
    assert [before.version(name) for name in before.list] != [other.version(name) for name in before.list]


def test_rows_without_ids_are_told_by_their_places(tmp_path):
    root = made(tmp_path)
    source = readers.source(f"{root}/unique", FIELDS)
    stage = Map("bare", source, (drop_id,))
    run(stage, root=str(tmp_path / "bare"), runner=Local())
    found = readers.source(str(tmp_path / "bare" / "bare"), FIELDS)
    tables = {name: [table["id"].to_pylist() for table in found.read(name)] for name in found.list}
    assert len(tables) == 3
    for name, (ids,) in tables.items():
        assert ids == [f"{name}:{n}" for n in range(len(ids))] and len(ids) > 10


def drop_id(table: pa.Table) -> pa.Table:
    return table.drop_columns("id")


def test_a_stage_that_is_not_finished_is_refused(tmp_path):
    root = made(tmp_path)
    next(Path(root, "receipts", "unique").glob("*")).unlink()
    with pytest.raises(UsageError, match=r"stage unique of .*/out lacks 1 of 3 shards: run its recipe to the end"):
        readers.source(f"{root}/unique", FIELDS)


def test_the_root_of_a_run_is_refused(tmp_path):
    root = made(tmp_path)
    with pytest.raises(UsageError, match="is the root of a run: give one of its stages"):
        readers.source(root, FIELDS)


def test_a_stage_without_text_is_refused(tmp_path):
    root = made(tmp_path)
    with pytest.raises(BadInput, match=r"stage verdicts of .*/out has no column text or content, only id, reason"):
        readers.source(f"{root}/verdicts", FIELDS)
    with pytest.raises(BadInput, match=r"stage keys of .*/out holds no rows: give a stage of pages"):
        readers.source(f"{root}/keys", FIELDS)


def test_a_stage_in_a_bucket_is_read(tmp_path):
    local = rows(f"{made(tmp_path)}/unique")
    with bucket() as (url, _):
        made(tmp_path, url.format("run"))
        found = readers.source(url.format("run/unique"), FIELDS)
        assert "MYSECRET" not in repr(found)
        assert rows(url.format("run/unique")) == local
        with pytest.raises(UsageError) as refused:
            readers.source(url.format("run"), FIELDS)
        assert "/run is the root" in str(refused.value) and "MYSECRET" not in str(refused.value)
