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
LEAST_ITEMS = 3  # of a list that is kept as a whole
LABEL = 80  # characters of a line that announces what is below it
LABEL_WORDS = 2  # of the label of a field in a form
WHOLE = 12  # blocks in a box that is kept as a whole
FIRST = 0.35  # how likely its first one is at least, and a line that ends in a colon
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


def keep_headings_of_kept_text(blocks: Sequence[PageBlock], likely: np.ndarray, kept: np.ndarray, cut: float) -> None:
    """Keep headings above the cut whose next block is kept, the last of the page first."""
    for place in range(len(blocks) - 2, -1, -1):
        if blocks[place].kind == "heading" and kept[place + 1] and likely[place] > cut:
            kept[place] = True


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


def keep_what_announces(blocks: Sequence[PageBlock], likely: np.ndarray, kept: np.ndarray) -> None:
    """Keep terms of which the meaning is kept, items of which the list below is, and lines such as "For example:".

    Those above code, lists and tables, and those that stand between kept blocks, as the line above a quotation does.
    """
    for place in range(len(blocks) - 2, -1, -1):
        block, below = blocks[place], blocks[place + 1]
        announces = (
            (block.kind == "term" and (below.kind == "term" or in_meaning(below)))
            or (block.kind == below.kind == "item" and below.level > block.level)
            or (below.kind in ("code", "item", "table") and block.text.endswith(":") and likely[place] >= FIRST)
            or (place > 0 and kept[place - 1] and is_introduction(block) and likely[place] >= UNLIKELY)
        )
        if announces and kept[place + 1]:
            kept[place] = True


def is_introduction(block: PageBlock) -> bool:
    """Whether a block is a line of text that ends in a colon, is no link, and is longer than the label of a field."""
    is_line = block.kind == "text" and block.text.endswith(":") and len(block.text.split()) > LABEL_WORDS
    return is_line and 2 * block.linked <= len(block.text)


def in_meaning(block: PageBlock) -> bool:
    """Whether a block stands in the meaning of a term."""
    box: Box | None = block.box
    while box is not None and box.tag not in ("dd", "dl"):
        box = box.around
    return box is not None and box.tag == "dd"


def keep_first_lines(blocks: Sequence[PageBlock], likely: np.ndarray, kept: np.ndarray) -> None:
    """Keep the first line of a box of which all the rest is kept, as the title of a note is, unless it is unlikely."""
    for place in range(len(blocks) - 2, -1, -1):
        block = blocks[place]
        box: Box | None = block.box
        if box.first != place or block.linked or len(block.text) > LABEL or likely[place] < FIRST:
            continue
        while box is not None and box.first == place and box.end == place + 1:
            box = box.around
        if box is not None and box.first == place and box.end - place <= WHOLE:
            kept[place] |= kept[place + 1 : box.end].all()


def keep_whole_lists(blocks: Sequence[PageBlock], likely: np.ndarray, kept: np.ndarray) -> None:
    """Keep all items of a list of which half the text is kept and none is unlikely."""
    for places in places_by_list(blocks).values():
        size = np.array([len(blocks[place].text) for place in places])
        if len(places) >= LEAST_ITEMS and likely[places].min() >= UNLIKELY and 2 * size @ kept[places] >= size.sum():
            kept[places] = True


def keep_lists_of_sentences(blocks: Sequence[PageBlock], kept: np.ndarray) -> None:
    """Keep a list right behind a paragraph of its box whose items are as long as sentences, though they are links.

    Behind a line that ends in a colon, whatever the length of its items.
    """
    for box, places in places_by_list(blocks, 1).items():
        first = places[0]
        if first == 0 or len(places) < 2 or kept[places].all() or not kept[first - 1] or box.flags & FURNITURE:
            continue
        before = blocks[first - 1]
        size = sum(len(blocks[place].text) for place in places)
        if before.kind != "text" or before.box.around is not box.around:
            continue
        long = len(before.text) > LABEL and size >= SENTENCE * len(places) and not kept[first]
        if long or before.text.endswith(":"):
            kept[places] = True


def places_by_list(blocks: Sequence[PageBlock], level: int = 0) -> dict[Box, list[int]]:
    """The places of the items of each list, or of lists at one level."""
    lists: dict[Box, list[int]] = defaultdict(list)
    for place, block in enumerate(blocks):
        if block.kind == "item" and level in (0, block.level) and (box := list_of(block)) is not None:
            lists[box].append(place)
    return lists


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
