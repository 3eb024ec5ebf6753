"""What a run says of itself: its plan, its funnel and its warnings, and whether its files are what its receipts say."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline import funnel as funnels
from pipeline import store
from pipeline.errors import UsageError
from pipeline.funnel import Line, because, funnel, read_plan, rows, rows_of, stage_stats, warnings
from pipeline.run import run
from pipeline.runner import Local
from pipeline.stage import Map, Source
from pipeline.stats import Size
from pipeline.transform import screen
from tests.helpers import toy


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of the toy recipe: 4 files of 120 lines."""
    base = tmp_path_factory.mktemp("funnel")
    run(toy.recipe(str(toy.corpus(base / "in"))), root=str(base / "out"), runner=Local(), about={"recipe": "toy"})
    return base / "out"


@pytest.fixture
def root(made: Path, tmp_path: Path) -> str:
    """A copy of that run, to do harm to."""
    shutil.copytree(made, tmp_path / "out")
    return str(tmp_path / "out")


def test_the_plan(made: Path):
    plan = read_plan(str(made))
    assert plan["recipe"] == "toy"
    assert [(s["name"], s["kind"], s["after"], s["documents"]) for s in plan["stages"]] == [
        ("read", "map", [], True),
        ("keys", "scatter", ["read"], False),
        ("copies", "gather", ["keys"], False),
        ("home", "scatter", ["copies"], False),
        ("verdicts", "gather", ["home", "read"], False),
        ("unique", "map", ["read", "verdicts"], True),
    ]


def test_a_folder_without_a_run_and_one_whose_plan_is_damaged(tmp_path: Path):
    with pytest.raises(UsageError, match=r"holds no run: it has no plan\.json; give the --root of a run$"):
        read_plan(str(tmp_path))
    with pytest.raises(UsageError, match="holds no run"):
        read_plan(str(tmp_path / "nowhere"))
    (tmp_path / "plan.json").write_text('{"stages": [')
    with pytest.raises(UsageError, match=r"its plan\.json is damaged; run the recipe again$"):
        read_plan(str(tmp_path))


def test_the_funnel(made: Path):
    read, toy_step, unique = funnel(str(made))
    assert read == Line("read", "read", Size(476, read.kept.tokens), {}, {"<ill>": 4}, True, "pretokens")
    assert (toy_step.stage, toy_step.step, toy_step.begins) == ("read", "toy", False)
    assert rows_of(toy_step) == (424, 48, 4)
    assert toy_step.dropped == {"toy:short": Size(48, 48)} and toy_step.quarantined == {"toy:ValueError": 4}
    assert (unique.stage, unique.step, unique.begins) == ("unique", "verdicts", False)
    assert rows_of(unique) == (424 - unique.dropped["copy:exact"].rows, unique.dropped["copy:exact"].rows, 0)
    assert read.kept.tokens > toy_step.kept.tokens > unique.kept.tokens > 0


def test_each_line_accounts_for_the_documents_of_the_line_before(made: Path):
    lines = funnel(str(made))
    assert [sum(rows_of(line)) for line in lines] == [480, *(line.kept.rows for line in lines[:-1])]


def test_a_stage_that_has_not_begun_is_left_out(root: str):
    store.remove(root, "plan/unique.json")
    assert [line.stage for line in funnel(root)] == ["read", "read"]
    assert list(stage_stats(root)) == ["read", "keys", "copies", "home", "verdicts"]


def test_of_an_unfinished_stage_the_receipts_that_are_there_count(root: str):
    before = stage_stats(root)["read"]
    store.remove(root, "plan/read.sums.json")
    assert stage_stats(root)["read"] == before
    store.remove(root, f"receipts/read/{store.listing(root, 'receipts/read')[0]}")
    assert stage_stats(root)["read"].rows_in == 360


def test_a_finished_stage_is_told_without_reading_its_receipts(root: str, monkeypatch: pytest.MonkeyPatch):
    before = stage_stats(root)
    monkeypatch.setattr(funnels, "read_receipts", lambda *asked: pytest.fail("of 90,000 shards this takes minutes"))
    assert stage_stats(root) == before
    assert [line.stage for line in funnel(root)] == ["read", "read", "unique"]


def test_a_reader_and_a_verdict_that_took_nothing_make_no_line(tmp_path: Path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in/f.txt").write_text("one line\nanother line")
    source = Source(("f.txt",), toy.Read(str(tmp_path / "in")), toy.SCHEMA)
    first = Map("first", source, (screen(),))
    goal = Map("second", first, (screen(toy.at_least(1)),))
    run(goal, root=str(tmp_path / "out"), runner=Local())
    said = [(line.stage, line.step, line.begins) for line in funnel(str(tmp_path / "out"))]
    assert said == [("first", "read", True), ("second", "toy", False)]


LINE = Line(
    "s", "f", Size(5, 50), {"f:few": Size(3, 9), "f:a": Size(7, 9), "f:b": Size(3, 9), "odd": Size(1200, 1)}, {}
)


def test_why_documents_left_the_most_first():
    assert because(LINE) == "odd 1,200, a 7, b 3, few 3"
    quarantined = {"f:ValueError": 1000, "f:KeyError": 2}
    assert because(replace(LINE, quarantined=quarantined)).endswith("few 3, f:KeyError 2, f:ValueError 1,000")
    assert rows_of(replace(LINE, quarantined=quarantined)) == (5, 1213, 1002)
    assert because(Line("s", "f", Size(5, 50), {}, {})) == ""


def test_a_step_that_is_not_pure_is_told_loudly():
    line = Line("s", "f", Size(5, 50), {}, {}, sampled=16, unstable=3)
    assert because(line) == "NOT PURE: another answer for 3 of 16 documents asked about twice"
    assert because(replace(line, dropped={"f:a": Size(1, 1)})).startswith("a 1, NOT PURE: ")


def test_warnings_name_the_stage_once(made: Path):
    ((line),) = warnings(str(made))
    assert line.startswith(
        "read: toy failed on 4 of 476 documents: ValueError: a page that no filter likes (tests/helpers"
    )


def test_the_funnel_tells_what_is_not_pure(tmp_path: Path):
    seen: set[str] = set()

    def once(doc: toy.Doc) -> str | None:
        known = doc.text in seen
        seen.add(doc.text)
        return "seen" if known else None

    (tmp_path / "f.txt").write_text("\n".join(f"line {n}" for n in range(30)))
    source = Source(("f.txt",), toy.Read(str(tmp_path)), toy.SCHEMA)
    run(Map("all", source, (screen(once),)), root=str(tmp_path / "out"), runner=Local())
    assert [(line.sampled, line.unstable) for line in funnel(str(tmp_path / "out"))] == [(0, 0), (16, 16)]
    ((line),) = warnings(str(tmp_path / "out"))
    assert "all: test_funnel.once is not a pure function" in line


def test_all_rows_of_a_stage(made: Path):
    assert rows(str(made), "verdicts").num_rows == rows(str(made), "copies").num_rows > 0


def test_the_json_of_a_plan_is_its_own(made: Path):
    assert json.loads((made / "plan.json").read_text()) == read_plan(str(made))
