"""The reader's look at the trafilatura that is installed."""

import pytest

from stages.extract import page, readings, survey
from stages.extract.reader import cascade, selfcheck
from stages.extract.reader.specimens import SPECIMENS

PAGE = SPECIMENS[0].encode()


@pytest.fixture
def afresh():
    """Nothing remembered of the check, before and after."""

    def forget() -> None:
        for cached in (selfcheck.problem, selfcheck.difference, survey.verdicts, readings.find_extractor):
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
