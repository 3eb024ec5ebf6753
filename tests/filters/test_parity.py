"""Our rules and datatrove's give the same answers on real pages.

On datatrove's words every reason and every measured value is equal; on ours 99.5 of 100 decisions are.
"""

from collections import defaultdict

import pytest

pytest.importorskip("datatrove.pipeline.filters")

from benchmarks.pages import pages
from benchmarks.parity import Compared, compare
from benchmarks.reference import RULES, reference_words
from filters import url
from pipeline.doc import Doc

SAMPLE = 120


def agreement(results: list[Compared]) -> None:
    """Equal on the same words, page by page; with ours 99.5 % of the decisions on English pages."""
    assert [(r.rule, r.page.id) for r in results if not r.exact] == []
    english = [r for r in results if r.page.language == "en"]
    assert len(english) > len(results) / 3
    assert sum(r.agrees for r in english) >= 0.995 * len(english), [r.kind for r in english if not r.agrees]


def test_a_sample_of_real_pages(shared):
    results = list(compare(pages(shared / "data" / "realweb", SAMPLE)))
    assert len(results) > 0.9 * SAMPLE * len(RULES)
    assert len({r.theirs.reason for r in results}) > 8  # the pages put many of the rules to the test
    agreement(results)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_all_real_pages(shared):
    results = list(compare(pages(shared / "data" / "realweb")))
    agreement(results)
    by_rule = defaultdict(list)
    for result in results:
        by_rule[result.rule].append(result.agrees)
    for rule, agrees in by_rule.items():  # other languages too, though split as English by both
        assert sum(agrees) >= 0.98 * len(agrees), rule


EDGES = {
    "one word": "word",
    "marks": "... !!! ??? --- ###" * 10,
    "one line, repeated": "spam and eggs\n" * 40,
    "paragraphs": "\n\n".join(["one two three", "four five six", "one two three"] * 4),
    "line ends": "a b c d e f\n" * 30 + "\u2028 last line \x0b\x0c end.",
    "n-grams": " ".join(["alpha beta gamma delta epsilon zeta"] * 8 + [f"w{n}" for n in range(60)]),
    "overlapping": "a " * 100,
    "joined alike": "1 11 111 1111 11 1 " * 12,
}


@pytest.mark.parametrize("name", EDGES)
def test_edges(name):
    from benchmarks.pages import Page

    page = Page(name, "http://example.com/", "en", EDGES[name])
    rules = [rule for rule in RULES if EDGES[name].strip() or rule.name == "gopher.repetition"]
    assert all(result.exact for result in compare([page], rules)), [r for r in compare([page], rules) if not r.exact]


@pytest.mark.parametrize("line_break", ["\r\n\r\n", "\n \n"])
def test_blank_lines_are_where_we_differ_on_purpose(line_break):
    """What stands between the lines of a page repeats in every page; datatrove counts it."""
    text = line_break.join(f"The line with number {n} of this page" for n in range(20))
    rule = next(rule for rule in RULES if rule.name == "gopher.repetition")
    assert rule.theirs(Doc(text)).reason == "dup_lines"
    assert rule.ours(Doc(text)).values["dup_lines"] == 0


def test_words_of_urls():
    """Every word of the lists, alone and joined, in lower case: the same reason as datatrove, or a domain."""
    words = sorted(url.listed_words(url.HARD) | url.listed_words(url.SOFT) | url.listed_words(url.STRICT))
    rule = next(rule for rule in RULES if rule.name == "url.blocked")
    addresses = [f"https://host.example/{word}/{words[k - 7]}-page" for k, word in enumerate(words)]
    addresses += [f"https://host.example/x{word}y.z" for word in words]
    for address in addresses:
        doc = Doc("text", address)
        assert rule.theirs(doc).reason == rule.equal(doc).reason == rule.ours(doc).reason, address


def test_case_is_where_we_differ_on_purpose():
    word = min(url.listed_words(url.HARD) - url.listed_words(url.STRICT))
    rule = next(rule for rule in RULES if rule.name == "url.blocked")
    doc = Doc("text", f"https://host.example/{word.upper()}/")
    assert rule.theirs(doc).reason == rule.equal(doc).reason is None
    assert rule.ours(doc).reason == "hard_word"


def test_the_reference_words_are_not_ours():
    assert reference_words("):") == ["):"] and Doc("):").words == [")", ":"]
