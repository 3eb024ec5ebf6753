"""What-if: exactly what a run with the other limits would do, as far as it can be known without one."""

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from dedup import urls
from pipeline.errors import UsageError
from pipeline.funnel import stage_stats
from pipeline.run import plan, run
from pipeline.runner import Local
from pipeline.stage import Map
from pipeline.transform import edit, rewrite, screen
from report.rerun import with_bounds
from report.whatif import limits_of, whatif, whatif_lines
from tests.helpers.corpus import Corpus
from tests.helpers.judged import length, made, notes, quiet, stages


def told_lines(*asked) -> str:
    """What a person is told."""
    return "\n".join(whatif_lines(whatif(*asked)))


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "signals"])
def judged(request, tmp_path_factory: pytest.TempPathFactory):
    """A run that measures again, and one that recorded signals."""
    return made(Corpus(tmp_path_factory.mktemp("corpus")), signals=request.param)


def funnel_after(said: str) -> dict[str, str]:
    """The steps of the told funnel with what is kept afterwards."""
    cells = [line.split() for line in said.splitlines() if re.match(r"  \S+ +[\d,]+ ", line)]
    return {cell[0]: cell[2] for cell in cells}


def rerun(root: str, changed: list[str], folder: Path) -> dict[str, int]:
    """What a run with the changed limits keeps after each step, by a real run."""
    corpus = Corpus(folder)
    planned = stages(corpus)
    bounds = limits_of(planned, changed)
    raw, filtered = (next(stage for stage in planned if stage.name == name) for name in ("raw", "filtered"))
    assert isinstance(raw, Map) and isinstance(filtered, Map)
    raw = replace(raw, transforms=tuple(with_bounds(t, bounds) for t in raw.transforms))
    filtered = replace(filtered, source=raw, transforms=tuple(with_bounds(t, bounds) for t in filtered.transforms))
    run(filtered, root=str(folder / "rerun"), runner=Local())
    stats = stage_stats(str(folder / "rerun"))
    return {name: step.kept.rows for each in stats.values() for name, step in each.steps.items() if name != "read"}


@pytest.mark.parametrize(
    "changed",
    [
        ["length.min_words=2"],
        ["length.min_words=30"],
        ["length.hashes=none"],
        ["length.max_words=40", "notes.notes=2"],
        ["notes.notes=0"],
        ["quiet.words=none"],
        ["quiet.words=20", "length.min_words=1"],
        ["certain.score=0"],
        ["certain.score=40"],
        ["certain.score=none", "quiet.words=60", "length.hashes=0.5"],
    ],
)
def test_it_tells_what_a_run_would_keep(judged, changed: list[str], tmp_path: Path):
    said = told_lines(*judged, changed)
    told, found = funnel_after(said), rerun(judged[0], changed, tmp_path)
    assert {name: told[name] for name in ("certain", "length", "notes", "quiet")} == {
        name: f"{found[name]}" for name in ("certain", "length", "notes", "quiet")
    }


def test_the_same_limit_changes_nothing(judged):
    said = told_lines(*judged, ["length.min_words=4"])
    assert said.endswith("0 pages would change sides")
    steps = "read judged.scored certain length notes quiet urls near".split()
    assert funnel_after(said) == dict(zip(steps, "12 12 11 9 8 7 6 5".split(), strict=True))


def test_pages_that_change_sides_are_told_with_both_fates(judged):
    said = told_lines(*judged, ["length.min_words=2", "quiet.words=21", "length.hashes=0.2"])
    pages = [line.strip() for line in said.splitlines() if "->" in line and "http" in line]
    assert "length:short -> kept  http://host.example/s40" in pages
    assert "kept -> quiet:loud  http://host.example/p10" in pages
    assert not [page for page in pages if "h50" in page], "dropped by another filter now, and dropped still"
    assert "    too short" in said.splitlines()


def test_reasons_whose_counts_differ_are_told(judged):
    said = [line.split() for line in told_lines(*judged, ["length.min_words=23"]).splitlines()]
    assert said[said.index(["length", "9", "5"]) + 1] == ["short", "1", "5"]


def test_questions_about_all_pages_are_left_open(judged):
    said = told_lines(*judged, ["certain.score=0"])
    told = funnel_after(said)
    assert told["urls"] == "?" and told["near"] == "?"
    assert "?: depends on all pages together; run the recipe with these limits to know" in said


def test_of_many_pages_twenty_are_shown(corpus: Corpus):
    pages = corpus.source([{"id": f"p{n}", "text": "one two three"} for n in range(40)])
    filtered = Map("filtered", pages, (screen(length),))
    run(filtered, root=str(corpus.folder / "run"), runner=Local())
    said = told_lines(str(corpus.folder / "run"), plan(filtered), ["length.min_words=2"])
    assert "40 pages would change sides:" in said
    assert Counter("-> kept" in line for line in said.splitlines())[True] == 20


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            "length.min_word=3",
            "no limit is called length.min_word; there are certain.score, length.min_words, length.max",
        ),
        ("length=3", "no limit is called length"),
        ("quiet.words", "'quiet.words' gives no limit; write filter.limit=number, or =none to turn it off"),
        ("quiet.words=", "gives no limit"),
        ("quiet.words=nan", "gives no limit"),
        ("quiet.words=few", "gives no limit"),
    ],
)
def test_what_is_no_limit_is_refused(judged, change: str, said: str):
    with pytest.raises(UsageError) as refused:
        told_lines(*judged, [change])
    assert said in str(refused.value) and "\n" not in str(refused.value)


def test_a_stage_that_reads_pages_needs_all_that_it_dropped(corpus: Corpus):
    root, planned = made(corpus, rejects=0.5)
    with pytest.raises(UsageError, match=r"stage raw kept a share of 0\.5 of the pages that it dropped"):
        told_lines(root, planned, ["certain.score=0"])
    said = told_lines(root, planned, ["length.min_words=2"])
    assert "would change sides" in said, "stages behind it have their input"


@pytest.mark.parametrize("later", [rewrite(str.lower), edit(notes)])
def test_a_stage_that_reads_pages_and_edits_them_cannot_be_gone_through_again(corpus: Corpus, later):
    raw = replace(corpus.source([{"id": "p1", "text": "one two three four five"}]), transforms=(screen(length), later))
    run(raw, root=str(corpus.folder / "run"), runner=Local())
    with pytest.raises(UsageError, match="stage pages edits its texts behind this filter: run the recipe"):
        told_lines(str(corpus.folder / "run"), plan(raw), ["length.min_words=2"])
    assert quiet.name == "quiet"


def test_two_languages_are_gone_through_with_the_pages_of_each(corpus: Corpus):
    pages = corpus.source(
        [{"id": f"{code}{n}", "url": code, "text": "word " * n} for code in ("en", "de") for n in range(8)]
    )
    parts = [Map(f"filtered.{code}", pages, (screen(length),), where={"url": code}) for code in ("en", "de")]
    run(*parts, root=str(corpus.folder / "run"), runner=Local())
    said = told_lines(str(corpus.folder / "run"), plan(*parts), ["length.min_words=6"]).splitlines()
    assert [line.split() for line in said if line.split()[:1] == ["length"]] == [["length", "4", "2"]] * 2
    assert "4 pages would change sides:" in said


def test_a_stage_with_verdicts_is_left_open_even_when_they_stay(corpus: Corpus):
    """Verdicts on pages that were not there before are nobody's to know."""
    pages = corpus.source([{"id": "p1", "text": "one two three four five"}, {"id": "p2", "text": "six seven"}])
    verdicts = urls.repeated("urls", pages, buckets=2)
    late = Map("late", Map("filtered", pages, (screen(length),)), (screen(quiet),), verdicts=verdicts)
    run(late, root=str(corpus.folder / "run"), runner=Local())
    said = funnel_after(told_lines(str(corpus.folder / "run"), plan(late), ["length.min_words=2"]))
    assert said["length"] == "2" and said["quiet"] == "?"
