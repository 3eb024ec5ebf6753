"""What is kept for the processes to come: where, when it counts, and that nothing depends on it."""

from pathlib import Path

import pytest

from pipeline.cache_folder import cache_folder, remembered


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MEWS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_where_it_is_kept(monkeypatch):
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("MEWS_CACHE", raising=False)
    assert cache_folder() == Path("/home/somebody/.cache/mews")
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    assert cache_folder() == Path("/caches/mews")
    monkeypatch.setenv("MEWS_CACHE", "/mine")
    assert cache_folder() == Path("/mine")


def test_what_was_found_once_is_not_looked_for_again(cache: Path):
    assert remembered("a/b", lambda: ["x", [1, None]]) == ["x", [1, None]]
    assert remembered("a/b", lambda: pytest.fail("it is known")) == ["x", [1, None]]
    assert remembered("a/c", lambda: False) is False
    assert remembered("a/c", lambda: True) is False
    assert sorted(str(path.relative_to(cache)) for path in cache.rglob("*.*")) == ["a/b.json", "a/c.json"]


def test_null_is_not_kept(cache: Path):
    assert remembered("a", lambda: None) is None
    assert not cache.exists()
    assert remembered("a", lambda: 1) == 1


@pytest.mark.parametrize("damaged", [b"", b"[1, ", b"\xff\xfe"])
def test_a_damaged_file_is_made_anew(cache: Path, damaged: bytes):
    cache.mkdir()
    (cache / "a.json").write_bytes(damaged)
    assert remembered("a", lambda: 7) == 7
    assert remembered("a", lambda: 8) == 7


def test_a_folder_that_cannot_be_made_costs_nothing_but_time(cache: Path):
    cache.write_text("a file")
    assert remembered("a", lambda: 7) == 7
    assert remembered("a", lambda: 8) == 8
