"""The ledger: a finished stage is taken up from one file, what is missing is made again, and nothing is quadratic."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from pipeline import ledger as ledgers
from pipeline import parquet, store
from pipeline import source as sources
from pipeline.record import record_name
from pipeline.run import run
from pipeline.runner import Local
from pipeline.shuffle import Gather, Scatter
from pipeline.stage import Map, Source
from pipeline.verify import faults
from tests.helpers import toy
from tests.helpers.runs import Spy, data, make


@pytest.mark.parametrize("name", ["read/f1-*", "read.rejects/f1-*", "quarantine/read/f1-*", "receipts/read/f1-*"])
@pytest.mark.parametrize("harm", ["gone", "cut"])
def test_a_file_that_is_gone_or_cut_is_made_again(tmp_path: Path, name: str, harm: str):
    folder, root, spy = toy.corpus(tmp_path / "in"), tmp_path / "out", Spy()
    make(root, folder)
    whole = data(root)
    (path,) = root.glob(name)
    path.unlink() if harm == "gone" else os.truncate(path, path.stat().st_size - 9)
    if name.startswith("receipts") and harm == "cut":
        (root / "plan/read.receipts").unlink()  # what a killed run leaves: no record of a finished stage
    make(root, folder, spy)
    assert [shard[:3] for shard in spy.shards] == ["f1-"], "one shard, and equal bytes pass nothing on"
    assert data(root) == whole
    assert list(faults(str(root))) == []


@pytest.mark.parametrize("name", ["plan.json", "plan/read.json", "plan/read.sums.json", "plan/read.receipts"])
@pytest.mark.parametrize("harm", [b"", b"[", b"{}", b"[1]", b'{"rows": 7, "steps": {"a": {"kept": 1}}}'])
def test_a_damaged_plan_is_written_anew(tmp_path: Path, name: str, harm: bytes):
    folder, root, spy = toy.corpus(tmp_path / "in"), tmp_path / "out", Spy()
    stats = make(root, folder)
    (root / name).write_bytes(harm)
    assert make(root, folder, spy) == stats
    assert spy.sent == []
    assert list(faults(str(root))) == []


def test_a_finished_stage_is_taken_up_without_reading_its_receipts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = toy.corpus(tmp_path / "in")
    make(tmp_path / "out", folder)
    read = Counter[str]()
    original = store.read_bytes
    monkeypatch.setattr(store, "read_bytes", lambda root, name: (read.update([name]), original(root, name))[1])
    make(tmp_path / "out", folder)
    assert not [name for name in read if name.startswith("receipts/")]
    (folder / "g.txt").write_text("a text that nobody else has")
    make(tmp_path / "out", folder)
    assert not [name for name in read if name.startswith("receipts/")], "nor when one file is new"


def test_the_work_of_the_driver_is_linear_in_the_shards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Names that are made and digests that are taken, at two sizes: quadratic work would be 16 times as much."""
    calls = Counter[str]()

    def count(module, name):
        original = getattr(module, name)
        counted = lambda *a: (calls.update({name: 1 + len(a)}), original(*a))[1]  # noqa: E731
        monkeypatch.setattr(module, name, counted)

    count(sources, "shard_name")
    count(ledgers, "digest")

    def work(files: int) -> int:
        source = Source(tuple(map(str, range(files))), lambda name: iter([toy.SCHEMA.empty_table()]), toy.SCHEMA)
        first = Map("first", source)
        keys = Scatter("keys", first, toy.by_text, "key", files)
        run(Gather("copies", keys, toy.all_but_first), root=str(tmp_path / str(files)), runner=Local())
        calls.clear()
        run(Gather("copies", keys, toy.all_but_first), root=str(tmp_path / str(files)), runner=Local())
        return calls.total()

    small = work(10)
    assert work(40) <= 5 * small


def test_a_record_holds_what_receipts_say(tmp_path: Path):
    make(tmp_path / "out", toy.corpus(tmp_path / "in"))
    rows = parquet.read_table(str(tmp_path / "out"), record_name("read")).to_pylist()
    for row in rows:
        receipt = json.loads((tmp_path / f"out/receipts/read/{row['shard']}.json").read_text())
        assert (row["made_from"], row["digest"]) == (receipt["made_from"], receipt["digest"])
        assert json.loads(row["stats"]) == receipt["stats"]
        assert json.loads(row["files"]) == {name: made[2] for name, made in receipt["files"].items()}
    assert len(rows) == 4
