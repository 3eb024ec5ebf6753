"""The names of boxes, read by a compiled loop: see `names` for what their words mean."""

from functools import cache
from typing import NamedTuple

import numpy as np

from pipeline.kernels import kernel
from stages.extract.blocks.fields import Records
from stages.extract.blocks.names import BIT_OF, LONGEST, WHOLE_PAGE
from stages.extract.lookup import lookup_table, number_of
from stages.extract.markup import AMPERSAND, BLANK, SEMICOLON, TAG, Markup, next_attribute
from stages.extract.survey import verdicts
from stages.extract.text_nodes import FNV, PRIME, is_among

OWN = ("class", "id", "role", "style", "hidden", "aria-hidden")
CLASS, ID = 0, 1


class WordTable(NamedTuple):
    """The words that say something, with their bits, as `lookup.table_of` gives them; tags whose names say nothing."""

    words: np.ndarray
    bits: np.ndarray
    bare: np.ndarray


class Telling(NamedTuple):
    """The names of attributes in ASCII, one behind the other, and where each begins and ends."""

    text: np.ndarray
    starts: np.ndarray


NAMED = WordTable(
    *lookup_table({word.encode(): bit for word, bit in BIT_OF.items()}), np.array([TAG[tag] for tag in WHOLE_PAGE])
)


@cache
def telling_attributes() -> tuple[str, ...]:
    """The attributes whose values tell something: to us, or to trafilatura's lists."""
    return *OWN, *(name for name in verdicts()[0] if name not in OWN)


@cache
def telling() -> Telling:
    """The same for `read_names`."""
    encoded = [name.encode() for name in telling_attributes()]
    return Telling(np.frombuffer(b"".join(encoded), np.uint8), np.cumsum([0, *map(len, encoded)]))


@kernel
def read_names(
    page: Markup,
    boxes: Records,
    named: WordTable,
    telling: Telling,
    said: np.ndarray,
    names: np.ndarray,
    values: Records,
) -> int:
    """Write what the words in class and id say of each box, and a hash of its tag and the first word of its class.

    `values` gets the attributes that tell something; how many there are.
    """
    count, xml = 0, page.xml
    for box in range(len(boxes)):
        place, end = page.attributes[boxes[box].element]
        said[box], names[box] = 0, FNV ^ np.uint64(boxes[box].tag)
        while place < end:
            name = place + 1
            name_end, begin, place = next_attribute(xml, name)
            attribute = attribute_at(xml, name, name_end, telling)
            if attribute == CLASS:
                names[box] = first_word(xml, begin, place, names[box])
            if attribute >= 0 and not is_among(boxes[box].tag, named.bare):
                if attribute <= ID:
                    said[box] |= bits_of_words(xml, begin, min(place, begin + LONGEST), named)
                row = values[count]
                row.box, row.attribute, row.begin, row.end = box, attribute, begin, place
                count += 1
            place += 1
    return count


@kernel
def attribute_at(xml: np.ndarray, begin: int, end: int, telling: Telling) -> int:
    """Which telling attribute has its name in these bytes, -1 for none."""
    for which in range(len(telling.starts) - 1):
        start = telling.starts[which]
        if telling.starts[which + 1] - start == end - begin and telling.text[start] == xml[begin]:
            place = 1
            while place < end - begin and telling.text[start + place] == xml[begin + place]:
                place += 1
            if place == end - begin:
                return which
    return -1


@kernel
def blank_at(xml: np.ndarray, place: int, end: int) -> int:
    """How many bytes of a blank stand at a place: a reference of several for tabs and newlines, 0 for no blank."""
    if xml[place] == BLANK:
        return 1
    size = 0
    if xml[place] == AMPERSAND and xml[place + 1] == 35:  # "#"
        while place + size < end and xml[place + size] != SEMICOLON:
            size += 1
        size += 1
    return size


@kernel
def first_word(xml: np.ndarray, place: int, end: int, value: np.uint64) -> np.uint64:
    """A hash of the first word of a value, of which it begins with another value; that for none."""
    while place < end and blank_at(xml, place, end):
        place += blank_at(xml, place, end)
    while place < end and not blank_at(xml, place, end):
        value = (value ^ np.uint64(xml[place])) * PRIME
        place += 1
    return value


@kernel
def bits_of_words(xml: np.ndarray, place: int, end: int, named: WordTable) -> int:
    """The bits of the words in a class or an id, in any style of writing: "postBody", "post-body", "postbody"."""
    bits = 0
    while place < end:
        place += blank_at(xml, place, end)
        begin = place
        while place < end and not blank_at(xml, place, end):
            place += 1
        bits |= number_of(xml, begin, place, named.words, named.bits) | bits_of_parts(xml, begin, place, named)
    return bits


@kernel
def bits_of_parts(xml: np.ndarray, place: int, end: int, named: WordTable) -> int:
    """The bits of the parts of one word: lower-case letters with a capital before them, or capitals."""
    bits = 0
    while place < end:
        begin = place
        if is_capital(xml[place]):
            place += 1
            if place < end and is_capital(xml[place]):
                while place < end and is_capital(xml[place]):
                    place += 1
            else:
                place = behind_small(xml, place, end)
        else:
            place = behind_small(xml, place, end)
        if place > begin:
            bits |= number_of(xml, begin, place, named.words, named.bits)
        else:
            place += 1
    return bits


@kernel
def behind_small(xml: np.ndarray, place: int, end: int) -> int:
    """Behind the lower-case letters at a place."""
    while place < end and 97 <= xml[place] <= 122:
        place += 1
    return place


@kernel
def is_capital(byte: int) -> bool:
    """Whether a byte is a capital letter."""
    return 65 <= byte <= 90
