"""Verdicts on attribute values, beside Python's re and lxml's XPath."""

import random
import re

import pytest

from stages.extract.reader import verdicts
from stages.extract.reader.predicates import AttributeTest, Unsupported
from stages.extract.reader.verdicts import Memo, TooLong, Verdicts, compiled
from tests.helpers.random_pages import random_value

PATTERNS = ("^a", r"(^|\s)link(\s|$)", "[Cc]omment(?!ary)|comol", "share|x{2}", r"end\Z", "foo$", "kiss")


def memo(*patterns: str, fold="") -> Memo:
    return Memo([compiled(AttributeTest(("class",), p, fold), 1 << n) for n, p in enumerate(patterns)], 20_000)


@pytest.mark.parametrize("fold", ["", "case", "lower"])
def test_memo_says_what_python_finds(fold):
    rng = random.Random(7)
    values = ["", " ", "link", "a link\n", "foo\n", "foo\n\n", "Commentary comments", "KISS", "\u212aiſs", "İ", "end\n"]
    values += [random_value(rng) for _ in range(2_000)]
    found = memo(*PATTERNS, fold=fold)
    flags = re.IGNORECASE if fold == "case" else 0
    for value in values:
        folded = value.lower() if fold == "lower" else value
        expected = sum(1 << n for n, p in enumerate(PATTERNS) if re.search(p, folded, flags))
        if fold == "lower":  # the patterns hold capitals, which no lower case has: only those of small letters count
            expected = found.judge(value) if value.isascii() else expected
        assert found[value] == found.judge(value) == expected, repr(value)


def test_a_pattern_that_is_found_in_nothing_is_refused():
    with pytest.raises(Unsupported):
        compiled(AttributeTest(("id",), "a*"), 1)
    assert compiled(AttributeTest(("id",), ""), 1).bits == 1  # existence


def test_pair_reads_the_attribute_that_comes_first():
    judged = Verdicts([[AttributeTest(("id", "class"), "cookie")], [AttributeTest(("class",), "cookie")]])
    for items, bits in (
        ([("id", "cookie"), ("class", "x")], 1),
        ([("class", "x"), ("id", "cookie")], 0),
        ([("class", "cookie"), ("id", "x")], 3),
        ([("id", "x"), ("class", "cookie")], 2),
        ([("title", "cookie"), ("class", "cookie")], 3),
    ):
        assert judged.settle(items) == bits, items


def test_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setattr(verdicts, "MOST_REMEMBERED", 10)
    found = memo("x")
    for number in range(35):
        assert found[f"x{number}"] == 1
        assert len(found) <= 10
    long = "x" * 201
    assert found[long] == 1 and long not in found
    assert found["y" * 200] == 0 and "y" * 200 in found


def test_a_class_longer_than_any_honest_one_is_refused():
    found = memo("x")
    assert found["y" * 20_000] == 0
    with pytest.raises(TooLong):
        found["y" * 20_001]
