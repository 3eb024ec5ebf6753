"""trafilatura's cleaning of a page's tree, asked only for the tags that are there."""

from collections.abc import Iterable

from lxml.etree import _Element, strip_elements, strip_tags
from trafilatura import htmlprocessing
from trafilatura.settings import CUT_EMPTY_ELEMS, MANUALLY_CLEANED, MANUALLY_STRIPPED, Extractor
from trafilatura.xml import delete_element

LAYOUT_ROLES = ("presentation", "none")


def clean_tree(tree: _Element, options: Extractor, tags: set[str]) -> _Element:
    """What `trafilatura.htmlprocessing.tree_cleaning` does for tables without images; `tags` are those of the tree."""
    if options.focus == "recall":  # it may take its deletions back
        return htmlprocessing.tree_cleaning(tree, options)
    if "math" in tags:
        htmlprocessing.recover_math(tree)
    for element in tree.iter("figure", "table"):
        if is_layout(element):
            element.tag = "div"
    strip_tags(tree, *MANUALLY_STRIPPED)
    delete_tags(tree, [tag for tag in MANUALLY_CLEANED if tag in tags and tag != "form"])
    if "form" in tags and "form" in MANUALLY_CLEANED:
        htmlprocessing._handle_forms(tree)
    delete_all(
        [e for e in tree.iterdescendants(*CUT_EMPTY_ELEMS) if e.text is None and len(e) == 0],
        keep_tail=options.focus != "precision",
    )
    return tree


def delete_tags(tree: _Element, tags: list[str]) -> None:
    """Delete the elements of each tag, as far as trafilatura gets.

    Its loop over the elements of a tag ends early when one that it deletes holds another, so what comes behind stays.
    """
    elements = tree.iter(*tags) if tags else ()
    if not any(next(element.iterancestors(element.tag), None) is not None for element in elements):
        strip_elements(tree, *tags, with_tail=False)
        return
    for tag in tags:
        for element in tree.iter(tag):
            delete_element(element)


def is_layout(element: _Element) -> bool:
    """Whether a figure or table is there for the layout only."""
    if element.tag == "figure":
        return element.find(".//table") is not None
    return element.get("role") in LAYOUT_ROLES


def delete_all(elements: Iterable[_Element], keep_tail: bool = True) -> None:
    """Delete elements from their trees, with or without the text behind them."""
    for element in elements:
        delete_element(element, keep_tail)
