"""The laws of the engine, each broken by hand once."""

import os
import pickle
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import guard, store
from pipeline.doc import Doc
from pipeline.errors import RowsLost, StageFailed
from pipeline.funnel import faults, stage_stats
from pipeline.ledger import planned, read_receipts
from pipeline.run import open_for_writing, plan, run
from pipeline.runner import Local
from pipeline.stage import Map, Source, commit_receipt
from pipeline.stats import Stats
from pipeline.transform import screen
from tests.helpers import toy


class Spy(Local):
    """A local runner that notes what went out and what came back."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.received: list[Any] = []

    def map(self, fn: Any, items: Sequence[Any], *, cpus: float = 1) -> Iterator[tuple[Any, Any]]:
        self.sent += items
        for item, outcome in super().map(fn, items):
            self.received.append(outcome)
            yield item, outcome

    @property
    def shards(self) -> list[str]:
        return [shard for shard, *_ in self.sent]


def make(root: Path, folder: Path, runner: Local | None = None, **arguments: Any) -> dict[str, Stats]:
    return run(toy.recipe(str(folder), **arguments), root=str(root), runner=runner or Local())


def data(root: Path) -> dict[str, bytes]:
    """Every data file of a run: shards, rejects and quarantine."""
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*.parquet"))}


def ids(root: Path, pattern: str) -> list[str]:
    return [i for path in sorted(root.glob(pattern)) for i in pq.read_table(path)["id"].to_pylist()]


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
    for stage in ("read", "keys", "unique"):
        for receipt in read_receipts(str(tmp_path / "out"), stage, planned(str(tmp_path / "out"), stage)):
            assert receipt.stats.conserved()
            assert receipt.stats.rows_in


def test_stats_that_do_not_add_up_are_not_conserved():
    assert not Stats(rows_in=3, rows_out=2).conserved()


def test_a_receipt_that_does_not_add_up_is_not_written(tmp_path: Path):
    made = {"read/one.parquet": store.FileInfo("0" * 32, 2, 9)}
    with pytest.raises(RowsLost, match="of 3 rows 2 went out"):
        commit_receipt(str(tmp_path), "read", "one", "mark", Stats(rows_in=3, rows_out=2), made, 0.0)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("wrong", [lambda t: t.slice(1), lambda t: pa.concat_tables([t, t.slice(0, 1)])])
def test_a_transform_that_changes_the_number_of_rows_is_refused(tmp_path: Path, wrong: Any):
    source = Source(("f0.txt",), toy.Read(str(toy.corpus(tmp_path / "in"))), toy.SCHEMA)
    with pytest.raises(StageFailed, match="rows of"):
        run(Map("wrong", source, (wrong,)), root=str(tmp_path / "out"), runner=Local())
    assert issubclass(RowsLost, Exception)
    assert not (tmp_path / "out/wrong").exists() or not list((tmp_path / "out/wrong").iterdir())


def test_rejects_are_all_kept_or_a_sample_or_none_and_counted_alike(tmp_path: Path):
    folder = toy.corpus(tmp_path / "in", files=2, pages=2000)
    kept = {}
    for share in (1.0, 0.5, 0.0):
        stats = make(tmp_path / str(share), folder, rejects=share)
        assert stats["read"].dropped["toy:short"].rows == 400
        kept[share] = set(ids(tmp_path / str(share), "read.rejects/*"))
    assert len(kept[1.0]) == 400 and not kept[0.0]
    assert kept[0.5] < kept[1.0] and 150 < len(kept[0.5]) < 250


def test_a_rejected_page_says_why_and_what_was_measured(tmp_path: Path):
    make(tmp_path / "out", toy.corpus(tmp_path / "in"))
    row = pq.read_table(tmp_path / "out/read.rejects").to_pylist()[0]
    assert (row["reason"], row["measured"], row["text"]) == ("toy:short", '{"characters": 1}', "x")


def test_a_file_that_fails_while_written_is_not_there(tmp_path: Path):
    with pytest.raises(ValueError), store.writing(str(tmp_path), "stage/shard.parquet") as sink:
        sink.write(b"half of it")
        assert not (tmp_path / "stage/shard.parquet").exists()
        raise ValueError
    assert list((tmp_path / "stage").iterdir()) == []


def driver(root: Path, folder: Path, runner: str) -> subprocess.Popen:
    command = [
        sys.executable,
        "-m",
        "mews",
        "run",
        "tests.helpers.toy",
        "--root",
        root,
        "--runner",
        runner,
        f"folder={folder}",
    ]
    return subprocess.Popen([str(c) for c in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def slow_corpus(folder: Path) -> Path:
    toy.corpus(folder)
    for path in folder.glob("*.txt"):
        path.write_text(path.read_text() + "\n<slow>" * 3)
    return folder


def test_killed_at_any_moment_and_started_again_gives_the_same_bytes(tmp_path: Path):
    folder, chance = slow_corpus(tmp_path / "in"), random.Random(5)
    make(tmp_path / "whole", folder)
    for _ in range(4):
        process = driver(tmp_path / "killed", folder, "local")
        time.sleep(chance.uniform(0.6, 2.0))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        if (tmp_path / "killed/plan.json").exists():
            assert [
                f
                for _, _, f in faults(str(tmp_path / "killed"))
                if not f.endswith("no receipt") and "gathered" not in f
            ] == []
    make(tmp_path / "killed", folder)
    assert data(tmp_path / "killed") == data(tmp_path / "whole")
    assert not list((tmp_path / "killed").rglob("*.part"))


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


@dataclass(frozen=True)
class FetchesAhead:
    log: str

    def __call__(self, name: str) -> Iterator[pa.Table]:
        self._note(f"read {name}")
        yield toy.SCHEMA.empty_table()

    def prefetch(self, name: str) -> None:
        self._note(f"fetch {name}")

    def _note(self, line: str) -> None:
        with open(self.log, "a") as log:
            log.write(f"{line}\n")


def test_the_next_input_is_fetched_while_one_is_read(tmp_path: Path):
    source = Source(("a", "b", "c"), FetchesAhead(str(tmp_path / "log")), toy.SCHEMA)
    run(Map("read", source), root=str(tmp_path / "out"), runner=Local())
    assert (tmp_path / "log").read_text().split("\n")[:-1] == ["fetch b", "read a", "fetch c", "read b", "read c"]


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


def test_two_runs_do_not_work_on_one_root(tmp_path: Path):
    folder = slow_corpus(tmp_path / "in")
    with open_for_writing(str(tmp_path / "out")):
        other = driver(tmp_path / "out", folder, "local")
        said = other.communicate()[1].splitlines()
        assert said[-1] == f"error: another run is at work on {tmp_path}/out; wait for it, or choose another root"
        assert other.returncode == 2
    make(tmp_path / "out", folder)


MEMORY = """
import resource, sys, tempfile
import pyarrow as pa
from pipeline.run import run
from pipeline.runner import Local
from pipeline.stage import Map, Source, commit_receipt
SCHEMA = pa.schema([("id", pa.string()), ("url", pa.string()), ("text", pa.string())])
def read(name):
    for batch in range(int(name)):
        ids, texts = [f"{batch}-{i}" for i in range(50)], [f"{batch} {i} " * 10_000 for i in range(50)]
        yield pa.table({"id": ids, "url": ids, "text": texts}, schema=SCHEMA)
run(Map("m", Source((sys.argv[1],), read, SCHEMA)), root=tempfile.mkdtemp(dir=sys.argv[2]), runner=Local())
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def test_memory_does_not_grow_with_the_shard(tmp_path: Path):
    def peak(batches: int) -> int:
        command = [sys.executable, "-c", MEMORY, str(batches), str(tmp_path)]
        return int(subprocess.run(command, capture_output=True, text=True, check=True, cwd=os.getcwd()).stdout)

    small, large = peak(20), peak(120)  # 60 MB and 360 MB of text
    assert large - small < 60, f"{small} MB grew to {large} MB"


def test_verify_finds_what_was_changed_behind_our_back(tmp_path: Path):
    make(tmp_path / "out", toy.corpus(tmp_path / "in"))
    assert list(faults(str(tmp_path / "out"))) == []
    shards = sorted((tmp_path / "out/read").iterdir())
    shards[0].write_bytes(shards[0].read_bytes()[:-1])
    shards[1].unlink()
    sorted((tmp_path / "out/receipts/unique").iterdir())[2].unlink()
    found = list(faults(str(tmp_path / "out")))
    assert [fault.what.partition(": ")[2] for fault in found] == [
        "its bytes are not those of its receipt",
        "missing",
        "no receipt",
    ]


def test_the_sums_written_down_are_the_sums_of_receipts(tmp_path: Path):
    stats = make(tmp_path / "out", toy.corpus(tmp_path / "in"))
    store.write_bytes(str(tmp_path / "out"), "plan.json", b'{"stages": [{"name": "read"}, {"name": "unique"}]}')
    assert stage_stats(str(tmp_path / "out")) == {name: stats[name] for name in ("read", "unique")}
    (tmp_path / "out/plan/read.sums.json").unlink()
    assert stage_stats(str(tmp_path / "out"))["read"] == stats["read"]
