"""The longest series of a page: boxes of the same names, as cards of a shop, items of a listing or posts are.

A page of which the main text is such a series has little running text elsewhere, so that its short lines and links
are not what they are beside a story.
"""

import numpy as np

from stages.extract.blocks.block import PageBlocks
from stages.extract.blocks.names import ASIDE, FOOTER, HEADER, HIDDEN, NAVIGATION, PROMPT
from stages.extract.markup import KNOWN, TAG

LEAST_BOXES = 4
LEAST_BLOCKS, LEAST_SIZE = 1.5, 30  # blocks or characters in each box on average: items of menus have less
IS_PART = np.zeros(len(KNOWN) + 1, np.bool_)  # of a text or a table
IS_PART[[TAG[tag] for tag in "p h1 h2 h3 h4 h5 h6 dt dd td th tbody".split()]] = True
MENUS = NAVIGATION | FOOTER | PROMPT
OUTSIDE = MENUS | HEADER | ASIDE | HIDDEN
NAMES = (
    *"series_place series_boxes series_share series_linked series_prose series_blocks series_size".split(),
    *"story_size story_share".split(),
)


def longest_series(page: PageBlocks, size: np.ndarray) -> np.ndarray:
    """Boxes whose names, and those of the two boxes around, are the same, outside menus; empty for none.

    Of all series the one with most text, times the logarithm of its length. `size` has the characters of all blocks
    before each block, and of all at its end.
    """
    first, end = page.boxes["first"], page.boxes["end"]
    may = np.flatnonzero((end > first) & ~IS_PART[page.boxes["tag"]] & (page.said["flags"] & MENUS == 0))
    if not len(may):
        return may
    order = np.unique(page.said["like"][may], return_inverse=True)[1]
    count = np.bincount(order)
    held = np.bincount(order, size[end[may]] - size[first[may]])
    blocks = np.bincount(order, end[may] - first[may])
    is_series = (count >= LEAST_BOXES) & ((blocks >= LEAST_BLOCKS * count) | (held >= LEAST_SIZE * count))
    worth = np.where(is_series, held * np.log2(count), 0)
    if not worth.max() > 0:
        return may[:0]
    best = worth == worth.max()
    return may[order == order[best[order]][0]]  # the first in the page of those that are worth the same


def of_series(flags: np.ndarray, page: PageBlocks, sums: list[np.ndarray]) -> np.ndarray:
    """Where each block stands to the longest series, what that is like, and how much story is outside of it.

    `flags` are those of the blocks' boxes; `sums` are running sums of characters, of links and of running text.
    """
    count = len(flags)
    series = longest_series(page, sums[0])
    place = np.zeros(count, np.float32)  # 0 before it or without one, 1 in it, 2 behind it
    values = [0.0] * 6
    if len(series):
        first, end = page.boxes["first"][series], page.boxes["end"][series]
        held, linked, prose = (np.cumsum(each[end] - each[first])[-1] for each in sums)  # in the order of the page
        place[first[0] :] = 2
        for begin, behind in zip(first.tolist(), end.tolist(), strict=True):
            place[begin:behind] = 1
        blocks = int((end - first).sum())
        number = len(series)
        values = [np.log2(number), held / sums[0][-1], linked / held, prose / held, blocks / number]
        values.append(np.log2(1 + held / number))
    prose = np.diff(sums[2])
    story = prose[(place != 1) & (flags & OUTSIDE == 0)].sum()
    values += [np.log2(1 + story), story / sums[0][-1]]
    return np.concatenate([place[None], np.repeat(np.array(values, np.float32)[:, None], count, 1)])
