"""Names of roots: what is meant is taken, what is misspelt is refused before a folder of its name is made."""

from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.root import as_uri, checked, redact
from pipeline.store import open_root, write_bytes

MISSPELT = {
    "s3:/bucket/x": "s3://bucket/x",
    "s3:bucket/x": "s3://bucket/x",
    "s3//bucket/x": "s3://bucket/x",
    "s3;//bucket/x": "s3://bucket/x",
    "gs.//bucket/x": "gs://bucket/x",
    "s3:///bucket/x": "s3://bucket/x",
    "S3://bucket/x": "s3://bucket/x",
    "S3:/bucket": "s3://bucket",
    "s3a://bucket/x": "s3://bucket/x",
    "s3n:/bucket/x": "s3://bucket/x",
    "s3:\\bucket\\x": "s3://bucket/x",
    "gs:/bucket/x": "gs://bucket/x",
    "gs:bucket": "gs://bucket",
    "gs//bucket": "gs://bucket",
    "GS://bucket": "gs://bucket",
    "gcs://bucket/x": "gs://bucket/x",
    "s3://bucket//x": "s3://bucket/x",
    "s3://bucket/a//b/c": "s3://bucket/a/b/c",
    "gs://bucket/a///b": "gs://bucket/a/b",
    "file:/data/run": "/data/run",
    "file:run": "run",
    "file://data/run": "/data/run",
    "file://localhost/data/run": "/data/run",
    "file://localhost": "/",
    "FILE:///data/run": "/data/run",
    "https:/host/x": "https://host/x",
    "s3:/bucket/my data": "s3://bucket/my data",
}


@pytest.mark.parametrize("root", MISSPELT)
def test_a_misspelt_root_is_refused_with_what_was_meant(root: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as caught:
        write_bytes(root, "file", b"")
    assert str(caught.value) == f"{root} cannot be a root; did you mean {MISSPELT[root]}?"
    assert list(tmp_path.iterdir()) == []
    assert checked(MISSPELT[root]), "what is proposed is taken"


@pytest.mark.parametrize("root", ["s3://", "s3:", "gs://", "s3:///"])
def test_a_root_without_a_bucket_is_refused(root: str):
    with pytest.raises(UsageError, match=r"names no bucket; give (s3|gs)://bucket/prefix"):
        checked(root)


@pytest.mark.parametrize("root", ["", "  "])
def test_an_empty_root_is_refused(root: str):
    with pytest.raises(UsageError, match="the root is empty"):
        open_root(root)


@pytest.mark.parametrize(
    "root",
    ["out", "./s3/x", "/data/s3:x", "my data/run 1", "c:/x", "a:b", "s3/x", "s3_out/run", "gs/x", "files/x", "file//x",
     "s3://bucket", "s3://bucket/x/", "s3://bucket/my data/run 1", "gs://bucket/x", "s3://k:s@bucket/x?region=a",
     "s3://bucket/x?endpoint_override=http://host:1&scheme=http"],
)  # fmt: skip
def test_what_can_be_a_root_is_taken_as_it_is(root: str):
    assert checked(root) == root


def test_a_file_url_is_the_local_path_of_it(tmp_path: Path):
    write_bytes(f"file://{tmp_path}/run", "file", b"x")
    assert (tmp_path / "run/file").read_bytes() == b"x"


def test_a_local_root_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    open_root.cache_clear()
    assert open_root("out")[1] == f"{tmp_path}/out"
    assert open_root("~/out")[1] == f"{tmp_path}/home/out"


def test_names_are_taken_as_they_stand():
    """pyarrow reads a URI, in which `%20` is a blank and `#` ends the path."""
    assert as_uri("s3://bucket/my data/100% #1?/ü") == "s3://bucket/my%20data/100%25%20%231%3F/%C3%BC"
    assert as_uri("s3://bucket/a%20b") == "s3://bucket/a%2520b"
    assert as_uri("s3://k:s%2F@bucket/x y?region=a&scheme=http") == "s3://k:s%2F@bucket/x%20y?region=a&scheme=http"
    assert as_uri("s3://bucket") == "s3://bucket" and as_uri("s3://bucket/") == "s3://bucket/"
    assert open_root("s3://bucket/my data/100% #1?/a%20b/ü/?region=us-east-1")[1] == "bucket/my data/100% #1?/a%20b/ü"


@pytest.mark.parametrize(
    "root", ["gopher://key:secret@host/path", "s3:/key:secret@bucket/x", "s3://key:sec/ret@bucket//x?token=secret"]
)
def test_keys_are_never_shown(root: str):
    with pytest.raises(UsageError) as caught:
        open_root(root)
    assert "secret" not in str(caught.value) and "sec/ret" not in str(caught.value)


def test_redacted_text_keeps_the_rest():
    assert redact("see s3://k:s@bucket/x?token=s and http://u@h/y") == "see s3://bucket/x and http://h/y"
    assert redact("s3://key:sec/ret@bucket/x") == "s3://bucket/x"
    assert redact("a@b.example is no URL") == "a@b.example is no URL"
    assert redact("run 's3://k:s@b/my run?region=x&token=s' files=3") == "run 's3://b/my run files=3"
    assert redact("s3://b/x is taken. Shall we go on? Yes") == "s3://b/x is taken. Shall we go on? Yes"
