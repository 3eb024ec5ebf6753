"""Filters with limits: found in transforms, and measured values told beside them."""

import pytest

from pipeline.doc import Doc
from pipeline.rules import EditRules, Rules, least, most
from pipeline.stage import Map, Source
from pipeline.transform import edit, rewrite, screen
from report.limits import measuring, measuring_of, number, told
from tests.helpers.corpus import PAGES, ReadParquet


def words(doc: Doc) -> dict[str, float]:
    return {"words": len(doc.text.split()), "hashes": doc.text.count("#") / 10}


def stripped(doc: Doc) -> tuple[str, dict[str, float]]:
    return doc.text.strip(), {"blanks": len(doc.text) - len(doc.text.strip())}


def plain_filter(doc: Doc) -> str | None:
    return None


LENGTH = Rules("length", words, (least("words", 50, "short"), most("words", 100_000, "long"), most("hashes", 0.1)))
STRIP = EditRules("strip", stripped, (most("blanks", None),))


def test_filters_that_measure_are_found_in_their_order():
    transforms = (screen(plain_filter, LENGTH), rewrite(str.strip), edit(STRIP))
    assert list(measuring(transforms)) == [LENGTH, STRIP]
    raw = Map("raw", Source((), ReadParquet(), PAGES), transforms[:1])
    assert measuring_of([raw, object(), Map("clean", raw, transforms[1:])]) == [LENGTH, STRIP]


@pytest.mark.parametrize(
    ("measured", "said"),
    [
        ({"words": 312, "hashes": 0.0}, "words 312 (at least 50, at most 100,000), hashes 0 (at most 0.1)"),
        ({"words": 31, "hashes": 0.25}, "words 31 (under 50, at most 100,000), hashes 0.25 (over 0.1)"),
        ({"words": 50, "hashes": 0.1}, "words 50 (at least 50, at most 100,000), hashes 0.1 (at most 0.1)"),
        ({"words": 100_001, "hashes": 0}, "words 100,001 (at least 50, over 100,000), hashes 0 (at most 0.1)"),
    ],
)
def test_a_value_is_told_beside_its_limits(measured: dict[str, float], said: str):
    assert told(LENGTH, measured) == said


def test_a_limit_that_is_off_is_not_told():
    assert told(STRIP, {"blanks": 3}) == "blanks 3"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1234.0, "1,234"), (0.65, "0.65"), (0.123456, "0.1235"), (0, "0"), (100, "100"), (None, "none")],
)
def test_numbers_are_short(value: float | None, shown: str):
    assert number(value) == shown
