"""What belongs together is kept together: corrections of a choice of blocks that look at their order and boxes."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from stages.extract.blocks import features as columns
from stages.extract.blocks.block import Block, Box
from stages.extract.blocks.names import FURNITURE

NEAR = 3  # blocks
LEAST_LIKELY = 0.05
LABEL = 80  # characters of a line that announces what is below it
SENTENCE = 40  # characters, on average, of items that are no menu
LISTS = ("ul", "ol", "menu", "dir")


def drop_lonely_headings(blocks: Sequence[Block], rows: np.ndarray, kept: np.ndarray) -> None:
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


def keep_what_stands_between(blocks: Sequence[Block], likely: np.ndarray, kept: np.ndarray) -> None:
    """Keep code and tables with kept blocks close on both sides, and terms whose meaning is kept."""
    places = np.flatnonzero(kept).tolist()
    for place, block in enumerate(blocks):
        if block.kind not in ("code", "table") or kept[place] or likely[place] < LEAST_LIKELY:
            continue
        at = np.searchsorted(places, place)
        before = places[at - 1] if at else None
        after = places[at] if at < len(places) else None
        if before is not None and after is not None and place - before <= NEAR and after - place <= NEAR:
            kept[place] = True
    for place in range(len(blocks) - 2, -1, -1):
        if blocks[place].kind == "term" and kept[place + 1] and blocks[place + 1].box.tag == "dd":
            kept[place] = True


def keep_lists_of_sentences(blocks: Sequence[Block], kept: np.ndarray) -> None:
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


def list_of(block: Block) -> Box | None:
    """The innermost list that a block is in."""
    box: Box | None = block.box
    while box is not None and box.tag not in LISTS:
        box = box.around
    return box
