"""What is told of a sampled page: its way, its values and its texts, the same with and without recorded signals."""

from dataclasses import replace

import pytest

from pipeline.funnel import stage_stats
from pipeline.rules import Rules, least
from pipeline.run import plan, run
from pipeline.runner import Local
from pipeline.stage import Map
from pipeline.transform import screen
from pipeline.view import planned
from report.page.chain import document_chain
from report.page.pages import Gathering, SampledPage
from report.page.sample import sample, strata_of
from tests.helpers.corpus import Corpus
from tests.helpers.judged import certain, length, made, quiet

CALLS: list[str] = []


def gathered(root: str, stages) -> tuple[Gathering, dict[str, SampledPage]]:
    """The pages of a run by id; all of them are sampled."""
    chain = document_chain(root, stages)
    strata, shards = strata_of(chain, stage_stats(root)), planned(root, "raw")
    gathering = Gathering(root, chain, chain.gates(), strata, sample(root, strata, shards, 1_000), 40)
    return gathering, {page.id: page for page in gathering.pages(shards)}


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "signals"])
def judged(request, tmp_path_factory: pytest.TempPathFactory):
    return gathered(*made(Corpus(tmp_path_factory.mktemp("corpus")), signals=request.param))


def test_the_gates_are_the_filters_that_measure(judged):
    gathering, _ = judged
    gates = [(gate.stage, gate.step, gate.movable) for gate in gathering.gates]
    assert gates == [
        ("raw", "certain", True),
        ("filtered", "length", True),
        ("filtered", "notes", True),
        ("filtered", "quiet", True),
    ]
    assert [gathering.chain.lines[gate.line].step for gate in gathering.gates] == [
        "certain",
        "length",
        "notes",
        "quiet",
    ]


def test_every_page_is_there_with_its_fate(judged):
    gathering, pages = judged
    fates = {id: gathering.strata[page.stratum].reason for id, page in pages.items()}
    assert fates == {
        "p10": "", "p11": "", "r20": "", "d30": "", "n61": "", "r21": "url:duplicate", "d31": "minhash:duplicate",
        "s40": "length:short", "h50": "length:hashes", "n60": "notes:notes", "l70": "quiet:loud",
        "u5": "certain:unsure",
    }  # fmt: skip
    assert not any(page.pinned for page in pages.values())


def test_what_was_not_measured_in_the_run_is_measured_again(judged):
    """The filters behind the one that dropped a page have a say when that one's limit is moved."""
    _, pages = judged
    steps = {id: [page.values[line] for line in sorted(page.values)] for id, page in pages.items()}
    assert steps["s40"] == [
        {"score": 40.0},
        {"words": 2, "hashes": 0.0},
        {"notes": 0},
        {"words": 2, "hashes": 0.0},
    ]
    assert [each.get("notes") for each in steps["n60"]] == [None, None, 2, None]
    assert steps["n60"][3]["words"] == 22, "as the text would be without its notes"
    assert steps["u5"][0] == {"score": 5.0} and steps["u5"][1]["words"] == 22
    assert len(steps["p10"]) == 4


def test_pages_that_no_limit_dropped_stop_where_they_did(judged):
    gathering, pages = judged
    stops = {id: page.stop for id, page in pages.items() if page.stop >= 0}
    assert set(stops) == {"r21", "d31"}
    assert gathering.chain.lines[stops["r21"]].step == "urls" and gathering.chain.lines[stops["d31"]].step == "near"


def test_what_is_shown_of_a_page(judged):
    _, pages = judged
    detail = pages["h50"].detail
    assert detail is not None and detail["value"] == "hashes"
    assert "".join(detail["text"]).startswith("# # # #")
    assert pages["r21"].detail["copy"] == "r20" and pages["p10"].detail["copy"] is None
    assert pages["h50"].extract == ("# " * 30)[:40]
    assert (pages["s40"].size, pages["s40"].tokens) == (9, 2)
    assert pages["s40"].facts.domain == "host.example" and pages["s40"].facts.script == "Latin"


def fickle(doc) -> str | None:
    """A filter without limits that changes its mind."""
    CALLS.append(doc.id)
    return "fickle" if CALLS.count(doc.id) > 2 else None


def test_a_page_that_is_judged_otherwise_now_keeps_its_fate(tmp_path):
    raw = Corpus(tmp_path / "in").source([{"id": "a", "text": "one"}, {"id": "b", "text": "one two three four five"}])
    raw = replace(raw, name="raw")
    filtered = Map("filtered", raw, (screen(fickle, length), screen(quiet)))
    root = str(tmp_path / "run")
    run(filtered, root=root, runner=Local())
    CALLS.extend(["a", "b"] * 3)
    _, pages = gathered(root, plan(filtered))
    assert {id: (page.pinned, page.stop >= 0, page.values) for id, page in pages.items()} == {
        "a": (True, True, {}),
        "b": (True, False, {}),
    }


def test_a_filter_that_fails_now_pins_its_pages(tmp_path):
    raw = replace(Corpus(tmp_path / "in").source([{"id": "a", "text": "one two three four"}]), name="raw")
    filtered = Map("filtered", raw, (screen(length),))
    root = str(tmp_path / "run")
    run(filtered, root=root, runner=Local())
    broken = replace(filtered, transforms=(screen(replace(length, measure=certain.measure)),))
    _, pages = gathered(root, plan(broken))
    assert pages["a"].pinned


def test_without_the_recipe_there_are_no_limits_and_all_pages(tmp_path):
    root, _ = made(Corpus(tmp_path))
    gathering, pages = gathered(root, [])
    assert not gathering.gates and len(pages) == 12


def test_only_followed_pages_are_measured(tmp_path):
    """Of eight pages, four of each reason, four are followed: the first of each by their hashes, and one is shown."""
    measured = list[str]()

    def words(doc):
        measured.append(doc.id)
        return {"words": len(doc.text.split())}

    rows = [{"id": f"{kind}{n}", "text": text} for n in range(4) for kind, text in (("k", "one two"), ("d", "one"))]
    raw = replace(Corpus(tmp_path / "in").source(rows), name="raw")
    filtered = Map("filtered", raw, (screen(Rules("own", words, (least("words", 2, "short"),))),))
    root = str(tmp_path / "run")
    run(filtered, root=root, runner=Local())
    chain = document_chain(root, plan(filtered))
    strata = strata_of(chain, stage_stats(root))
    found = sample(root, strata, planned(root, "raw"), 8)
    measured.clear()
    gathering = Gathering(root, chain, chain.gates(), strata, found, 40, details=1, most=4)
    pages = {page.id: page for page in gathering.pages(planned(root, "raw"))}
    followed = {id for id, page in pages.items() if page.followed}
    assert len(pages) == 8 and followed == {id for each in found for id in each.ids[:2]} and len(followed) == 4
    assert set(measured) <= followed and {id for id, page in pages.items() if page.tokens} == followed
    assert {page.stop for page in pages.values() if not page.followed} == {-1, next(s.line for s in strata if s.reason)}
    assert not any(page.pinned for page in pages.values())
    assert [page.size for page in pages.values()] == [7 if id[0] == "k" else 3 for id in pages]


def test_pages_that_are_shown_are_followed(tmp_path):
    root, stages = made(Corpus(tmp_path))
    chain = document_chain(root, stages)
    strata, shards = strata_of(chain, stage_stats(root)), planned(root, "raw")
    gathering = Gathering(root, chain, chain.gates(), strata, sample(root, strata, shards, 1_000), 40, most=0)
    assert all(page.followed and page.detail for page in gathering.pages(shards))
