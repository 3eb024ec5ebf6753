"""Verify: whatever is not as the receipts say is named, with the shard that it is about."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline import buckets, verify
from pipeline.errors import UsageError
from pipeline.receipts import Receipt, read_receipt, write_receipt
from pipeline.stage import Map
from pipeline.stats import Stats
from pipeline.transform import rewrite
from pipeline.verify import Fault, faults, mend, unfinished
from pipeline.view import planned
from tests.helpers import toy
from tests.helpers.runs import Spy, data, make
from tests.helpers.tables import dropping, pages, shout, source
from tests.helpers.tables import make as make_tables


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the toy recipe, not to be changed."""
    folder = tmp_path_factory.mktemp("made")
    make(folder / "out", toy.corpus(folder / "in"))
    return folder


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    """A copy of that run."""
    shutil.copytree(made / "out", tmp_path / "out")
    return tmp_path / "out"


FILES = ["read/f1-*", "read.rejects/f1-*", "quarantine/read/f1-*", "keys/f1-*", "copies/*-00002*"]
BROKEN = [("read", {"rows_in": 121}), ("keys", {"rows_out": 1}), ("copies", {"rows_due": 1})]


def told(root: Path) -> list[str]:
    return [fault.what for fault in faults(str(root))]


def shard(root: Path, stage: str, number: int = 0) -> str:
    return planned(str(root), stage)[number]


def with_stats(root: Path, stage: str, name: str, **changed: int) -> None:
    """Write the receipt of a shard with other counts."""
    path = root / f"receipts/{stage}/{name}.json"
    said = json.loads(path.read_text())
    said["stats"] |= changed
    path.write_text(json.dumps(said))


def test_a_run_that_is_whole_has_no_faults(root: Path):
    assert told(root) == [] and unfinished(str(root)) == []


def test_a_root_without_a_run_is_said_so(tmp_path: Path):
    with pytest.raises(UsageError, match="holds no run"):
        list(faults(str(tmp_path)))


@pytest.mark.parametrize("pattern", FILES)
def test_a_file_that_is_changed_or_missing_is_named(root: Path, pattern: str):
    (path,) = root.glob(pattern)
    name = str(path.relative_to(root))
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert f"{name}: its bytes are not those of its receipt" in told(root)
    path.unlink()
    assert f"{name}: missing" in told(root)
    path.write_bytes(whole)
    assert told(root) == []


def test_a_receipt_that_is_missing_in_a_finished_stage_is_a_fault(root: Path):
    name = shard(root, "unique", 2)
    (root / f"receipts/unique/{name}.json").unlink()
    assert [fault for fault in faults(str(root)) if fault.what.endswith("no receipt")] == [
        Fault("unique", name, f"unique/{name}: no receipt")
    ]
    assert unfinished(str(root)) == []


def test_what_is_not_made_yet_is_no_fault(root: Path):
    for path in (root / "plan").glob("unique*"):
        if path.name != "unique.json":
            path.unlink()
    names = planned(str(root), "unique")
    for name in names[1:]:
        (root / f"receipts/unique/{name}.json").unlink()
    (root / f"unique/{names[1]}.parquet").write_bytes(b"half of a shard that a killed run was at")
    assert told(root) == []
    assert unfinished(str(root)) == ["unique: 1 of 4 shards are made"]


@pytest.mark.parametrize(("stage", "counts"), BROKEN)
def test_counts_that_break_their_law_are_named(root: Path, stage: str, counts: dict[str, int]):
    name = shard(root, stage)
    with_stats(root, stage, name, **counts)
    assert f"{stage}/{name}: its rows do not add up" in told(root)


@pytest.mark.parametrize("stage", ["read", "keys", "verdicts"])
def test_files_with_other_rows_than_their_receipt_says_are_named(root: Path, stage: str):
    """As of a receipt that somebody edited: the digest is right, and the number of rows is not."""
    name = shard(root, stage)
    path = root / f"receipts/{stage}/{name}.json"
    said = json.loads(path.read_text())
    (file,) = [file for file in said["files"] if file.startswith(f"{stage}/")]
    rows = said["files"][file][1]
    said["files"][file][1] = rows + 1
    path.write_text(json.dumps(said))
    assert f"{file}: {rows} rows, its receipt says {rows + 1}" in told(root)
    assert f"{stage}/{name}: {rows + 1} rows, counted {rows}" in told(root)


def test_rows_that_a_gather_did_not_read_are_named(root: Path):
    """A bucket that changed behind our back, with receipts that add up by themselves."""
    for stage in ("copies", "verdicts"):
        for number, name in enumerate(planned(str(root), stage)):
            receipt = read_receipt(str(root), stage, name)
            assert receipt
            if number == 1:
                wrong = receipt.stats.rows_in + 5
                with_stats(root, stage, name, rows_in=wrong, rows_due=wrong)
                expected = f"{stage}/{name}: {receipt.stats.rows_in} rows were scattered and {wrong} gathered"
                assert told(root) == [expected]
                write_receipt(str(root), receipt)


def test_rows_in_a_bucket_that_no_stage_reads_are_named(root: Path):
    plan = json.loads((root / "plan/verdicts.json").read_text())
    left = plan["shards"].pop(-1)
    (root / "plan/verdicts.json").write_text(json.dumps(plan))
    sent = read_receipt(str(root), "verdicts", left)
    assert sent and sent.stats.rows_in > 0
    assert f"home: {sent.stats.rows_in} rows were sent to buckets that no stage reads" in told(root)


@pytest.mark.parametrize(
    "name",
    ["read/stray.parquet", "read/inner/stray.parquet", "keys/stray.buckets", "read.rejects/notes.txt",
     "quarantine/read/stray.parquet", "unique/train-00001-of-00002.parquet"],
)  # fmt: skip
def test_files_that_no_receipt_names_are_told_and_left(root: Path, name: str):
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_bytes(b"")
    (fault,) = faults(str(root))
    assert fault == Fault(name.removeprefix("quarantine/").partition("/")[0].removesuffix(".rejects"), "",
                          f"{name}: no receipt names it; move it elsewhere, or delete it")  # fmt: skip
    mend(str(root), fault)
    assert (root / name).exists()


def test_hidden_files_are_nobodys(root: Path):
    (root / "read/.DS_Store").touch()
    (root / "read/.cache").mkdir()
    (root / "read/.cache/x.parquet").touch()
    assert told(root) == []


def test_what_an_earlier_plan_left_is_told_so(made: Path, root: Path):
    plan = json.loads((root / "plan/read.json").read_text())
    plan["gone"] = ["f9-0123456789ab"]
    (root / "plan/read.json").write_text(json.dumps(plan))
    (root / "read/f9-0123456789ab.parquet").touch()
    assert told(root) == ["read/f9-0123456789ab.parquet: no receipt names it; run the recipe again"]


@pytest.fixture
def viewed(tmp_path: Path) -> Path:
    """A run in which `one` is a view of `raw`."""
    raw = Map("raw", source(tmp_path / "in", one=pages("a", "b", "c"), two=pages("d")))
    one = Map("one", raw, verdicts=dropping("judged", raw, "b"))
    make_tables(tmp_path / "out", Map("end", one, (rewrite(shout),)))
    return tmp_path / "out"


def changed(root: Path, stage: str, name: str, change: Callable[[dict], None]) -> None:
    path = root / f"receipts/{stage}/{name}.json"
    said = json.loads(path.read_text())
    change(said)
    path.write_text(json.dumps(said))


def test_a_view_whose_rows_or_verdicts_changed_is_named(viewed: Path):
    name = shard(viewed, "raw")
    assert told(viewed) == []
    for stage in ("raw", "judged"):
        before = (viewed / f"receipts/{stage}/{name}.json").read_bytes()
        changed(viewed, stage, name, lambda said: said.update(digest="0" * 32))
        assert f"one/{name}: the rows that it stands for have changed" in told(viewed)
        (viewed / f"receipts/{stage}/{name}.json").write_bytes(before)
    changed(viewed, "one", name, lambda said: said.update(digest="0" * 32))
    assert told(viewed) == [f"one/{name}: the rows that it stands for have changed"]


def test_a_view_of_other_rows_than_its_receipt_counts_is_named(viewed: Path):
    name = shard(viewed, "raw")

    def one_more(said: dict) -> None:
        said["stats"] |= {"rows_in": 4, "rows_out": 3}
        said["stats"]["steps"]["judged"]["kept"][0] = 3

    changed(viewed, "one", name, one_more)
    assert told(viewed) == [f"one/{name}: stands for 2 rows, its receipt says 3"]


def test_a_shard_that_is_mended_is_made_again(tmp_path: Path):
    folder, root = toy.corpus(tmp_path / "in"), tmp_path / "out"
    make(root, folder)
    whole = data(root)
    path = next((root / "unique").iterdir())
    path.write_bytes(path.read_bytes()[::-1])
    make(root, folder, spy := Spy())
    assert spy.sent == [], "a listing does not tell"
    (fault,) = faults(str(root))
    mend(str(root), fault)
    make(root, folder, spy)
    assert len(spy.sent) == 1 and data(root) == whole


def test_many_files_are_read_at_a_time(root: Path, monkeypatch: pytest.MonkeyPatch):
    """The rows of a Scatter are counted right, whatever the order in which its files are read."""
    counted = buckets.counts
    monkeypatch.setattr(verify.bucketed, "counts", lambda *a: (os.sched_yield(), counted(*a))[1])
    assert told(root) == []
    assert isinstance(read_receipt(str(root), "keys", shard(root, "keys")), Receipt) and Stats().conserved()
