"""What can read a page: our own reading of its blocks, trafilatura's settings, and others."""

import importlib
import inspect
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from resiliparse.extract.html2text import extract_plain_text

from stages.extract.clean import clean
from stages.extract.parsing import look
from stages.extract.reader import plain, selfcheck
from stages.extract.reader.page import Page
from stages.extract.source import source_text
from stages.extract.survey import Survey


class Reading(NamedTuple):
    """The text of a page, the same as the page has it, by which its images are found, and the page's `html_kind`."""

    text: str
    said: str
    kind: str = ""


class Asked(NamedTuple):
    """What is asked for besides an extractor: Markdown, with the addresses of links or without; the page's kind."""

    url: str = ""
    markdown: bool = False
    links: bool = False
    kinds: bool = False


Extractor = Callable[[Survey, Asked], Reading | None]
Read = Callable[[Page, str], str | None]  # a page and "precision", "balanced" or "recall" to trafilatura's text
LEFTOVER = 0.15  # of the running text: less is what is left when the main text has been thrown away
MUCH_LONGER = 3
SENTENCE_ENDS, SENTENCE_LENGTH = tuple('.!?…。！？؟।"”’»)'), 80
RESCUED_TAGS = 10_000  # a second extraction of a denser page might pass the limit of CPU time, on some machines only


def rescued_text(seen: Survey, read: Read) -> str | None:
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
    """The page as the reader takes it: the same tree, which reading takes apart."""
    marks = seen.marks
    return Page(seen.tree, marks.marked, marks.tags, marks.bits, keep_below)


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
    return extract_plain_text(source_text(seen.source), main_content=True, alt_texts=False, links=False, comments=False)


def all_text(seen: Survey) -> str:
    """Everything visible, menus and all, as in Common Crawl's WET files."""
    return extract_plain_text(source_text(seen.source), main_content=False, alt_texts=False, links=False)


def balanced(seen: Survey) -> str | None:
    """The text of trafilatura's balanced setting, None for a page of too many tags."""
    if seen.source.count(b"<") > RESCUED_TAGS:
        return None
    return fast_reader()(page_of(seen), "balanced") or ""


def of_blocks(seen: Survey, asked: Asked) -> Reading | None:
    """The blocks of a page that are its main text."""
    from stages.extract.blocks import main

    found = main.read_blocks(seen, asked.url, asked.markdown, asked.links, asked.kinds, balanced)
    return None if found is None else Reading(*found)


TRAFILATURA: dict[str, Callable[[Survey, Read], str | None]] = {
    "trafilatura": rescued_text,
    "plain": rescued_text,
    "precision": lambda seen, read: read(page_of(seen), "precision"),
    "balanced": lambda seen, read: read(page_of(seen), "balanced"),
    "recall": lambda seen, read: read(page_of(seen), "recall"),
}
OTHERS: dict[str, Callable[[Survey], str | None]] = {"resiliparse": fast_text, "raw": all_text}


@cache
def find_extractor(extractor: str, by_original: bool) -> Extractor:
    """One of `EXTRACTORS`, or "module:function" of your own."""
    if extractor == "blocks" and not by_original:
        return of_blocks
    if extractor in OTHERS:
        return cleaned(OTHERS[extractor])
    if extractor == "blocks" or extractor in TRAFILATURA:
        reading, read = (
            TRAFILATURA.get(extractor, rescued_text),
            plain.read_by_trafilatura if by_original else fast_reader(),
        )
        return cleaned(lambda seen: reading(seen, read))
    module, _, function = extractor.partition(":")
    return cleaned(on_tree(getattr(importlib.import_module(module), function)))


def cleaned(read: Callable[[Survey], str | None]) -> Extractor:
    """An extractor made of a function that gives a text."""

    def extractor(seen: Survey, _asked: Asked) -> Reading | None:
        text = read(seen)
        return Reading(clean(text), text) if text else None

    return extractor


def fast_reader() -> Read:
    """The reader that gives trafilatura's text in less time."""
    from stages.extract.reader import cascade  # it knows one trafilatura only: see `selfcheck`

    return cascade.read_fast


def is_original(extractor: str) -> bool:
    """Whether trafilatura itself reads the pages of an extractor."""
    return extractor == "plain" or (extractor in ("blocks", *TRAFILATURA) and selfcheck.problem() is not None)


def on_tree(function: Callable[..., str | None]) -> Callable[[Survey], str | None]:
    """An extractor made of a function of the page as a string, its tree and, if it takes three arguments, its kind."""
    takes_kind = len(inspect.signature(function).parameters) > 2

    def read(seen: Survey) -> str | None:
        kind = ()
        if takes_kind:
            from stages.extract.blocks import main

            kind = (main.kind(seen),)
        return function(source_text(seen.source), seen.tree, *kind)

    return read
