"""The longest series of a page: boxes of the same names, as cards of a shop, items of a listing or posts are.

A page of which the main text is such a series has little running text elsewhere, so that its short lines and links
are not what they are beside a story.
"""

from collections.abc import Sequence

import numpy as np

from stages.extract.blocks.block import Box
from stages.extract.blocks.names import ASIDE, FOOTER, HEADER, HIDDEN, NAVIGATION, PROMPT

LEAST_BOXES = 4
LEAST_BLOCKS, LEAST_SIZE = 1.5, 30  # blocks or characters in each box on average: items of menus have less
PARTS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd", "td", "th", "tbody"})  # of a text or a table
MENUS = NAVIGATION | FOOTER | PROMPT
OUTSIDE = MENUS | HEADER | ASIDE | HIDDEN
NAMES = (
    *"series_place series_boxes series_share series_linked series_prose series_blocks series_size".split(),
    *"story_size story_share".split(),
)


def longest_series(boxes: Sequence[Box], size: np.ndarray) -> list[Box]:
    """Boxes whose names, and those of the two boxes around, are the same, outside menus; empty for none.

    Of all series the one with most text, times the logarithm of its length. `size` has the characters of all blocks
    before each block, and of all at its end.
    """
    found: dict[tuple[str, str, str], list[Box]] = {}
    for box in boxes:
        if box.end > box.first and box.tag not in PARTS and not box.flags & MENUS:
            found.setdefault(box.like, []).append(box)
    best, most = list[Box](), 0.0
    for series in found.values():
        count = len(series)
        if count < LEAST_BOXES:
            continue
        held = sum(size[box.end] - size[box.first] for box in series)
        blocks = sum(box.end - box.first for box in series)
        if (blocks >= LEAST_BLOCKS * count or held >= LEAST_SIZE * count) and held * np.log2(count) > most:
            best, most = series, held * np.log2(count)
    return best


def of_series(count: int, flags: np.ndarray, boxes: Sequence[Box], sums: list[np.ndarray]) -> np.ndarray:
    """Where each block stands to the longest series, what that is like, and how much story is outside of it.

    `flags` are those of the blocks' boxes; `sums` are running sums of characters, of links and of running text.
    """
    series = longest_series(boxes, sums[0])
    place = np.zeros(count, np.float32)  # 0 before it or without one, 1 in it, 2 behind it
    values = [0.0] * 6
    if series:
        held, linked, prose = (sum(each[box.end] - each[box.first] for box in series) for each in sums)
        place[series[0].first :] = 2
        for box in series:
            place[box.first : box.end] = 1
        blocks = sum(box.end - box.first for box in series)
        number = len(series)
        values = [np.log2(number), held / sums[0][-1], linked / held, prose / held, blocks / number]
        values.append(np.log2(1 + held / number))
    prose = np.diff(sums[2])
    story = prose[(place != 1) & (flags & OUTSIDE == 0)].sum()
    values += [np.log2(1 + story), story / sums[0][-1]]
    return np.concatenate([place[:, None], np.tile(np.array(values, np.float32), (count, 1))], axis=1)
