"""What is done with one page: bytes to main text and its images. Runs in `stages.extract.worker`."""

import importlib
import logging
import sys
from collections.abc import Callable
from copy import copy
from functools import cache
from typing import Any

import lxml.etree as etree
import lxml.html as html
import trafilatura.utils
from resiliparse.extract.html2text import extract_plain_text

from stages.extract.clean import clean
from stages.extract.images import images
from stages.extract.reader import plain, selfcheck
from stages.extract.reader.page import MARK, Page
from stages.extract.shape import complexity_limit
from stages.extract.source import source_of, text_of
from stages.extract.survey import Survey, survey

Extractor = Callable[[Survey], str | None]
Read = Callable[[Page, str], str | None]  # a page and "precision", "balanced" or "recall" to trafilatura's text
CLASSES = etree.ElementDefaultClassLookup(
    element=html.HtmlElement, comment=html.HtmlComment, pi=html.HtmlProcessingInstruction, entity=html.HtmlEntity
)
# huge_tree: 2,048 levels instead of 256. The class lookup in C instead of Python makes all of it 8 % faster.
PARSER = html.HTMLParser(
    encoding="utf-8",
    huge_tree=True,
    remove_comments=True,
    remove_pis=True,
    collect_ids=False,
    default_doctype=False,
)
PARSER.set_element_class_lookup(CLASSES)
LEFTOVER = 0.15  # of the running text: less is what is left when the main text has been thrown away
MUCH_LONGER = 3
SENTENCE_ENDS, SENTENCE_LENGTH = tuple('.!?…。！？؟।"”’»)'), 80
RESCUED_TAGS = 10_000  # a second extraction of a denser page might pass the limit of CPU time, on some machines only


class Malformed(Exception):
    """The page has a shape that is not extracted; the message is the error code."""


class OutOfMemory(logging.Handler):
    """Notices the MemoryErrors that trafilatura logs and goes on without, having lost a part of the page."""

    seen = False

    def emit(self, record: logging.LogRecord) -> None:
        self.seen |= any(isinstance(value, MemoryError) for value in record.args or ())


WATCH = OutOfMemory(logging.WARNING)


def warm() -> None:
    """Prepare this process: one parser for everything, no log lines, word lists loaded."""
    for name in ("trafilatura", "courlan", "htmldate"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [WATCH], False
    trafilatura.utils.HTML_PARSER = PARSER  # readability's result is parsed again: it must not be cut either
    sys.setrecursionlimit(20_000)  # trafilatura writes trees recursively
    sample = "<html><body><article><p>One sentence of a page, and another one.</p></article></body></html>"
    if found := selfcheck.problem():
        print(f"extraction: trafilatura reads all pages itself, at half the speed: {found}", file=sys.stderr)
    for extractor in (*READINGS, *OTHERS):
        answer(sample.encode(), "utf-8", "", extractor)


def answer(page: bytes, charset: str | None, url: str, extractor: str, again: bool = False) -> dict[str, Any]:
    """{"text", "image_urls"} of a page, or {"error": "empty" | "too_deep" | "too_dense" | "memory" | "raised"}.

    With `again`, trafilatura itself reads the page, whatever reads for this extractor. "counts" is there too where it
    reads them all.
    """
    original = is_original(extractor)
    said = _answer(page, charset, url, find(extractor, again or original))
    return said | {"counts": {"read_by_original": 1}} if original and extractor != "plain" else said


def _answer(page: bytes, charset: str | None, url: str, extractor: Extractor) -> dict[str, Any]:
    WATCH.seen = False
    try:
        text, found = extract(page, charset, url, extractor)
    except Malformed as shape:
        return {"error": str(shape)}
    except MemoryError:
        return {"error": "memory"}
    except Exception as raised:  # whatever the page makes an extractor do is the page's, and costs the page
        return {"error": "raised", "detail": f"{type(raised).__name__}: {raised}"[:200]}
    if WATCH.seen:
        return {"error": "memory"}
    return {"text": text, "image_urls": found} if text else {"error": "empty"}


def extract(page: bytes, charset: str | None, url: str, extractor: Extractor) -> tuple[str, list[list[str]]]:
    """The cleaned main text of a page and its [address, alternative text] pairs."""
    seen = look(source_of(page, charset))
    text = None if seen is None else extractor(seen)
    if seen is None or not text:
        return "", []
    return clean(text), images(seen, text, url)


def look(source: bytes) -> Survey | None:
    """What is seen of a page at first sight, None where there is nothing; never a tree that lacks a part."""
    tree = parse(source)
    if tree is None:
        return None
    seen = survey(tree, source)
    if limit := complexity_limit(seen):
        raise Malformed(limit)
    return seen


def parse(source: bytes) -> html.HtmlElement | None:
    try:
        tree = html.fromstring(source, parser=PARSER)
    except etree.ParserError:  # "Document is empty"
        return None
    if PARSER.error_log.filter_types(etree.ErrorTypes.ERR_RESOURCE_LIMIT):
        raise Malformed("too_deep")  # more than 2,048 levels: libxml2 has left out what is below
    return tree if tree.getparent() is None else copy(tree)  # the only element of a page without head and body


def main_text(seen: Survey, read: Read) -> str | None:
    """Precision's text, or the balanced settings' where those find what precision has thrown away.

    Precision skips the rescue that trafilatura's other settings end with. On one page in thirty it leaves under a
    seventh of the running text, or nothing; where the balanced settings give three times as much, theirs is taken.
    """
    least = LEFTOVER * seen.running_text if seen.source.count(b"<") <= RESCUED_TAGS else 0
    page = page_of(seen, least)
    text = read(page, "precision") or ""
    if len(text) >= least:
        return text
    more = read(page if not page.used_up else page_again(seen.source), "balanced") or ""
    return more if len(more) > MUCH_LONGER * len(text) and is_prose(more) else text


def page_of(seen: Survey, keep_below: float = 0) -> Page:
    return Page(seen.tree, seen.marked, seen.tags, seen.bits, keep_below)


def page_again(source: bytes) -> Page:
    """A page of which the tree is used up."""
    seen = look(source)
    assert seen is not None
    return page_of(seen)


def is_prose(text: str) -> bool:
    """Whether most of a text stands in lines that end a sentence or are as long as one: no menu, list or stub."""
    lines = [line.strip() for line in text.split("\n")]
    told = sum(len(line) for line in lines if line.endswith(SENTENCE_ENDS) or len(line) >= SENTENCE_LENGTH)
    return told >= 0.5 * sum(map(len, lines))


def fast_text(seen: Survey) -> str:
    """Resiliparse's main content."""
    return extract_plain_text(text_of(seen.source), main_content=True, alt_texts=False, links=False, comments=False)


def all_text(seen: Survey) -> str:
    """Everything visible, menus and all, as in Common Crawl's WET files."""
    return extract_plain_text(text_of(seen.source), main_content=False, alt_texts=False, links=False)


OTHERS: dict[str, Extractor] = {"resiliparse": fast_text, "raw": all_text}
READINGS: dict[str, Callable[[Survey, Read], str | None]] = {
    "trafilatura": main_text,
    "plain": main_text,
    "precision": lambda seen, read: read(page_of(seen), "precision"),
    "balanced": lambda seen, read: read(page_of(seen), "balanced"),
    "recall": lambda seen, read: read(page_of(seen), "recall"),
}


@cache
def find(extractor: str, by_original: bool) -> Extractor:
    """One of the above by its name, or "module:function" of your own."""
    if extractor in OTHERS:
        return OTHERS[extractor]
    if extractor in READINGS:
        reading, read = READINGS[extractor], plain.read if by_original else fast_reader()
        return lambda seen: reading(seen, read)
    module, _, function = extractor.partition(":")
    return on_tree(getattr(importlib.import_module(module), function))


def fast_reader() -> Read:
    from stages.extract.reader import cascade  # it knows one trafilatura only: see `selfcheck`

    return cascade.read


def is_original(extractor: str) -> bool:
    """Whether trafilatura itself reads the pages of an extractor."""
    return extractor == "plain" or (extractor in READINGS and selfcheck.problem() is not None)


def on_tree(function: Callable[[str, etree._Element], str | None]) -> Extractor:
    """An extractor made of a function of the page as a string and as a tree."""

    def extractor(seen: Survey) -> str | None:
        etree.strip_attributes(seen.tree, MARK)
        return function(text_of(seen.source), seen.tree)

    return extractor
