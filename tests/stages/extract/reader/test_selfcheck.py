"""The reader's look at the trafilatura that is installed."""

import shutil
from pathlib import Path

import pytest

from stages.extract import page, readings, survey
from stages.extract.blocks import boxes, words
from stages.extract.reader import cascade, checked, selfcheck
from stages.extract.reader.specimens import SPECIMENS

PAGE = SPECIMENS[0].encode()


@pytest.fixture
def afresh(tmp_path, monkeypatch):
    """Nothing remembered of the check, before and after, in this process or on disk."""
    monkeypatch.setenv("MEWS_CACHE", str(tmp_path / "cache"))

    def forget() -> None:
        shutil.rmtree(tmp_path / "cache", ignore_errors=True)
        for cached in (
            *(selfcheck.problem, selfcheck.difference, survey.verdicts, readings.find_extractor),
            *(words.telling_attributes, words.telling, boxes.known_values),
        ):
            cached.cache_clear()

    forget()
    yield forget
    forget()


def test_the_installed_trafilatura_is_the_known_one(afresh):
    assert selfcheck.difference() is None
    assert selfcheck.problem() is None
    assert "counts" not in page.answer(PAGE, "utf-8", "", "trafilatura")


@pytest.mark.parametrize("name", ["trafilatura", "trafilatura.core.bare_extraction", "trafilatura.xpaths.BODY_XPATH"])
def test_another_trafilatura_reads_by_itself(afresh, monkeypatch, name):
    expected = page.answer(PAGE, "utf-8", "", "plain")
    monkeypatch.setitem(selfcheck.DIGESTS, name, "another")
    monkeypatch.setattr(readings, "fast_reader", lambda: pytest.fail("the reader was asked"))
    afresh()
    assert name in (selfcheck.problem() or "")
    for extractor in ("blocks", "trafilatura", "precision", "balanced", "recall"):
        said = page.answer(PAGE, "utf-8", "", extractor)
        assert said.pop("counts") == {"read_by_original": 1}
        assert said["text"]
    assert page.answer(PAGE, "utf-8", "", "trafilatura") == expected | {"counts": {"read_by_original": 1}}
    assert page.answer(PAGE, "utf-8", "", "plain") == expected
    assert page.answer(b"<p class='%s'>x" % (b"a" * 20_001), "utf-8", "", "plain") == {"error": "too_dense"}


def test_a_function_that_is_gone_is_another(afresh, monkeypatch):
    monkeypatch.setitem(selfcheck.REPLACED, "trafilatura.core", "no_such_function")
    assert "no_such_function" in (selfcheck.problem() or "")


def test_an_answer_that_is_another_is_found(afresh, monkeypatch):
    read = cascade.read_fast
    monkeypatch.setattr(
        cascade, "read_fast", lambda page, focus: (read(page, focus) or "") + ("." if focus == "recall" else "")
    )
    assert selfcheck.problem() == "specimen 0 is read differently with recall"


def test_warming_up_says_what_is_another(afresh, monkeypatch, capsys):
    page.warm()
    assert capsys.readouterr().err == ""
    monkeypatch.setitem(selfcheck.DIGESTS, "jusText", "0.0")
    afresh()
    page.warm()
    assert "jusText" in capsys.readouterr().err


def test_what_has_passed_once_is_not_checked_again(afresh, monkeypatch):
    assert not checked.passed_before()
    assert selfcheck.problem() is None
    assert checked.passed_before()
    for cached in (selfcheck.problem, selfcheck.difference):
        cached.cache_clear()
    monkeypatch.setattr(selfcheck, "digests", lambda: pytest.fail("checked again"))
    monkeypatch.setattr(selfcheck, "disagreement", lambda: pytest.fail("compared again"))
    assert selfcheck.difference() is None
    assert selfcheck.problem() is None


def test_what_has_failed_is_checked_again(afresh, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setitem(selfcheck.DIGESTS, "jusText", "0.0")
        assert "jusText" in (selfcheck.problem() or "")
    assert not checked.passed_before()


@pytest.mark.parametrize("package", ["ours", "trafilatura", "justext"])
def test_a_check_counts_for_the_files_that_it_saw(tmp_path, monkeypatch, package):
    folders = {name: tmp_path / name for name in ("ours", "trafilatura", "justext")}
    for folder in folders.values():
        (folder / "inside").mkdir(parents=True)
        (folder / "inside" / "a.py").write_text("x = 1")
    monkeypatch.setattr(checked, "OURS", folders["ours"])
    monkeypatch.setattr(checked, "_folder", lambda name: folders[name])

    def name() -> str:
        checked._name.cache_clear()
        return checked._name()

    first = name()
    (folders[package] / "__pycache__").mkdir()
    (folders[package] / "__pycache__" / "a.pyc").write_text("")
    assert name() == first
    (folders[package] / "inside" / "a.py").write_text("x = 2")
    second = name()
    (folders[package] / "inside" / "a.py").rename(folders[package] / "inside" / "b.py")
    third = name()
    monkeypatch.setattr(checked, "version", lambda package: "0.0")
    names = {first, second, third, name()}
    checked._name.cache_clear()
    assert len(names) == 4


def test_the_check_looks_at_what_is_installed():
    seen = set(map(Path, checked._files()))
    assert {checked.OURS / "page.py", checked.OURS / "reader" / "specimens.py"} <= seen
    assert {path.name for path in seen} >= {"main_extractor.py", "core.py", "English.txt"}
