"""The choice of blocks: the table of trees, the cut, and what belongs together."""

import numpy as np
import pytest

from benchmarks import extraction_choice
from stages.extract import page, parsing, readings
from stages.extract.blocks import choice, features, main, repairs, trees, writing
from stages.extract.blocks.block import PageBlock, PageBlocks
from stages.extract.blocks.clues import clues_of
from stages.extract.blocks.segments import blocks_of
from stages.extract.survey import survey

STORY = [
    "The keeper of the lighthouse counts the ships that pass before noon, and writes down their names and flags.",
    "In the evening he reads what he has written, crosses out what he is not sure of, and goes up to light the lamp.",
    "Nobody has ever asked him for the book, which is now in its ninth volume, and he has never shown it to anybody.",
]
MENU = "<nav><ul><li><a href=/>Home</a></li><li><a href=/n>News</a></li><li><a href=/c>Contact us</a></li></ul></nav>"


def said(body: str, head: str = "", place: str = "text.html") -> str:
    html = f"<html><head><title>The lighthouse</title>{head}</head><body>{body}</body></html>"
    return page.answer(html.encode(), "utf-8", f"https://a.example/{place}", "blocks").get("text", "")


def prose(tag: str = "p") -> str:
    return "".join(f"<{tag}>{sentence}</{tag}>" for sentence in STORY)


def blocks_in(body: str) -> list[PageBlock]:
    return page_blocks(f"<html><body>{body}</body></html>".encode()).blocks()


def page_blocks(html: bytes) -> PageBlocks:
    seen = parsing.look(html)
    assert seen is not None
    return blocks_of(seen.markup, seen.element)


def test_the_table_is_that_of_the_features():
    assert extraction_choice.digest() == trees.MADE_FOR
    assert choice.COLUMNS.max() < len(features.NAMES)
    assert choice.VALUES.shape == (len(choice.TREES), 2 ** choice.TREES.shape[1])
    assert choice.TREES.max() == len(choice.COLUMNS) - 1


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_the_command_makes_the_trees_that_are_there(shared):
    found = list(extraction_choice.samples(shared / "data"))
    assert extraction_choice.written(*extraction_choice.fit(found)) == extraction_choice.TREES.read_text()


def test_a_tree_is_read_as_it_is_written(monkeypatch):
    rows = np.array([[0.0, 0.0], [0.0, 2.0], [2.0, 0.0], [2.0, 2.0]], np.float32)
    table = "0>1 1>1 0>9 1>9: -300 0 0 0 -100 0 0 0 100 0 0 0 300 0 0 0; 1>9 1>9 1>9 0>1: 5 7 " + "0 " * 14
    monkeypatch.setattr(trees, "TREES", table)
    for name, value in zip(("COLUMNS", "LIMITS", "TREES", "VALUES"), choice.tree_table(), strict=True):
        monkeypatch.setattr(choice, name, value)
    monkeypatch.setattr(trees, "FIRST", 1.0)
    expected = 1 / (1 + np.exp([1.95, -0.05, -2.07, -4.07]))
    assert choice.probabilities(rows) == pytest.approx(expected)


def test_features_are_finite_and_have_their_names():
    html = f"<html><head><title>t</title></head><body>{MENU}<main>{prose()}</main></body></html>".encode()
    tree, found = parsing.parse(html), page_blocks(html)
    assert tree is not None
    rows = features.features(found, clues_of(tree, html))
    assert rows.shape == (6, len(features.NAMES)) and np.isfinite(rows).all()
    column = features.NAMES.index("navigation")
    assert rows[:, column].tolist() == [1, 1, 1, 0, 0, 0]
    assert rows[:, features.LINKS].tolist() == [1, 1, 1, 0, 0, 0]


def test_expected_f1_is_that_of_the_best_cut():
    assert choice.expected_f1(np.array([1.0, 0.0]), np.array([10.0, 90.0])) == pytest.approx(1)
    assert choice.expected_f1(np.array([0.5]), np.array([7.0])) == pytest.approx(2 * 0.5 / 1.5)


def test_a_story_is_kept_without_the_menu():
    assert said(f"{MENU}<article><h1>The lighthouse</h1>{prose()}</article>").split("\n")[-3:] == STORY
    assert "Contact us" not in said(f"{MENU}<article>{prose()}</article>")


def test_every_post_of_a_thread_is_kept():
    posts = "".join(
        f"<div class=post><div class=author>user{n}</div><div class=postbody>{sentence}</div></div>"
        for n, sentence in enumerate(STORY)
    )
    found = said(f"{MENU}{posts}")
    assert all(sentence in found for sentence in STORY) and "Contact us" not in found


def test_comments_below_an_article_are_left_out():
    comments = f"<div id=comments><h3>1 comment</h3><div class=comment><p>{STORY[2]}</p></div></div>"
    found = said(f"<article><h1>The lighthouse</h1>{prose() * 3}</article>{comments}".replace(STORY[2], "Else.", 3))
    assert STORY[0] in found and STORY[2] not in found


def test_headings_with_nothing_below_go():
    blocks = blocks_in("<h1>a</h1><p>b</p><h2>c</h2><p>d</p><h2>e</h2><p>f</p><p>g:</p><p>h</p><h2>i</h2>")
    rows = np.zeros((len(blocks), len(features.NAMES)), np.float32)
    kept = np.array([True, True, True, False, True, True, True, True, True])
    repairs.drop_lonely_headings(blocks, rows, kept)
    assert kept.tolist() == [True, True, False, False, True, True, True, True, False]
    rows[8, features.IN_TITLE] = 1
    kept[[7, 8]] = False, True
    repairs.drop_lonely_headings(blocks, rows, kept)
    assert kept[6:].tolist() == [False, False, True]


def between(body: str, kept: list[bool], likely: float) -> list[bool]:
    found = np.array(kept)
    repairs.keep_what_stands_between(blocks_in(body), np.full(len(kept), likely), found)
    return found.tolist()


def test_code_between_kept_blocks_stays():
    body = "<p>a</p><pre>b</pre><p>c</p><pre>d</pre><p>e</p><p>f</p><p>g</p><p>h</p>"
    ends = [True, False, True, False, False, False, False, True]
    assert between(body, ends, 0.06) == [True, True, True, False, False, False, False, True]
    assert between(body, ends, 0.04) == ends


@pytest.mark.parametrize(
    ("inside", "likely", "is_kept"),
    [
        ("<h2>b</h2>", 0.11, True),
        ("<h2>b</h2>", 0.09, False),
        ("<p>b</p>", 0.5, False),
        ("<ul><li>b</li><li>b</li></ul>", 0.11, True),
        ("<ul><li>b</li></ul><ul><li>b</li></ul>", 0.5, False),
        ("<h2><a href=x>b</a></h2>", 0.5, False),
        ("<div class=share><h2>b</h2></div>", 0.5, False),
        ("<h2>b</h2><h2>b</h2>", 0.5, False),
    ],
)
def test_a_heading_or_a_list_right_between_kept_blocks_stays(inside: str, likely: float, is_kept: bool):
    count = inside.count("b</")
    kept = [True, *[False] * count, True]
    assert between(f"<p>a</p>{inside}<p>c</p>", kept, likely) == [True, *[is_kept] * count, True]


def test_a_heading_above_the_cut_stays_with_kept_text_below():
    blocks = blocks_in("<h2>a</h2><h3>b</h3><p>c</p><h2>d</h2><h2>e</h2><p>f</p><p>g</p><h2>h</h2><p>i</p>")
    likely = np.array([0.5, 0.5, 0.9, 0.5, 0.3, 0.9, 0.5, 0.5, 0.1])
    kept = np.array([False, False, True, False, False, True, False, False, False])
    repairs.keep_headings_of_kept_text(blocks, likely, kept, 0.4)
    assert kept.tolist() == [True, True, True, False, False, True, False, False, False]


@pytest.mark.parametrize(
    ("body", "kept", "likely", "is_kept"),
    [
        ("<div><p>Note</p><p>b</p><p>c</p></div>", [True, True], 0.36, True),
        ("<div><p>Note</p><p>b</p><p>c</p></div>", [True, True], 0.34, False),
        ("<div><p>Note</p><p>b</p><p>c</p></div>", [True, False], 0.36, False),
        ("<div><p><a href=x>Note</a></p><p>b</p></div>", [True], 0.9, False),
        (f"<div><p>{'a' * 80}</p><p>b</p></div>", [True], 0.36, True),
        (f"<div><p>{'a' * 81}</p><p>b</p></div>", [True], 0.36, False),
        (f"<div><p>Note</p>{'<p>b</p>' * 11}</div>", [True] * 11, 0.36, True),
        (f"<div><p>Note</p>{'<p>b</p>' * 12}</div>", [True] * 12, 0.36, False),
        ("<div><div><p>Note</p></div><p>b</p></div>", [True], 0.36, True),
        ("<div><div><p>Note</p></div></div><p>b</p>", [True], 0.36, False),
    ],
)
def test_the_first_line_of_a_box_stays_with_all_the_rest_of_it(
    body: str, kept: list[bool], likely: float, is_kept: bool
):
    found = np.array([False, *kept, False])
    repairs.keep_first_lines(blocks_in(f"{body}<p>z</p>"), np.full(len(found), likely), found)
    assert found.tolist() == [is_kept, *kept, False]


@pytest.mark.parametrize(
    ("items", "kept", "least", "is_kept"),
    [
        (["four", "to", "by"], [True, False, False], 0.1, True),
        (["four", "to", "by"], [True, False, False], 0.09, False),
        (["four", "two", "by"], [True, False, False], 0.5, False),
        (["four", "to"], [True, False], 0.5, False),
        (["four", "to", "by"], [False, False, False], 0.5, False),
    ],
)
def test_a_list_is_kept_whole_when_half_of_it_is(items: list[str], kept: list[bool], least: float, is_kept: bool):
    blocks = blocks_in(f"<p>z</p><ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>")
    found = np.array([False, *kept])
    repairs.keep_whole_lists(blocks, np.array([0.01, *[0.6] * (len(items) - 1), least]), found)
    assert found.tolist() == [False, *([True] * len(items) if is_kept else kept)]


def test_terms_stay_with_a_meaning_of_several_paragraphs():
    blocks = blocks_in("<dl><dt>a<dt>b<dd><div><p>c</p><p>d</p></div><dt>e<dd><p>f</p><dt>g</dl><p>h</p>")
    kept = np.array([False, False, True, True, False, False, False, True])
    repairs.keep_what_announces(blocks, np.ones(len(blocks)), kept)
    assert kept.tolist() == [True, True, True, True, False, False, False, True]


def test_terms_and_items_stay_with_what_they_announce():
    blocks = blocks_in("<dl><dt>a<dd>b<dt>c<dd>d</dl><ul><li>e<ul><li>f</ul><li>g<ul><li>h</ul></ul>")
    kept = np.array([False, True, False, False, False, True, False, False])
    repairs.keep_what_announces(blocks, np.ones(len(blocks)), kept)
    assert kept.tolist() == [True, True, False, False, True, True, False, False]


@pytest.mark.parametrize(
    ("body", "likely", "is_kept"),
    [
        ("<p>For example:</p><pre>a</pre>", 0.36, True),
        ("<p>For example:</p><pre>a</pre>", 0.34, False),
        ("<p>For example</p><pre>a</pre>", 0.36, False),
        ("<p>For example:</p><ul><li>a</ul>", 0.36, True),
        ("<p>For example:</p><p>a</p>", 0.36, False),
    ],
)
def test_a_line_that_ends_in_a_colon_stays_with_what_it_announces(body: str, likely: float, is_kept: bool):
    kept = np.array([False, True])
    repairs.keep_what_announces(blocks_in(body), np.array([likely, 1.0]), kept)
    assert kept.tolist() == [is_kept, True]


@pytest.mark.parametrize(
    ("second", "is_form"),
    [
        ("<td>tea<td><input type=number value=2>", True),
        ("<td>tea<td><textarea>2</textarea>", True),
        ("<td>tea<td><input value=2>", True),
        ("<td>tea<td><input type=checkbox>2", False),
        ("<td>tea<td>2", False),
        ("<td>tea<td><input value=2><tr><td>milk<td>1", False),
    ],
)
def test_of_tables_to_fill_in_nothing_is_written(second: str, is_form: bool):
    blocks = blocks_in(f"<table><tr><th>item<th>quantity<tr>{second}</table>")
    assert [block.kind for block in blocks] == ["table"]
    assert (writing.plain(blocks) == "") == is_form and (writing.markdown(blocks) == "") == is_form


@pytest.mark.parametrize(
    ("text", "has_text"), [("a" * 299, False), ("a" * 300, True), ("字" * 99, False), ("字" * 100, True)]
)
def test_a_page_without_text_of_its_own_hears_no_other_reading(text: str, has_text: bool):
    blocks = blocks_in(f"<p>{text}</p><p>{'menu ' * 99}</p>")
    assert choice.has_text(blocks, np.array([0.6, 0.5])) == has_text


@pytest.mark.parametrize(
    ("text", "likely", "is_kept"),
    [
        ("a" * 499, 0.41, True),
        ("a" * 499, 0.39, False),
        ("a" * 500, 0.39, True),
        ("字" * 166, 0.39, False),
        ("字" * 167, 0.39, True),
    ],
)
def test_a_short_text_is_not_made_longer_by_what_is_unlikely(text: str, likely: float, is_kept: bool):
    """With the 100 characters below, it is short under 600 of them."""
    blocks = blocks_in(f"<p>{text}</p><p>{'b' * 100}</p>")
    rows = np.zeros((2, len(features.NAMES)), np.float32)
    assert choice.keep(blocks, rows, np.array([0.5, likely]), False).tolist() == [True, is_kept]


@pytest.mark.parametrize(("others", "is_kept"), [(1_799, False), (1_800, True)])
def test_a_short_text_of_a_page_ten_times_as_long_may_be_unlikely(others: int, is_kept: bool):
    blocks = blocks_in(f"<p>{'a' * 100}</p><p>{'b' * 100}</p><p>{'c' * others}</p>")
    rows = np.zeros((3, len(features.NAMES)), np.float32)
    assert choice.keep(blocks, rows, np.array([0.5, 0.39, 0.01]), False).tolist() == [True, is_kept, False]


@pytest.mark.parametrize(("linked", "is_kept"), [(10, True), (11, False)])
def test_short_lines_of_a_story_need_not_be_likelier_where_there_is_no_menu(linked: int, is_kept: bool):
    body = f"<p>{'a' * (910 - linked)}</p><p>{'b' * 90}</p><p><a href=x>{'c' * linked}</a></p>"
    rows = np.zeros((3, len(features.NAMES)), np.float32)
    kept = choice.keep_above(0.1, blocks_in(body), rows, np.array([0.95, 0.7, 0.01]), True)
    assert kept.tolist() == [True, is_kept, False]


LIKELY, AS_BEFORE, UNLIKELY = 0.8808, 0.5, 0.1192


@pytest.mark.parametrize(
    ("body", "text", "expected"),
    [
        (
            f"<p>New</p><p>{STORY[0]}</p><p>bag</p><table><tr><td>Weight<td>1 kg<tr><td>Size<td>40 l</table>",
            f"- New\nIt says: {STORY[0]}\n| Weight | 1 kg |\n| Size | 40 l |",
            [LIKELY, LIKELY, UNLIKELY, LIKELY],
        ),
        ("<p>First steps</p><p>Then more</p><p>The end</p>", "First stepsThen moreThe end", [LIKELY] * 3),
        ("<p>第一章</p><p>第二章</p><p>目录</p>", "第一章第二章", [LIKELY, LIKELY, UNLIKELY]),
        (f"<p>new</p><p>{STORY[0]}</p><p>new</p>", f"{STORY[0]}\nnew", [UNLIKELY, LIKELY, LIKELY]),
        ("<p>one two three four</p><p>five</p>", "one two\nfive", [LIKELY, LIKELY]),
        ("<p>one two three four five</p><p>six</p>", "one two\nsix", [UNLIKELY, LIKELY]),
        ("<h2>Lost</h2><p>kept</p><h2>Held</h2>", "kept\nHeld", [AS_BEFORE, LIKELY, LIKELY]),
        ("<h2>Lost</h2><p>lost</p>", "", [AS_BEFORE, UNLIKELY]),
        (f"<p>{'word ' * 4_999}</p><p>more</p>", "more", [UNLIKELY, LIKELY]),
        (f"<p>{'word ' * 5_000}</p><p>more</p>", "more", [AS_BEFORE, AS_BEFORE]),
    ],
)
def test_another_reading_makes_its_blocks_likely_and_the_others_unlikely(body: str, text: str, expected: list[float]):
    likely = choice.agreed(blocks_in(body), np.full(len(expected), 0.5), text)
    assert likely == pytest.approx(expected, abs=1e-4)


def test_only_pages_of_products_are_read_twice(monkeypatch):
    asked: list[str] = []
    monkeypatch.setattr(readings, "balanced", lambda seen: asked.append("balanced"))
    product = '<script type="application/ld+json">{"@type": "Product"}</script>'
    article = '<script type="application/ld+json">{"@type": "NewsArticle"}</script>'
    assert STORY[0] in said(prose()) and STORY[0] in said(prose(), product + article) and asked == []
    assert STORY[0] in said(prose(), product, "") and asked == []  # the front page of a shop
    assert STORY[0] in said(prose(), product) and asked == ["balanced"]


@pytest.mark.parametrize(("tags", "is_read"), [(9_900, True), (10_100, False)])
def test_dense_pages_are_not_read_twice(tags: int, is_read: bool):
    seen = parsing.look(f"<html><body>{prose()}{'<i>x</i>' * (tags // 2)}</body></html>".encode())
    assert seen is not None and (readings.balanced(seen) is not None) == is_read


@pytest.mark.parametrize(
    ("items", "is_kept"),
    [
        ("".join(f"<li><a href=/{n}>{sentence}</a></li>" for n, sentence in enumerate(STORY)), True),
        ("".join(f"<li><a href=/{n}>Page {n}</a></li>" for n in range(9)), False),
    ],
)
def test_a_list_of_sentences_behind_a_paragraph_is_no_menu(items: str, is_kept: bool):
    blocks = blocks_in(f"<article><p>{STORY[0]}</p><ul>{items}</ul></article>")
    kept = np.array([True] + [False] * (len(blocks) - 1))
    repairs.keep_lists_of_sentences(blocks, kept)
    assert kept[1:].all() == is_kept


@pytest.mark.parametrize(
    ("body", "head", "kind"),
    [
        (prose(), "<meta property='og:type' content='article'>", "article"),
        (prose(), '<script type="application/ld+json">{"@type": "NewsArticle"}</script>', "article"),
        (prose(), '<script type="application/ld+json">{"@type": "QAPage"}</script>', "thread"),
        (f"<div itemscope itemtype='https://schema.org/Product'>{prose()}</div>", "", "product"),
        (f"{prose()}<pre>{'x = 1;' * 20}</pre>", "", "documentation"),
        (prose("div class=post"), "", "thread"),
        (MENU * 5, "", "listing"),
        (prose(), "", "page"),
    ],
)
def test_kinds_of_pages(body: str, head: str, kind: str):
    source = f"<html><head>{head}</head><body>{body}</body></html>".encode()
    tree = parsing.parse(source)
    assert tree is not None
    assert main.kind(survey(tree, source)) == kind
