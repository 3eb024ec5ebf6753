"""The compiled walk over a page beside the walk for Markdown, and what it knows of boxes."""

import numpy as np
import pytest

from stages.extract import parsing
from stages.extract.blocks import names
from stages.extract.blocks.block import PageBlock
from stages.extract.blocks.joiners import WITHOUT_JOINERS
from stages.extract.blocks.segments import blocks_of
from stages.extract.blocks.walk import BlockWalk
from stages.extract.markup import KNOWN
from stages.extract.source import source_of
from tests.helpers.page_blocks import page_blocks


def told(blocks: list[PageBlock]) -> list[tuple[object, ...]]:
    """What both walks tell of a block; the compiled one leaves joiners out."""
    return [
        (
            b.kind,
            b.text.translate(WITHOUT_JOINERS),
            b.linked,
            b.level,
            bool(b.lead),
            b.quoted,
            b.tidied,
            b.box.tag,
            depth(b.box),
        )
        for b in blocks
    ]


def depth(box: object) -> int:
    return -1 if box is None else 1 + depth(getattr(box, "around"))  # noqa: B009  (of both walks)


def test_both_walks_give_the_same_blocks(made_pages):
    blocks = 0
    for html in made_pages:
        source = source_of(html, "utf-8")
        try:
            seen = parsing.look(source)
        except parsing.Malformed:
            continue
        if seen is not None:
            compiled = blocks_of(seen.markup, seen.element).blocks()
            assert told(compiled) == told(BlockWalk(seen.tree).blocks)
            blocks += len(compiled)
    assert blocks > 1_000


@pytest.mark.parametrize(
    "body",
    [
        "<p>a &amp; b &lt;c&gt; &#233;&#x1F600; \u3000 d\u00a0e\u200b f</p>",
        "<p>one<br><br>two<br> <br>three<a href=x>four<br>five</a></p>"
        "<ul><li>a<ul><li>b</ul>c<li><p>d</p><p>e</p></ul>",
        "<ol start=4><li><a>x</a>y</ol><li>alone</li><dl><dt>t<dd>m</dl>"
        "<blockquote>q<blockquote>r</blockquote></blockquote>",
        "<p>a <script type='math/tex'>x^2</script> b<script type='math/tex; mode=display'>y</script>c</p>",
        "<p><img alt='\\frac{1}{2}' class=tex src=a.png> is half</p><span class=katex><math><mi>x</mi></math></span>",
        "<table><tr><td>a<td><a href=x>b</a><tr><td>c<td>d</table><table><tr><td><p>x</p><h2>y</h2></table>",
        "<pre>  a\n  <a>b</a>\n</pre><p>see <code>x\ny</code></p><div><code>x\ny</code></div>"
        "<pre> </pre><h2>a<pre>b</pre></h2>",
        "<h2>a<br>b<button>c</button></h2><button>d</button><svg><text>e</text></svg><noscript><p>f</p></noscript>g",
        "<textarea>&lt;p></textarea><title>t</title><xmp><b>x</b></xmp><custom-tag a=b>y</custom-tag><o:p>z</o:p>",
        "<p a\"b=1 c<d=2 =e=3 class='x&quot;y&amp;&lt;&#10;z'>odd attributes</p>",
        "<script>if (a < b && c) { x = '</p>' }</script>&lt;![CDATA[ x ]]&gt;<style>a > b {}</style>y",
    ],
)  # fmt: skip
def test_both_walks_read_odd_markup_alike(body):
    seen = parsing.look(f"<html><body>{body}</body></html>".encode())
    assert seen is not None
    found = told(blocks_of(seen.markup, seen.element).blocks())
    assert found and found == told(BlockWalk(seen.tree).blocks)


def test_a_page_of_xhtml_gets_no_attributes():
    doctype = "<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN' 'http://www.w3.org/x'>"
    seen = parsing.look(f"{doctype}<html><body><a lang=en name=footer>x</a></body></html>".encode())
    assert seen is not None
    assert [name for element in range(len(seen.markup.tags)) for name, _ in seen.markup.items(element)] == [
        "lang",
        "name",
    ]


def test_boxes_are_those_of_their_elements_and_an_item_begins_once():
    page = page_blocks("<div><b>a</b><ul><li>b<p>c</p></li></ul></div><p>d</p>")
    assert page.boxes["element"].tolist() == [0, 0, 1, 2, 4, 5, 6, 7]
    assert page.boxes["around"].tolist() == [-1, 0, 1, 2, 3, 4, 5, 2]
    assert page.boxes["first"].tolist() == [0, 0, 0, 0, 1, 1, 2, 3]
    assert page.boxes["end"].tolist() == [4, 4, 4, 3, 3, 3, 3, 4]
    assert page.rows["lead"].tolist() == [0, 1, 0, 0] and page.rows["box"].tolist() == [3, 5, 6, 7]


def test_quotations_and_items_end_where_their_elements_do():
    page = page_blocks(
        "<blockquote>a<blockquote>b</blockquote>c</blockquote>d<ul><li></li>e<li>f<p>g</p></li><p>h</p></ul><p>i</p>"
    )
    blocks = page.blocks()
    assert [block.quoted for block in blocks] == [1, 2, 1, 0, 0, 0, 0, 0, 0]
    assert [block.lead for block in blocks] == ["", "", "", "", "", "- ", "", "", ""]
    assert [block.kind for block in blocks] == ["text"] * 5 + ["item"] * 2 + ["text"] * 2
    assert [block.level for block in blocks] == [0, 0, 0, 0, 1, 1, 1, 1, 0]


def test_boxes_know_their_blocks_and_names():
    page = page_blocks(
        "<nav>a</nav><main><div class='post-body x'><p>b</p>c</div></main><div style='display: none'>d</div>"
    )
    at = {KNOWN[tag - 1]: place for place, tag in enumerate(page.boxes["tag"])}
    texts = [block.text for block in page.blocks()]
    assert texts[page.boxes["first"][at["main"]] : page.boxes["end"][at["main"]]] == ["b", "c"]
    paragraph = page.said[at["p"]]
    assert paragraph["flags"] & names.POST and paragraph["flags"] & names.MAIN and not paragraph["own"]
    assert [int(paragraph[name]) for name in ("far_content", "far_furniture", "depth")] == [1, 12, 5]
    assert page.said["own"][at["nav"]] & names.NAVIGATION and page.said["own"][at["div"]] & names.HIDDEN


@pytest.mark.parametrize(
    ("name", "says"),
    [
        *((name, True) for name in ("sidebar", "left-sidebar", "mainSidebar", "SIDEBAR_2", "x sidebar")),
        ("a&#10;sidebar", True),
        *((name, False) for name in ("sidebarless", "insidebars", "x" * 499 + " sidebar", "SIDEBarx")),
    ],
)  # fmt: skip
def test_names_are_read_in_every_style_of_writing(name: str, says: bool):
    for attribute in ("class", "id"):
        page = page_blocks(f"<p {attribute}='{name}'>a</p>")
        assert bool(page.said["own"][-1] & names.ASIDE) == says
    assert not page_blocks(f"<p title='{name}'>a</p>").said["own"][-1]


def test_boxes_of_the_same_names_are_alike():
    page = page_blocks(
        "<div class='a b'><p>1</p></div><div class=a><p>2</p><p class=c>3</p></div><div class='b a'><p>4</p></div>"
    )
    alike = [block.box.like for block in page.blocks()]
    assert alike[0] == alike[1] and len(set(alike)) == 3
    assert np.unique(page.said["twins"]).size == len(page.said) - 1  # the first two <div>
