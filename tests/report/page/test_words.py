"""What is said of a run in words."""

import pytest

from pipeline.funnel import Line
from pipeline.stats import Size
from report.page.duplicates import HostLoss
from report.page.words import remarks
from report.status import StageStatus

DONE = [StageStatus("raw", "map", 2, 2, [])]


def said(lines=(), stages=DONE, warned=(), duplicates=(), hosts=(), odd=0) -> list[tuple[str, str]]:
    return list(remarks(lines, stages, warned, duplicates, hosts, odd))


def line(kept: int, dropped: dict[str, int], quarantined: int = 0, begins: bool = True) -> Line:
    sizes = {reason: Size(rows, 0) for reason, rows in dropped.items()}
    return Line("raw", "length", Size(kept, 0), sizes, {"error": quarantined} if quarantined else {}, begins)


def test_of_a_plain_run_nothing_is_said():
    assert said([line(900, {"length:short": 100})]) == []


def test_a_reason_that_takes_much_is_named():
    assert said([line(800, {"length:short": 200})]) == [
        ("look", "length:short takes 20% of the documents that come to it.")
    ]
    assert said([line(8, {"length:short": 2})]) == [], "of ten documents"
    assert said([line(850, {"length:short": 150})]) == [], "just as much as may be"


def test_quarantine():
    assert said([line(995, {}, 5)]) == [
        ("look", "5 documents (0.5%) could not be read or judged; they are in quarantine.")
    ]
    assert said([line(980, {}, 20)])[0][0] == "bad"


def test_a_run_that_is_not_finished():
    stages = [StageStatus("raw", "map", 1, 2, ["shard-1"]), StageStatus("clean", "map", 0, None, [])]
    assert said(stages=stages) == [
        ("bad", "The run is not finished: 2 of 2 stages lack shards, raw first."),
        ("bad", "raw: 1 shards failed, shard-1 for one."),
    ]


@pytest.mark.parametrize(("compared", "refused", "named"), [(10, 6, True), (10, 5, False), (4, 4, False), (5, 3, True)])
def test_a_host_whose_copies_are_none(compared: int, refused: int, named: bool):
    host = HostLoss("shop.example", 50, 40, compared, refused)
    told = said(duplicates=[{"stage": "fuzzy", "alike": [1.0], "refusedBelow": 0.8, "hosts": [host]}])
    line = (
        f"shop.example lost 40 of its 50 pages in fuzzy, and of {compared} that were compared a check of the texts"
        f" would have refused {refused}."
    )
    assert told == ([("bad", line)] if named else [])


def test_copies_that_are_none():
    assert said(duplicates=[{"stage": "fuzzy", "alike": [0.9, 0.85, 0.1], "refusedBelow": 0.8, "hosts": []}]) == []
    ((kind, told),) = said(duplicates=[{"stage": "fuzzy", "alike": [0.9, 0.2, 0.1], "refusedBelow": 0.8, "hosts": []}])
    assert kind == "bad" and told.startswith("fuzzy: 2 of 3 dropped pages that were compared have less than 80%")


def test_hosts_odd_shards_and_warnings():
    host = {"host": "h.example", "pages": 100, "lost": 90}
    told = said(warned=["raw: f failed on 3 documents"], hosts=[host], odd=2)
    assert [kind for kind, _ in told] == ["bad", "bad", "look"]
    assert "h.example lost 90 of its 100 pages" in told[1][1]
