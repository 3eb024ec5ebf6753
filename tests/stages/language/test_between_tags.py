"""What stands between tags, beside patterns that find the same."""

import random
import re
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

from stages.language.between_tags import paragraphs, visible

# Linear for RE2, not for this one: the oracle of pages that are small.
MARKUP = re.compile(rb"(?is)<script\b.*?(?=</script|\Z)|<style\b.*?(?=</style|\Z)|<!--.*?(?:-->|\Z)|<[^>]*>")
PARTS = [b"<", b">", b"<script", b"</script", b"<SCRIPT ", b"<style>", b"</Style>", b"<!--", b"-->", b"-", b"a", b" "]
PARTS += [b"<p>", b"<P ", b"<p\t", b"<p\x0b", b"<!", b"<scripty>", b"/", b"\n", b"\xe9"]
PARTS += [b"<\x01--", b"<!\r\r", b"--\x1e"]  # which differ from others in the bit that letters are made small by
PARAGRAPH = re.compile(rb"(?is)<p(?:[\t\n\f\r ][^>]*)?>([^<]+)")


def pieces(html: bytes) -> list[bytes]:
    """What the oracle leaves; the last piece may be empty."""
    ends = [(0, 0), *(match.span() for match in MARKUP.finditer(html)), (len(html), len(html))]
    found = [html[end:start] for (_, end), (start, _) in pairwise(ends)]
    return [*filter(None, found[:-1]), found[-1]]


def drawn(count: int) -> Iterator[bytes]:
    draw = random.Random(1)
    for _ in range(count):
        yield b"".join(draw.choices(PARTS, k=draw.randrange(14)))


def test_what_stands_between_markup_is_what_a_pattern_finds():
    for html in drawn(20_000):
        out = np.empty(len(html) + 1, np.uint8)
        at, filled = visible(html, out, 0, 0, len(html) + 1)
        assert at > len(html) and out[:filled].tobytes() == b" ".join(pieces(html)), html


def test_what_stands_between_markup_comes_in_parts():
    """A look that stops as soon as anything is filled gets one piece after the other."""
    for html in drawn(5_000):
        out, at, ends = np.empty(len(html) + 1, np.uint8), 0, [0]
        while at <= len(html):
            at, filled = visible(html, out, at, ends[-1], ends[-1] + 1)
            ends.append(filled)
        stops = [out[:end].tobytes() for end in ends[1:-1]]
        assert out[: ends[-1]].tobytes() == b" ".join(pieces(html)), html
        assert stops == [b" ".join([*pieces(html)[: number + 1], b""]) for number in range(len(stops))], html


def test_paragraphs_are_what_a_pattern_finds():
    found = 0
    for html in drawn(20_000):
        said = PARAGRAPH.findall(html)
        assert paragraphs(html) == said and paragraphs(html, 1) == said[:1], html
        found += len(said)
    assert found > 2_000


@pytest.mark.parametrize("piece", [b"<", b"<p ", b"<p <p>", b"<!--", b"<script ", b"<p>x", b"<p\n>"])
def test_pages_of_one_piece_take_linear_time(piece):
    """4 MB of each: to search once more for an end that is not there would take an hour."""
    html = piece * (4_000_000 // len(piece))
    assert len(paragraphs(html)) == html.count(b"<p>x")
    assert visible(html, np.empty(len(html) + 1, np.uint8), 0, 0, len(html) + 1)[0] > len(html)
