"""Marks beside trafilatura's own XPath: node by node, list by list, on raw, cleaned and converted trees."""

from copy import copy

import pytest
from lxml.etree import strip_attributes
from trafilatura import settings, xpaths
from trafilatura.htmlprocessing import convert_tags, tree_cleaning
from trafilatura.readability_lxml import FRAME_TAGS, REGEXES

from stages.extract import parsing
from stages.extract.reader.cascade import OPTIONS
from stages.extract.reader.marks import LISTS, marked
from stages.extract.reader.page import MARK
from stages.extract.reader.readability import unlikely
from stages.extract.source import source_of
from tests.helpers.real_pages import real_pages

PAIRS = (
    (LISTS.body, xpaths.BODY_XPATH),
    (LISTS.overall, xpaths.OVERALL_DISCARD_XPATH),
    (LISTS.raw, xpaths.RAW_TREE_PRUNE_XPATH),
    (LISTS.comments_and_lists, xpaths.REMOVE_COMMENTS_AND_LISTS_XPATH),
    (LISTS.comments, xpaths.REMOVE_COMMENTS_XPATH),
    (LISTS.teasers, xpaths.TEASER_DISCARD_XPATH),
    (LISTS.precision, xpaths.PRECISION_DISCARD_XPATH),
    (LISTS.images, xpaths.DISCARD_IMAGE_ELEMENTS),
    (LISTS.basic, [settings.BASIC_CLEAN_XPATH]),
)


def compared(html: bytes, charset: str | None = "utf-8") -> int:
    """Compare all lists on the trees that a page passes through; how many elements were selected."""
    try:
        seen = parsing.look(source_of(html, charset))
    except parsing.Malformed:
        return 0
    if seen is None:
        return 0
    found = seen.marks.marked
    cleaned = tree_cleaning(copy(seen.tree), OPTIONS["balanced"])
    trees = (seen.tree, cleaned, convert_tags(copy(cleaned), OPTIONS["balanced"]))
    assert found == marked(seen.tree)
    return sum(compared_tree(tree) for tree in trees) + compared_unlikely(seen.tree)


def compared_tree(tree) -> int:
    selected, found = 0, marked(tree)
    for selections, expressions in PAIRS:
        for selection, expression in zip(selections, expressions, strict=True):
            theirs = expression(tree)
            if selections is LISTS.body:
                assert selection.first(tree, found) is next(iter(theirs), None), expression.path
            else:
                assert set(selection.among(tree, found)) == set(theirs), expression.path
            selected += len(theirs)
    return selected


def compared_unlikely(tree) -> int:
    """readability's own way of finding what is unlikely to be content."""
    theirs = []
    for element in tree.findall(".//*"):
        names = " ".join(filter(None, (element.get("class"), element.get("id"))))
        if len(names) > 1 and element.tag not in FRAME_TAGS:
            low = names.lower()
            if REGEXES["unlikelyCandidatesRe"].search(low) and not REGEXES["okMaybeItsACandidateRe"].search(low):
                theirs.append(element)
    assert unlikely(marked(tree)) == theirs
    return len(theirs)


def test_made_pages(made_pages):
    assert sum(map(compared, made_pages)) > 3_000


def test_real_pages(shared):
    assert sum(compared(html, charset) for html, charset, _ in real_pages(shared, 60)) > 3_000


@pytest.mark.slow
@pytest.mark.timeout(10_800)
def test_all_real_pages(shared):
    assert sum(compared(html, charset) for html, charset, _ in real_pages(shared, 1)) > 100_000


def test_no_page_makes_a_mark_of_its_own():
    html = b"<p Verdict=1 VERDICT=2 class=a>x</p><svg Verdict=3><g viewBox=1 Verdict=4 /></svg><Verdict/>"
    seen = parsing.look(html)
    assert seen and not seen.marks.marked and not seen.tree.xpath(f"//*[@{MARK}]")


def test_marks_follow_copies_and_leave_with_the_attributes():
    seen = parsing.look(b"<html><body><div class=sidebar>x</div><h2 class=sidebar>y</h2></body></html>")
    assert seen and [e.tag for e, _ in seen.marks.marked] == ["div", "h2"]
    twin = copy(seen.tree)
    assert [e.tag for e, _ in marked(twin)] == ["div", "h2"]
    converted = convert_tags(twin, OPTIONS["precision"])
    assert [e.tag for e, _ in marked(converted)] == ["div"]  # a heading loses its attributes
    strip_attributes(seen.tree, MARK)
    assert not marked(seen.tree)
