"""A bucket as obstore opens it has the keys and the endpoint that pyarrow's file system has."""

from pathlib import Path

import obstore
import pyarrow.fs as pafs
import pytest
from obstore.store import S3Store

from pipeline.bucket import open_bucket, profile
from pipeline.store import open_root
from tests.helpers.s3 import Server


def opened(root: str) -> S3Store:
    store = open_bucket(open_root(root)[0], "corpus")
    assert isinstance(store, S3Store)
    return store


def test_keys_and_endpoint_of_the_root_are_used(s3: Server):
    obstore.put(opened(s3.root("x")), "x/file", b"text")
    assert s3.read("x/file") == b"text"


def test_keys_and_endpoint_of_the_environment_are_used(s3: Server, monkeypatch: pytest.MonkeyPatch):
    for name, value in s3.variables.items():
        monkeypatch.setenv(name, value)
    open_root.cache_clear()
    obstore.put(opened("s3://corpus/my data"), "my data/file", b"text")
    assert s3.read("my data/file") == b"text"
    open_root.cache_clear()


def test_an_endpoint_gets_the_scheme_of_the_root(monkeypatch: pytest.MonkeyPatch):
    config = opened("s3://k:s@corpus/x?scheme=https&endpoint_override=store.example:443&region=eu-1").config
    assert config["endpoint"] == "https://store.example:443" and config["region"] == "eu-1"
    assert (config["access_key_id"], config["secret_access_key"]) == ("k", "s")


def test_keys_of_a_profile_are_used_where_the_environment_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert profile() == {}
    (tmp_path / "credentials").write_text(
        "[default]\naws_access_key_id = one\naws_secret_access_key = %(two)s/+\n"
        "[work]\naws_access_key_id=three\naws_session_token=four\nregion=ignored\n"
    )
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    assert profile() == {"access_key_id": "one", "secret_access_key": "%(two)s/+"}
    assert opened("s3://corpus/x?region=eu-1").config["access_key_id"] == "one"
    monkeypatch.setenv("AWS_PROFILE", "work")
    assert profile() == {"access_key_id": "three", "session_token": "four"}
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert profile() == {}
    monkeypatch.setenv("AWS_PROFILE", "work")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "mine")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "mine too")
    assert "access_key_id" not in opened("s3://corpus/x?region=eu-1").config, "those of the environment are taken"


def test_the_profile_file_of_the_home_folder_is_found(home: Path):
    (home / ".aws").mkdir()
    (home / ".aws/credentials").write_text("[default]\naws_access_key_id = mine\n")
    assert profile() == {"access_key_id": "mine"}
    (home / ".aws/credentials").unlink()
    (home / ".aws").rmdir()


def test_another_kind_of_store_is_refused():
    with pytest.raises(NotImplementedError, match="a bucket of local cannot be written to on a condition"):
        open_bucket(pafs.LocalFileSystem(), "corpus")
