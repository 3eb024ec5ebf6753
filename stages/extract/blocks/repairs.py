"""What belongs together is kept together: corrections of a choice of blocks that look at their order and boxes."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from stages.extract.blocks import features as columns
from stages.extract.blocks.block import Box, PageBlock
from stages.extract.blocks.names import FURNITURE

NEAR = 3  # blocks
LEAST_LIKELY, UNLIKELY = 0.05, 0.1
LINKED = 0.3
LABEL = 80  # characters of a line that announces what is below it
SENTENCE = 40  # characters, on average, of items that are no menu
LISTS = ("ul", "ol", "menu", "dir")


def drop_lonely_headings(blocks: Sequence[PageBlock], rows: np.ndarray, kept: np.ndarray) -> None:
    """Drop headings, and short lines that end in a colon, of which nothing is kept; but not the page's title."""
    for place in range(len(blocks) - 1, -1, -1):
        block = blocks[place]
        is_label = block.kind == "heading" or (len(block.text) < LABEL and block.text.endswith(":"))
        if not kept[place] or not is_label or columns.is_title(rows[place]):
            continue
        end = place + 1
        while end < len(blocks) and end <= place + 1 + NEAR and (end == place + 1 or blocks[end].kind != "heading"):
            end += 1
        kept[place] = kept[place + 1 : end].any()


def keep_what_stands_between(blocks: Sequence[PageBlock], likely: np.ndarray, kept: np.ndarray) -> None:
    """Keep code and tables with kept blocks close on both sides, and a heading or a list right between two kept blocks.

    Not those that are links, or that stand in a box of other things than the kept block before them does.
    """
    for before, after in pairwise(np.flatnonzero(kept).tolist()):
        gap = range(before + 1, after)
        for place in gap:
            is_near = place - before <= NEAR and after - place <= NEAR and likely[place] >= LEAST_LIKELY
            kept[place] |= is_near and blocks[place].kind in ("code", "table")
        if gap and belongs(blocks[before], blocks[before + 1 : after]) and likely[gap].mean() >= UNLIKELY:
            kept[gap] = True


def belongs(before: PageBlock, between: Sequence[PageBlock]) -> bool:
    """Whether blocks may belong to the text that they interrupt: a heading or a list, without links."""
    size, linked = (sum(values) for values in zip(*((len(b.text), b.linked) for b in between), strict=True))
    lists = {outermost_list(block) for block in between}
    first = between[0]
    alone = len(between) == 1 and (first.kind in ("heading", "term") or first.quoted > 0)
    whole = alone or (len(lists) == 1 and None not in lists)
    aside = any(block.box.flags & FURNITURE & ~before.box.flags or block.kind == "caption" for block in between)
    return whole and not aside and linked <= LINKED * size


def keep_what_announces(blocks: Sequence[PageBlock], kept: np.ndarray) -> None:
    """Keep terms of which the meaning is kept, and items of which the list below is."""
    for place in range(len(blocks) - 2, -1, -1):
        block, below = blocks[place], blocks[place + 1]
        if kept[place + 1] and (
            (block.kind == "term" and below.box.tag == "dd")
            or (block.kind == below.kind == "item" and below.level > block.level)
        ):
            kept[place] = True


def keep_lists_of_sentences(blocks: Sequence[PageBlock], kept: np.ndarray) -> None:
    """Keep a list right behind a paragraph of its box whose items are as long as sentences, though they are links."""
    lists: dict[Box, list[int]] = defaultdict(list)
    for place, block in enumerate(blocks):
        if block.kind == "item" and block.level == 1 and (box := list_of(block)) is not None:
            lists[box].append(place)
    for box, places in lists.items():
        first = places[0]
        if first == 0 or len(places) < 2 or kept[first] or not kept[first - 1] or box.flags & FURNITURE:
            continue
        before = blocks[first - 1]
        size = sum(len(blocks[place].text) for place in places)
        is_below = before.kind == "text" and len(before.text) > LABEL and before.box.around is box.around
        if is_below and size >= SENTENCE * len(places):
            kept[places] = True


def list_of(block: PageBlock) -> Box | None:
    """The innermost list that a block is in."""
    box: Box | None = block.box
    while box is not None and box.tag not in LISTS:
        box = box.around
    return box


def outermost_list(block: PageBlock) -> Box | None:
    """The list that a block is in and that is in no other."""
    found, box = None, block.box
    while box is not None:
        found, box = (box if box.tag in LISTS else found), box.around
    return found
