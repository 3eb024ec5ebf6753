"""`mews verify` and `mews replay`."""

from pathlib import Path

import pytest

from tests.helpers import toy
from tests.helpers.commands import mews


@pytest.fixture
def made(tmp_path: Path) -> list[object]:
    """The command that makes a run of the toy recipe, which was made."""
    folder = toy.corpus(tmp_path / "in")
    command = ["run", "tests.helpers.toy", "--root", tmp_path / "out", "--runner", "local", f"folder={folder}"]
    assert mews(*command).returncode == 0
    return command


def test_what_holds_is_said_to_hold(made: list[object], tmp_path: Path):
    told = mews("verify", tmp_path / "out")
    assert (told.returncode, told.stdout, told.stderr) == (0, f"{tmp_path}/out: every receipt holds\n", "")


def test_what_is_missing_is_named_and_mended(made: list[object], tmp_path: Path):
    root = tmp_path / "out"
    shard = sorted((root / "unique").iterdir())[0]
    whole = shard.read_bytes()
    shard.unlink()
    told = mews("verify", root)
    assert told.returncode == 1 and told.stdout == f"unique/{shard.name}: missing\n"
    assert told.stderr == (
        f"error: 1 fault(s) in {root}; verify --mend forgets these shards, and the next run makes them anew\n"
    )
    mended = mews("verify", root, "--mend")
    assert mended.returncode == 1 and mended.stderr == f"error: 1 fault(s) in {root}; run the recipe again\n"
    assert mews(*made).returncode == 0
    assert shard.read_bytes() == whole and mews("verify", root).returncode == 0


def test_a_damaged_index_is_named_and_deleted(made: list[object], tmp_path: Path):
    root = tmp_path / "out"
    name = sorted((root / "index/read").iterdir())[0]
    whole = name.read_bytes()
    name.write_bytes(whole[:-9])
    told = mews("verify", root, "--mend")
    assert told.returncode == 1
    assert told.stdout == f"index/read/{name.name}: not the index of its shards; delete it, and it is made anew\n"
    assert not name.exists() and mews("verify", root).returncode == 0
    assert mews("explain", root, "f0.txt:1").returncode == 0 and name.read_bytes() == whole


def test_replay_of_a_run_without_warc_files_says_so(made: list[object], tmp_path: Path):
    told = mews("replay", tmp_path / "out")
    assert told.returncode == 2 and told.stderr == (
        "error: stage read reads no WARC files: its quarantine cannot be tried again\n"
    )
