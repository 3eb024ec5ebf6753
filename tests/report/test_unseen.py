"""A page that was never run: every step says what it would do, also behind the first that drops it."""

from pathlib import Path

import pytest

from dedup import minhash, substring
from filters import gopher, lines, url
from pipeline.errors import MewsError, UsageError
from pipeline.run import plan
from pipeline.stage import Map, Stage
from pipeline.transform import edit, screen
from report.unseen import explain_unseen, unseen_lines
from stages import commoncrawl, extract
from stages.language import identify, only
from stages.pii import scrub
from tests.helpers.server import Site, serving

PROSE = "It is the lamp on the desk that people have with them for the longest time of all, and that is to be said. "
BODY = f"<h1>Lamps</h1><p>{PROSE * 3}</p><p>SHARE THIS</p><p>Ask lamp.maker@lamps-shop.org</p>"
PAGE = f"<html><body><article>{BODY}</article></body></html>"


@pytest.fixture
def stages(warcs: Path) -> list[Stage]:
    """A recipe with a step of every kind."""
    steps = (screen(url.blocked), extract.text(), identify(), screen(only("en", 0.65)))
    raw = Map("raw", commoncrawl.pages(str(warcs)), steps)
    filtered = Map("filtered", raw, (screen(gopher.repetition, gopher.quality, shouting), edit(lines.corrections)))
    fuzzy = Map("fuzzy", filtered, verdicts=minhash.near("near", filtered, bands=4, rows=4))
    repeats = substring.repeated("repeats", fuzzy, tokens=50)
    return plan(Map("clean", fuzzy, (substring.cut(), scrub()), verdicts=repeats))


@pytest.fixture
def warcs(tmp_path: Path) -> Path:
    (tmp_path / "one.warc.gz").write_bytes(b"")
    return tmp_path / "one.warc.gz"


def shouting(doc) -> str | None:
    """A filter without limits."""
    return "shouting" if "SHARE" in doc.text else None


def told(page: str, stages: list[Stage]) -> dict[str, str]:
    """What is said of each step."""
    said = "\n".join(unseen_lines(explain_unseen(page, stages))).partition("text at the end:")[0]
    return dict(line.strip().split(": ", 1) for line in said.splitlines() if line.startswith("  "))


def test_every_step_of_a_page_of_a_file(tmp_path: Path, stages: list[Stage]):
    (tmp_path / "page.html").write_text(PAGE)
    said = told(str(tmp_path / "page.html"), stages)
    assert list(said) == [
        "url.blocked", "extract", "language.identify", "language", "gopher.repetition", "gopher.quality",
        "test_unseen.shouting", "lines", "near", "repeats", "exact", "pii",
    ]  # fmt: skip
    assert said["extract"].endswith("characters") and "language en" in said["language.identify"]
    assert said["gopher.repetition"].startswith("would drop it (")
    assert said["gopher.quality"].startswith("keeps it: words ")
    assert "(at least 50, at most 100,000)" in said["gopher.quality"]
    assert said["test_unseen.shouting"] == "would drop it (shouting)"
    assert said["near"] == "depends on all pages of a run; here nothing is said of the page"
    assert "characters become" in said["lines"] and said["exact"] == "changes nothing"
    found = explain_unseen(str(tmp_path / "page.html"), stages)
    assert found.text and "<EMAIL_1>" in found.text and found.bytes == len(PAGE)
    drops = {step.step: step.reason for step in found.steps if step.reason}
    assert drops["test_unseen.shouting"] == "shouting" and all(f"({drops[name]})" in said[name] for name in drops)
    assert [step.stage for step in found.steps][::5] == ["raw", "filtered", "clean"]


def test_a_plain_text_is_not_extracted(tmp_path: Path, stages: list[Stage]):
    (tmp_path / "page.txt").write_text("Sign up for news")
    said = told(str(tmp_path / "page.txt"), stages)
    assert said["extract"] == "left out, since the page is plain text"
    assert said["gopher.quality"].startswith("would drop it (short): words 4 (under 50")


def test_a_page_that_cannot_be_extracted_ends_there(tmp_path: Path, stages: list[Stage]):
    (tmp_path / "page.html").write_text("<html><body></body></html>")
    said = told(str(tmp_path / "page.html"), stages)
    assert said["extract"] == "would quarantine it (extract:empty)" and list(said)[-1] == "extract"


def test_a_page_at_an_address(stages: list[Stage], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MEWS_CACHE", str(tmp_path / "cache"))
    with serving(Site({"/lamps/desk.html": PAGE.encode()})) as site:
        said = told(f"{site.url}lamps/desk.html", stages)
        assert said["test_unseen.shouting"] == "would drop it (shouting)"
        with pytest.raises(MewsError):
            explain_unseen(f"{site.url}missing.html", stages)


def test_neither_file_nor_address(stages: list[Stage]):
    with pytest.raises(UsageError, match=r"nowhere\.html is neither a file nor an address"):
        explain_unseen("nowhere.html", stages)


def test_a_recipe_that_reads_nothing(tmp_path: Path):
    (tmp_path / "page.txt").write_text("text")
    with pytest.raises(UsageError, match="no stage that reads pages"):
        explain_unseen(str(tmp_path / "page.txt"), [])
