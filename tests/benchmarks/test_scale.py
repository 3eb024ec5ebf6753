"""What a snapshot costs: the pages that stand for a crawl's, and what the cascade spares."""

import json
from pathlib import Path

import pytest

from benchmarks import scale, scale_first
from benchmarks.race.mixture import Member
from benchmarks.scale_units import UNITS


def test_the_largest_have_the_size_that_is_asked_for():
    assert scale_first.largest([10, 400, 200, 100, 20], 200) == 3
    assert scale_first.largest([10, 20], 200) == 1, "no page is as large"
    assert scale_first.largest([300, 300], 200) == 2, "all of them are larger"
    assert scale_first.largest([], 200) == 0


def test_pages_of_a_crawls_size_and_languages():
    pages = [Member(Path("x"), n, 1, str(n), n % 4 != 0, 1_000 * (n * 197 % 400 + 1)) for n in range(400)]
    some = scale_first.chosen(pages, 300_000)
    assert sum(page.english for page in some) / len(some) == pytest.approx(0.45, abs=0.01)
    assert sum(page.bytes for page in some) / len(some) == pytest.approx(300_000, rel=0.05)
    assert some == sorted(some, key=lambda page: page.offset), "in their order"


def test_the_cascade_spares_what_the_first_stage_was_seen_to_spare():
    measured = json.loads(UNITS.read_text()) | {"first": {"faithful": 0.02, "cascade": 0.005}}
    raw, *others = scale.costs(measured)
    assert raw.hours == pytest.approx(2.6e9 * 0.02 / 3600, rel=0.05)
    assert raw.hours - raw.cascade == pytest.approx(2.6e9 * 0.015 / 3600)
    assert [cost.cascade for cost in others] == [cost.hours for cost in others]
