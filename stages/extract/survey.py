"""One pass over the tree of a page: marks for trafilatura's lists, shape, running text, and where images stand."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from lxml.etree import _Element
from lxml.html import HtmlElement

from stages.extract.reader.marks import LISTS, MARK
from stages.extract.reader.verdicts import TooLong

SHORT = 24  # characters; a passage has more
HIDDEN = frozenset({"script", "style", "noscript", "template"})
MENUS = frozenset({"nav", "aside", "header", "footer"})
BLANKS = " \t\n\r"  # what XPath's normalize-space() knows as blanks; Python knows more, no-break spaces for one
RUN_OF_BLANKS = re.compile(r"[ \t\n\r]+")
MOST_ATTRIBUTES = 1_000  # trafilatura looks at the attributes of every element some fifty times

Place: TypeAlias = tuple[_Element, "Place | None"]  # an element and its parent's place, up to the root of the page


@dataclass(slots=True)
class Survey:
    """What one look at every element tells of a page. It stays true when the tree is taken apart afterwards."""

    tree: HtmlElement
    source: str = ""
    tags: set[str] = field(default_factory=set)
    marked: list[tuple[_Element, int]] = field(default_factory=list)
    passages: list[tuple[str, _Element]] = field(default_factory=list)  # and the elements that hold them
    running_text: int = 0
    images: list[_Element] = field(default_factory=list)  # outside menus
    base: str | None = None
    overloaded: bool = False
    odd_names: bool = False
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
        if holder.tag not in HIDDEN and (size := passage_length(text)):
            self.place(holder)
            self.passages.append((text, holder))
            self.running_text += size


def survey(tree: HtmlElement) -> Survey:
    """Look at every element of a tree once, and mark it."""
    seen = Survey(tree)
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
    tree, tags, marked, bits_of = seen.tree, seen.tags, seen.marked, LISTS.bits
    for element in tree.iter("*"):
        tags.add(element.tag)
        if items := element.items():
            if not seen.odd_names and "{" in "".join(name for name, _ in items):
                seen.odd_names = True
            if len(items) >= MOST_ATTRIBUTES:
                raise TooLong
            if bits := bits_of(items):
                element.set(MARK, str(bits))
                marked.append((element, bits))
        if (text := element.text) and len(text) > SHORT:
            seen.add_passage(text, element)
        if (text := element.tail) and len(text) > SHORT and element is not tree:
            seen.add_passage(text, element.getparent())


def tags_above(place: Place) -> Iterator[str]:
    """The tags of all elements that a place is in."""
    above = place[1]
    while above is not None:
        yield above[0].tag
        above = above[1]


def passage_length(text: str) -> int:
    """Characters of a text node with single blanks, 0 for a short label."""
    if len(text.strip(BLANKS)) <= SHORT or len(RUN_OF_BLANKS.sub(" ", text).strip(" ")) <= SHORT:
        return 0
    return len(" ".join(text.split()))
