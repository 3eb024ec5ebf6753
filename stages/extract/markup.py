"""A parsed page as arrays: its tree is written out by libxml2 and read once more by compiled loops.

A look at an element through lxml takes a microsecond, and a page has a thousand of them, each looked at many times.
What libxml2 writes is well-formed XML in UTF-8: every element is closed, every value quoted, and only a few characters
are written as references.
"""

import html
import re
from typing import NamedTuple

import lxml.etree as etree
import numpy as np
from lxml.html import HtmlElement

from pipeline.kernels import kernel
from stages.extract.lookup import lookup_table, number_of

BEGIN, END = -1, -2  # second column of `events` for elements
LT, GT, SLASH, BLANK, EQUALS, BANG, AMPERSAND, SEMICOLON = b"<>/ =!&;"
ATTRIBUTE = re.compile(rb' (=?[^=]*)="([^"]*)"')
CDATA = 9  # bytes of "<![CDATA["
KNOWN = tuple(
    "a abbr address article aside audio b base blockquote body br button canvas caption center code datalist dd del "
    "details dialog dir div dl dt em embed fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 "
    "head header hgroup hr html i iframe img input kbd legend li listing main map math menu meter mjx-container nav "
    "noembed noframes noscript object ol optgroup option p plaintext pre progress rp rt s samp script section select "
    "span strike strong style sub summary sup svg table tbody td template textarea tfoot th thead title tr tt ul "
    "applet video xmp".split()
)
TAG = {name: number for number, name in enumerate(KNOWN, 1)}  # 0 is any other tag


class Markup(NamedTuple):
    """A tree in document order: its elements, and the events in which it is read; for kernels too."""

    raw: bytes  # the tree as XML
    xml: np.ndarray  # the same as uint8
    tags: np.ndarray  # int16 an element: its number in `TAG`
    parents: np.ndarray  # int32 an element: -1 for the root
    ends: np.ndarray  # int32 an element: the first element behind it and all that it holds
    closes: np.ndarray  # int32 an element: the event of its end
    attributes: np.ndarray  # int32, two an element: where they begin and end in `xml`
    events: np.ndarray  # int32, two an event: (element, BEGIN), (element, END), or where a text begins and ends
    most_attributes: int  # that an element has
    longest_name: int  # bytes of the longest class or id

    def items(self, element: int) -> list[tuple[str, str]]:
        """The attributes of an element, as lxml gives them."""
        begin, end = self.attributes[element].tolist()
        found = ATTRIBUTE.findall(self.raw[begin:end])
        return [(name.decode(), html.unescape(value.decode())) for name, value in found]


TAG_NAMES, TAG_NUMBERS = lookup_table({name.encode(): number for name, number in TAG.items()})


def markup_of(tree: HtmlElement) -> Markup:
    """A tree as arrays."""
    tree.getroottree().docinfo.clear()  # a DOCTYPE of XHTML would make libxml2 add attributes
    raw = etree.tostring(tree, encoding="utf-8", with_tail=False)
    xml, most = np.frombuffer(raw, np.uint8), raw.count(b"<") + 1
    tags, (parents, ends, closes) = np.zeros(most, np.int16), np.zeros((3, most), np.int32)
    attributes, events = np.zeros((most, 2), np.int32), np.zeros((3 * most, 2), np.int32)
    count, read, attributed, longest = read_markup(
        xml, TAG_NAMES, TAG_NUMBERS, tags, parents, ends, closes, attributes, events
    )
    return Markup(
        raw, xml, tags[:count], parents[:count], ends[:count], closes[:count], attributes[:count], events[:read],
        attributed, longest,
    )  # fmt: skip


@kernel
def read_markup(
    xml: np.ndarray,
    names: np.ndarray,
    numbers: np.ndarray,
    tags: np.ndarray,
    parents: np.ndarray,
    ends: np.ndarray,
    closes: np.ndarray,
    attributes: np.ndarray,
    events: np.ndarray,
) -> tuple[int, int, int, int]:
    """Fill the arrays; how many elements and events there are, and the most attributes and the longest class or id."""
    place, element, event, around, most, longest = 0, 0, 0, -1, 0, 0
    size = len(xml)
    while place < size:
        if xml[place] != LT or xml[place + 1] == BANG:
            begin, place = place, end_of_text_node(xml, place)
            events[event, 0], events[event, 1] = begin, place
        elif xml[place + 1] == SLASH:
            place = end_of_tag(xml, place)
            events[event, 0], events[event, 1] = around, END
            ends[around], closes[around], around = element, event, parents[around]
        else:
            begin, place = place + 1, end_of_name(xml, place + 1)
            tags[element], parents[element] = number_of(xml, begin, place, names, numbers), around
            attributes[element, 0] = place
            place, found, longest = end_of_attributes(xml, place, longest)
            attributes[element, 1], most = place, max(most, found)
            events[event, 0], events[event, 1] = element, BEGIN
            around, element = element, element + 1
            if xml[place] == SLASH:
                event += 1
                events[event, 0], events[event, 1] = around, END
                ends[around], closes[around], around = element, event, parents[around]
                place += 1
            place += 1
        event += 1
    return element, event, most, longest


@kernel
def end_of_text_node(xml: np.ndarray, place: int) -> int:
    """Where a text ends, with the CDATA sections in it."""
    while place < len(xml):
        if xml[place] == LT:
            if xml[place + 1] != BANG:
                break
            place = end_of_cdata(xml, place)
        else:
            place += 1
    return place


@kernel
def end_of_cdata(xml: np.ndarray, place: int) -> int:
    """Where a CDATA section ends."""
    place += CDATA + 2
    while place < len(xml) and not (xml[place] == GT and xml[place - 1] == 93 and xml[place - 2] == 93):  # "]]>"
        place += 1
    return place + 1


@kernel
def end_of_tag(xml: np.ndarray, place: int) -> int:
    """Behind the next ">"."""
    while place < len(xml) and xml[place] != GT:
        place += 1
    return place + 1


@kernel
def end_of_name(xml: np.ndarray, place: int) -> int:
    """Where the name of a tag ends."""
    while place < len(xml) and xml[place] != BLANK and xml[place] != GT and xml[place] != SLASH:
        place += 1
    return place


@kernel
def end_of_attributes(xml: np.ndarray, place: int, longest: int) -> tuple[int, int, int]:
    """Where the attributes of an element end, how many there are, and the longest class or id so far."""
    found = 0
    while place < len(xml) and xml[place] == BLANK:
        name = place + 1
        end, value, place = next_attribute(xml, name)
        is_class = end - name == 5 and xml[name] == 99 and xml[name + 1] == 108  # "cl"
        is_id = end - name == 2 and xml[name] == 105 and xml[name + 1] == 100  # "id"
        if is_class or is_id:
            longest = max(longest, place - value)
        place, found = place + 1, found + 1
    return place, found, longest


@kernel
def next_attribute(xml: np.ndarray, name: int) -> tuple[int, int, int]:
    """Where the name of an attribute ends, and where its value begins and ends."""
    place = name + 1  # HTML lets the first character of a name be "="
    while place < len(xml) and xml[place] != EQUALS:
        place += 1
    value = end = place + 2
    while end < len(xml) and xml[end] != xml[value - 1]:
        end += 1
    return place, value, end
