"""The names of boxes, read by a compiled loop: see `names` for what their words mean."""

from functools import cache

import numpy as np

from dedup.kernels import kernel
from stages.extract.blocks.fields import ELEMENT
from stages.extract.blocks.names import BIT_OF, LONGEST, WHOLE_PAGE
from stages.extract.lookup import number_of, table_of
from stages.extract.markup import AMPERSAND, BLANK, EQUALS, SEMICOLON, TAG
from stages.extract.survey import verdicts

WORDS, WORD_BITS = table_of({word.encode(): bit for word, bit in BIT_OF.items()})
OWN = ("class", "id", "role", "style", "hidden", "aria-hidden")
CLASS, ID = 0, 1
BARE = np.array([TAG[tag] for tag in WHOLE_PAGE])
FNV, PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)


@cache
def attributes() -> tuple[str, ...]:
    """The attributes whose values tell something: to us, or to trafilatura's lists."""
    return *OWN, *(name for name in verdicts()[0] if name not in OWN)


@cache
def attribute_table() -> tuple[np.ndarray, np.ndarray]:
    """Their names in ASCII, one behind the other, and where each begins and ends."""
    encoded = [name.encode() for name in attributes()]
    return np.frombuffer(b"".join(encoded), np.uint8), np.cumsum([0, *map(len, encoded)])


@kernel
def read_names(
    xml: np.ndarray, tags: np.ndarray, attributes: np.ndarray, rows: np.ndarray, bare: np.ndarray, words: np.ndarray,
    word_bits: np.ndarray, telling: np.ndarray, starts: np.ndarray, said: np.ndarray, names: np.ndarray, values: np.ndarray,
) -> int:  # fmt: skip
    """Write what the words in class and id say of each box, and a number for its tag and the first word of its class.

    `values` gets the attributes that tell something: the box, which attribute, and where its value begins and ends. How
    many there are.
    """
    count = 0
    for row in range(len(rows)):
        element = rows[row, ELEMENT]
        place, end = attributes[element, 0], attributes[element, 1]
        said[row], names[row] = 0, FNV ^ np.uint64(tags[element])
        while place < end:
            begin, place = place + 1, place + 2
            while xml[place] != EQUALS:
                place += 1
            which = attribute_at(xml, begin, place, telling, starts)
            begin, place = place + 2, place + 2
            while xml[place] != xml[begin - 1]:
                place += 1
            if which == CLASS:
                names[row] = first_word(xml, begin, place, names[row])
            if which >= 0 and not (tags[element] == bare).any():
                if which == CLASS or which == ID:
                    said[row] |= bits_of_words(xml, begin, min(place, begin + LONGEST), words, word_bits)
                values[count, 0], values[count, 1], values[count, 2], values[count, 3] = row, which, begin, place
                count += 1
            place += 1
    return count


@kernel
def attribute_at(xml: np.ndarray, begin: int, end: int, telling: np.ndarray, starts: np.ndarray) -> int:
    """Which telling attribute has its name in these bytes, -1 for none."""
    for which in range(len(starts) - 1):
        start = starts[which]
        if starts[which + 1] - start == end - begin and telling[start] == xml[begin]:
            place = 1
            while place < end - begin and telling[start + place] == xml[begin + place]:
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
def bits_of_words(xml: np.ndarray, place: int, end: int, words: np.ndarray, word_bits: np.ndarray) -> int:
    """The bits of the words in a class or an id, in any style of writing: "postBody", "post-body", "postbody"."""
    bits = 0
    while place < end:
        place += blank_at(xml, place, end)
        begin = place
        while place < end and not blank_at(xml, place, end):
            place += 1
        bits |= number_of(xml, begin, place, words, word_bits) | bits_of_parts(xml, begin, place, words, word_bits)
    return bits


@kernel
def bits_of_parts(xml: np.ndarray, place: int, end: int, words: np.ndarray, word_bits: np.ndarray) -> int:
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
            bits |= number_of(xml, begin, place, words, word_bits)
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
