"""Explain: the steps of a page, with what was measured beside the limits, for kept pages too."""

import pyarrow as pa
import pytest

from pipeline.run import plan
from pipeline.run import run as run_stages
from pipeline.runner import Local
from pipeline.stage import Map
from pipeline.transform import screen
from report.explain import explain, explain_lines
from tests.helpers.corpus import Corpus
from tests.helpers.judged import length, made, quiet


def told_lines(*asked) -> str:
    """What a person is told."""
    return "\n".join(explain_lines(explain(*asked)))


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "signals"])
def run(request, tmp_path_factory: pytest.TempPathFactory):
    """A run that stored no signals, and one that did: what is told must be the same."""
    return made(Corpus(tmp_path_factory.mktemp("corpus")), signals=request.param)


def lines(run, page: str) -> list[str]:
    return told_lines(*run[:1], page, run[1]).splitlines()


def test_a_kept_page_is_told_with_all_that_was_measured(run):
    told = lines(run, "n61")
    assert told[0] == "http://host.example/n61, id n61"
    assert told[1].startswith("raw: kept, shard part1-")
    assert told[2] == "  certain: score 61 (at least 10)"
    assert told[3].startswith("filtered: kept, shard part1-")
    assert told[4:7] == [
        "  length: words 24 (at least 4, at most 100), hashes 0 (at most 0.1)",
        "  notes: notes 1 (at most 1)",
        "  quiet: words 22 (at most 40), hashes 0",
    ]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("u5", ["raw: dropped by certain:unsure", "  certain: score 5 (under 10)"]),
        (
            "s40",
            ["filtered: dropped by length:short", "  length: words 2 (under 4, at most 100), hashes 0 (at most 0.1)"],
        ),
        (
            "n60",
            [
                "filtered: dropped by notes:notes",
                "  length: words 26 (at least 4, at most 100), hashes 0 (at most 0.1)",
                "  notes: notes 2 (over 1)",
            ],
        ),
        (
            "l70",
            [
                "filtered: dropped by quiet:loud",
                "  length: words 50 (at least 4, at most 100), hashes 0 (at most 0.1)",
                "  notes: notes 0 (at most 1)",
                "  quiet: words 50 (over 40), hashes 0",
            ],
        ),
    ],
)
def test_a_dropped_page_is_told_up_to_the_filter_that_dropped_it(run, page: str, expected: list[str]):
    told = lines(run, page)
    at = told.index(expected[0])
    assert told[at : at + len(expected)] == expected
    assert told[at + len(expected)].startswith("  | "), "its text follows"


def test_a_copy_names_the_page_that_is_kept(run):
    told = lines(run, "r21")
    assert "unique: dropped by url:duplicate" in told and "  a copy of r20, http://host.example/r20/" in told
    told = lines(run, "d31")
    assert "fuzzy: dropped by minhash:duplicate" in told and "  a copy of d30, http://host.example/d30" in told


def test_a_spelling_that_fits_several_pages_tells_all(run):
    told = lines(run, "host.example/r20")
    assert [line for line in told if ", id " in line] == [
        "http://host.example/r20/, id r20",
        "https://www.host.example/r20?utm_source=x, id r21",
    ]


def test_without_the_recipe_the_stored_note_is_told(run):
    told = told_lines(run[0], "s40").splitlines()
    assert '  measured {"words": 2.0, "hashes": 0.0}' in told or '  measured {"words": 2, "hashes": 0.0}' in told


def test_of_a_long_text_the_beginning_is_shown(corpus):
    root, stages = made(corpus)
    text = next(line for line in told_lines(root, "l70", stages).splitlines() if line.startswith("  | "))
    assert len(text) <= 600 + len("  |  …")


def test_what_a_later_filter_measured_of_a_dropped_page_is_not_told(corpus: Corpus):
    """With signals, the filters behind the deciding one measure too; they decided nothing."""
    pages = corpus.source([{"id": "s1", "text": "too short"}])
    judged = Map("judged", pages, (screen(length, quiet, signals=True),))
    run_stages(judged, root=str(corpus.folder / "run"), runner=Local())
    told = told_lines(str(corpus.folder / "run"), "s1", plan(judged))
    assert "  length: words 2 (under 4" in told and "quiet" not in told


def without_engine_columns(table: pa.Table) -> pa.Table:
    """A transform that sees what it would see in a run."""
    assert not {"reason", "measured", "error"} & set(table.column_names)
    return table


def test_transforms_are_given_what_a_run_gives_them(corpus: Corpus):
    pages = corpus.source([{"id": "p1", "text": "one two three four five"}])
    judged = Map("judged", pages, (screen(length), without_engine_columns, screen(quiet)))
    run_stages(judged, root=str(corpus.folder / "run"), runner=Local())
    assert "  quiet: words 5 (at most 40)" in told_lines(str(corpus.folder / "run"), "p1", plan(judged))
