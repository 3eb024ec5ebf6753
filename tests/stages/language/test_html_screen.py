"""What a page seems to say, before it is extracted."""

import random
import re
from itertools import pairwise

import pytest

from stages.language.html_screen import between_markup, preview_text

# Linear for RE2, not for this one: the oracle of pages that are small.
MARKUP = re.compile(rb"(?is)<script\b.*?(?=</script|\Z)|<style\b.*?(?=</style|\Z)|<!--.*?(?:-->|\Z)|<[^>]*>")
PARTS = [b"<", b">", b"<script", b"</script", b"<SCRIPT ", b"<style>", b"</Style>", b"<!--", b"-->", b"-", b"a", b" "]
PARTS += [b"<p>", b"<!", b"<scripty>", b"/", b"\n", b"\xe9"]
GERMAN = "Die Häuser am Fluß gehören den Müllern, und für ihre Töchter wären größere schöner. " * 6


def pieces(html: bytes) -> list[bytes]:
    """What the oracle leaves; the last piece may be empty."""
    ends = [(0, 0), *(match.span() for match in MARKUP.finditer(html)), (len(html), len(html))]
    found = [html[end:start] for (_, end), (start, _) in pairwise(ends)]
    return [*filter(None, found[:-1]), found[-1]]


def test_what_stands_between_markup_is_what_a_pattern_finds():
    draw = random.Random(1)
    for _ in range(20_000):
        html = b"".join(draw.choices(PARTS, k=draw.randrange(14)))
        assert list(between_markup(html)) == pieces(html), html


@pytest.mark.parametrize("page", ["<body><p>{}</p>", "<body><div>{}</div>", "<p>kurz</p><script>{}</script>{}"])
@pytest.mark.parametrize("charset", ["cp1252", "utf-8", "utf-16"])
def test_the_preview_is_whole_in_any_charset(page, charset):
    html = page.replace("{}", GERMAN)
    assert GERMAN.strip() in preview_text(html.encode(charset), charset)
    assert preview_text(html.encode(charset), charset) == preview_text(html.encode(), "utf-8")


@pytest.mark.parametrize("hidden", ["<script>{}</script>", "<STYLE>{}</STYLE>", "<!-- {} -->", "<a title='{}'>"])
def test_what_shows_nothing_is_not_in_the_preview(hidden):
    html = f"<body>{hidden.replace('{}', 'ünseen words')}<div>{GERMAN}"
    assert preview_text(html.encode("cp1252"), "cp1252") == GERMAN.strip()
