"""readability's first step: text that stands in boxes becomes paragraphs, which can then be scored."""

from collections.abc import Iterable

from lxml.etree import _Element
from lxml.html import HtmlElement
from trafilatura.readability_lxml import DIV_TO_P_PREFIXES

BLANKS = " \t\n\r"  # of XPath's normalize-space()


def paragraphs_of_divs(tree: HtmlElement) -> None:
    """Make a paragraph of each div that holds no blocks, and of the text that stands loose in the others."""
    blocks, links = holders_of_blocks(tree), ancestors_of(tree.iterdescendants("a"))
    for box in list(tree.iterdescendants("div")):
        if box not in blocks and (box not in links or has_loose_text(box)):
            box.tag = "p"
    for box in list(tree.iterdescendants("div")):
        wrap_loose_text(box)


def holders_of_blocks(tree: _Element) -> set[_Element]:
    """All elements that hold an element of a block's tag."""
    tags = {element.tag for element in tree.iterdescendants("*")}
    return ancestors_of(tree.iterdescendants(*(tag for tag in tags if tag.startswith(DIV_TO_P_PREFIXES))))


def ancestors_of(elements: Iterable[_Element]) -> set[_Element]:
    """All elements that hold one of these."""
    found: set[_Element] = set()
    for element in elements:
        for above in element.iterancestors():
            if above in found:
                break
            found.add(above)
    return found


def has_loose_text(box: _Element) -> bool:
    """Whether an element holds text outside its children."""
    return any(text and text.strip(BLANKS) for text in (box.text, *(child.tail for child in box)))


def wrap_loose_text(box: HtmlElement) -> None:
    """Put the loose text of an element into paragraphs, and drop its line breaks."""
    if box.text and box.text.strip():
        box.insert(0, paragraph_before(box, "text"))
    for place, child in reversed(list(enumerate(box))):
        if child.tail and child.tail.strip():
            box.insert(place + 1, paragraph_before(child, "tail"))
        if child.tag == "br":
            child.drop_tree()


def paragraph_before(element: HtmlElement, where: str) -> HtmlElement:
    """A new paragraph with the text or tail of an element, which loses it."""
    made = element.makeelement("p")
    made.text = getattr(element, where)
    setattr(element, where, None)
    return made
