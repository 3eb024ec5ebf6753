"""The numbers of the items of ordered lists."""

import pytest

from stages.extract.blocks import ordinals, writing
from stages.extract.blocks.main import read_blocks
from tests.helpers.page_blocks import page_blocks, seen


def leads(body: str) -> list[str]:
    return [block.lead for block in page_blocks(body).blocks()]


def items(count: int) -> str:
    return "".join(f"<li>{letter}</li>" for letter in "rstuvwxyz"[:count])


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ("", ["1. ", "2. "]), ("start=4", ["4. ", "5. "]), ("start=' +4x'", ["4. ", "5. "]),
        ("start=-1", ["-1. ", "0. "]), ("start=x", ["1. ", "2. "]), ("start=9999999999", ["1. ", "2. "]),
        ("reversed", ["2. ", "1. "]), ("reversed start=9", ["9. ", "8. "]),
        ("type=a", ["a. ", "b. "]), ("type=A", ["A. ", "B. "]), ("type=i", ["i. ", "ii. "]),
        ("type=I start=4", ["IV. ", "V. "]), ("type=1", ["1. ", "2. "]), ("type=disc", ["1. ", "2. "]),
        ("style='list-style-type: lower-alpha'", ["a. ", "b. "]), ("style='List-Style: Upper-Roman'", ["I. ", "II. "]),
        ("type=a style='list-style: decimal inside'", ["1. ", "2. "]),
        ("style='list-style: none'", ["- ", "- "]), ("style='list-style-type:circle'", ["- ", "- "]),
        ("style='display: none; list-style-type: lower-latin'", ["- ", "- "]),
        ("class='list-none p-0'", ["- ", "- "]), ("class=list-unstyled", ["- ", "- "]),
        ("class=my-list-none", ["1. ", "2. "]), ("class=commalist", ["- ", "- "]), ("id=forums", ["- ", "- "]),
        ("class=breadcrumb", ["- ", "- "]), ("class=commentlist", ["- ", "- "]), ("id=posts", ["- ", "- "]),
        ("class=article-steps", ["1. ", "2. "]), ("class=list-decimal", ["1. ", "2. "]),
    ],
)  # fmt: skip
def test_a_list_says_how_its_items_are_numbered(attributes: str, expected: list[str]):
    assert leads(f"<ol {attributes}>{items(2)}</ol>") == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<ol><li>x<li value=7>y<li>z</ol>", ["1. ", "7. ", "8. "]),
        ("<ol><li>x<li value=no>y<li>z</ol>", ["1. ", "2. ", "3. "]),
        ("<ol reversed><li>x<li value=7>y<li>z</ol>", ["3. ", "7. ", "6. "]),
        ("<ol><li>x<ol type=a><li>y<li>z</ol><li>v</ol>", ["1. ", "a. ", "b. ", "2. "]),
        ("<ol><li>x<ul><li>y</ul><li>z</ol>", ["1. ", "- ", "2. "]),
        ("<ul><li>x<ol><li>y</ol><li>z</ul>", ["- ", "1. ", "- "]),
        ("<ol reversed><li>x<ol><li>y<li>z</ol><li>v</ol>", ["2. ", "1. ", "2. ", "1. "]),
        ("<ol><li>x</ol><p>y</p><ol><li>z</ol>", ["1. ", "", "1. "]),
        ("<ol><li><li>x<li><p>y</p><p>z</p></ol>", ["2. ", "3. ", ""]),
        ("<ol><li><ul><li></li></ul>x</li><li><ul><li>y</ul></ol>", ["", "- "]),
        ("<ol><li><ol type=a><li>x<li>y</ol><li>z</ol>", ["a. ", "b. ", "2. "]),
        ("<ol><li class=comment>x<li>y</ol>", ["- ", "2. "]),
        ("<ol><li style='list-style: none'>x<li>y</ol>", ["- ", "2. "]),
        ("<li>x</li><p>y</p>", ["- ", ""]),
        ("<ol><li>1. x<li>(2) y<li>3) z<li>41 w<li>5</ol>", ["- ", "- ", "- ", "4. ", "5. "]),
    ],
)
def test_items_are_counted_as_a_browser_counts_them(body: str, expected: list[str]):
    assert leads(body) == expected


@pytest.mark.parametrize(
    ("number", "marker", "expected"),
    [
        (1, "a", "a"), (26, "a", "z"), (27, "a", "aa"), (52, "A", "AZ"), (703, "a", "aaa"), (0, "a", "0"),
        (1, "i", "i"), (4, "i", "iv"), (9, "I", "IX"), (40, "i", "xl"), (1994, "I", "MCMXCIV"),
        (3999, "i", "mmmcmxcix"), (4000, "i", "4000"), (0, "I", "0"), (-3, "A", "-3"), (12, "1", "12"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_their_list_says(number: int, marker: str, expected: str):
    assert ordinals.numeral(number, marker) == expected


def test_plain_text_has_the_numbers_and_markdown_the_same_ones_in_digits():
    body = (
        "<p>The sails are set in four steps, each of them by another man:</p><ol><li>Turn the cap into the wind."
        "<ol type=a start=2><li>Pull the chain.<li>Look at the sky.</ol><li>Let the brake go slowly.</ol>"
    )
    blocks = page_blocks(body).blocks()
    steps = "1. Turn the cap into the wind.\n  b. Pull the chain.\n  c. Look at the sky.\n2. Let the brake go slowly."
    assert writing.plain(blocks).partition("\n")[2] == steps
    read = read_blocks(seen(body), "https://a.example/", markdown=True)
    assert read is not None and read[0].partition("\n\n")[2] == steps.replace("  b", "   2").replace("  c", "   3")


def test_headings_of_items_have_their_numbers():
    body = "<ol start=3><li><h3>Turn the cap</h3><p>Into the wind.</p></ol><ul><li><h3>Wait</h3></ul>"
    blocks = page_blocks(body).blocks()
    assert writing.plain(blocks) == "3. Turn the cap\nInto the wind.\n- Wait"
    assert writing.markdown(blocks) == "### 3. Turn the cap\n\nInto the wind.\n\n### Wait"


def test_markdown_has_no_numbers_below_zero():
    assert writing.markdown(page_blocks(f"<ol start=-1>{items(2)}</ol>").blocks()) == "- r\n0. s"
