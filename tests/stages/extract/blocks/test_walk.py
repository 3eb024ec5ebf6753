"""Blocks of a page: what begins one, what is left out, and where each stands."""

import pytest

from stages.extract import parsing
from stages.extract.blocks.segments import blocks_of
from stages.extract.blocks.walk import BlockWalk


def walk(body: str) -> BlockWalk:
    tree = parsing.parse(f"<html><body>{body}</body></html>".encode())
    assert tree is not None
    return BlockWalk(tree, markdown=True)


def texts(body: str) -> list[str]:
    """The texts of blocks, by the walk for Markdown, which are those of the compiled walk."""
    found = [block.text for block in walk(body).blocks]
    seen = parsing.look(f"<html><body>{body}</body></html>".encode())
    assert seen is not None
    assert found == [block.text for block in blocks_of(seen.markup, seen.element).blocks()]
    return found


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("one<p>two</p>three<div>four<div>five</div>six</div>", ["one", "two", "three", "four", "five", "six"]),
        ("<p><span></span>behind</p><li><i class=icon></i> an icon</li><div><p></p>a paragraph</div>",
         ["behind", "an icon", "a paragraph"]),
        ("<p>a<b></b>b <i>c</i>d</p>", ["ab cd"]),
        ("<p>a<br>b<br> <br>c<hr>d</p>", ["a\nb", "c", "d"]),
        ("<script>x</script><style>y</style><noscript>z</noscript><button>b</button><select><option>o</select>t",
         ["t"]),
        ("<h2><button>question</button></h2>", ["question"]),
        ("<svg><text>x</text></svg><iframe>y</iframe><template><p>z</p></template>", []),
        ("<p>no\u00adbreak\u200b and \u00a0 blanks</p>", ["nobreak and blanks"]),
        ("<code>a = 1\nb = 2</code>", ["a = 1\nb = 2"]),
        ("<p>see <code>a\nb</code></p>", ["see a b"]),
        ("<p style='white-space: pre-wrap'>roses\n  are red</p>", ["roses\n  are red"]),
        ("<div class=w3-code>if x:<br>&nbsp;&nbsp;y()</div>", ["if x:\n  y()"]),
        ("<xmp><b>x</b>\n  y</xmp>", ["<b>x</b>\n  y"]),
        ("<table><tr><td>alone</td></tr></table>", ["alone"]),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td></td><td></td></tr></table>", ["a | b"]),
        ("<table><caption>c</caption><tr><td>a</td><td></td></tr><tr><td>b</td><td></td></tr></table>",
         ["c\na | \nb | "]),
        ("<table><tr><td></td><td>a</td><td></td><td>b</td></tr><tr><td></td><td>c</td><td></td><td>-</td></tr></table>",
         [" | a |  | b\n | c |  | -"]),
        ("<table><caption>c</caption><tr><td>a<td>b<tr><td>d<td><p>e</p><p>f</p></table>", ["c\na | b\nd | e f"]),
        ("<table><tr><td><h2>a</h2><td>b<tr><td>c<td>d</table>", ["a", "b", "c", "d"]),
        ("<table><tr><td rowspan=3>a<td>b<tr><td>c<tr><td>d</table>", ["a | b\n | c\n | d"]),
    ],
)  # fmt: skip
def test_texts_of_blocks(body: str, expected: list[str]):
    assert texts(body) == expected


@pytest.mark.parametrize(
    ("body", "tidied"),
    [
        ("<table><tr><td>a</td><td>b</td></tr><tr><td></td><td></td></tr></table>", "a\nb"),
        ("<table><caption>c</caption><tr><td>a</td><td></td></tr><tr><td>b</td><td></td></tr></table>", "c\na\nb"),
        ("<table><tr><td>|</td><td></td></tr><tr><td></td><td>-</td></tr></table>", ""),
        ("<table><tr><td></td><td>a</td><td></td><td>b</td></tr><tr><td></td><td>c</td><td></td><td>-</td></tr></table>",
         "a | b\nc | -"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>-</td><td></td></tr><tr><td>c</td></tr></table>", "a | b\nc"),
        ("<pre>\n    a\n\n      b\n    c</pre>", "a\n\n  b\nc"),
        ("<pre>a\n    b</pre>", "a\n    b"),
    ],
)  # fmt: skip
def test_code_and_tables_are_tidied_when_they_are_written(body: str, tidied: str):
    (block,) = walk(body).blocks
    assert block.tidied == tidied


def test_kinds_levels_and_links():
    found = walk(
        "<h3>t</h3><ol><li>one <a href=x>two</a><p>three</p></ol><dl><dt>w<dd>m</dl><pre>c</pre>"
        "<figure><figcaption>f</figcaption></figure><table><tr><td>a<td><a href=y>bcd</a><tr><td>e<td>f</table>"
    ).blocks
    assert [(b.kind, b.level, b.lead, b.linked) for b in found] == [
        ("heading", 3, "", 0), ("item", 1, "- ", 3), ("item", 1, "", 0), ("term", 0, "", 0), ("text", 0, "", 0),
        ("code", 0, "", 0), ("caption", 0, "", 0), ("table", 0, "", 3),
    ]  # fmt: skip


def test_deep_and_wide_pages_take_their_time_and_no_more():
    deep = "<b><i>" * 500 + "x" + "<div>" * 500 + "y"
    assert texts(deep) == ["x", "y"]
    assert len(texts("<p>a</p>" * 5_000)) == 5_000
