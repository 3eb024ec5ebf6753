"""The blocks and boxes of a page in one compiled walk over its markup; `walk.BlockWalk` is the same for Markdown."""

from collections.abc import Callable

import numpy as np
from lxml.etree import _Element

from dedup.kernels import kernel
from stages.extract.blocks.block import PageBlocks
from stages.extract.blocks.boxes import boxes_of
from stages.extract.blocks.decisions import decide
from stages.extract.blocks.fields import (
    AFTER_BREAK, AFTER_TEXT, AROUND, AT, BLOCK, BLOCK_FIELDS, BOX, BOX_AT, BOX_COUNT, BOX_FIELDS, BREAK, CODE_IF_ALONE, DISPLAY, ELEMENT, FIRST,
    FORMULA, HAS_LEAD, IN_ITEM, LAST, LAST_PART, LINE_CODE, LINK, LINKS, LISTED, NONBLANK, NOTHING, OF_CAPTION, OF_CODE,
    OF_TABLE, OF_TERM, PREFORMATTED, QUOTES, RULE, SKIP, STATE, TABLE_TEXT,
)  # fmt: skip
from stages.extract.blocks.lines import add_block, add_formula, add_given, add_text, break_line, end_block
from stages.extract.blocks.tags import BOXES, CODE, HEADINGS, LISTS, SKIPPED, VERBATIM
from stages.extract.characters import traits
from stages.extract.markup import BEGIN, END, KNOWN, TAG, Markup
from stages.extract.texts import plain_text

def roles() -> np.ndarray:
    """What each tag is to the walk, by its number."""
    made = np.zeros(len(KNOWN) + 1, np.int8)
    for tags, role in ((SKIPPED, SKIP), (BOXES, BOX), (CODE, PREFORMATTED), (VERBATIM, LINE_CODE), (("br",), BREAK),
                       (("hr",), RULE), (("a",), LINK)):  # fmt: skip
        made[[TAG[tag] for tag in tags]] = role
    return made


def kinds_of_boxes() -> np.ndarray:
    """The kind of a block by the tag of its box: 10 and more for headings of a level."""
    made = np.zeros(len(KNOWN) + 1, np.int8)
    for tag in HEADINGS:
        made[TAG[tag]] = 10 + int(tag[1])
    made[TAG["dt"]] = OF_TERM
    made[[TAG["caption"], TAG["figcaption"]]] = OF_CAPTION
    return made


def lists() -> np.ndarray:
    """Which tags are lists."""
    made = np.zeros(len(KNOWN) + 1, np.bool_)
    made[[TAG[tag] for tag in LISTS]] = True
    return made


ROLES, BOX_KINDS, IS_LIST = roles(), kinds_of_boxes(), lists()
LI, BLOCKQUOTE, BUTTON = TAG["li"], TAG["blockquote"], TAG["button"]


def blocks_of(page: Markup, element: Callable[[int], _Element]) -> PageBlocks:
    """The blocks of a page; `element` gives one of its elements by its number, where that is to be looked at."""
    made = decide(page, element)
    given, bounds, links = made.given()
    text, scratch = np.empty((2, len(page.xml) + len(given) + len(page.events) + 16), np.uint8)
    rows = np.empty((len(page.events) + 1, BLOCK_FIELDS), np.int32)
    boxes = np.empty((len(page.tags) + 1, BOX_FIELDS), np.int32)
    size, count, boxed = walk(
        page.xml, page.tags, page.closes, page.events, made.decided, made.refers, given, bounds, links, traits(), ROLES,
        BOX_KINDS, IS_LIST, text, scratch, rows, boxes,
    )  # fmt: skip
    boxes = boxes[:boxed]
    tags = page.tags[boxes[:, ELEMENT]]
    return PageBlocks(text[:size].tobytes(), rows[:count], boxes, tags, boxes_of(page, boxes), made.tidied)


@kernel
def walk(
    xml: np.ndarray, tags: np.ndarray, closes: np.ndarray, events: np.ndarray, decided: np.ndarray, refers: np.ndarray,
    given: np.ndarray, given_bounds: np.ndarray, given_links: np.ndarray, table: np.ndarray, of_tags: np.ndarray,
    box_kinds: np.ndarray, is_list: np.ndarray, text: np.ndarray, scratch: np.ndarray, blocks: np.ndarray, boxes: np.ndarray,
) -> tuple[int, int, int]:  # fmt: skip
    """Fill `text`, `blocks` and `boxes`; how many bytes, blocks and boxes there are.

    `decided` says of an element what it is (NOTHING for most), `refers` which of the `given` texts it stands for, -1
    for none, `given_links` how many characters of that are links.
    """
    at = np.zeros(STATE, np.int64)
    begin_box(at, boxes, 0, -1, False)
    event = 0
    while event < len(events):
        first, second = events[event, 0], events[event, 1]
        event += 1
        if second == END:
            close(first, at, tags, of_tags, box_kinds, is_list, text, blocks, boxes)
        elif second != BEGIN:
            size = plain_text(xml, first, second, scratch)
            add_text(scratch, 0, size, at, table, text)
        elif stands_for_text(first, at, tags, of_tags, box_kinds, decided, boxes):
            write_given(first, at, tags, of_tags, decided, refers, given, given_bounds, given_links, table, box_kinds,
                        text, blocks, boxes)  # fmt: skip
            event = closes[first] + 1
        else:
            open_element(first, at, tags, of_tags, is_list, box_kinds, text, blocks, boxes)
    end_block(at, tags, box_kinds, text, blocks, boxes)
    boxes[0, LAST] = at[BLOCK]
    return at[AT], at[BLOCK], at[BOX_COUNT]


@kernel
def begin_box(at: np.ndarray, boxes: np.ndarray, element: int, around: int, in_item: bool) -> None:
    """A box begins."""
    box = at[BOX_COUNT]
    at[BOX_COUNT], at[BOX_AT] = box + 1, box
    boxes[box, ELEMENT], boxes[box, AROUND], boxes[box, FIRST], boxes[box, IN_ITEM] = element, around, at[BLOCK], in_item


@kernel
def end_box(at: np.ndarray, boxes: np.ndarray) -> None:
    """The innermost box ends."""
    boxes[at[BOX_AT], LAST] = at[BLOCK]
    at[BOX_AT] = boxes[at[BOX_AT], AROUND]


@kernel
def stands_for_text(
    element: int, at: np.ndarray, tags: np.ndarray, of_tags: np.ndarray, box_kinds: np.ndarray, decided: np.ndarray,
    boxes: np.ndarray,
) -> bool:  # fmt: skip
    """Whether what an element holds is not walked over: it is left out, or a text was given for it."""
    if decided[element] == CODE_IF_ALONE:
        return not at[NONBLANK]
    role = of_tags[tags[element]]
    if decided[element] != NOTHING or role == PREFORMATTED or role == BREAK or role == RULE:
        return True
    in_heading = box_kinds[tags[boxes[at[BOX_AT], ELEMENT]]] >= 10
    return role == SKIP and not (tags[element] == BUTTON and in_heading)


@kernel
def write_given(
    element: int, at: np.ndarray, tags: np.ndarray, of_tags: np.ndarray, decided: np.ndarray, refers: np.ndarray,
    given: np.ndarray, given_bounds: np.ndarray, given_links: np.ndarray, table: np.ndarray, box_kinds: np.ndarray,
    text: np.ndarray, blocks: np.ndarray, boxes: np.ndarray,
) -> None:  # fmt: skip
    """Breaks, and what was decided of an element."""
    role, what, refer = of_tags[tags[element]], decided[element], refers[element]
    if what == FORMULA or what == DISPLAY:
        if refer >= 0:
            add_formula(given, given_bounds[refer], given_bounds[refer + 1], what == DISPLAY, at, table, text)
    elif role == RULE or (role == BREAK and at[LAST_PART] == AFTER_BREAK) or what != NOTHING or role == PREFORMATTED:
        end_block(at, tags, box_kinds, text, blocks, boxes)
    elif role == BREAK and at[LAST_PART] == AFTER_TEXT:
        break_line(at)
    if what >= TABLE_TEXT:
        if role == BOX:
            begin_box(at, boxes, element, at[BOX_AT], boxes[at[BOX_AT], IN_ITEM])
        if refer >= 0:
            kind = OF_TABLE if what == TABLE_TEXT else OF_CODE
            add_given(given, given_bounds[refer], given_bounds[refer + 1], at, table, text)
            add_block(kind, 0, given_links[refer], refer, at, text, blocks)
        if role == BOX:
            end_box(at, boxes)


@kernel
def open_element(
    element: int, at: np.ndarray, tags: np.ndarray, of_tags: np.ndarray, is_list: np.ndarray, box_kinds: np.ndarray,
    text: np.ndarray, blocks: np.ndarray, boxes: np.ndarray,
) -> None:  # fmt: skip
    """An element begins that is walked over."""
    tag = tags[element]
    role = of_tags[tag]
    if role == LINK:
        at[LINKS] += 1
    elif role == BOX:
        end_block(at, tags, box_kinds, text, blocks, boxes)
        in_item = tag == LI or (not is_list[tag] and boxes[at[BOX_AT], IN_ITEM] != 0)
        begin_box(at, boxes, element, at[BOX_AT], in_item)
        at[LISTED] += is_list[tag]
        at[QUOTES] += tag == BLOCKQUOTE
        if tag == LI:
            at[HAS_LEAD] = 1


@kernel
def close(
    element: int, at: np.ndarray, tags: np.ndarray, of_tags: np.ndarray, box_kinds: np.ndarray, is_list: np.ndarray,
    text: np.ndarray, blocks: np.ndarray, boxes: np.ndarray,
) -> None:  # fmt: skip
    """An element ends that was walked over."""
    tag = tags[element]
    role = of_tags[tag]
    if role == LINK:
        at[LINKS] -= 1
    elif role == BOX:
        at[LISTED] -= is_list[tag]
        end_block(at, tags, box_kinds, text, blocks, boxes)
        at[QUOTES] -= tag == BLOCKQUOTE
        if tag == LI:
            at[HAS_LEAD] = 0
        end_box(at, boxes)
