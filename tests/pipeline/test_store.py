"""Files on a local disk and on an object store: whole or not there."""

import hashlib
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import store
from pipeline.funnel import stage_stats
from pipeline.verify import faults, unfinished
from tests.helpers import toy
from tests.helpers.runs import Spy, data, driver, make
from tests.helpers.s3 import Server


def test_a_run_on_an_object_store_is_the_run_on_a_disk(tmp_path: Path, s3: Server):
    root, folder = s3.root("my run/1 % #"), toy.corpus(tmp_path / "in", files=2, pages=40)
    local = make(tmp_path / "out", folder)
    assert {k: v.rows_out for k, v in make(root, folder).items()} == {k: v.rows_out for k, v in local.items()}
    stored = {key.removeprefix("my run/1 % #/"): s3.read(key) for key in s3.names("my run") if key.endswith(".parquet")}
    assert stored == data(tmp_path / "out")
    assert list(faults(root)) == [] and unfinished(root) == []
    assert stage_stats(root)["unique"].rows_out == local["unique"].rows_out
    make(root, folder, spy := Spy())
    assert spy.sent == []
    (folder / "f0.txt").unlink()
    make(root, folder)
    assert [key for key in s3.names("my run") if "f0-" in key] == [], "what is not planned any more is swept there too"
    assert list(faults(root)) == []


def test_an_upload_that_fails_leaves_nothing(s3: Server):
    root = s3.root("half")
    with pytest.raises(ValueError, match="half"), store.writing(root, "file") as sink:
        sink.write(b"x" * (6 << 20))
        raise ValueError("half")
    assert not store.exists(root, "file") and s3.names("half") == []


def test_files_of_an_object_store_are_read_and_listed_as_on_a_disk(tmp_path: Path, s3: Server):
    for root in (s3.root("files"), str(tmp_path)):
        for name in ("stage/b", "stage/a", "stage/inner/c", "stage/.hidden", "other/d"):
            store.write_bytes(root, name, name.encode())
        assert store.sizes(root, "stage") == {"a": 7, "b": 7}
        assert store.listing(root, "stage", recursive=True) == ["a", "b", "inner/c"]
        assert store.listing(root, "nowhere") == []
        assert store.read_bytes(root, "stage/a") == b"stage/a"
        store.remove(root, "stage/a")
        store.remove(root, "stage/a")
        assert not store.exists(root, "stage/a") and not store.exists(root, "stage")
        with pytest.raises(FileNotFoundError):
            store.read_bytes(root, "stage/a")
    assert store.is_local(str(tmp_path)) and not store.is_local(s3.root("files"))


def test_json_that_is_not_there_or_damaged_is_none(tmp_path: Path):
    store.write_json(str(tmp_path), "a.json", {"b": [1, None]})
    assert store.read_json(str(tmp_path), "a.json") == {"b": [1, None]}
    (tmp_path / "a.json").write_bytes(b"\xff{")
    assert store.read_json(str(tmp_path), "a.json") is None
    assert store.read_json(str(tmp_path), "b.json") is store.read_json(str(tmp_path), "a.json/c") is None


FULL = """
import resource, sys
from pathlib import Path
from mews.__main__ import main
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
sys.argv = ["mews", "run", "tests.helpers.toy", "--runner", "local", "--root", sys.argv[1], "folder=" + sys.argv[2]]
main()
"""


def test_a_disk_that_takes_no_more_is_one_line_and_loses_nothing(tmp_path: Path):
    folder = toy.corpus(tmp_path / "in", files=3)
    (folder / "f1.txt").write_text("\n".join(os.urandom(30).hex() for _ in range(3000)))
    run = subprocess.run([sys.executable, "-c", FULL, tmp_path / "out", folder], capture_output=True, text=True)
    assert run.returncode == 1
    (said,) = [line for line in run.stderr.splitlines() if line.startswith("error: ")]
    assert said.startswith("error: stage read: 1 shard(s) failed: f1-") and "File too large" in said
    assert "Traceback" not in run.stderr
    assert len(list((tmp_path / "out/read").glob("*"))) == 2, (
        "the others are made, and nothing unfinished lies beside them"
    )
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_a_file_that_fails_while_it_is_written_is_not_there(tmp_path: Path):
    with pytest.raises(ValueError, match="half"), store.writing(str(tmp_path), "stage/shard.parquet") as sink:
        sink.write(b"half of it")
        assert not (tmp_path / "stage/shard.parquet").exists()
        raise ValueError("half")
    assert list((tmp_path / "stage").iterdir()) == []


def test_a_writer_knows_what_it_wrote(tmp_path: Path):
    with store.writing(str(tmp_path), "file") as sink:
        assert sink.writable() and sink.write(memoryview(b"ab")) == 2 and sink.write(b"c") == 1
    assert sink.size == 3 and sink.digest == store.digest_of(str(tmp_path), "file") == digest_of_abc


digest_of_abc = hashlib.blake2b(b"abc", digest_size=16).hexdigest()


def test_hidden_files_are_not_listed_and_parts_are_swept(tmp_path: Path):
    for name in ("b", "a", ".a.123.part"):
        store.write_bytes(str(tmp_path), f"folder/{name}", b"")
    assert store.listing(str(tmp_path), "folder") == ["a", "b"]
    store.sweep_parts(str(tmp_path))
    assert sorted(os.listdir(tmp_path / "folder")) == ["a", "b"]
    assert store.listing(str(tmp_path), "nowhere") == []


def test_a_part_that_its_writer_renames_meanwhile_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """As when a run goes on after one that was stopped, whose last worker is still at work."""
    unlink = os.unlink

    def renamed_before(path: str) -> None:
        if path.endswith("a.1.part"):
            os.replace(path, tmp_path / "a")
        unlink(path)

    for name in (".a.1.part", ".b.2.part"):
        store.write_bytes(str(tmp_path), name, b"")
    monkeypatch.setattr(os, "unlink", renamed_before)
    store.sweep_parts(str(tmp_path))
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.synced
def test_what_is_renamed_into_place_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    done: list[str] = []

    def noted(name: str) -> None:
        call = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *arguments: (done.append(name), call(*arguments))[1])

    noted("fsync")
    noted("replace")
    store.write_bytes(str(tmp_path), "stage/shard.parquet", b"rows")
    assert done == ["fsync", "replace", "fsync"], "the file, then its name, then the folder"


def test_a_file_is_replaced_by_all_of_another_or_stays(tmp_path: Path):
    target = tmp_path / "new folder/file"
    for text in ("first", "second"):
        with store.replacing(target) as part:
            assert Path(part).parent == target.parent and Path(part).name.startswith(".file.")
            Path(part).write_text(text)
            assert not target.exists() or target.read_text() == "first"
    with pytest.raises(ValueError, match="third"), store.replacing(target) as part:
        Path(part).write_text("half of the thi")
        raise ValueError("third")
    assert [path.name for path in target.parent.iterdir()] == ["file"] and target.read_text() == "second"


def test_nothing_of_a_process_is_in_the_data(tmp_path: Path):
    folder = toy.corpus(tmp_path / "in")
    make(tmp_path / "here", folder)
    process = driver(tmp_path / "there", folder, "local")
    assert process.wait() == 0
    assert data(tmp_path / "there") == data(tmp_path / "here")
