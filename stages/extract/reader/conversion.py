"""trafilatura's change from HTML's tags to its own, for text without links, images and formatting."""

from lxml.etree import _Element, strip_tags
from lxml.html import HtmlElement
from trafilatura.htmlprocessing import CONVERSIONS, REND_TAG_MAPPING
from trafilatura.xml import delete_element

LINK_CONTAINERS = frozenset({"div", "li", "p", "table"})


def convert(tree: HtmlElement, tags: set[str]) -> HtmlElement:
    """What `trafilatura.htmlprocessing.convert_tags` makes of a tree; `tags` are those that it may have."""
    if "a" in tags:
        keep_contained_links(tree)
    for element in tree.iter("strong"):
        if "schema-faq-question" in element.get("class", ""):
            element.attrib.clear()
            element.set("rend", "h3")
            element.tag = "head"
    for element in tree.iter("sub", "sup"):
        if not element.text and len(element) == 0:
            delete_element(element)
    strip_tags(tree, *REND_TAG_MAPPING)
    for element in tree.iter(*CONVERSIONS):
        CONVERSIONS[element.tag](element)
    return tree


def keep_contained_links(tree: _Element) -> None:
    """Rename the links inside boxes, without which a tree with nothing but links would be lost, and strip others."""
    inside: dict[_Element, bool] = {tree: False}
    for link in tree.iter("a"):
        if is_contained(link, inside):
            link.tag = "ref"
    strip_tags(tree, "a")


def is_contained(link: _Element, inside: dict[_Element, bool]) -> bool:
    """Whether one of the elements above is a container; the root is none."""
    chain, above = [], link.getparent()
    while above is not None and above not in inside:
        chain.append(above)
        if above.tag in LINK_CONTAINERS:
            break
        above = above.getparent()
    contained = bool(chain) and chain[-1].tag in LINK_CONTAINERS
    if not contained and above is not None:
        contained = inside[above]
    inside.update(dict.fromkeys(chain, contained))
    return contained
