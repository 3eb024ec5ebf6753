"""The reader beside trafilatura itself: the whole answer of every page, with every setting."""

import pytest

from benchmarks import plain_extraction
from stages.extract import page, readings
from tests.helpers.real_pages import real_pages

READINGS = ("trafilatura", "precision", "balanced", "recall")
SENTENCES = "".join(
    f"<p>Sentence {n} tells of the weather in the hills, of snow, rain and the way down.</p>" for n in range(9)
)
HOSTILE = {
    "one tag deleted inside itself": f"<aside>a<aside>b</aside>c</aside><aside>d</aside>{SENTENCES}<aside>e</aside>",
    "labels in labels, buttons in buttons": f"<label>a<label>b</label></label>{SENTENCES}<label>z</label><p>x<label>y",
    "frame with a video": f"<div><iframe src=//a.b/>{SENTENCES}<iframe src='https://youtube.com/e/1'>old</iframe></div>",
    "noscript with everything": f"<noscript>{SENTENCES}<p>a &lt;b&gt; c</p></noscript><p>Turn it on.</p>",
    "text that grows when it is written": f"<p>a</p><xmp>{'&lt;' * 300}</xmp><title>{'&lt;&amp;' * 200}</title>",
    "textarea": f"<textarea>{SENTENCES}</textarea><p>short</p>",
    "nothing but scripts": "<script>x=1</script><style>a{}</style>",
    "script with markup": f"<script>'<p>{SENTENCES}</p>'</script><p>x</p>",
    "forum": '<script type="application/ld+json">{"@type": "DiscussionForumPosting"}</script>'
    f"<div class=comment>{SENTENCES}</div><div class=comments-area>{SENTENCES[:300]}</div>",
    "comments only": f"<ol class=commentlist><li>{SENTENCES}</li></ol><div id=disqus_thread>{SENTENCES}</div>",
    "formulas": f"{SENTENCES}<p>with <math alttext='x^2' display=block><mi>x</mi></math> inside</p>",
    "json": '<script type="application/ld+json">{"articleBody": "' + "A long text in JSON. " * 20 + '"}</script>',
    "no break spaces": "<p>" + "\u00a0" * 40 + "</p><p>a\u00a0\u00a0b" + "\u2003c" * 30 + "</p>",
    "control characters": "<p>" + "".join(f"&#{n};word {n} " for n in range(1, 160)) + f"</p>{SENTENCES}",
    "links in links": f"<div><a href=1>one <table><tr><td><a href=2>{'two ' * 40}</a></table></a></div>{SENTENCES}",
    "layout tables": f"<table role=presentation><tr><td>{SENTENCES}<td><figure><table><tr><td>1</table></figure>",
    "one form around the page": f"<form id=aspnetForm><div>{SENTENCES}</div><input type=hidden></form>",
    "one element": "<div>one</div>",
    "one script": "<script>one</script>",
    "XHTML": '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">'
    f"\n<html><body><div><p></p><div></div>{SENTENCES}<p/></div></body></html>",
    "code": f"<div class='w3-code notranslate'>if x:<br>&nbsp;y()</div><pre><span>x</span></pre>{SENTENCES[:200]}",
    "titles at the end": f"<article>{SENTENCES}<h2>More</h2><a href=x>link</a></article>",
    "two bodies": f"<body><p>a</p></body><body class=x>{SENTENCES}</body>",
    "empty elements": "<div><p></p><span></span><b></b></div>" * 50 + SENTENCES,
    "long label": f"<p>{'x' * 24}</p><p>{'y' * 25}</p>{'<p>short</p>' * 40}",
}


def differing(html: bytes, charset: str | None = "utf-8", url: str = "https://a.example/") -> list[str]:
    """The readings that are not trafilatura's."""
    found = []
    for name in READINGS:
        said = page.answer(html, charset, url, name)
        said.pop("detail", None)
        try:
            plain = plain_extraction.answer(html, charset, url, name)
        except Exception:
            plain = {"error": "raised"}
        if said != plain:
            found.append(name)
    return found


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages(name):
    html = HOSTILE[name]
    whole = html if html.startswith("<!DOCTYPE") else f"<html><head><title>t</title></head><body>{html}</body></html>"
    assert differing(whole.encode()) == []
    assert differing(html.encode()) == []


def test_made_pages(made_pages):
    assert [number for number, html in enumerate(made_pages) if differing(html)] == []


def test_real_pages(shared):
    assert [url for html, charset, url in real_pages(shared, 120) if differing(html, charset, url)] == []


@pytest.mark.slow
@pytest.mark.timeout(10_800)
def test_all_real_pages(shared):
    assert [url for html, charset, url in real_pages(shared, 1) if differing(html, charset, url)] == []


def test_plain_is_trafilatura_untouched(made_pages, monkeypatch):
    monkeypatch.setattr(readings, "fast_reader", lambda: pytest.fail("plain asked the reader"))
    readings.find_extractor.cache_clear()
    for html in made_pages[:30]:
        assert page.answer(html, "utf-8", "", "plain") == plain_extraction.answer(html, "utf-8", "")
    readings.find_extractor.cache_clear()
