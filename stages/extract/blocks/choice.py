"""Which blocks of a page are its main text.

Boosted trees give each block a probability (`trees`, made by `python -m benchmarks.extraction_choice`). Where the
cut lies is decided for the page: the word F1 that can be expected is best when everything above half of it is kept,
so that a page on which little is certain is cut lower. A page that reads as a story is cut higher, above all for
short lines, and loses headings with nothing below them: there a menu or a teaser costs more than a caption does.
That best cut takes for granted that there is a main text. An empty cart or a closed page has none, and where the text
would be short and the page shows little else, no block is kept that is unlikely.
"""

import re
import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import cache
from itertools import chain, compress

import numpy as np

from pipeline.kernels import kernel
from stages.extract.blocks import features as columns
from stages.extract.blocks import repairs, trees
from stages.extract.blocks.block import PageBlock, PageBlocks
from stages.extract.blocks.clues import Clues

LOWEST, HIGHEST = 0.1, 0.6  # cuts
LOWEST_OF_SHORT = 0.4  # the lowest cut where the text is short: with `OF_STORIES` more likely than not
OF_STORIES, OF_SHORT_LINES = 0.1, 0.2  # above the cut of other pages
SHORT = 100  # characters of a line
SHORT_TEXT = 600  # characters of a text, those of dense scripts three times
LARGE_PAGE = 10  # times such a text: the page has more to show than a stub
NO_MENU = 0.01  # the part of a page that is links where it has next to no menus and teasers
STORY = 0.92  # running text in what is kept; a page that calls itself an article needs none

LEAST_TEXT = 300  # characters that are likely to be main text, on a page on which another reading is heard
ODDS = 2.0  # log-odds that another reading adds to a block that it has, and takes from one that it has not
MOST_WORDS = 5_000  # of a page on which another reading is heard: the time to align words may grow with their square
SMALL = ("Ll", "Mn", "Mc", "Me")  # categories of what goes on in a word: small letters and marks


def tree_table() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Columns and limits of all questions, which of them each tree asks, and its values."""
    asked, values = zip(*(tree.split(":") for tree in trees.TREES.strip().rstrip(";").split(";")), strict=True)
    numbers: dict[str, int] = {}
    table = [[numbers.setdefault(question, len(numbers)) for question in line.split()] for line in asked]
    pairs = np.array([question.split(">") for question in numbers], np.float32)
    return (pairs[:, 0].astype(np.int64), np.ascontiguousarray(pairs[:, 1:]), np.array(table),
            np.array([line.split() for line in values], np.int32))  # fmt: skip


COLUMNS, LIMITS, TREES, VALUES = tree_table()


def probabilities(rows: np.ndarray) -> np.ndarray:
    """How likely it is for each block that it belongs to the main text."""
    answers = (rows.T[COLUMNS] > LIMITS).view(np.uint8)
    odds = np.zeros(len(rows), np.int32)
    add_trees(answers, TREES, VALUES, odds)
    return (1 / (1 + np.exp(-(trees.FIRST + odds / 100)))).astype(np.float32)


@kernel
def add_trees(answers: np.ndarray, trees: np.ndarray, values: np.ndarray, odds: np.ndarray) -> None:
    """Add the values of all trees to `odds`, in hundredths; `answers` has a row for each question."""
    for tree in range(len(trees)):
        first, second, third, last = (answers[trees[tree, 0]], answers[trees[tree, 1]], answers[trees[tree, 2]],
                                      answers[trees[tree, 3]])  # fmt: skip
        for block in range(len(odds)):
            odds[block] += values[tree, 8 * first[block] + 4 * second[block] + 2 * third[block] + last[block]]


def main_blocks(
    page: PageBlocks, blocks: Sequence[PageBlock], clues: Clues, other: str | None = None
) -> tuple[np.ndarray, int]:
    """Which blocks are the main text, and how many blocks of the page name a price. `blocks` are those of `page`.

    `other` is the text of another reading that has its say.
    """
    if not blocks:
        return np.zeros(0, np.bool_), 0
    rows = columns.features(page, clues)
    likely = probabilities(rows)
    if other is not None and has_text(blocks, likely):
        likely = agreed(blocks, likely, other)
    return keep(blocks, rows, likely, clues.article), int(rows[:, columns.PRICE].sum())


def keep(blocks: Sequence[PageBlock], rows: np.ndarray, likely: np.ndarray, article: bool) -> np.ndarray:
    """Whether each block is kept, by its features and probability."""
    kept = keep_above(LOWEST, blocks, rows, likely, article)
    size = sum(block.size for block in compress(blocks, kept))
    if size < SHORT_TEXT and LARGE_PAGE * size > sum(block.size for block in blocks):
        return keep_above(LOWEST_OF_SHORT, blocks, rows, likely, article)
    return kept


def keep_above(
    lowest: float, blocks: Sequence[PageBlock], rows: np.ndarray, likely: np.ndarray, article: bool
) -> np.ndarray:
    """Whether each block is kept when the page's cut is not below `lowest`."""
    size = np.array([len(block.text) for block in blocks], np.float32)
    half = expected_f1(likely, size) / 2
    kept = likely > min(max(half, lowest), HIGHEST)
    if article or running_share(rows, size * kept) >= STORY:
        cut = min(max(half + OF_STORIES, lowest), HIGHEST)
        has_menu = sum(block.linked for block in blocks) > NO_MENU * size.sum()
        kept = likely > np.where((size < SHORT) & has_menu, cut + OF_SHORT_LINES, cut)
        repairs.keep_headings_of_kept_text(blocks, likely, kept, cut)
        repairs.drop_lonely_headings(blocks, rows, kept)
    repairs.keep_what_stands_between(blocks, likely, kept)
    repairs.keep_what_announces(blocks, likely, kept)
    repairs.keep_first_lines(blocks, likely, kept)
    repairs.keep_whole_lists(blocks, likely, kept)
    repairs.keep_lists_of_sentences(blocks, kept)
    return kept


def has_text(blocks: Sequence[PageBlock], likely: np.ndarray) -> bool:
    """Whether a page is likely to have a text of its own: an empty cart has none, whatever stands around it."""
    return sum(block.size for block in compress(blocks, likely > 0.5)) >= LEAST_TEXT


def agreed(blocks: Sequence[PageBlock], likely: np.ndarray, text: str) -> np.ndarray:
    """The probabilities when another reading, of which this is the text, has its say; not on a page of too many words.

    Both readings follow the page, so their words are aligned in order: a short line is found where it stands, also
    when trafilatura has written it into the line before, and not where the same words stand elsewhere. A heading that
    the other reading has not is no worse for that: trafilatura drops many of which it keeps the text.
    """
    find_words = word_expression().findall
    words = [find_words(block.text) for block in blocks]
    ends = np.cumsum([0, *map(len, words)])
    if ends[-1] > MOST_WORDS:
        return likely
    found = np.zeros(ends[-1], np.int64)
    matcher = SequenceMatcher(None, list(chain.from_iterable(words)), find_words(text))
    for start, _, length in matcher.get_matching_blocks():
        found[start : start + length] = 1
    has = 2 * np.diff(np.concatenate([[0], found.cumsum()])[ends]) >= np.diff(ends)
    is_heading = np.array([block.kind == "heading" for block in blocks])
    says = np.where(has, ODDS, np.where(is_heading, 0, -ODDS)).astype(np.float32)
    return likely / (likely + (1 - likely) * np.exp(-says))


@cache
def word_expression() -> re.Pattern[str]:
    """A word, a number or a sign; a capital begins a word, for lines may be glued together."""
    small = "".join(letter for letter in map(chr, range(0x80, 0x10000)) if unicodedata.category(letter) in SMALL)
    return re.compile(rf"[^\W\d_][a-z{small}]*|\d+|\S")


def expected_f1(likely: np.ndarray, size: np.ndarray) -> float:
    """The best F1 on characters that keeping the likeliest blocks can be expected to have."""
    order = np.argsort(-likely, kind="stable")
    right = (likely * size)[order].cumsum()
    return float((2 * right / (size[order].cumsum() + right[-1])).max())


def running_share(rows: np.ndarray, size: np.ndarray) -> float:
    """The share of running text."""
    return float((size * columns.is_running(rows)).sum() / max(size.sum(), 1))
