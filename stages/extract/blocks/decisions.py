"""What is decided of a few elements before a page is walked: formulas, tables of data, and code.

A compiled look finds the elements that may be one of these; the others are not looked at through lxml at all.
"""

from collections.abc import Callable
from textwrap import dedent
from typing import NamedTuple

import numpy as np
from lxml.etree import _Element

from pipeline.kernels import kernel
from stages.extract.blocks import code, fields, formulas, joiners, tables
from stages.extract.blocks.lines import NEWLINE
from stages.extract.blocks.phrases import Phrases, has_phrase, phrases_of
from stages.extract.blocks.tags import CODE, FORMULAS, VERBATIM
from stages.extract.markup import BEGIN, KNOWN, TAG, Markup

SIGNS = (  # in lower case, of formulas and code in the attributes of an element
    "\\", "{", "$", "math/", "mathjax", "mjx-", "mwe-math", "mimetex", "mathtex", "katex", "codecogs", "latex.php",
    "/chart?", "white-space", "w3-code",
)  # fmt: skip
NEVER, ALWAYS, BY_SIGN, BY_NEWLINE = range(4)


def _asked() -> np.ndarray:
    made = np.zeros(len(KNOWN) + 1, np.int8)
    for names, how in ((("math", "mjx-container", "table", *CODE), ALWAYS), (VERBATIM, BY_NEWLINE),
                       (("script", "img", "span", "div", "p"), BY_SIGN)):  # fmt: skip
        made[[TAG[name] for name in names]] = how
    return made


ASKED = _asked()


class Decided(NamedTuple):
    """Decisions for the walk: the kind of each element in `fields`, and which text stands for it, -1 for none.

    The texts are in UTF-8, one behind the other; `links` says how many characters of each are links.
    """

    kinds: np.ndarray
    refers: np.ndarray
    texts: np.ndarray
    bounds: np.ndarray
    links: np.ndarray


class Decisions:
    """What was decided of the elements of a page, and the texts that stand for some."""

    def __init__(self, elements: int) -> None:
        self.kinds, self.refers = np.zeros(elements, np.int8), np.full(elements, -1, np.int32)
        self.texts: list[str] = []
        self.tidied: list[str] = []
        self.links: list[int] = []

    def add(self, element: int, kind: int, text: str, tidied: str = "", linked: int = 0) -> None:
        """An element is this, and written so; not at all without a text."""
        self.kinds[element] = kind
        if text:
            self.refers[element] = len(self.texts)
            self.texts.append(text.translate(joiners.WITHOUT_JOINERS))
            self.tidied.append(tidied)
            self.links.append(linked)

    def decided(self) -> Decided:
        """The same for the walk."""
        encoded = [text.encode() for text in self.texts]
        bounds = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
        texts = np.frombuffer(b"".join(encoded), np.uint8)
        return Decided(self.kinds, self.refers, texts, bounds, np.array(self.links, np.int64))


ALL_SIGNS = phrases_of(SIGNS)


def decide(page: Markup, element: Callable[[int], _Element]) -> Decisions:
    """Decide of all elements of a page that are walked to; `element` gives one by its number."""
    made, places = Decisions(len(page.tags)), np.empty(len(page.tags), np.int32)
    lower = np.frombuffer(page.raw.lower(), np.uint8)
    found = find_candidates(page, lower, ASKED, ALL_SIGNS, places)
    behind = 0
    for place in places[:found].tolist():
        if place >= behind and decide_one(made, place, element(place)):
            behind = page.ends[place]
    return made


def decide_one(made: Decisions, place: int, element: _Element) -> bool:
    """Whether something was decided that holds for all that is in an element."""
    tag = element.tag
    if tag in FORMULAS and (found := formulas.formula_of(element)) is not None:
        made.add(place, fields.DISPLAY if found.display else fields.FORMULA, " ".join(found.tex.split()))
    elif tag == "table":
        if (lines := code.of_table(element)) is not None:
            add_code(made, place, element, lines)
        elif tables.is_data(element):
            table = tables.write_table(element, False, None)
            made.add(place, fields.TABLE_TEXT, table.text, table.tidied, table.linked)
    elif tag in CODE or (tag in ("div", "p") and code.is_code_box(element, dict(element.items()))):
        add_code(made, place, element, code.code_text(element))
    elif tag in VERBATIM and "\n" in (element.text or "").strip() and code.is_block(element):
        add_code(made, place, element, code.code_text(element), fields.CODE_IF_ALONE)
        return False
    return bool(made.kinds[place])


def add_code(made: Decisions, place: int, element: _Element, text: str, what: int = fields.CODE_TEXT) -> None:
    """An element is code, unless it is blank without the page's own indentation."""
    linked = sum(len(link.text or "") for link in element.iterdescendants("a"))
    made.add(place, what, text if text.strip() else "", dedent(text), linked)


@kernel
def find_candidates(page: Markup, lower: np.ndarray, asked: np.ndarray, signs: Phrases, places: np.ndarray) -> int:
    """Write the elements that are to be looked at; how many there are. `lower` is the page's XML in lower case.

    No sign has a quotation mark, so none goes on behind the last attribute.
    """
    found = 0
    for event in range(len(page.events)):
        element = page.events[event, 0]
        if page.events[event, 1] != BEGIN:
            continue
        how = asked[page.tags[element]]
        if (
            how == ALWAYS
            or (how == BY_SIGN and has_phrase(lower, page.attributes[element, 0], page.attributes[element, 1], signs))
            or (how == BY_NEWLINE and has_newline(page.xml, page.events[event + 1, 0], page.events[event + 1, 1]))
        ):
            places[found] = element
            found += 1
    return found


@kernel
def has_newline(xml: np.ndarray, begin: int, end: int) -> bool:
    """Whether a text has a newline; events of elements have none."""
    for place in range(begin, end):  # noqa: SIM110  (Numba has no generators in `any`)
        if xml[place] == NEWLINE:
            return True
    return False
