"""What workers tell of a shard that takes its time: at most every ten seconds, and gone when it is made."""

import json
import os
import socket
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline import heartbeat
from pipeline.heartbeat import EVERY, OLD, Heartbeat, rows_under_way, shards_under_way, with_heartbeat
from pipeline.run import run
from pipeline.runner import Local
from pipeline.stage import Map, Source

SCHEMA = pa.schema([("id", pa.string())])


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_it_tells_at_most_every_ten_seconds(tmp_path: Path):
    clock, file = Clock(), tmp_path / "progress/raw/s.json"
    beat = Heartbeat(str(tmp_path), "raw", "s", clock)
    clock.now += 9.9
    beat.add(500)
    assert not file.exists()
    clock.now += 0.1
    beat.add(500)
    assert json.loads(file.read_text())["rows"] == 1_000
    clock.now += 5
    beat.add(500)
    assert json.loads(file.read_text())["rows"] == 1_000
    clock.now += 5
    beat.add(1)
    assert json.loads(file.read_text())["rows"] == 1_501
    assert json.loads(file.read_text()) == {"rows": 1_501, "seconds": 20.0, "host": socket.gethostname()}
    beat.end()
    assert not file.exists()
    assert (EVERY, OLD) == (10, 60)


def test_what_nobody_works_on_counts_for_nothing(tmp_path: Path):
    folder = tmp_path / "progress/raw"
    folder.mkdir(parents=True)
    for name, rows, age in (("a", 10, 0), ("b", 5, 59), ("c", 7, 60), ("d", None, 0), ("e", "text", 0)):
        told = {"rows": rows, "seconds": 30.0, "host": "h"} if isinstance(rows, int) else rows
        (folder / f"{name}.json").write_text("no JSON" if told is None else json.dumps(told))
        os.utime(folder / f"{name}.json", (1_000 - age, 1_000 - age))
    (folder / "f.partial").write_text('{"rows": 1, "seconds": 1, "host": "h"}')
    known = shards_under_way(str(tmp_path), "raw", lambda: 1_000.0)
    assert known == [("a", 10, 30.0, "h", 0.0), ("b", 5, 30.0, "h", 59.0), ("c", 7, 30.0, "h", 60.0)]
    assert rows_under_way(str(tmp_path), "raw", lambda: 1_000.0) == 15
    assert rows_under_way(str(tmp_path), "other") == 0


def test_it_goes_when_its_rows_are_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(heartbeat, "EVERY", 0.0)
    tables = with_heartbeat([pa.table({"id": ["a", "b"]}), pa.table({"id": ["c"]})], str(tmp_path), "raw", "s")
    next(tables)
    next(tables)
    assert rows_under_way(str(tmp_path), "raw") == 2
    tables.close()  # type: ignore[attr-defined]
    assert rows_under_way(str(tmp_path), "raw") == 0


def test_a_run_tells_of_its_shards_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(heartbeat, "EVERY", 0.0)
    root, seen = str(tmp_path), []

    def read(name: str):
        for number in range(3):
            seen.append(rows_under_way(root, "raw"))
            yield pa.table({"id": [f"{name}{number}"]}, SCHEMA)

    run(Map("raw", Source(("a", "b"), read, SCHEMA)), root=root, runner=Local())
    assert seen == [0, 1, 2] * 2
    assert list((tmp_path / "progress/raw").iterdir()) == []
