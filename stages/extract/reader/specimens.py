"""Small pages on which the reader is compared with trafilatura when a process starts.

Each takes another way: a frame found by class, by tag or not at all; sections discarded by list and by density;
readability and jusText preferred; the last resorts; a forum; markup in which the two could differ.
"""

WORDS = (
    "The river rises in the hills north of the town and reaches the sea after a long way through flat country. ",
    "In spring, when the snow melts, the meadows on both banks are under water for weeks, and nobody minds. ",
    "Of the seven bridges that were built, five are left; the oldest of them has been closed to carts since the war. ",
)


def prose(sentences: int, tag: str = "p") -> str:
    """Paragraphs of one sentence and its year each."""
    return "".join(f"<{tag}>{WORDS[n % 3]}It was written down in year {1800 + n}.</{tag}>" for n in range(sentences))


LINKS = "".join(f'<li><a href="/{n}">Page number {n} of the site</a></li>' for n in range(12))
MENU = f'<nav class="menu"><ul>{LINKS}</ul></nav>'
SIDE = f'<div class="sidebar"><h3>Related</h3><ul>{LINKS}</ul></div><div class="link" style="border:0">Top</div>'
COMMENTS = f'<div id="comments"><h3>Comments</h3>{prose(2)}</div><ol class="commentlist"><li>{WORDS[0]}</li></ol>'
TABLE = (
    "<table><thead><tr><th>Bridge</th><th>Year</th></tr></thead><tbody>"
    "<tr><td rowspan=2>Old</td><td>1701</td></tr><tr><td>1802 <b>rebuilt</b></td></tr></tbody></table>"
)
LIST = "<ul><li>One<ul><li>Two <i>and</i> more</li></ul></li><li><p>Three</p></li></ul><dl><dt>a<dd>b</dl>"
CODE = "<pre><code>if x:\n    y()\n</code></pre><blockquote><p>A quotation of some length stands here.</p></blockquote>"


def page(body: str, head: str = "") -> str:
    """A whole page around a body."""
    return f"<!DOCTYPE html>\n<html><head><title>Rivers</title>{head}</head><body>{body}</body></html>"


SPECIMENS = (
    page(f"{MENU}<article class='post-content'><h1>River</h1>{prose(9)}{TABLE}{LIST}{CODE}</article>{SIDE}{COMMENTS}"),
    page(f"<div id=content>{MENU}<div class='text widget'>{prose(4, 'div')}</div>{SIDE}<br>loose<br>text</div>"),
    page(f"<section role=main><p>{WORDS[0]}</p><form><div>{prose(5, 'span')}</div></form></section>{COMMENTS}{SIDE}"),
    page(f"<div><div class='comment-body'>{prose(3)}</div><div aria-hidden=true>{prose(1)}</div></div>{MENU}"),
    page(
        f"<ul class=teaser>{LINKS}</ul><table><tr><td>{WORDS[1]}<br>{WORDS[2]}</table><noscript>{WORDS[0]}</noscript>"
    ),
    page(
        f"<main>Short.</main><div class='cookie-banner footer'>{WORDS[0]}</div><iframe src='https://youtube.com/e'>x</iframe>",
        f'<script type="application/ld+json">{{"articleBody": "{WORDS[0]}{WORDS[1]}"}}</script>',
    ),
    page(
        f"<div class='comment'>{prose(4)}</div><div class='comment'>{prose(2)}</div>{SIDE}",
        '<script type="application/ld+json">{"@type": "DiscussionForumPosting"}</script>',
    ),
    page(
        f"<p>{'<a href=/x>a link of some length</a> '.join(WORDS)}</p><aside>{prose(3)}<aside>x</aside></aside>{LIST}"
    ),
    f"<div class=entry>{prose(2)}<figure><table><tr><td>1</table></figure><math alttext='x^2'><mi>x</mi></math> is",
)
