"""Cleaning, conversion and link density beside trafilatura's functions: the same trees come out."""

from copy import copy

import pytest
from lxml.etree import strip_attributes, tostring
from lxml.html import HtmlElement
from trafilatura import htmlprocessing, main_extractor
from trafilatura.settings import TAG_CATALOG

from stages.extract import parsing
from stages.extract.reader import cascade, pruning
from stages.extract.reader.cleaning import clean_tree
from stages.extract.reader.conversion import convert
from stages.extract.reader.density import LinkDensity
from stages.extract.reader.marks import marked
from stages.extract.reader.page import MARK

TAGS = {*TAG_CATALOG, "table", "td", "th", "tr"}


def written(tree: HtmlElement) -> str:
    tree = copy(tree)
    strip_attributes(tree, MARK)
    return tostring(tree, encoding="unicode")


@pytest.fixture(scope="module")
def trees(made_pages) -> list[HtmlElement]:
    seen = [parsing.look(html) for html in made_pages]
    return [one.tree for one in seen if one is not None and one.marks]


def tags_of(tree: HtmlElement) -> set[str]:
    return {element.tag for element in tree.iter()}


@pytest.mark.parametrize("focus", cascade.FOCUSES)
def test_cleaning_and_conversion(trees, focus):
    options = cascade.OPTIONS[focus]
    for tree in trees:
        ours, theirs = clean_tree(copy(tree), options, tags_of(tree)), htmlprocessing.tree_cleaning(copy(tree), options)
        assert written(ours) == written(theirs)
        tags = tags_of(ours)
        assert written(convert(ours, tags)) == written(htmlprocessing.convert_tags(theirs, options))


@pytest.mark.parametrize("focus", cascade.FOCUSES)
def test_pruning(trees, focus):
    options = cascade.OPTIONS[focus]
    for tree in trees:
        cleaned = htmlprocessing.convert_tags(htmlprocessing.tree_cleaning(copy(tree), options), options)
        ours, theirs = copy(cleaned), copy(cleaned)
        pruning.prune(ours, marked(ours), options)
        assert written(ours) == written(main_extractor.prune_unwanted_sections(theirs, set(TAGS), options))


def box(inside: str, tag: str = "div") -> str:
    return f"<html><body><p>before</p><{tag}>{inside}</{tag}><p>after</p></body></html>"


def link(size: int) -> str:
    return f"<ref>{'x' * size}</ref>"


DENSE = [
    *(box(link(size) + "y" * more) for size in (10, 11, 29, 100, 101) for more in (0, 1, 2, 11, 12, 20, 200)),
    *(box((link(5) + " ") * many + "y" * more) for many in (1, 2, 4, 5, 6, 30) for more in (0, 10, 40, 80, 300)),
    *(box((link(99) + " ") * many + "y" * 10) for many in (3, 4, 5, 9)),
    *(box((link(120) + " ") * many) for many in (4, 5)),
    *(box(f"<p>{link(40)}</p>" * many) for many in (1, 4, 5, 6)),
    *(box(f"<row><cell>{link(9)}</cell><cell>{'y' * more}</cell></row>" * 20, "table") for more in (0, 1, 2, 3, 8)),
    *(box(f"<item><p>{link(9)}</p></item>" * 4 + "z" * more, "list") for more in (0, 30, 300)),
    *(box(f"{link(9)}<ref/><graphic/>", tag) for tag in ("div", "p", "head", "quote")),
    *(box(f"{link(20)}{'y' * more}", tag) for tag in ("head", "quote", "p") for more in (0, 1, 3, 6, 60)),
    box(f"<ref>{'a' * 20}<div>{link(30)}{link(30)}</div>{'b' * 20}</ref>{'c ' * 50}"),
    box(f"<div>{link(30) * 3}</div>" * 3 + "<div>text that is no link</div>" * 2),
    "<html><body><div>" + "<p>" + link(3) + "</p>" * 3 + "</div><head>t</head><head>u</head></body></html>",
]


@pytest.mark.parametrize("precision", [True, False])
@pytest.mark.parametrize("number", range(len(DENSE)))
def test_link_density_on_both_sides_of_each_limit(precision, number):
    options = cascade.OPTIONS["precision" if precision else "balanced"]
    parsed = parsing.parse(DENSE[number].encode())
    assert parsed is not None
    ours, theirs = copy(parsed), copy(parsed)
    LinkDensity(ours, precision).prune()
    density = htmlprocessing.delete_by_link_density
    for _ in range(2):
        density(theirs, "div", backtracking=True, favor_precision=precision)
        density(theirs, "list", favor_precision=precision)
        density(theirs, "p", favor_precision=precision)
    for table in [e for e in theirs.iter("table") if htmlprocessing.link_density_test_tables(e)]:
        htmlprocessing.delete_element(table, keep_tail=False)
    if precision:
        while len(theirs) and theirs[-1].tag == "head":
            htmlprocessing.delete_element(theirs[-1], keep_tail=False)
        density(theirs, "head", favor_precision=True)
        density(theirs, "quote", favor_precision=True)
    assert written(ours) == written(theirs)
    assert options.focus in cascade.FOCUSES
