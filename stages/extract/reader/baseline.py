"""trafilatura's last resort: text of JSON in scripts, of articles, of paragraphs, or of the whole page."""

from collections.abc import Iterator
from copy import copy

from lxml.etree import Element, SubElement, _Element
from lxml.html import HtmlElement
from trafilatura.baseline import (
    _MIN_CONTENT_LENGTH,
    _attempt,
    _collect_json_content,
    _render_text,
    _spaced_text,
    block_text,
)
from trafilatura.utils import remove_control_characters, trim

from stages.extract.reader.cleaning import delete_all
from stages.extract.reader.marks import LISTS, marked

TEXT_TAGS = ("blockquote", "code", "p", "pre", "q", "quote")


def basic_cleaning(tree: HtmlElement) -> HtmlElement:
    """Delete what `trafilatura.baseline.basic_cleaning` deletes from a marked tree, and return it."""
    for selection in LISTS.basic:
        delete_all(selection.among(tree, marked(tree)))
    return tree


def baseline(tree: HtmlElement) -> tuple[_Element, str]:
    """The body and text that `trafilatura.baseline.baseline` gives for a marked tree, which is left as it is."""
    tree = copy(tree)
    bodies, teasers = _collect_json_content(tree)
    if found := _attempt(map(_render_text, bodies), dedupe=True):
        return found[:2]
    basic_cleaning(tree)
    if articles := long_articles(tree):
        least = max(map(len, articles)) / 5
        if found := _attempt(text for text in articles if len(text) >= least):
            return found[:2]
    if found := _attempt(paragraph_texts(tree), dedupe=True):
        return found[:2]
    teaser = _attempt(map(_render_text, teasers), dedupe=True)
    body = Element("body")
    page = tree.find(".//body")
    if page is None:
        return teaser[:2] if teaser else (body, "")
    text = remove_control_characters("\n".join(line for part in page.itertext() if (line := trim(part))))  # type: ignore[arg-type]
    SubElement(body, "p").text = text
    return teaser[:2] if teaser and len(text) < len(teaser[1]) else (body, text)


def long_articles(tree: HtmlElement) -> list[str]:
    """The texts of outermost <article> elements that are long enough."""
    outer = (e for e in tree.iterdescendants("article") if next(e.iterancestors("article"), None) is None)
    return [text for element in outer if len(text := block_text(element)) > _MIN_CONTENT_LENGTH]


def paragraph_texts(tree: HtmlElement) -> Iterator[str]:
    """The texts of outermost elements of running text."""
    for element in tree.iter(*TEXT_TAGS):
        if next(element.iterancestors(*TEXT_TAGS), None) is None:
            yield block_text(element)  # type: ignore[arg-type]


def page_text(tree: HtmlElement) -> str:
    """What `trafilatura.baseline.html2txt` gives for a marked tree, which is left as it is."""
    tree = copy(tree)
    body = tree.find(".//body")
    return _spaced_text(basic_cleaning(tree if body is None else body))
