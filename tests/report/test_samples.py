"""Pages of one reason on a terminal and as rows."""

import io

import pytest
from rich.console import Console

from pipeline.errors import UsageError
from report.samples import print_samples, samples
from tests.helpers.corpus import Corpus
from tests.helpers.judged import made


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory):
    return made(Corpus(tmp_path_factory.mktemp("corpus")))


def printed(rows, terminal: bool = False) -> str:
    file = io.StringIO()
    print_samples(rows, Console(file=file, force_terminal=terminal, width=80))
    return file.getvalue()


@pytest.mark.parametrize("reason", ["notes", "notes:notes"])
def test_pages_of_a_reason(run, reason: str):
    (row,) = samples(*run, reason)
    assert (row["stage"], row["reason"], row["id"]) == ("filtered", "notes:notes", "n60")
    assert row["measured"] == "notes 2 (over 1)"
    assert row["text"][1] == "note: one\nnote: two", "what the rule objects to"


def test_what_is_marked_is_seen(run):
    said = printed(samples(*run, "notes"))
    assert said.startswith("http://host.example/n60\n  filtered: notes:notes, id n60\n  notes 2 (over 1)\n")
    assert said.endswith("»note: one\n  note: two«\n")
    assert "\x1b[7m" in printed(samples(*run, "notes"), terminal=True)


def test_so_many_kept_pages(run):
    assert len(samples(*run, "kept")) == 5 and len(samples(*run, "kept", 2)) == 2


def test_a_long_text_is_cut(run):
    row = {**samples(*run, "short")[0], "text": ["a" * 600, "b" * 600, "c"]}
    assert printed([row]).endswith(f"»{'b' * 100}« …\n")


def test_text_is_shown_and_not_obeyed(run):
    row = {**samples(*run, "short")[0], "url": "http://x/\x1b[31m", "text": ["[bold]\x1b[2J"]}
    said = printed([row], terminal=True)
    assert "[bold]␛[2J" in said and "http://x/␛[31m" in said


def test_a_reason_that_nothing_has(run):
    with pytest.raises(UsageError, match="no page has the reason quiet; there are certain:unsure, length:hashes"):
        samples(*run, "quiet")


def test_without_the_recipe_what_was_stored_is_told(run):
    (row,) = samples(run[0], [], "short")
    assert '"words": 2' in row["measured"] and row["text"] == ["too short"]
