"""What a page of the sample is, and what it looks like as HTML."""

import html
import random
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template

from sample.sites import RIGHT_TO_LEFT, SITE_PHRASES, Encoding, Site, SitePhrases
from sample.texts import Block

AUTHORS = ("Ada Marsh", "Ben Okoro", "Clara Voss", "Dev Patel", "Elin Strand", "Farid Aziz", "Grace Lin", "Hugo Roche")
PAGE_TAGS = ("notes", "numbers", "methods", "practice", "tools", "data", "models", "signals")
QUOTED = re.compile(r'"([^"]*)"')


@dataclass(frozen=True)
class SamplePage:
    """A page as the sample has it, and what should become of it in the pipeline.

    `expected`: kept, url, language, thin, quality, repetition, lines, duplicate (one of each `group` is kept),
    quarantined (cannot be read), skipped (no HTML page). `planted`: pairs of a kind and a value.
    """

    site: Site
    url: str
    title: str
    blocks: tuple[Block, ...]
    kind: str = "ordinary"
    expected: str = "kept"
    group: str = ""
    encoding: Encoding | None = None
    planted: tuple[tuple[str, str], ...] = ()
    canonical: str = ""  # what the page itself calls its URL, when that is another
    status: str = "200 OK"
    content_type: str | None = "text/html"
    body: bytes | None = None  # given: sent as it is, no page is rendered

    @property
    def written(self) -> Encoding:
        """The encoding in which the bytes are written."""
        return self.encoding or self.site.encoding

    @property
    def text(self) -> str:
        """The main text, a block a line, in the typography that it is shown in."""
        return "\n".join(typeset(block.text, self.site) for block in self.blocks)


def typeset(text: str, site: Site) -> str:
    """Curly quotes and dashes, as most sites but the plainest have them."""
    if site.template in ("table", "docs", "forum") or site.language != "en":
        return text
    return QUOTED.sub("“\\1”", text).replace("'", "’").replace(" -- ", " – ").replace(" - ", " – ")


@cache
def page_template(name: str) -> Template:
    """A template by its name."""
    return Template((Path(__file__).parent / "templates" / f"{name}.html").read_text(encoding="utf-8"))


def page_bytes(page: SamplePage, others: tuple[str, ...], comments: tuple[str, ...]) -> bytes:
    """The bytes of a page: `others` are headlines of its site to link to, `comments` those of readers below it."""
    if page.body is not None:
        return page.body
    rendered = render(page, others, comments)
    return rendered.encode(page.written.charset, errors="xmlcharrefreplace")


def render(page: SamplePage, others: tuple[str, ...], comments: tuple[str, ...]) -> str:
    """The page as HTML in the template of its site."""
    rng = random.Random(f"{page.title} {page.blocks[:1]}")  # not the URL: a mirror is the same page
    values = dict(
        lang=page.site.language,
        dir="rtl" if page.site.language in RIGHT_TO_LEFT else "ltr",
        meta=charset_meta(page.written.meta, rng),
        title=html.escape(typeset(page.title, page.site)),
        site=html.escape(page.site.name),
        url=html.escape(page.canonical or page.url),
        slug=url_slug(page.title),
        description=html.escape(page.text[:140]),
        number=str(rng.randrange(1000, 99999)),
        count=str(len(comments)),
        price=f"{rng.randrange(5, 400)}.{rng.choice(('00', '50', '95'))}",
        author=rng.choice(AUTHORS),
        date=f"20{rng.randrange(10, 24)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}",
        tags=" ".join(f'<a href="/tag/{tag}" rel="tag">{tag}</a>' for tag in rng.sample(PAGE_TAGS, 3)),
        body="\n".join(html_blocks(page, rng)),
        related="\n".join(f'<div class="card"><a href="/{url_slug(o)}">{html.escape(o)}</a></div>' for o in others[:3]),
        links="\n".join(f'<li><a href="/{url_slug(o)}">{html.escape(o)}</a></li>' for o in others),
        comments="\n".join(comment_html(text, number, rng) for number, text in enumerate(comments)),
        **phrase_values(SITE_PHRASES.get(page.site.language, SitePhrases())),
    )
    return page_template(page.site.template).substitute(values)


def phrase_values(words: SitePhrases) -> dict[str, str]:
    """The phrases around a page, by the names that the templates use."""
    names = {**vars(words), "comment": words.comments, "more": words.related}
    return {name: html.escape(text) for name, text in names.items() if name not in ("comments", "related")}


def charset_meta(charset: str | None, rng: random.Random) -> str:
    """The meta tag that names the charset, in one of its two forms; nothing when none is named."""
    if charset is None:
        return "<!-- no charset given -->"
    if rng.random() < 0.5:
        return f'<meta charset="{charset}">'
    return f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">'


def html_blocks(page: SamplePage, rng: random.Random) -> list[str]:
    """The blocks of a page as HTML, with a picture after the first paragraph of every second page."""
    rendered = [element(block.tag, with_inline_markup(typeset(block.text, page.site), rng)) for block in page.blocks]
    if page.site.template != "table" and rng.random() < 0.5:
        source, alt = f"/media/{url_slug(page.title)}.jpg", html.escape(page.title)
        rendered.insert(1, f'<figure class="wp-block-image"><img src="{source}" alt="{alt}" width="640"></figure>')
    return rendered


def element(tag: str, inner: str) -> str:
    """An element with some markup in it."""
    if tag == "li":
        return f"<ul><li>{inner}</li></ul>"
    if tag == "html":
        return html.unescape(inner)
    return f"<{tag}>{inner}</{tag}>"


def with_inline_markup(text: str, rng: random.Random) -> str:
    """The text with a word in italics, bold or a link here and there."""
    words = html.escape(text, quote=False).split(" ")
    if len(words) > 25:
        at = rng.randrange(5, len(words) - 5)
        wrap = rng.choice(("<em>{}</em>", "<strong>{}</strong>", '<a href="/glossary">{}</a>'))
        words[at] = wrap.format(words[at])
    return " ".join(words)


def comment_html(text: str, number: int, rng: random.Random) -> str:
    """A reader's comment, as comment systems write it."""
    who = rng.choice(AUTHORS).split()[0].lower() + str(rng.randrange(10, 99))
    return (
        f'<li class="comment" id="comment-{number}"><div class="comment-author vcard">{who} says:</div>'
        f'<div class="comment-content"><p>{html.escape(text)}</p></div>'
        f'<a class="comment-reply-link" href="#respond">Reply</a></li>'
    )


def url_slug(title: str) -> str:
    """A headline as the last part of a URL, at most eight words."""
    return "-".join(re.findall(r"[a-z0-9]+", title.lower())[:8]) or "page"
