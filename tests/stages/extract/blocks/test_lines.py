"""The text of a block as it is gathered: blanks, newlines, characters, what is linked."""

import pytest

from stages.extract.blocks.block import PageBlocks
from tests.helpers.page_blocks import page_blocks


def texts(body: str) -> list[str]:
    page = page_blocks(body)
    assert all(row["end"] - row["begin"] == len(block.text.encode()) for row, block in
               zip(page.rows, page.blocks(), strict=True))  # fmt: skip
    return [block.text for block in page.blocks()]


def column(page: PageBlocks, name: str) -> list[int]:
    return page.rows[name].tolist()


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("a", "a"), ("  a  b  ", "a b"), ("a\n\t b", "a b"), ("a\u00a0\u3000b", "a b"), ("a<i> b</i>", "a b"),
        ("a <i> b</i> c", "a b c"), ("<i>a</i><b>b</b>", "ab"), ("a<i> </i>b", "a b"), ("a\u200bb\u0085c", "ab c"),
        ("a<br>b", "a\nb"), ("a <br> b", "a\nb"), (" <br>a<br>", "a"), ("a<br>\u200bb", "a\nb"),
        ("a\u200b<br>b", "a\nb"), ("é漢😀 ü", "é漢😀 ü"), ("a<br><i>b</i> c<br>d", "a\nb c\nd"),
        ("\u200ba", "a"), ("a \u200b b", "a  b"),
    ],
)  # fmt: skip
def test_blanks_become_one_and_breaks_newlines(inside: str, text: str):
    assert texts(f"<p>{inside}</p>") == [text]


def test_two_breaks_end_a_block_and_those_at_its_ends_are_nothing():
    assert texts("a<br><br>b<br>c") == ["a", "b\nc"]
    assert texts("<br>a<br> <br> <br>b<br>") == ["a", "b"]
    assert texts("<p><br></p><p>\u200b</p><p>a</p>") == ["a"]
    assert texts("a<hr>b") == ["a", "b"]


def test_characters_are_counted_and_dense_ones_thrice_for_the_size():
    page = page_blocks("<p>ab c</p><p>漢字 é</p><p>a<br>b</p><p>😀\u200b</p><pre>a  漢</pre><p>\u200b x</p>")
    assert column(page, "chars") == [4, 4, 3, 1, 4, 2]
    assert column(page, "size") == [4, 8, 3, 1, 6, 2]


@pytest.mark.parametrize(
    ("inside", "linked"),
    [
        ("ab", 0), ("<a>ab</a>", 2), ("x<a>ab</a>y", 2), ("x<a> ab </a>y", 4), ("<a>ab</a> <a>cd</a>", 4),
        ("<a><i>ab</i></a>c", 2), ("<a>a<br>b</a>", 3), ("x<a>a<br>b</a>", 4), ("x <a><a>ab</a></a>", 2),
        ("<a></a>ab", 0), ("ab<a> </a>", 1), ("<a> </a>ab", 0), ("<a> <i>abc</i></a>", 3), ("<a>\u200bab</a>c", 3),
        ("<a>ab \u200b\u200b\u200b</a>c", 4), ("x<a>漢</a>", 1), ("<a>a</a>\u200b", 1),
    ],
)  # fmt: skip
def test_characters_of_links_are_counted_up_to_all_of_a_block(inside: str, linked: int):
    assert column(page_blocks(f"<p>{inside}</p><p>z</p>"), "linked") == [linked, 0]


def test_a_formula_is_text_and_never_a_link():
    math = "<math alttext='x^2'><mi>x</mi></math>"
    page = page_blocks(f"<p>a <a>{math}</a>b</p><p>{math}</p><p>a{math.replace('alt', 'display=block alt')}b</p>")
    assert [block.text for block in page.blocks()] == ["a x^2b", "x^2", "a\nx^2\nb"]
    assert column(page, "linked") == [0, 0, 0] and column(page, "chars") == [6, 3, 7]
    display = math.replace("alt", "display=block alt")
    assert texts(f"<p>{display}<br>b</p>") == ["x^2\nb"] and texts(f"a<br>{display}<br><br>b") == ["a\nx^2", "b"]
    linked = page_blocks(f"<p><a>a{display}b</a></p>")
    assert column(linked, "linked") == [2] and linked.blocks()[0].text == "a\nx^2\nb"


def test_headings_are_one_line_and_know_their_level():
    page = page_blocks("<h2>a<br>b</h2><h6>c</h6><h1>d<br><br>e</h1><h3><p>f<br>g</p></h3>")
    told = [(block.kind, block.text, block.level) for block in page.blocks()]
    assert told == [
        ("heading", "a b", 2), ("heading", "c", 6), ("heading", "d", 1), ("heading", "e", 1), ("text", "f\ng", 0),
    ]  # fmt: skip


def test_blocks_of_items_know_their_lists_and_where_an_item_begins():
    page = page_blocks(
        "<ul><li><p>a</p><p>b</p><ol><li>c</li></ol>d</li>e</ul><li>f</li><ul><h2>g</h2><li><h2>h</h2></ul>"
    )
    told = [(block.kind, block.text, block.level, block.lead) for block in page.blocks()]
    assert told == [
        ("item", "a", 1, "- "), ("item", "b", 1, ""), ("item", "c", 2, "1. "), ("item", "d", 1, ""),
        ("text", "e", 0, ""), ("text", "f", 0, "- "), ("heading", "g", 2, ""), ("heading", "h", 2, "- "),
    ]  # fmt: skip


def test_quotes_terms_and_captions():
    page = page_blocks(
        "<blockquote>a<blockquote>b</blockquote>c</blockquote><dl><dt>d<dd>e</dl><figure><figcaption>f</figure>g"
    )
    told = [(block.kind, block.text, block.quoted) for block in page.blocks()]
    assert told == [
        ("text", "a", 1), ("text", "b", 2), ("text", "c", 1), ("term", "d", 0), ("text", "e", 0), ("caption", "f", 0),
        ("text", "g", 0),
    ]  # fmt: skip


def test_what_was_made_before_the_walk_keeps_every_blank():
    page = page_blocks("<p>x</p><pre> a  é\n\n b <a>漢</a></pre><p>y</p>")
    assert [(block.kind, block.text) for block in page.blocks()] == [
        ("text", "x"), ("code", " a  é\n\n b 漢"), ("text", "y"),
    ]  # fmt: skip
    assert column(page, "chars") == [1, 11, 1] and column(page, "size") == [1, 13, 1]
    assert column(page, "linked") == [0, 1, 0] and column(page, "given") == [-1, 0, -1]
    assert page.text.count(b"\0") == 3


def test_each_block_begins_with_nothing_of_the_one_before():
    page = page_blocks("<p><a>abc</a><br>漢 </p>d<p><a>\u200b</a> </p><p>e</p>")
    assert [block.text for block in page.blocks()] == ["abc\n漢", "d", "e"]
    assert column(page, "linked") == [3, 0, 0] and column(page, "size") == [7, 1, 1]
