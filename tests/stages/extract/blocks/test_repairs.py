"""Corrections of a choice of blocks: what a line that ends in a colon announces, and the line itself."""

import numpy as np
import pytest

from stages.extract.blocks import repairs
from tests.helpers.page_blocks import page_blocks

QUOTED = "<p>One more paragraph.</p><p>Here is what they say:</p><blockquote>It turns.</blockquote>"


@pytest.mark.parametrize(
    ("body", "before", "likely", "is_kept"),
    [
        (QUOTED, True, 0.11, True),
        (QUOTED, True, 0.09, False),
        (QUOTED, False, 0.34, False),  # what stands on one side only is no part of the text
        (QUOTED.replace("say:", "say"), True, 0.34, False),
        (QUOTED.replace("Here is what they say:", "Your name:"), True, 0.34, False),
        (QUOTED.replace("Here is what they say:", "As they say:"), True, 0.34, True),
        (QUOTED.replace("they say:", "<a>they say:</a>"), True, 0.34, True),
        (QUOTED.replace("Here is what they say:", "<a>Here is what they say:</a>"), True, 0.34, False),
        (QUOTED.replace("<p>Here is what they say:</p>", "<h2>Here is what they say:</h2>"), True, 0.34, False),
    ],
)
def test_a_line_that_ends_in_a_colon_stays_between_kept_blocks(body: str, before: bool, likely: float, is_kept: bool):
    kept = np.array([before, False, True])
    repairs.keep_what_announces(page_blocks(body).blocks(), np.array([1, likely, 1]), kept)
    assert kept.tolist() == [before, is_kept, True]


def test_the_first_line_of_a_page_announces_nothing_without_a_list():
    kept = np.array([False, True])
    repairs.keep_what_announces(page_blocks("<p>They say:</p><p>It turns.</p>").blocks(), np.array([0.34, 1]), kept)
    assert kept.tolist() == [False, True]


LIST = "<ul><li>a brush</li><li>bags</li><li><a>a mug</a></li></ul>"


@pytest.mark.parametrize(
    ("body", "kept", "is_kept"),
    [
        (f"<div><p>Some swaps:</p>{LIST}</div>", [True, False, False, False], True),
        (f"<div><p>Some swaps:</p>{LIST}</div>", [True, True, False, False], True),
        (f"<div><p>Some swaps:</p>{LIST}</div>", [False, True, False, False], False),
        (f"<div><p>Some swaps</p>{LIST}</div>", [True, True, False, False], False),
        (f"<div><h2>Some swaps:</h2>{LIST}</div>", [True, True, False, False], False),
        (f"<div><p>Some swaps:</p></div><div>{LIST}</div>", [True, True, False, False], False),
        (f"<nav><p>Some swaps:</p>{LIST}</nav>", [True, True, False, False], False),
    ],
)
def test_a_list_behind_a_colon_is_kept_whole(body: str, kept: list[bool], is_kept: bool):
    found = np.array(kept)
    repairs.keep_lists_of_sentences(page_blocks(body).blocks(), found)
    assert found.tolist() == ([True] * 4 if is_kept else kept)


def test_one_item_is_no_list_and_what_begins_a_page_is_announced_by_nothing():
    found = np.array([True, False])
    repairs.keep_lists_of_sentences(page_blocks("<p>Some swaps:</p><ul><li>a brush</ul>").blocks(), found)
    assert found.tolist() == [True, False]
    found = np.array([False, False, False])
    repairs.keep_lists_of_sentences(page_blocks(LIST).blocks(), found)
    assert not found.any()
