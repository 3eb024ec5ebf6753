"""What is known of the boxes of a page: what their names say, what they take over from those around, who is alike."""

import html
from functools import cache

import numpy as np

from pipeline.hashing import GOLDEN64
from pipeline.kernels import kernel
from stages.extract.blocks import listed
from stages.extract.blocks.fields import BOX_SAID, VALUE, Records
from stages.extract.blocks.names import CONTENT, FURNITURE, LISTED, LONGEST, MAIN, POST, TAG_BITS, bits_of_attribute
from stages.extract.blocks.words import NAMED, read_names, telling, telling_attributes
from stages.extract.markup import KNOWN, TAG, Markup
from stages.extract.reader.verdicts import LOWEST
from stages.extract.survey import verdicts

FARTHEST = 12  # boxes
MOST_REMEMBERED = 50_000  # values of one attribute
NEAR = CONTENT | POST | MAIN
OF_TAGS = np.zeros(len(KNOWN) + 1, np.int32)
OF_TAGS[[TAG[tag] for tag in TAG_BITS]] = list(TAG_BITS.values())


def describe_boxes(page: Markup, boxes: np.ndarray) -> np.ndarray:
    """What is known of the boxes of a page, a record of `fields.BOX_SAID` for each record of `fields.BOX_ROW`."""
    said, names = np.empty(len(boxes), np.int64), np.empty(len(boxes), np.uint64)
    values = np.empty(len(boxes) * len(telling_attributes()), VALUE)
    count = read_names(page, boxes, NAMED, telling(), said, names, values)
    own, marked = (said | OF_TAGS[boxes["tag"]]).tolist(), dict[int, int]()
    values_of, settle = known_values(), verdicts()[1]
    for box, attribute, begin, end in values[:count].tolist():
        marks, bits = values_of[attribute][page.raw[begin:end]]
        own[box] |= bits
        if marks:
            marked[box] = marked.get(box, 0) | marks
    for box, marks in marked.items():
        items = page.items(boxes[box]["element"]) if marks > LOWEST else ()
        if settled := settle(marks, items):
            own[box] |= listed.bits_of_mark(KNOWN[boxes[box]["tag"] - 1], settled) << LISTED
    own[0] = 0  # of what is around the page
    made = np.empty(len(boxes), BOX_SAID)
    inherit(boxes, np.array(own, np.int32), names, made)
    return made


class Values(dict[bytes, tuple[int, int]]):
    """What trafilatura's lists and our own say of the values of one attribute, as a page's XML has them."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name, self.marks = name, verdicts()[0].get(name)
        self.is_word = name in ("class", "id")  # whose words `words` reads

    def __missing__(self, raw: bytes) -> tuple[int, int]:
        value = html.unescape(raw.decode())
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
    return [Values(name) for name in telling_attributes()]


@kernel
def inherit(boxes: Records, own: np.ndarray, names: np.ndarray, made: Records) -> None:
    """Fill `made`: a box comes after the one around it. `names` are hashes."""
    numbers = np.empty(len(boxes), np.int32)
    number_keys(names, numbers)
    like, twins = np.empty((2, len(boxes)), np.uint64)
    for place in range(len(boxes)):
        around, box = boxes[place].around, made[place]
        box.own = box.flags = own[place]
        box.depth, box.far_furniture, box.far_content = 0, FARTHEST, FARTHEST
        if around >= 0:
            outer = made[around]
            box.flags |= outer.flags
            box.depth = outer.depth + 1
            box.far_furniture = 0 if box.own & FURNITURE else min(outer.far_furniture + 1, FARTHEST)
            box.far_content = 0 if box.own & NEAR else min(outer.far_content + 1, FARTHEST)
        name, above = number_at(numbers, place), number_at(numbers, around)
        top = number_at(numbers, boxes[around].around if around >= 0 else -1)
        like[place] = (name << np.uint64(21) | above) << np.uint64(21) | top
        twins[place] = np.uint64(around + 1) << np.uint64(32) | name
    number_keys(like, made["like"])
    number_keys(twins, made["twins"])


@kernel
def number_at(numbers: np.ndarray, place: int) -> np.uint64:
    """A number above 0, and 0 for no place."""
    return np.uint64(numbers[place] + 1) if place >= 0 else np.uint64(0)


@kernel
def number_keys(keys: np.ndarray, numbers: np.ndarray) -> None:
    """Number keys in the order in which they come first."""
    size = 2
    while size < 2 * len(keys):
        size *= 2
    slots = np.full(size, -1, np.int32)
    count, mask = 0, size - 1
    for place in range(len(keys)):
        mixed = keys[place] * GOLDEN64
        slot = np.int64(mixed >> np.uint64(32)) & mask
        while slots[slot] >= 0 and keys[slots[slot]] != keys[place]:
            slot = (slot + 1) & mask
        if slots[slot] < 0:
            slots[slot], numbers[place] = place, count
            count += 1
        else:
            numbers[place] = numbers[slots[slot]]
