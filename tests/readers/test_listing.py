"""What lies at an address: folders, patterns and files, local and in a bucket, and no key where anybody sees it."""

import os
import re
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.errors import BadInput, UsageError
from pipeline.fingerprint import fingerprint
from readers.listing import Folder, listed, parent
from tests.helpers.object_store import bucket

ROWS = b'{"text": "a"}\n'
NAMES = ["a.jsonl", "b/c.parquet", "b/d.json.gz", "b/e/f.NDJSON.ZST", "z.jsonl.bz2", "z.jsonl.xz"]
OTHERS = [".hidden.jsonl", "_tmp/a.jsonl", "b/.git/a.parquet", "README.md", "stats.json", "b/a.jsonl.part", "x.txt"]


def write(base: Path, names: list[str]) -> Path:
    for name in names:
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).write_bytes(ROWS)
    return base


@pytest.fixture(scope="module")
def local(tmp_path_factory) -> Path:
    return write(tmp_path_factory.mktemp("files") / "in", [*NAMES, *OTHERS])


@pytest.fixture(scope="module")
def remote():
    with bucket({f"in/{name}": ROWS for name in [*NAMES, *OTHERS]}) as (url, _):
        yield url


PLACES = [
    ("", NAMES),
    ("b", ["c.parquet", "d.json.gz", "e/f.NDJSON.ZST"]),
    ("*.jsonl", ["a.jsonl"]),
    ("b/*.parquet", ["c.parquet"]),
    ("*/*.json.gz", ["b/d.json.gz"]),
    ("[yz].*", ["z.jsonl.bz2", "z.jsonl.xz"]),
    ("a.jsonl", ["a.jsonl"]),
    ("x.txt", ["x.txt"]),
    ("stats.json", ["stats.json"]),
]


@pytest.mark.parametrize(("place", "names"), PLACES)
def test_folders_patterns_and_files_on_a_disk(local, place, names):
    folder, files = listed(str(local / place) if place else str(local))
    assert [file.name for file in files] == names
    assert all(file.size == len(ROWS) for file in files)
    with folder.open(names[0]) as file:
        assert file.read() == ROWS


@pytest.mark.parametrize(("place", "names"), PLACES)
def test_folders_patterns_and_files_in_a_bucket(remote, place, names):
    folder, files = listed(remote.format(f"in/{place}".rstrip("/")))
    assert [file.name for file in files] == names
    assert all(file.size == len(ROWS) for file in files)
    with folder.open(names[-1]) as file:
        assert file.read() == ROWS


def test_relative_paths_and_slashes_are_understood(local, monkeypatch):
    monkeypatch.chdir(local.parent)
    for address in ("in", "in/", "./in", "in//", "in/*", f"{local}/"):
        folder, files = listed(address)
        assert [file.name for file in files] == NAMES, address
        assert folder.shown("a.jsonl") == f"{local}/a.jsonl"
    monkeypatch.chdir(local)
    assert [file.name for file in listed(".")[1]] == NAMES == [file.name for file in listed("*")[1]]
    monkeypatch.setenv("HOME", str(local.parent))
    assert [file.name for file in listed("~/in")[1]] == NAMES


def test_a_link_to_a_file_is_read_as_hubs_lay_them_out(tmp_path):
    write(tmp_path / "blobs", ["0a1b"])
    (tmp_path / "snapshot").mkdir()
    (tmp_path / "snapshot" / "train.jsonl").symlink_to(tmp_path / "blobs" / "0a1b")
    folder, (file,) = listed(str(tmp_path / "snapshot"))
    assert (file.name, file.size) == ("train.jsonl", len(ROWS))
    with folder.open(file.name) as stream:
        assert stream.read() == ROWS


def test_a_file_that_changes_has_another_version(tmp_path):
    write(tmp_path, ["a.jsonl", "b.jsonl"])
    before = {file.name: file.version for file in listed(str(tmp_path))[1]}
    assert before == {file.name: file.version for file in listed(str(tmp_path))[1]}
    os.utime(tmp_path / "a.jsonl", ns=(1, 1))
    (tmp_path / "b.jsonl").write_bytes(ROWS * 2)
    after = {file.name: file.version for file in listed(str(tmp_path))[1]}
    assert all(before[name] != after[name] for name in before)
    (write(tmp_path / "other", ["a.jsonl"]) / "a.jsonl").touch()
    os.utime(tmp_path / "other" / "a.jsonl", ns=(1, 1))
    assert listed(str(tmp_path / "other"))[1][0].version != after["a.jsonl"], "the same name elsewhere"


@pytest.mark.parametrize("place", ["nowhere", "b/*.jsonl", "empty"])
def test_nothing_there_is_said(local, place):
    (local.parent / "empty").mkdir(exist_ok=True)
    address = str(local.parent / "empty" if place == "empty" else local / place)
    with pytest.raises(UsageError, match="no Parquet or JSONL file in") as said:
        listed(address)
    assert address in str(said.value)


def test_a_file_that_went_away_is_named(local):
    with pytest.raises(BadInput, match=r"in/gone\.jsonl: no such file"), Folder(str(local)).open("gone.jsonl"):
        pass


def test_keys_in_an_address_are_neither_shown_nor_digested(remote):
    folder, files = listed(remote.format("in"))
    said = [repr(folder), repr(files), folder.shown("a.jsonl")]
    assert re.fullmatch(r"s3://corpus\w+/in/a\.jsonl", folder.shown("a.jsonl"))
    assert not any(secret in text for text in said for secret in ("MYKEY", "MYSECRET", "endpoint"))
    assert fingerprint(folder) == fingerprint(Folder("/elsewhere"))
    assert folder == Folder(remote.format("in")) and hash(folder) == hash(Folder(remote.format("in")))
    assert folder != Folder("/elsewhere") and folder != "s3://corpus/in"
    with pytest.raises(UsageError) as nothing:
        listed(remote.format("nowhere"))
    assert "/nowhere;" in str(nothing.value) and "MYSECRET" not in str(nothing.value)


def test_a_file_of_the_web_is_had_by_what_fetches_it(tmp_path):
    asked = []

    @contextmanager
    def fetch(url: str):
        asked.append(url)
        path = tmp_path / "fetched"
        path.write_bytes(ROWS)
        yield path
        path.unlink()

    address = "https://example.org/data/a.jsonl?token=MYSECRET"
    folder, (file,) = listed(address, fetch)
    assert (file.name, file.size, file.version) == ("a.jsonl", None, "https://example.org/data/a.jsonl")
    assert folder.is_remote and folder.shown("a.jsonl") == "https://example.org/data/a.jsonl"
    with folder.open("a.jsonl") as stream:
        assert stream.read() == ROWS
    assert asked == [address] and not (tmp_path / "fetched").exists()
    with pytest.raises(UsageError, match=r"data/a\.jsonl lies on the web"), listed(address)[0].open("a.jsonl"):
        pass


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("/a/b/c", ("/a/b", "c")),
        ("/a/b/c/", ("/a/b", "c")),
        ("/a", ("/", "a")),
        ("s3://k:s@b/c/d/?x=1", ("s3://k:s@b/c?x=1", "d")),
        ("s3://b/c", ("s3://b", "c")),
    ],
)
def test_the_parent_of_an_address_keeps_its_query(address, wanted):
    assert parent(address) == wanted


@pytest.mark.parametrize("name", ["part[1]", "what?", "all*", "a b#c%20"])
def test_a_folder_is_found_whatever_its_name(tmp_path, name):
    write(tmp_path / name, ["x[0].jsonl"])
    assert [file.name for file in listed(str(tmp_path / name))[1]] == ["x[0].jsonl"]
    assert [file.name for file in listed(str(tmp_path / name / "x[0].jsonl"))[1]] == ["x[0].jsonl"]
