"""What is decided of elements before a page is walked: formulas, tables of data, code."""

import numpy as np
import pytest

from stages.extract.blocks import decisions, fields
from stages.extract.blocks.decisions import ALL_SIGNS, ASKED, Decisions, decide, find_candidates
from stages.extract.markup import KNOWN
from tests.helpers.page_blocks import seen

TABLE = "<table><tr><td>a<td>b<tr><td>c<td>d</table>"


def candidates(body: str) -> list[str]:
    """The tags of the elements that are looked at, in the page's order."""
    page = seen(body).markup
    places, lower = np.empty(len(page.tags), np.int32), np.frombuffer(page.raw.lower(), np.uint8)
    found = find_candidates(page, lower, ASKED, ALL_SIGNS, places)
    return [KNOWN[page.tags[place] - 1] for place in places[:found]]


def decided(body: str) -> list[tuple[str, int, str]]:
    """The tag of each element of which something was decided, what, and the text that stands for it."""
    page = seen(body)
    made = decide(page.markup, page.element)
    found = made.decided()
    told = []
    for place in np.flatnonzero(found.kinds).tolist():
        given = found.refers[place]
        text = found.texts[found.bounds[given] : found.bounds[given + 1]].tobytes().decode() if given >= 0 else ""
        assert given < 0 or text == made.texts[given]
        told.append((KNOWN[page.markup.tags[place] - 1], int(found.kinds[place]), text))
    return told


@pytest.mark.parametrize("tag", ["pre", "xmp", "listing", "table", "math"])
def test_some_elements_are_always_looked_at(tag: str):
    assert candidates(f"<p>x</p><{tag}>y</{tag}>") == [tag]


@pytest.mark.parametrize("tag", ["img", "span", "div", "p", "script"])
def test_some_are_looked_at_where_their_attributes_have_a_sign(tag: str):
    assert candidates(f"<{tag} class=x title='a b'>y</{tag}>") == []
    assert candidates(f"<{tag} class='x KaTeX'>y</{tag}>") == [tag]
    assert candidates(f"<i class='katex'>z</i><{tag} class=x>katex</{tag}>") == []


@pytest.mark.parametrize(
    ("value", "has"),
    [
        ("a\\b", True), ("{", True), ("$", True), ("math/tex", True), ("MATH/", True), ("mathtex", True),
        ("math", False), ("MathJax_Preview", True), ("mathja", False), ("mjx-c", True),
        ("mwe-math-x", True), ("mimetex.cgi", True),
        ("katex-html", True), ("kate", False), ("latex.codecogs.com", True), ("latex.php?x", True),
        ("latex,php", False), ("/chart?x", True), ("white-space: pre", True), ("w3-code", True),
        ("w3_code", False), ("mmath/", True),
        ("mmmathtex", True), ("[", False), ("xkatexx", True), ("katE\u0058", True), ("ka\u212aex", False),
    ],
)  # fmt: skip
def test_signs_of_formulas_and_code(value: str, has: bool):
    assert candidates(f"<span title='{value}'>x</span>") == ["span"] * has


def test_a_sign_ends_where_the_attributes_of_its_element_do():
    assert candidates("<span class=kate></span><span>x</span>") == []
    assert candidates("<span class='w3-'>code</span>") == []


@pytest.mark.parametrize("tag", ["code", "kbd", "samp", "tt"])
def test_inline_code_is_looked_at_where_its_first_text_has_a_newline(tag: str):
    assert candidates(f"<{tag}>x\ny</{tag}>") == [tag] and candidates(f"<{tag}>x</{tag}\n>\ny") == []
    assert candidates(f"<{tag}><b>x</b>\n</{tag}>") == [] and candidates(f"<{tag}>\n</{tag}>") == [tag]


def test_all_candidates_are_found_in_order():
    body = f"<span class=katex>a</span>{TABLE}<pre>b</pre><code>c\nd</code><p>e</p>"
    assert candidates(body) == ["span", "table", "pre", "code"]


def test_kinds_of_decisions():
    assert decided(TABLE) == [("table", fields.TABLE_TEXT, "a | b\nc | d")]
    assert decided("<pre>a\n  b</pre>") == [("pre", fields.CODE_TEXT, "a\n  b")]
    assert decided("<p><math alttext='x  +\n y'><mi>x</mi></math></p>") == [("math", fields.FORMULA, "x + y")]
    assert decided("<math display=block alttext='x'><mi>x</mi></math>") == [("math", fields.DISPLAY, "x")]
    assert decided("<div><code>a\nb</code></div>") == [("code", fields.CODE_IF_ALONE, "a\nb")]
    assert decided("<div class=w3-code>a<br>b</div>") == [("div", fields.CODE_TEXT, "a\nb")]
    assert decided("<p style='white-space: pre'>a\n b</p>") == [("p", fields.CODE_TEXT, "a\n b")]


def test_what_is_none_of_these_is_walked_over():
    for body in (
        "<table><tr><td>a</table>", "<p>see <code>a\nb</code></p>", "<div><code>a\n</code></div>",
        "<div><code>ab</code></div>", "<p title='{'>x</p>", "<span class=katex></span>", "<p class=w3>x</p>",
    ):  # fmt: skip
        assert decided(body) == [], body


def test_blank_code_is_written_as_nothing():
    assert decided("<pre> \n </pre>") == [("pre", fields.CODE_TEXT, "")]


def test_code_beside_line_numbers_is_no_table():
    body = "<table class=highlight><tr><td>1<td><pre>a</pre><tr><td>2<td><pre>b</pre></table>"
    assert decided(body) == [("table", fields.CODE_TEXT, "a\nb")]


def test_what_is_in_an_element_that_was_decided_is_left_alone():
    inner = "<span class=katex><math alttext=y><mi>y</mi></math></span>"
    body = f"<table><tr><td>a<td>{inner}<tr><td>c<td>d</table><pre>z</pre>"
    assert [(tag, kind) for tag, kind, _ in decided(body)] == [("table", fields.TABLE_TEXT), ("pre", fields.CODE_TEXT)]
    frame = f"<table><tr><td>{TABLE}</table>"
    assert [kind for _, kind, _ in decided(frame)] == [fields.TABLE_TEXT]
    loose = decided("<div><code>a\nb<pre>c</pre></code></div>")
    assert [(tag, kind) for tag, kind, _ in loose] == [("code", fields.CODE_IF_ALONE), ("pre", fields.CODE_TEXT)]


def test_links_in_code_and_tables_are_counted():
    page = seen(
        "<pre>a <a href=x>bc</a> <a>d</a></pre><table><tr><td>a<td><a>bcd</a><tr><td>c<td>d</table><pre>e</pre>"
    )
    assert decide(page.markup, page.element).decided().links.tolist() == [3, 3, 0]


def test_texts_are_kept_as_they_are_written():
    page = seen("<pre>    a\n      b</pre><table><tr><td>a<td><td>b<tr><td>c<td><td>d</table>")
    made = decide(page.markup, page.element)
    assert made.texts == ["    a\n      b", "a |  | b\nc |  | d"]
    assert made.tidied == ["a\n  b", "a | b\nc | d"]


def test_decisions_without_a_text_have_none():
    made = Decisions(3)
    made.add(1, fields.CODE_TEXT, "")
    made.add(2, fields.TABLE_TEXT, "é", "è", 1)
    found = made.decided()
    assert found.kinds.tolist() == [0, fields.CODE_TEXT, fields.TABLE_TEXT] and found.refers.tolist() == [-1, -1, 0]
    assert found.bounds.tolist() == [0, 2] and found.texts.tobytes() == "é".encode() and made.tidied == ["è"]
    assert decisions.NEVER == 0 and ASKED[0] == decisions.NEVER
