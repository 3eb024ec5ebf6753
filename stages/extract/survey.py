"""One pass over the tree of a page: marks for trafilatura's lists, shape, running text, and where images stand."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple, TypeAlias

from lxml.etree import _Element
from lxml.html import HtmlElement

from stages.extract.reader import selfcheck
from stages.extract.reader.page import MARK
from stages.extract.reader.verdicts import LIMITED, LONGEST, Memo, TooLong

GRAM = 4
SHORT = 24  # characters; a passage has more
HIDDEN = frozenset({"script", "style", "noscript", "template"})
MENUS = frozenset({"nav", "aside", "header", "footer"})
BLANKS = " \t\n\r"  # what XPath's normalize-space() knows as blanks; Python knows more, no-break spaces for one
RUN_OF_BLANKS = re.compile(r"[ \t\n\r]+")
MOST_ATTRIBUTES = 1_000  # trafilatura looks at the attributes of every element some fifty times

Place: TypeAlias = tuple[_Element, "Place | None"]  # an element and its parent's place, up to the root of the page


class Passage(NamedTuple):
    """A text node that is longer than a label."""

    words: list[str]  # four of its inside, by which it is known
    length: int
    holder: _Element


@dataclass(slots=True)
class Survey:
    """What one look at every element tells of a page. It stays true when the tree is taken apart afterwards."""

    tree: HtmlElement
    source: bytes
    tags: set[str] = field(default_factory=set)
    bits: int = 0
    marked: list[tuple[_Element, int]] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    running_text: int = 0
    images: list[_Element] = field(default_factory=list)  # outside menus
    base: str | None = None
    overloaded: bool = False
    elements: list[_Element] = field(default_factory=list)
    places: dict[_Element, Place] = field(default_factory=dict)

    def place(self, element: _Element) -> Place:
        """An element's place, with those of all that it stands in."""
        chain = []
        while element not in self.places:
            chain.append(element)
            parent = None if element is self.tree else element.getparent()
            if parent is None:
                self.places[chain.pop()] = (element, None)
                break
            element = parent
        place = self.places[element]
        for below in reversed(chain):
            place = self.places[below] = (below, place)
        return place

    def add_passage(self, text: str, holder: _Element) -> None:
        """Note a text node that is longer than a label; `holder` is the element it stands in."""
        if holder.tag in HIDDEN:
            return
        words = text.split()
        size = len(" ".join(words))
        if size > SHORT or is_long(text):
            self.running_text += size
            inside = words[1 : GRAM + 1] if len(words) > GRAM + 1 else words[:GRAM]
            self.place(holder)
            self.passages.append(Passage(inside, len(text), holder))


def survey(tree: HtmlElement, source: bytes) -> Survey:
    """Look at every element of a tree once, and mark it."""
    seen = Survey(tree, source)
    try:
        _look(seen)
    except TooLong:
        seen.overloaded = True
    if seen.marked and seen.marked[0][0] is tree:
        del seen.marked[0]  # trafilatura asks for descendants
    for image in tree.iter("img"):
        if not any(tag in MENUS for tag in tags_above(seen.place(image))):
            seen.images.append(image)
    seen.base = next((base.get("href") for base in tree.iterdescendants("base") if base.get("href") is not None), None)
    return seen


def _look(seen: Survey) -> None:
    tree, marked, add_tag = seen.tree, seen.marked, seen.tags.add
    memos, settle = verdicts()
    elements = seen.elements = list(tree.iter())  # which stay known to lxml, instead of being made at every look
    for element in elements:
        add_tag(element.tag)
        items = element.items()
        if items:
            bits = 0
            for name, value in items:
                if name in memos:
                    bits |= memos[name][value]
            if bits and (bits := settle(bits, items)):
                element.set(MARK, str(bits))
                marked.append((element, bits))
                seen.bits |= bits
            if len(items) >= MOST_ATTRIBUTES:
                raise TooLong
        text = element.text
        if text and len(text) > SHORT and not text.isspace():
            seen.add_passage(text, element)
        text = element.tail
        if text and len(text) > SHORT and not text.isspace() and element is not tree:
            seen.add_passage(text, element.getparent())


@cache
def verdicts() -> tuple[dict[str, Memo], Callable[[int, Sequence[tuple[str, str]]], int]]:
    """What tells of attributes' values, and of elements: nothing where the reader does not know its trafilatura."""
    if selfcheck.difference():
        return {name: Memo([], LONGEST) for name in LIMITED}, lambda *_: 0
    from stages.extract.reader.marks import LISTS

    return LISTS.verdicts.memos, LISTS.settle


def tags_above(place: Place) -> Iterator[str]:
    """The tags of all elements that a place is in."""
    above = place[1]
    while above is not None:
        yield above[0].tag
        above = above[1]


def is_long(text: str) -> bool:
    """Whether a text has more characters than a label as XPath counts them."""
    return len(text.strip(BLANKS)) > SHORT and len(RUN_OF_BLANKS.sub(" ", text).strip(" ")) > SHORT
