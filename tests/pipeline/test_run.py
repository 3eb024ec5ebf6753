"""A run: stages in order, failures named and forgotten, shards that nobody plans any more swept away."""

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline import run as runs
from pipeline import scheduler
from pipeline.errors import LeaseLost, RowsLost, StageFailed, UsageError
from pipeline.lease import Lease
from pipeline.ledger import Ledger
from pipeline.run import documents, open_for_writing, plan, run
from pipeline.runner import Local
from pipeline.scheduler import Scheduler
from pipeline.shuffle import Gather, Scatter
from pipeline.source import Source
from pipeline.stage import Map
from pipeline.transform import rewrite, screen
from pipeline.verify import faults
from pipeline.view import planned, stage_plan
from tests.helpers import toy
from tests.helpers.runs import Spy, data, make
from tests.helpers.tables import dropping, pages, rows_of, shout, source
from tests.helpers.tables import make as make_tables


def chain(folder: Path) -> Map:
    raw = Map("raw", source(folder, one=pages("a"), two=pages("b")))
    return Map("end", raw, (rewrite(shout),), verdicts=dropping("judged", raw))


def test_stages_come_after_those_they_read_each_once(tmp_path: Path):
    end = chain(tmp_path)
    assert [stage.name for stage in plan(end)] == ["raw", "judged.sent", "judged", "end"]
    assert [stage.name for stage in plan(end, end.source, end)] == ["raw", "judged.sent", "judged", "end"]


def test_two_stages_of_one_name_are_refused(tmp_path: Path):
    raw = Map("raw", source(tmp_path, one=pages("a")))
    with pytest.raises(UsageError, match="two different stages are named raw"):
        plan(raw, Map("raw", raw.source, rejects=0.5))
    assert plan(raw, Map("raw", raw.source)) == [raw], "equal ones are one stage"


def test_documents_pass_sources_and_not_verdicts(tmp_path: Path):
    assert documents(chain(tmp_path)) == {"end", "raw"}


def test_the_plan_is_written_down(tmp_path: Path):
    run(chain(tmp_path / "in"), root=str(tmp_path / "out"), runner=Local(), about={"recipe": "r", "arguments": ["a=1"]})
    said = json.loads((tmp_path / "out/plan.json").read_text())
    assert (said["recipe"], said["arguments"]) == ("r", ["a=1"])
    assert said["stages"] == [
        {"name": "raw", "kind": "map", "after": [], "documents": True},
        {"name": "judged.sent", "kind": "scatter", "after": ["raw"], "documents": False, "buckets": None},
        {"name": "judged", "kind": "gather", "after": ["judged.sent", "raw"], "documents": False},
        {"name": "end", "kind": "map", "after": ["raw", "judged"], "documents": True},
    ]


def test_progress_is_told(tmp_path: Path):
    told = []

    def tell(stage, total, done, receipt) -> None:
        told.append((stage.name, total, done, receipt and receipt.shard))

    run(chain(tmp_path / "in"), root=str(tmp_path / "out"), runner=Local(), on_progress=tell)
    shards = planned(str(tmp_path / "out"), "raw")
    assert told[:3] == [("raw", 2, 0, None), ("raw", 2, 1, shards[0]), ("raw", 2, 2, shards[1])]
    assert len(told) == 12


def test_failures_are_written_down_and_forgotten_when_the_stage_runs_again(tmp_path: Path):
    folder = toy.corpus(tmp_path / "in", files=2)
    good = (folder / "f1.txt").read_text()
    (folder / "f1.txt").write_bytes(b"\xff\xfe not UTF-8")
    pages = Source(("f0.txt", "f1.txt"), toy.Read(str(folder)), toy.SCHEMA, version=toy.Version(str(folder)))
    pages = Source(pages.list, pages.read, pages.schema)
    with pytest.raises(StageFailed) as caught:
        run(Map("read", pages), root=str(tmp_path / "out"), runner=Local())
    (failure,) = (tmp_path / "out/failures/read").iterdir()
    assert failure.stem in caught.value.failures and "UnicodeDecodeError" in failure.read_text()
    (folder / "f1.txt").write_text(good)
    run(Map("read", pages), root=str(tmp_path / "out"), runner=(spy := Spy()))
    assert list((tmp_path / "out/failures/read").iterdir()) == []
    assert [shard[:2] for shard in spy.shards] == ["f1"]


def test_what_a_writer_left_is_swept_before_and_after(tmp_path: Path):
    (tmp_path / "out/read").mkdir(parents=True)
    (tmp_path / "out/read/.f0.parquet.123.part").touch()

    def leave(name: str) -> Iterator[pa.Table]:
        assert not (tmp_path / "out/read/.f0.parquet.123.part").exists()
        (tmp_path / "out/read/.another.part").touch()
        yield toy.SCHEMA.empty_table()

    run(Map("read", Source(("a",), leave, toy.SCHEMA)), root=str(tmp_path / "out"), runner=Local())
    assert not (tmp_path / "out/read/.another.part").exists()


@pytest.fixture
def shrunk(tmp_path: Path) -> tuple[Path, dict[str, bytes]]:
    """A root whose run had four inputs, and then two; with the files of a run that had two from the start."""
    folder = toy.corpus(tmp_path / "in")
    make(tmp_path / "out", folder)
    for name in ("f1.txt", "f3.txt"):
        (folder / name).unlink()
    make(tmp_path / "out", folder)
    make(tmp_path / "fresh", folder)
    return tmp_path / "out", data(tmp_path / "fresh")


def test_shards_of_inputs_that_were_taken_away_are_gone(shrunk: tuple[Path, dict[str, bytes]]):
    root, fresh = shrunk
    assert data(root) == fresh
    left = [str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()]
    assert [name for name in left if "f1-" in name or "f3-" in name] == []
    assert stage_plan(str(root), "read").gone == ()
    assert list(faults(str(root))) == []


def test_shards_are_swept_only_when_all_is_made(tmp_path: Path):
    """A run with the wrong arguments that is stopped, or fails, has deleted nothing."""
    make_tables(tmp_path / "out", Map("raw", source(tmp_path / "in", one=pages("a"), two=pages("b", "c"))))

    def fails(text: str) -> str:
        raise ValueError(text)

    fewer = Map("raw", source(tmp_path / "in", two=pages("b", "c")))
    with pytest.raises(StageFailed):
        make_tables(tmp_path / "out", Map("end", fewer, (rewrite(fails),)))
    assert len(list((tmp_path / "out/raw").iterdir())) == 2
    assert [row["id"] for row in rows_of(tmp_path / "out", "raw")] == ["b", "c"], "and nobody reads them"
    assert len(stage_plan(str(tmp_path / "out"), "raw").gone) == 1
    make_tables(tmp_path / "out", Map("raw", source(tmp_path / "in", one=pages("a"), two=pages("b", "c"))))
    assert [row["id"] for row in rows_of(tmp_path / "out", "raw")] == ["a", "b", "c"], "they may come back"
    make_tables(tmp_path / "out", fewer)
    assert len(list((tmp_path / "out/raw").iterdir())) == 1


def test_data_without_a_receipt_of_a_shard_that_is_gone_is_swept_too(tmp_path: Path):
    """What a killed run leaves: rows that were written, and no receipt yet."""
    both = Map("raw", source(tmp_path / "in", one=pages("a"), two=pages("b")))
    make_tables(tmp_path / "out", both)
    shard = planned(str(tmp_path / "out"), "raw")[0]
    (tmp_path / f"out/receipts/raw/{shard}.json").unlink()
    (tmp_path / "out/raw/notes.parquet").write_text("a person's own")
    make_tables(tmp_path / "out", Map("raw", source(tmp_path / "in", two=pages("b"))))
    assert sorted(path.name[:3] for path in (tmp_path / "out/raw").iterdir()) == ["not", "two"]


def test_a_stage_that_is_not_in_the_plan_any_more_is_left(tmp_path: Path):
    """Another recipe may use the same root: its data sets are not ours to delete."""
    raw = Map("raw", source(tmp_path / "in", one=pages("a")))
    make_tables(tmp_path / "out", Map("first", raw, (rewrite(shout),)))
    make_tables(tmp_path / "out", Map("second", raw, (rewrite(shout),)))
    assert len(list((tmp_path / "out/first").iterdir())) == 1


def test_a_root_that_cannot_be_written_is_said_so(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=rf"cannot write to {tmp_path}/file/out: NotADirectoryError.*; choose another"):
        run(chain(tmp_path / "in"), root=str(tmp_path / "file/out"), runner=Local())


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_root_without_permission_is_said_so(tmp_path: Path):
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    with pytest.raises(UsageError, match="cannot write to"), open_for_writing(str(tmp_path / "out")):
        pass


class Lost(Lease):
    def check(self) -> None:
        raise LeaseLost("taken over")


def test_a_run_that_lost_its_root_ends(tmp_path: Path):
    stage = Map("raw", source(tmp_path / "in", one=pages("a"), two=pages("b")))
    sending = Scheduler([stage], Ledger(str(tmp_path)), (spy := Spy()), Lost().check)
    with pytest.raises(LeaseLost):
        runs.run_stage(stage, sending, lambda *told: None)
    assert len(spy.received) == 1


def test_the_runner_is_told_how_much_memory_a_task_takes_and_whether_it_fetches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    asked = list[tuple[str, int, bool]]()

    class Asked(Local):
        def map(self, queues):
            for queue, item, outcome in super().map(queues):
                asked.append((queue.name, queue.memory, queue.fetches))
                yield queue, item, outcome

    monkeypatch.setattr(scheduler, "memory_of", lambda stage, ledger: len(stage.name))
    run(chain(tmp_path / "in"), root=str(tmp_path / "out"), runner=Asked())
    names = ("raw", "judged.sent", "judged", "end")
    assert asked == [(name, len(name), name == "raw") for name in names for _ in range(2)]


class Unprepared(Local):
    def prepare(self, stages) -> None:
        raise UsageError(f"the workers lack what {stages[-1].name} needs")


def test_workers_are_asked_before_anything_is_written(tmp_path: Path):
    with pytest.raises(UsageError, match="the workers lack what end needs"):
        run(chain(tmp_path / "in"), root=str(tmp_path / "out"), runner=Unprepared())
    assert not (tmp_path / "out").exists()


def test_a_gather_that_lost_rows_is_refused_when_its_stage_ends(tmp_path: Path):
    def to_nobody(table: pa.Table, shard: str) -> pa.Table:
        return table.select(["id"]).append_column("key", pa.array([1] * table.num_rows, pa.uint64()))

    raw = Map("raw", source(tmp_path / "in", one=pages("a", "b")), (screen(none_dropped),))
    lost = Gather("home", Scatter("sent", raw, to_nobody, "key", None), lambda table: table, one_for=raw)
    with pytest.raises(RowsLost, match="stage home: 2 rows were scattered and 0 gathered; see what their keys are"):
        run(lost, root=str(tmp_path / "out"), runner=Local())


def none_dropped(doc) -> None:
    return None
