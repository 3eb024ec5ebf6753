"""The block that is most like a page's title, and blocks of the same text."""

from itertools import product
from string import ascii_lowercase, digits

import numpy as np
import pytest

from stages.extract.blocks.titles import count_common, distinct_words, text_hashes
from stages.extract.blocks.wording import wording_of
from tests.helpers.page_blocks import page_blocks


def titled(body: str, title: str) -> int:
    """The block of a page that is its title."""
    return wording_of(page_blocks(body), title)[1]


def test_blocks_of_the_same_text_have_the_same_hash():
    one, two, three, four = text_hashes(page_blocks("<p>a b</p><p>b a</p><h2>a b</h2><p>a</p>")).tolist()
    assert one == three and len({one, two, four}) == 3


@pytest.mark.parametrize(
    ("body", "title", "place"),
    [
        ("<p>other</p><p>the old mill</p>", "the old mill", 1),
        ("<h2>the mill</h2><h2>the old mill</h2>", "the old mill | site", 1),
        ("<h2>the old mill</h2><h2>the old mill</h2>", "the old mill", 0),
        ("<p>none of it</p><h2>nor here</h2>", "the old mill", -1),
        ("<h2>nor here</h2><h1>here</h1>", "the old mill", 1),  # the first heading of the first level
        ("<h1>one</h1><h1>two</h1>", "the old mill", 0),
        ("<h1>one</h1><h2>the old mill house</h2>", "the old mill", 1),
        ("<h1>something else</h1><p>the mill</p>", "the mill in the wood", 1),
        ("<ul><li>the old mill</li></ul>", "the old mill", -1),
        ("<p>the old mill</p>", "", -1),
        ("<h1>the old mill</h1>", "", 0),
        ("<h2>a b c d</h2>", "a x y z", -1),  # 1/16
        ("<h2>a b c d</h2>", "a b y z", -1),  # 4/16: not above the limit
        ("<h2>a b c</h2>", "a b y z", 0),  # 4/12
        ("<h2>a b\nc</h2><h2>a b<br>d</h2>", "a b d", 1),
        (f"<p>{'x' * 196} ab</p>", f"{'x' * 196} ab", 0),
        (f"<p>{'x' * 197} ab</p>", f"{'x' * 197} ab", -1),  # of 200 characters
        (f"<h2>{'x' * 250} ab</h2>", f"{'x' * 250} ab", 0),
        ("<h1>mills</h1><h2>the old mill of the</h2>", "a mill or the oven is old", 1),  # 9/28 and no more
        ("<h1>mills</h1><h2>the old mill of</h2>", "a mill or the oven is old it", 0),
    ],
)
def test_the_title_is_the_block_most_like_it(body: str, title: str, place: int):
    assert titled(body, title) == place


def words(text: str) -> tuple[list[int], int]:
    found = np.zeros(2000, np.uint64)
    seen = np.frombuffer(f"xx {text}".encode(), np.uint8)
    count = distinct_words(seen, 3, len(seen), found)
    return found[:count].tolist(), count


def test_words_are_sorted_and_each_is_there_once():
    found, count = words("b a  b\na c b")
    assert count == 3 and found == sorted(set(found)) == words("c\na b")[0]
    assert words("") == words("  \n") == ([], 0)
    assert words("ab")[0] != words("ba")[0]


def test_other_texts_and_words_have_other_hashes():
    every = [
        f"{first}{second}{third}"
        for first, second, third in product(ascii_lowercase[:13], ascii_lowercase[13:], digits)
    ]
    assert len(set(text_hashes(page_blocks("".join(f"<p>{word}</p>" for word in every))).tolist())) == len(every)
    assert words(" ".join(every))[1] == len(every) == 1690


@pytest.mark.parametrize(
    ("some", "others", "count"),
    [([], [1], 0), ([1], [], 0), ([1, 3, 5], [1, 2, 3, 4, 5], 3), ([2, 4, 9], [1, 2, 9], 2), ([7, 8], [1, 2], 0)],
)
def test_common_numbers_are_counted(some: list[int], others: list[int], count: int):
    first, second = np.array([0, *some], np.uint64)[1:], np.array([0, *others], np.uint64)[1:]
    assert count_common(first, second) == count
