"""The report as a whole: what is in it, in which size, and that it is the same every time."""

from dataclasses import replace

import pyarrow as pa
import pytest

from pipeline.errors import StageFailed, UsageError
from pipeline.funnel import stage_stats
from pipeline.run import plan, run
from pipeline.runner import Local
from pipeline.stage import Map, Source
from pipeline.transform import rewrite, screen
from pipeline.view import planned
from report.page import html
from report.page.chain import document_chain
from report.page.edited import Edits
from report.page.report import make_report
from report.page.sample import sample, strata_of
from stages.pii import scrub
from tests.helpers.corpus import Corpus
from tests.helpers.judged import length, made
from tests.helpers.packed import data_of


def test_the_same_run_makes_the_same_page(tmp_path):
    root, stages = made(Corpus(tmp_path))
    assert make_report(root, stages) == make_report(root, stages)


def test_the_page_without_its_data_is_small(tmp_path):
    root, stages = made(Corpus(tmp_path))
    made_page = make_report(root, stages)
    assert made_page.sampled == 12
    assert len(made_page.html) < 100_000


def test_what_is_in_the_data(tmp_path):
    root, stages = made(Corpus(tmp_path))
    data, arrays = data_of(make_report(root, stages).html)
    assert [line["step"] for line in data["lines"]] == "read judged.scored certain length notes quiet urls near".split()
    assert [line["step"] for line in data["lines"] if line["verdict"]] == ["urls", "near"]
    assert {gate["filter"]: len(gate["limits"]) for gate in data["gates"]} == {
        "certain": 1,
        "length": 3,
        "notes": 1,
        "quiet": 1,
    }
    assert sum(stratum["rows"] for stratum in data["strata"]) == 12 == len(arrays["stratum"])
    assert data["looked"] == [2, 2] and data["shards"]["shards"] == 2
    assert [name for name, *_ in data["costs"]][:2] == ["raw", "filtered"]


def test_a_sample_of_some_pages(tmp_path):
    root, stages = made(Corpus(tmp_path))
    data, arrays = data_of(make_report(root, stages, pages=8).html)
    assert len(arrays["stratum"]) == 8 and [each["sampled"] for each in data["strata"]] == [1] * 8


def test_what_needs_attention_is_said(tmp_path):
    """r20 and r21 have one address, and differ in the number that they tell of."""
    root, stages = made(Corpus(tmp_path))
    (said,) = make_report(root, stages).attention
    assert said.startswith("unique: 1 of 1 dropped pages that were compared have less than 80%")


def test_a_root_without_a_run(tmp_path):
    with pytest.raises(UsageError, match="holds no run"):
        make_report(str(tmp_path))


def test_every_script_is_in_the_page():
    """No script that is written is forgotten, and no other is asked for."""
    assert {path.stem for path in html.ASSETS.glob("*.js")} == set(html.SCRIPTS)


def shout(text: str) -> str:
    """The text with its first word in capitals."""
    first, _, rest = text.partition(" ")
    return f"{first.upper()} {rest}"


def test_edits_are_shown_and_private_data_is_not(tmp_path):
    text = "please write to anna.example@mail-host.org about it, for this is a page with a few words"
    raw = replace(Corpus(tmp_path / "in").source([{"id": "a", "text": text}]), name="raw")
    loud = Map("loud", raw, (rewrite(shout),))
    clean = Map("clean", loud, (scrub(),))
    root = str(tmp_path / "run")
    run(clean, root=root, runner=Local())
    chain = document_chain(root, plan(clean))
    strata, edits = strata_of(chain, stage_stats(root)), Edits(root, chain)
    found = sample(root, strata, planned(root, "raw"), 10)
    for shard in planned(root, "raw"):
        edits.look(shard, strata, found)
    assert list(edits.found) == ["loud", "clean"]
    assert edits.found["loud"][0]["changes"][:2] == [(1, "please"), (2, "PLEASE")]
    assert edits.found["clean"][0]["text"][1] == "<EMAIL_1>" and "anna" not in str(edits.found["clean"])
    data, _ = data_of(make_report(root, plan(clean)).html)
    assert data["private"] == {"email": 1}


def test_a_run_that_failed_is_shown_as_far_as_it_came(tmp_path):
    """One shard of two was made, and the stage behind it has not begun."""
    good = Corpus(tmp_path / "in").source([{"id": "a", "text": "text"}]).source
    assert isinstance(good, Source)
    raw = Map("raw", replace(good, list=(good.list[0], "absent.parquet"), version=str))
    clean = Map("clean", raw, (rewrite(shout),))
    root = str(tmp_path / "run")
    with pytest.raises(StageFailed):
        run(clean, root=root, runner=Local())
    made_page = make_report(root, plan(clean))
    assert made_page.sampled == 1
    assert made_page.attention[0] == "The run is not finished: 2 of 2 stages lack shards, raw first."


def test_rows_without_an_address(tmp_path):
    schema = pa.schema([("id", pa.string()), ("text", pa.string())])

    def read(name: str):
        yield pa.table({"id": ["a", "b"], "text": ["one two three four five", "one"]}, schema)

    filtered = Map("filtered", Map("raw", Source(("x",), read, schema)), (screen(length),))
    root = str(tmp_path / "run")
    run(filtered, root=root, runner=Local())
    data, arrays = data_of(make_report(root, plan(filtered)).html)
    assert data["urls"] == ["", ""] and data["facts"]["domain"] == ["(none)"] and len(arrays["stratum"]) == 2
