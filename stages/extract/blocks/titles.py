"""Which block of a page is its title, and which have the same text; words and texts are compared by their hashes."""

import numpy as np

from pipeline.kernels import kernel
from stages.extract.blocks.block import PageBlocks
from stages.extract.blocks.fields import OF_HEADING, OF_TEXT, Records
from stages.extract.text_nodes import FNV, PRIME

LONGEST = 200  # characters of a paragraph that may be the title
ALIKE, FIRST_HEADING = 0.25, 0.3  # how like the title is at least, and what a heading of the first level has of that
BLANK, NEWLINE = 32, 10


def text_hashes(page: PageBlocks) -> np.ndarray:
    """A hash of each block's text."""
    hashes = np.empty(len(page.rows), np.uint64)
    hash_texts(np.frombuffer(page.text, np.uint8), page.rows, hashes)
    return hashes


@kernel
def hash_texts(text: np.ndarray, rows: np.ndarray, hashes: np.ndarray) -> None:
    """Fill `hashes`."""
    for row in range(len(rows)):
        hashes[row] = FNV
        for place in range(rows[row].begin, rows[row].end):
            hashes[row] = (hashes[row] ^ np.uint64(text[place])) * PRIME


@kernel
def title_like(
    lower: np.ndarray,
    begins: np.ndarray,
    blocks: Records,
    title: np.ndarray,
    words: np.ndarray,
    of_title: np.ndarray,
) -> int:
    """The block that is most like the page's title, or its first heading of the first level; -1 for none."""
    wanted = distinct_words(title, 0, len(title), of_title)
    best, found = ALIKE, -1
    for row in range(len(blocks)):
        is_heading = blocks[row].kind == OF_HEADING
        if is_heading or (blocks[row].chars < LONGEST and blocks[row].kind == OF_TEXT and wanted):
            own = distinct_words(lower, begins[row], begins[row + 1] - 1, words)
            both = count_common(words[:own], of_title[:wanted])
            score = both * both / (own * wanted) if both else 0.0
            score += FIRST_HEADING * (is_heading and blocks[row].level == 1)
            if score > best:
                best, found = score, row
    return found


@kernel
def distinct_words(text: np.ndarray, begin: int, end: int, words: np.ndarray) -> int:
    """Write the words of a text as hashes, in order and each once; how many there are."""
    count, place = 0, begin
    while place < end:
        value = FNV
        while place < end and text[place] != BLANK and text[place] != NEWLINE:
            value = (value ^ np.uint64(text[place])) * PRIME
            place += 1
        if value != FNV:
            words[count] = value
            count += 1
        place += 1
    words[:count].sort()
    different = 0
    for word in range(count):
        if not different or words[word] != words[different - 1]:
            words[different] = words[word]
            different += 1
    return different


@kernel
def count_common(some: np.ndarray, others: np.ndarray) -> int:
    """How many numbers stand in both of two sorted arrays."""
    count, place = 0, 0
    for value in some:
        while place < len(others) and others[place] < value:
            place += 1
        count += place < len(others) and others[place] == value
    return count
