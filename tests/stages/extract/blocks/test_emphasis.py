"""Emphasis between invisible marks, as Markdown writes it."""

import pytest

from stages.extract.blocks.emphasis import BOLD, ITALIC, STRUCK, mark_emphasis

B, E = BOLD
K, J = ITALIC
S, T = STRUCK


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("no emphasis", "no emphasis"),
        (f"a {B}b{E} {K}c{J} {S}d{T}", "a **b** *c* ~~d~~"),
        (f"a{B} b {E}c", "a **b** c"),
        (f"a {B} {E}b{K}{J}", "a b"),
        (f"{B}a{E}{B}b{E} {B}c{E}", "**ab c**"),
        (f"{B}a{E}{K}b{J}", "**a***b*"),
        (f"{B}{K} a {J} {E}b", "***a*** b"),
        (f"{B}{K}{J}{E}", ""),
        (f"a {B}b", "a b"),  # the mark at its end is in another block
        (f"a{E} b", "a b"),
        (f"a{E} {B}b", "a b"),
        (f"{B}a {B}b{E} c{E}", "**a b c**"),
        (f"{B}a {K}b{E} c", "**a b** c"),
    ],
)
def test_marks_are_close_to_words_and_in_pairs(line: str, expected: str):
    assert mark_emphasis(line) == expected


def test_many_marks_take_linear_time():
    assert mark_emphasis(f"{B}{K}" * 20_000 + "a" + f"{J}{E}" * 20_000) == "***a***"
    assert len(mark_emphasis(f"{B}a{E}, " * 50_000)) == 50_000 * 7 - 1
