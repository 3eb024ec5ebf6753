"""readability: the bound on its answer, and the answer without it."""

import pytest
from lxml.etree import XPath, tostring
from trafilatura.utils import fromstring_bytes, trim

from stages.extract import parsing, readings
from stages.extract.reader import cascade, readability
from stages.extract.reader.page import Page
from stages.extract.reader.readability import RAW_TEXT, GaveUp, Readability, may_only_shrink, unlikely

# All elements of HTML, those of old pages, and some that no one knows.
ELEMENTS = (
    "a abbr acronym address applet area article aside audio b base basefont bdi bdo big blink blockquote "
    "body br button canvas caption center cite code col colgroup command data datalist dd del details dfn "
    "dialog dir div dl dt em embed fieldset figcaption figure font footer form frame frameset h1 h6 head "
    "header hgroup hr html i image img input ins isindex kbd keygen label legend li link listing main map "
    "mark marquee math menu menuitem meta meter nav nobr noembed noframes noscript object ol optgroup "
    "option output p param picture plaintext portal pre progress q rp rt ruby s samp search section "
    "select slot small source span strike strong sub summary sup svg table tbody td template tfoot th "
    "thead time title tr track tt u ul var video wbr xmp foreignObject my-element fencedframe "
).split()
NORMALIZED = XPath("string-length(normalize-space())")


@pytest.mark.parametrize("tag", ELEMENTS)
@pytest.mark.parametrize("inside", ["a &lt;b&gt; &amp; c", "a <i>b</i> c", ""])
def test_text_grows_only_in_elements_that_are_known_for_it(tag, inside):
    """Written as XML and read as HTML, an element has as much text as before, or is looked for in the bound."""
    tree = parsing.parse(f"<html><body><p>one</p><{tag}>{inside}</{tag}><p>two</p></body></html>".encode())
    assert tree is not None
    before = trim(tostring(tree, method="text", encoding="unicode"))
    again = fromstring_bytes(tostring(tree, encoding="unicode"))
    after = trim(tostring(again, method="text", encoding="unicode"))
    if tag not in (*RAW_TEXT, "script", "style", "textarea", "iframe"):  # the latter four are dropped before
        assert len(after) <= len(before)
        assert may_only_shrink(tree)
    elif tag in RAW_TEXT and len(after) > len(before):
        assert not may_only_shrink(tree)


def test_frames_with_videos_gain_a_word():
    for source, alone in (("https://www.youtube.com/embed/1", False), ("https://a.example/", True), ("", True)):
        tree = parsing.parse(f"<html><body><iframe src='{source}'></iframe></body></html>".encode())
        assert tree is not None and may_only_shrink(tree) is alone


def answers(html: bytes) -> tuple[list[int], int]:
    """The bounds on a page's article at each look, and its length."""
    seen = parsing.look(html)
    assert seen is not None
    bounds: list[int] = []
    asked = Readability(seen.tree, lambda most: bounds.append(most) or True)
    asked.start()
    summary = asked.summary(unlikely(seen.marks.marked))
    return bounds, len(trim(tostring(summary, method="text", encoding="unicode")))


def test_no_article_is_longer_than_its_bounds(made_pages):
    compared = 0
    for html in made_pages:
        seen = parsing.look(html)
        if seen is None or not may_only_shrink(seen.tree):
            continue
        try:
            bounds, length = answers(html)
        except AssertionError:  # as the original: it drops the root
            continue
        assert bounds == sorted(bounds, reverse=True) and bounds[-1] >= length, html
        compared += 1
    assert compared > 60


def test_without_the_bound_the_texts_are_the_same(made_pages, monkeypatch):
    def texts() -> list[str | None]:
        found = []
        for html in made_pages[:80]:
            for focus in cascade.FOCUSES:
                seen = parsing.look(html)
                found.append(seen and cascade.read_fast(readings.page_of(seen), focus))
        return found

    bounded = texts()
    monkeypatch.setattr(readability, "BOUND", False)
    assert texts() == bounded


def test_it_gives_up_where_no_more_text_can_win():
    html = b"<html><body><p>Some words of text, and no more than that.</p></body></html>"
    for least, gives_up in ((len("Some words of text, and no more than that."), True), (41, False)):
        seen = parsing.look(html)
        assert seen is not None
        asked = Readability(seen.tree, lambda most, least=least: most > least)
        if gives_up:
            with pytest.raises(GaveUp):
                asked.start()
        else:
            asked.start()


def test_a_page_keeps_its_tree_when_asked_to():
    html = b"<html><body>" + b"<p>Some words of text that are many.</p>" * 9 + b"</body></html>"
    for keep_below, used_up in ((0, True), (10_000, False)):
        seen = parsing.look(html)
        assert seen is not None
        read_page: Page = readings.page_of(seen, keep_below)
        first = cascade.read_fast(read_page, "precision")
        assert read_page.used_up is used_up
        if not used_up:
            again = parsing.look(html)
            assert again is not None
            assert (
                cascade.read_fast(read_page, "balanced")
                == cascade.read_fast(readings.page_of(again), "balanced")
                == first
            )
