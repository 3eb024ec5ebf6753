"""The blocks and boxes of a page in one compiled walk over its markup; `walk.BlockWalk` does the same for Markdown."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from lxml.etree import _Element

from pipeline.kernels import kernel
from stages.extract.blocks import tags
from stages.extract.blocks.block import PageBlocks
from stages.extract.blocks.boxes import describe_boxes
from stages.extract.blocks.decisions import Decided, decide
from stages.extract.blocks.fields import (
    AFTER_BREAK,
    AFTER_TEXT,
    BLOCK_ROW,
    BOX,
    BOX_ROW,
    BREAK,
    CODE_IF_ALONE,
    DISPLAY,
    FORMULA,
    LINK,
    NOTHING,
    OF_CAPTION,
    OF_CODE,
    OF_TABLE,
    OF_TERM,
    PREFORMATTED,
    RULE,
    SKIP,
    STATE,
    TABLE_TEXT,
    Record,
    Records,
)
from stages.extract.blocks.lines import HEADINGS, add_block, add_formula, add_given, add_text, break_line, end_block
from stages.extract.blocks.ordinals import ordinals_of
from stages.extract.characters import traits
from stages.extract.markup import END, KNOWN, TAG, Markup
from stages.extract.text_nodes import node_text

LI, BLOCKQUOTE, BUTTON = TAG["li"], TAG["blockquote"], TAG["button"]


class Tags(NamedTuple):
    """What each tag is to the walk, by its number: its role, the kind of blocks in such a box, whether it is a list."""

    roles: np.ndarray
    kinds: np.ndarray
    lists: np.ndarray


class Written(NamedTuple):
    """What the walk writes: the texts of all blocks, the blocks and boxes, and room for one text."""

    text: np.ndarray
    blocks: Records
    boxes: Records
    scratch: np.ndarray


def _tags() -> Tags:
    roles, kinds, lists = np.zeros((3, len(KNOWN) + 1), np.int8)
    named = ((tags.SKIPPED, SKIP), (tags.BOXES, BOX), (tags.CODE, PREFORMATTED))
    for names, role in (*named, (("br",), BREAK), (("hr",), RULE), (("a",), LINK)):
        roles[[TAG[name] for name in names]] = role
    for name in tags.HEADINGS:
        kinds[TAG[name]] = HEADINGS + int(name[1])
    kinds[TAG["dt"]] = OF_TERM
    kinds[[TAG["caption"], TAG["figcaption"]]] = OF_CAPTION
    lists[[TAG[name] for name in tags.LISTS]] = 1
    return Tags(roles, kinds, lists)


TAGS = _tags()


def blocks_of(page: Markup, element: Callable[[int], _Element]) -> PageBlocks:
    """The blocks of a page; `element` gives one of its elements by its number, where that is to be looked at."""
    decisions = decide(page, element)
    made = decisions.decided()
    text, scratch = np.empty((2, len(page.xml) + len(made.texts) + len(page.events) + 16), np.uint8)
    out = Written(text, np.empty(len(page.events) + 1, BLOCK_ROW), np.empty(len(page.tags) + 1, BOX_ROW), scratch)
    state = np.zeros(1, STATE)
    walk(page, made, TAGS, traits(), state, out)
    at = state[0]
    blocks, boxes = out.blocks[: at["blocks"]], out.boxes[: at["boxes"]]
    said = describe_boxes(page, boxes)
    ordinals = ordinals_of(page, blocks, boxes, said)
    return PageBlocks(text[: at["written"]].tobytes(), blocks, boxes, said, decisions.tidied, ordinals)


@kernel
def walk(page: Markup, made: Decided, known: Tags, table: np.ndarray, state: np.ndarray, out: Written) -> None:
    """Fill what is written; `state` is one record, of zeros at first."""
    at = state[0]
    begin_box(0, page.tags[0], -1, False, at, out.boxes)
    event = 0
    while event < len(page.events):
        first, second = page.events[event, 0], page.events[event, 1]
        event += 1
        if second >= 0:
            size = node_text(page.xml, first, second, out.scratch)
            add_text(out.scratch, 0, size, at, table, out.text)
            continue
        tag = int(page.tags[first])
        if second == END:
            close(tag, at, known, out)
        elif is_written_whole(first, tag, at, made, known, out):
            write_whole(first, tag, at, made, known, table, out)
            event = page.closes[first] + 1
        else:
            open_element(first, tag, at, known, out)
    finish_block(at, known, out)
    out.boxes[0].end = at.blocks


@kernel
def begin_box(element: int, tag: int, around: int, in_item: bool, at: Record, boxes: Records) -> None:
    """A box begins."""
    at.box = at.boxes
    at.boxes += 1
    box = boxes[at.box]
    box.element, box.tag, box.around, box.first, box.in_item = element, tag, around, at.blocks, in_item


@kernel
def end_box(at: Record, boxes: Records) -> None:
    """The innermost box ends."""
    box = boxes[at.box]
    box.end = at.blocks
    at.box = box.around


@kernel
def finish_block(at: Record, known: Tags, out: Written) -> None:
    """The block at hand ends."""
    end_block(int(known.kinds[out.boxes[at.box].tag]), at, out.text, out.blocks, out.boxes)


@kernel
def is_written_whole(element: int, tag: int, at: Record, made: Decided, known: Tags, out: Written) -> bool:
    """Whether an element is not walked over: it is left out, is a break, or a text was given for it."""
    role = known.roles[tag]
    if made.kinds[element] == CODE_IF_ALONE:
        return not at.nonblank
    if made.kinds[element] != NOTHING or role in (PREFORMATTED, BREAK, RULE):
        return True
    return role == SKIP and not (tag == BUTTON and known.kinds[out.boxes[at.box].tag] >= HEADINGS)


@kernel
def write_whole(
    element: int, tag: int, at: Record, made: Decided, known: Tags, table: np.ndarray, out: Written
) -> None:
    """Write a break, or the text that stands for an element; others are left out."""
    role, kind, given = known.roles[tag], made.kinds[element], made.refers[element]
    begin, end = int(made.bounds[given]), int(made.bounds[given + 1])  # of no meaning without a text
    if kind in (FORMULA, DISPLAY):
        if given >= 0:
            add_formula(made.texts, begin, end, kind == DISPLAY, at, table, out.text)
    elif role == BREAK and at.last != AFTER_BREAK:
        if at.last == AFTER_TEXT:
            break_line(at)
    elif role in (BREAK, RULE, PREFORMATTED) or kind != NOTHING:
        finish_block(at, known, out)
    if kind >= TABLE_TEXT:
        if role == BOX:
            begin_box(element, tag, at.box, out.boxes[at.box].in_item, at, out.boxes)
        if given >= 0:
            add_given(made.texts, begin, end, at, table, out.text)
            add_block(
                OF_TABLE if kind == TABLE_TEXT else OF_CODE, 0, int(made.links[given]), given, at, out.text, out.blocks
            )
        if role == BOX:
            end_box(at, out.boxes)


@kernel
def open_element(element: int, tag: int, at: Record, known: Tags, out: Written) -> None:
    """An element begins that is walked over."""
    if known.roles[tag] == LINK:
        at.links += 1
    elif known.roles[tag] == BOX:
        finish_block(at, known, out)
        in_item = tag == LI or (not known.lists[tag] and out.boxes[at.box].in_item != 0)
        begin_box(element, tag, at.box, in_item, at, out.boxes)
        at.lists += known.lists[tag]
        at.quotes += tag == BLOCKQUOTE
        if tag == LI:
            at.lead = 1


@kernel
def close(tag: int, at: Record, known: Tags, out: Written) -> None:
    """An element ends that was walked over."""
    if known.roles[tag] == LINK:
        at.links -= 1
    elif known.roles[tag] == BOX:
        at.lists -= known.lists[tag]
        finish_block(at, known, out)
        at.quotes -= tag == BLOCKQUOTE
        if tag == LI:
            at.lead = 0
        end_box(at, out.boxes)
