"""Which blocks of a page are its main text.

Boosted trees give each block a probability (`trees`, made by `python -m benchmarks.extraction_choice`). Where the
cut lies is decided for the page: the word F1 that can be expected is best when everything above half of it is kept,
so that a page on which little is certain is cut lower. A page that reads as a story is cut higher, above all for
short lines, and loses headings with nothing below them: there a menu or a teaser costs more than a caption does. A
thread is no story: its short lines are answers.
"""

from collections.abc import Sequence

import numpy as np

from stages.extract.blocks import features as columns
from stages.extract.blocks import repairs, trees
from stages.extract.blocks.block import Box, PageBlock
from stages.extract.blocks.clues import Clues

LOWEST, HIGHEST = 0.1, 0.6  # cuts
OF_STORIES, OF_SHORT_LINES = 0.1, 0.2  # above the cut of other pages
SHORT, LABEL = 100, 40  # characters
STORY = 0.92  # running text in what is kept; a page that calls itself an article needs none


ODDS = 2.0  # log-odds that another reading adds to a block that it has, and takes from one that it has not
THREADS = [columns.NAMES.index(name) for name in ("thread", "in_thread")]


def _table() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Columns, limits and values of all trees."""
    questions, values = zip(*(tree.split(":") for tree in trees.TREES.strip().rstrip(";").split(";")), strict=True)
    pairs = [[question.split(">") for question in line.split()] for line in questions]
    table = np.array(pairs, np.float32)
    leaves = np.array([line.split() for line in values], np.float32) / 100
    return table[:, :, 0].astype(np.int64), table[:, :, 1], leaves


COLUMNS, LIMITS, VALUES = _table()
EACH = np.arange(len(COLUMNS))


def probabilities(rows: np.ndarray) -> np.ndarray:
    """How likely it is for each block that it belongs to the main text."""
    columns = np.ascontiguousarray(rows.T)
    leaves = np.zeros((len(COLUMNS), len(rows)), np.uint8)
    for column, limit in zip(COLUMNS.T, LIMITS.T, strict=True):
        leaves = 2 * leaves + (columns[column] > limit[:, None])
    return 1 / (1 + np.exp(-(trees.FIRST + VALUES[EACH, np.ascontiguousarray(leaves.T)].sum(1))))


def main_blocks(
    blocks: Sequence[PageBlock], boxes: Sequence[Box], clues: Clues, other: str | None = None
) -> list[PageBlock]:
    """The blocks that are the main text, in their order. `other` is the text of another reading that has its say."""
    if not blocks:
        return []
    rows = columns.features(blocks, boxes, clues)
    likely = probabilities(rows)
    if other is not None:
        likely = agreed(blocks, likely, other)
    kept = keep(blocks, rows, likely, clues.article)
    return [block for block, is_kept in zip(blocks, kept, strict=True) if is_kept]


def keep(blocks: Sequence[PageBlock], rows: np.ndarray, likely: np.ndarray, article: bool) -> np.ndarray:
    """Whether each block is kept, by its features and probability."""
    size = np.array([len(block.text) for block in blocks], np.float32)
    half = expected_f1(likely, size) / 2
    kept = likely > min(max(half, LOWEST), HIGHEST)
    if article or (running_share(rows, size * kept) >= STORY and not rows[0, THREADS].any()):
        cut = min(max(half + OF_STORIES, LOWEST), HIGHEST)
        kept = likely > np.where(size < SHORT, cut + OF_SHORT_LINES, cut)
        repairs.keep_headings_of_kept_text(blocks, likely, kept, cut)
        repairs.drop_lonely_headings(blocks, rows, kept)
    repairs.keep_what_stands_between(blocks, likely, kept)
    repairs.keep_what_announces(blocks, likely, kept)
    repairs.keep_first_lines(blocks, likely, kept)
    repairs.keep_whole_lists(blocks, likely, kept)
    repairs.keep_lists_of_sentences(blocks, kept)
    repairs.drop_forms(blocks, kept)
    return kept


def agreed(blocks: Sequence[PageBlock], likely: np.ndarray, text: str) -> np.ndarray:
    """The probabilities when another reading, of which this is the text, has its say."""
    whole = squeezed(text)
    lines = {squeezed(cell) for line in text.split("\n") for cell in (line.removeprefix("- "), *line.split("|"))}

    def has(block: PageBlock) -> bool:
        """Whether all lines and cells of a block stand in the text, short ones as lines or cells of it."""
        parts = filter(None, map(squeezed, block.text.replace(" | ", "\n").split("\n")))
        return all(part in lines or (len(part) > LABEL and part in whole) for part in parts)

    says = np.array([ODDS if has(block) else -ODDS for block in blocks])
    return likely / (likely + (1 - likely) * np.exp(-says))


def squeezed(text: str) -> str:
    """A text without white space."""
    return "".join(text.split())


def expected_f1(likely: np.ndarray, size: np.ndarray) -> float:
    """The best F1 on characters that keeping the likeliest blocks can be expected to have."""
    order = np.argsort(-likely, kind="stable")
    right = (likely * size)[order].cumsum()
    return float((2 * right / (size[order].cumsum() + right[-1])).max())


def running_share(rows: np.ndarray, size: np.ndarray) -> float:
    """The share of running text."""
    return float((size * columns.is_running(rows)).sum() / max(size.sum(), 1))
