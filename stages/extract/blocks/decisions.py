"""What is decided of a few elements before a page is walked: formulas, tables of data, and code.

A compiled look finds the elements that may be one of these; the others are not looked at through lxml at all.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from textwrap import dedent

import numpy as np
from lxml.etree import _Element

from dedup.kernels import kernel
from stages.extract.blocks import code, formulas, tables
from stages.extract.blocks.fields import CODE_IF_ALONE, CODE_TEXT, DISPLAY, FORMULA, NOTHING, TABLE_TEXT
from stages.extract.blocks.tags import CODE, FORMULAS, VERBATIM
from stages.extract.markup import KNOWN, TAG, Markup

SIGNS = (  # in lower case, of formulas and code in the attributes of an element
    b"\\", b"{", b"$", b"math/", b"mathjax", b"mjx-", b"mwe-math", b"mimetex", b"mathtex", b"katex", b"codecogs",
    b"latex.php", b"/chart?", b"white-space", b"w3-code",
)  # fmt: skip
NEVER, ALWAYS, BY_SIGN, BY_NEWLINE = range(4)


def _asked() -> np.ndarray:
    made = np.zeros(len(KNOWN) + 1, np.int8)
    for names, how in ((("math", "mjx-container", "table", *CODE), ALWAYS), (VERBATIM, BY_NEWLINE),
                       (("script", "img", "span", "div", "p"), BY_SIGN)):  # fmt: skip
        made[[TAG[name] for name in names]] = how
    return made


ASKED = _asked()
SIGN_BYTES = np.frombuffer(b"\0".join(SIGNS) + b"\0", np.uint8)
SIGN_STARTS = np.array([0, *np.flatnonzero(SIGN_BYTES == 0) + 1])
BEGINS_SIGN = np.isin(np.arange(256), [byte for sign in SIGNS for byte in (sign[0], sign[:1].upper()[0])])


@dataclass(slots=True)
class Decisions:
    """What was decided, an element each, and the texts that stand for elements."""

    decided: np.ndarray  # int8
    refers: np.ndarray  # int32: a place in `texts`, -1 for no text
    texts: list[str] = field(default_factory=list)
    tidied: list[str] = field(default_factory=list)
    links: list[int] = field(default_factory=list)

    def add(self, element: int, what: int, text: str, tidied: str = "", linked: int = 0) -> None:
        """An element is this, and written so."""
        self.decided[element] = what
        if text:
            self.refers[element] = len(self.texts)
            self.texts.append(text)
            self.tidied.append(tidied)
            self.links.append(linked)

    def given(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The texts in UTF-8, where each begins and ends, and how many characters of each are links."""
        encoded = [text.encode() for text in self.texts]
        bounds = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
        return np.frombuffer(b"".join(encoded), np.uint8), bounds, np.array(self.links, np.int64)


def decide(page: Markup, element: Callable[[int], _Element]) -> Decisions:
    """Decide of all elements of a page that are walked to; `element` gives one by its number."""
    count = len(page.tags)
    made = Decisions(np.zeros(count, np.int8), np.full(count, -1, np.int32))
    places = np.empty(count, np.int32)
    found = find_candidates(page.xml, page.tags, page.attributes, page.events, ASKED, SIGN_BYTES, SIGN_STARTS, BEGINS_SIGN, places)  # fmt: skip
    behind = 0
    for place in places[:found].tolist():
        if place >= behind and decide_one(made, place, element(place)):
            behind = page.ends[place]
    return made


def decide_one(made: Decisions, place: int, element: _Element) -> bool:
    """Whether something was decided that holds for all that is in an element."""
    tag = element.tag
    if tag in FORMULAS and (found := formulas.formula_of(element)) is not None:
        made.add(place, DISPLAY if found.display else FORMULA, " ".join(found.tex.split()))
    elif tag == "table":
        if (lines := code.of_table(element)) is not None:
            add_code(made, place, element, lines)
        elif tables.is_data(element):
            table = tables.write_table(element, False, None)
            made.add(place, TABLE_TEXT, table.text, table.tidied, table.linked)
    elif tag in CODE or (tag in ("div", "p") and code.is_code_box(element, dict(element.items()))):
        add_code(made, place, element, code.code_text(element))
    elif tag in VERBATIM and "\n" in (element.text or "").strip() and code.is_block(element):
        add_code(made, place, element, code.code_text(element), CODE_IF_ALONE)
        return False
    return made.decided[place] != NOTHING


def add_code(made: Decisions, place: int, element: _Element, text: str, what: int = CODE_TEXT) -> None:
    """An element is code, unless it is blank without the page's own indentation."""
    linked = sum(len(link.text or "") for link in element.iterdescendants("a"))
    made.add(place, what, text if text.strip() else "", dedent(text), linked)


@kernel
def find_candidates(
    xml: np.ndarray, tags: np.ndarray, attributes: np.ndarray, events: np.ndarray, asked: np.ndarray, signs: np.ndarray,
    starts: np.ndarray, begins: np.ndarray, places: np.ndarray,
) -> int:  # fmt: skip
    """Write the elements that are to be looked at; how many there are."""
    found = 0
    for event in range(len(events)):
        element = events[event, 0]
        if events[event, 1] != -1:
            continue
        how = asked[tags[element]]
        if (
            how == ALWAYS
            or (how == BY_SIGN and has_sign(xml, attributes[element, 0], attributes[element, 1], signs, starts, begins))
            or (how == BY_NEWLINE and has_newline(xml, events[event + 1, 0], events[event + 1, 1]))
        ):
            places[found] = element
            found += 1
    return found


@kernel
def has_newline(xml: np.ndarray, begin: int, end: int) -> bool:
    """Whether a text has a newline; events of elements have none."""
    for place in range(begin, end):
        if xml[place] == 10:
            return True
    return False


@kernel
def has_sign(
    xml: np.ndarray, begin: int, end: int, signs: np.ndarray, starts: np.ndarray, begins: np.ndarray
) -> bool:
    """Whether one of some signs stands in a range of bytes."""
    for place in range(begin, end):
        if begins[xml[place]]:
            for sign in range(len(starts) - 1):
                if matches(xml, place, end, signs, starts[sign]):
                    return True
    return False


@kernel
def matches(xml: np.ndarray, place: int, end: int, signs: np.ndarray, start: int) -> bool:
    """Whether a sign, which ends in a NUL, stands at a place."""
    while signs[start]:
        byte = xml[place] if place < end else 0
        if 65 <= byte <= 90:
            byte |= 0x20
        if byte != signs[start]:
            return False
        place, start = place + 1, start + 1
    return True
