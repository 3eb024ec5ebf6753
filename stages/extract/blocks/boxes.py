"""What is known of the boxes of a page: what their names say, what they take over from those around, who is alike."""

import html
from functools import cache

import numpy as np

from dedup.kernels import kernel
from stages.extract.blocks import listed
from stages.extract.blocks.fields import AROUND, ELEMENT
from stages.extract.blocks.names import CONTENT, FURNITURE, LISTED, LONGEST, MAIN, POST, TAG_BITS, bits_of_attribute
from stages.extract.blocks.words import BARE, WORD_BITS, WORDS, attribute_table, attributes, read_names
from stages.extract.markup import KNOWN, TAG, Markup
from stages.extract.reader.verdicts import LOWEST
from stages.extract.survey import verdicts

FARTHEST = 12  # boxes
MOST_REMEMBERED = 50_000  # values of one attribute
NEAR = CONTENT | POST | MAIN
OWN, FLAGS, DEPTH, FAR_FURNITURE, FAR_CONTENT, LIKE, TWINS, MEASURES = range(8)
OF_TAGS = np.zeros(len(KNOWN) + 1, np.int64)
OF_TAGS[[TAG[tag] for tag in TAG_BITS]] = list(TAG_BITS.values())


def boxes_of(page: Markup, rows: np.ndarray) -> np.ndarray:
    """Measures of the boxes of a page, int64, in the order of `rows`: see the fields above."""
    said, names = np.empty(len(rows), np.int64), np.empty(len(rows), np.uint64)
    values = np.empty((len(rows) * len(attributes()), 4), np.int32)
    count = read_names(
        page.xml, page.tags, page.attributes, rows, BARE, WORDS, WORD_BITS, *attribute_table(), said, names, values
    )
    own, marked = (said | OF_TAGS[page.tags[rows[:, ELEMENT]]]).tolist(), dict[int, int]()
    values_of, settle = known_values(), verdicts()[1]
    for box, attribute, begin, end in values[:count].tolist():
        marks, bits = values_of[attribute][page.raw[begin:end]]
        own[box] |= bits
        if marks:
            marked[box] = marked.get(box, 0) | marks
    for box, marks in marked.items():
        element = rows[box, ELEMENT]
        if settled := settle(marks, page.items(element) if marks > LOWEST else ()):
            own[box] |= listed.bits_of_mark(KNOWN[page.tags[element] - 1], settled) << LISTED
    own[0] = 0  # of what is around the page
    measures = np.empty((len(rows), MEASURES), np.int64)
    slots = np.empty(1 << int(2 * len(rows)).bit_length(), np.int64)
    inherit(rows, np.array(own, np.int64), names, slots, measures)
    return measures


class Values(dict[bytes, tuple[int, int]]):
    """What trafilatura's lists and our own say of the values of one attribute, as a page's XML has them."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name, self.marks = name, verdicts()[0].get(name)
        self.is_word = name in ("class", "id")  # whose words `words` reads

    def __missing__(self, raw: bytes) -> tuple[int, int]:
        value = html.unescape(raw.decode()) if b"&" in raw else raw.decode()
        bits = 0 if self.is_word else bits_of_attribute(self.name, value[:LONGEST])
        found = (0 if self.marks is None else self.marks.judge(value), bits)
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        if len(raw) <= LONGEST:
            self[raw] = found
        return found


@cache
def known_values() -> list[Values]:
    """The values of each attribute that tells something, as far as they were seen."""
    return [Values(name) for name in attributes()]


@kernel
def inherit(rows: np.ndarray, own: np.ndarray, keys: np.ndarray, slots: np.ndarray, measures: np.ndarray) -> None:
    """Fill `measures`: a box comes after the one around it."""
    like, twins = np.empty((2, len(rows)), np.uint64)
    names = np.empty(len(rows), np.int64)
    number_keys(keys, slots, names)
    for box in range(len(rows)):
        around = rows[box, AROUND]
        outer = rows[around, AROUND] if around >= 0 else -1
        name, above = np.uint64(names[box] + 1), np.uint64(names[around] + 1 if around >= 0 else 0)
        like[box] = (name << np.uint64(21) | above) << np.uint64(21) | np.uint64(names[outer] + 1 if outer >= 0 else 0)
        twins[box] = np.uint64(around + 1) << np.uint64(32) | name
        measures[box, OWN] = measures[box, FLAGS] = own[box]
        measures[box, DEPTH] = 0
        measures[box, FAR_FURNITURE] = measures[box, FAR_CONTENT] = FARTHEST
        if around >= 0:
            measures[box, FLAGS] |= measures[around, FLAGS]
            measures[box, DEPTH] = measures[around, DEPTH] + 1
            far, near = measures[around, FAR_FURNITURE] + 1, measures[around, FAR_CONTENT] + 1
            measures[box, FAR_FURNITURE] = 0 if own[box] & FURNITURE else min(far, FARTHEST)
            measures[box, FAR_CONTENT] = 0 if own[box] & NEAR else min(near, FARTHEST)
    number_keys(like, slots, measures[:, LIKE])
    number_keys(twins, slots, measures[:, TWINS])


@kernel
def number_keys(keys: np.ndarray, slots: np.ndarray, numbers: np.ndarray) -> int:
    """Number keys in the order in which they come first; how many there are. `slots` has a power of two of places."""
    slots[:] = -1
    count, mask = 0, np.int64(len(slots) - 1)
    for row in range(len(keys)):
        mixed = keys[row] * np.uint64(0x9E3779B97F4A7C15)
        slot = np.int64(mixed >> np.uint64(32)) & mask
        while slots[slot] >= 0 and keys[slots[slot]] != keys[row]:
            slot = (slot + 1) & mask
        if slots[slot] < 0:
            slots[slot] = row
            numbers[row] = count
            count += 1
        else:
            numbers[row] = numbers[slots[slot]]
    return count
