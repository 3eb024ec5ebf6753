"""The laws of the engine, each broken by hand once."""

import json
import os
import pickle
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import guard, store
from pipeline.doc import Doc
from pipeline.errors import StageFailed
from pipeline.funnel import stage_stats
from pipeline.receipts import read_receipts
from pipeline.run import plan, run
from pipeline.runner import Local
from pipeline.stage import Map, Source
from pipeline.transform import screen
from pipeline.verify import faults, unfinished
from pipeline.view import planned
from tests.helpers import toy
from tests.helpers.runs import Spy, data, driver, ids, make, slow_corpus


def test_every_page_is_kept_dropped_or_quarantined_once(tmp_path: Path):
    stats = make(tmp_path / "out", toy.corpus(tmp_path / "in"))
    everything = (
        ids(tmp_path / "out", "unique/*")
        + ids(tmp_path / "out", "*.rejects/*")
        + ids(tmp_path / "out", "quarantine/*/*")
    )
    assert sorted(everything) == sorted(f"f{f}.txt:{i}" for f in range(4) for i in range(120))
    assert stats["read"].dropped["toy:short"].rows == 4 * 12
    assert stats["read"].quarantined == {"<ill>": 4, "toy:ValueError": 4}
    copied = sum(1 for i in range(120) if i % 7 == 0 and i % 10 and i not in (5, 15))
    assert stats["unique"].dropped["copy:exact"].rows == 3 * copied
    for stage in ("read", "keys", "copies", "home", "unique"):
        receipts = read_receipts(str(tmp_path / "out"), stage, planned(str(tmp_path / "out"), stage))
        assert len(receipts) == 4 and all(receipt.stats.conserved() for receipt in receipts)
        assert sum(receipt.stats.rows_in for receipt in receipts) == stats[stage].rows_in > 0


@pytest.mark.parametrize("wrong", [lambda t: t.slice(1), lambda t: pa.concat_tables([t, t.slice(0, 1)])])
def test_a_transform_that_changes_the_number_of_rows_is_refused(tmp_path: Path, wrong: Any):
    source = Source(("f0.txt",), toy.Read(str(toy.corpus(tmp_path / "in"))), toy.SCHEMA)
    with pytest.raises(StageFailed, match=r"made (48|50) rows of 49"):
        run(Map("wrong", source, (wrong,)), root=str(tmp_path / "out"), runner=Local())
    assert "RowsLost" in next((tmp_path / "out/failures/wrong").iterdir()).read_text()
    assert list((tmp_path / "out/wrong").iterdir()) == []


def test_a_rejected_page_says_why_and_what_was_measured(tmp_path: Path):
    make(tmp_path / "out", toy.corpus(tmp_path / "in"))
    row = pq.read_table(tmp_path / "out/read.rejects").to_pylist()[0]
    assert (row["reason"], row["measured"], row["text"]) == ("toy:short", '{"characters": 1}', "x")


def test_killed_at_any_moment_and_started_again_gives_the_same_bytes(tmp_path: Path):
    """Killed when so many receipts are there, each time in another stage, and started again."""
    folder, root = slow_corpus(tmp_path / "in"), tmp_path / "killed"
    make(tmp_path / "whole", folder)
    for receipts in (0, 2, 7, 15):
        process = driver(root, folder, "local")
        while process.poll() is None and (not (root / "plan.json").exists() or receipts_of(root) < receipts):
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert list(faults(str(root))) == []
        assert unfinished(str(root)) != []
    make(root, folder)
    assert data(root) == data(tmp_path / "whole")
    assert not list(root.rglob("*.part"))
    assert list(faults(str(root))) == [] and unfinished(str(root)) == []


def receipts_of(root: Path) -> int:
    return len(list(root.glob("receipts/*/*.json")))


def test_the_second_run_makes_nothing(tmp_path: Path):
    folder, spy = toy.corpus(tmp_path / "in"), Spy()
    first = make(tmp_path / "out", folder)
    assert make(tmp_path / "out", folder, spy) == first
    assert spy.sent == []


def test_one_more_file_makes_one_more_shard_and_equal_verdicts_stop_the_ripple(tmp_path: Path):
    folder, spy = toy.corpus(tmp_path / "in"), Spy()
    make(tmp_path / "out", folder)
    (folder / "g.txt").write_text("a text that nobody else has")
    make(tmp_path / "out", folder, spy)
    of_pages = [shard for shard in spy.shards if not shard.startswith("bucket")]
    assert len(of_pages) == 4 and len(set(of_pages)) == 1, "the new file is read, keyed, judged and passed on"
    spy.sent.clear()
    (folder / "h.txt").write_text("page 21 of every file")
    make(tmp_path / "out", folder, spy)
    assert sum(shard.startswith("f") for shard in spy.shards) == 4, (
        "verdicts are made again; equal ones pass nothing on"
    )


def test_a_file_whose_content_changed_is_read_again_and_a_removed_one_stops_voting(tmp_path: Path):
    folder, spy = toy.corpus(tmp_path / "in"), Spy()
    make(tmp_path / "out", folder)
    (folder / "f3.txt").write_text("something else altogether")
    make(tmp_path / "out", folder, spy)
    assert sum(shard.startswith("f3") for shard in spy.shards) >= 2
    for name in ("f0.txt", "f1.txt", "f2.txt"):
        (folder / name).unlink()
    (folder / "f0.txt").write_text("page 7 of every file")
    stats = make(tmp_path / "out", folder)
    assert (stats["unique"].rows_in, stats["unique"].rows_out) == (2, 2)


def test_another_threshold_makes_the_shards_again(tmp_path: Path):
    folder, spy = toy.corpus(tmp_path / "in"), Spy()
    make(tmp_path / "out", folder)
    stats = make(tmp_path / "out", folder, spy, characters=1)
    assert len([s for s in spy.shards if s.startswith("f0")]) >= 1
    assert stats["read"].dropped == {}
    assert not list((tmp_path / "out/read.rejects").glob("*")), "the rejects of the other threshold are gone"


def test_a_filter_that_raises_on_every_page_fails_the_shard(tmp_path: Path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in/f.txt").write_text("<raise>\n<raise>\n<raise>")
    with pytest.raises(StageFailed, match="a page that no filter likes"):
        make(tmp_path / "out", tmp_path / "in")


def test_only_names_go_out_and_receipts_come_back(tmp_path: Path):
    folder, spy = toy.corpus(tmp_path / "in", pages=5000), Spy()
    make(tmp_path / "out", folder, spy)
    assert all(isinstance(text, str) for item in spy.sent for text in item)
    assert max(len(pickle.dumps(item)) for item in spy.sent) < 300
    assert max(len(pickle.dumps(receipt)) for receipt in spy.received) < 4000


def test_a_stage_is_small_on_the_wire(tmp_path: Path):
    stages = plan(toy.recipe(str(toy.corpus(tmp_path / "in"))))
    assert max(len(pickle.dumps(stage)) for stage in stages) < 20_000


def test_a_failed_shard_fails_the_stage_after_the_rest(tmp_path: Path):
    folder = toy.corpus(tmp_path / "in")
    (folder / "f1.txt").write_bytes(b"\xff\xfe not UTF-8")
    source = Source(("f0.txt", "f1.txt", "f2.txt"), toy.Read(str(folder)), toy.SCHEMA)
    with pytest.raises(StageFailed) as caught:
        run(Map("read", source), root=str(tmp_path / "out"), runner=Local())
    assert [shard[:2] for shard in caught.value.failures] == ["f1"]
    assert caught.value.exit_code == 1
    assert len(list((tmp_path / "out/read").glob("*.parquet"))) == 2
    assert "UnicodeDecodeError" in next((tmp_path / "out/failures/read").iterdir()).read_text()


def test_a_page_on_which_a_filter_never_ends_costs_one_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(guard, "SECONDS", 0.05)
    monkeypatch.setattr(guard, "SECONDS_AGAIN", 0.05)
    folder = toy.corpus(tmp_path / "in", files=1)
    (folder / "f0.txt").write_text((folder / "f0.txt").read_text().replace("page 3 of file 0", "a" * 40 + "!"))
    source = Source(("f0.txt",), toy.Read(str(folder)), toy.SCHEMA)
    stats = run(Map("read", source, (screen(never_ends),)), root=str(tmp_path / "out"), runner=Local())
    assert stats["read"].quarantined == {"<ill>": 1, "test_laws.never_ends:CpuTimeExceeded": 1}
    assert stats["read"].rows_out == 118
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def never_ends(doc: Doc) -> str | None:
    return "odd" if re.fullmatch(r"(a+)+", doc.text) else None


MEMORY = """
import resource, sys, tempfile
import pyarrow as pa
from pipeline.run import run
from pipeline.runner import Local
from pipeline.stage import Map, Source
SCHEMA = pa.schema([("id", pa.string()), ("url", pa.string()), ("text", pa.string())])
def read(name):
    for batch in range(int(name)):
        ids, texts = [f"{batch}-{i}" for i in range(50)], [f"{batch} {i} " * 10_000 for i in range(50)]
        yield pa.table({"id": ids, "url": ids, "text": texts}, schema=SCHEMA)
source = Source((sys.argv[1],), read, SCHEMA)
run(Map("m", source, tokens=False), root=tempfile.mkdtemp(dir=sys.argv[2]), runner=Local())
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def test_memory_does_not_grow_with_the_shard(tmp_path: Path):
    def peak(batches: int) -> int:
        command = [sys.executable, "-c", MEMORY, str(batches), str(tmp_path)]
        return int(subprocess.run(command, capture_output=True, text=True, check=True, cwd=os.getcwd()).stdout)

    small, large = peak(20), peak(120)  # 60 MB and 360 MB of text
    assert large - small < 60, f"{small} MB grew to {large} MB"


def test_the_sums_written_down_are_the_sums_of_receipts(tmp_path: Path):
    stats = make(tmp_path / "out", toy.corpus(tmp_path / "in"))
    plan = json.loads((tmp_path / "out/plan.json").read_text())
    some = [stage for stage in plan["stages"] if stage["name"] in ("read", "unique")]
    store.write_bytes(str(tmp_path / "out"), "plan.json", json.dumps({"stages": some}).encode())
    assert stage_stats(str(tmp_path / "out")) == {name: stats[name] for name in ("read", "unique")}
    (tmp_path / "out/plan/read.sums.json").unlink()
    assert stage_stats(str(tmp_path / "out"))["read"] == stats["read"]
