"""A look at the HTML before it is extracted: pages that seem to be in other languages are dropped."""

from dataclasses import dataclass
from html import unescape
from pathlib import Path

import numpy as np
import pyarrow as pa

from pipeline.transform import put
from stages.language.between_tags import paragraphs, visible
from stages.language.model import likely
from stages.warc.charset import SEVEN_BIT

PREVIEW_BYTES = 200_000
PREVIEW_PARAGRAPHS = 40
PREVIEW_CHARACTERS = 3_000
CANDIDATES = 10  # a language outside the ten most likely ones has less than a tenth of the probability


@dataclass(frozen=True)
class ScreenHtml:
    """A transform: drops pages that look like other languages before they are extracted; see `screen_html`."""

    languages: tuple[str, ...]
    least: float
    model: Path | None

    name = "language.screen_html"

    def __call__(self, table: pa.Table) -> pa.Table:
        """The table with a reason where the page is of another language."""
        pages = zip(table["html"], table["charset"], strict=True)
        said = [self._wanted(html.as_py() or b"", charset.as_py()) for html, charset in pages]
        reasons = [f"{self.name}:other" if wanted < self.least else None for wanted in said]
        return put(table, "reason", pa.array(reasons, pa.string()))

    def _wanted(self, html: bytes, charset: str | None) -> float:
        """The probability of the wanted languages together; 1 for a page with next to nothing to read."""
        text = preview_text(html, charset)
        if len(text) < 50:
            return 1.0
        return sum(score for language, score in likely(text, self.model, CANDIDATES) if language in self.languages)


def screen_html(languages: str | tuple[str, ...], least: float = 0.1, model: str | Path | None = None) -> ScreenHtml:
    """Drop pages in which these languages have less than the probability `least`, before the costly extraction.

    Looks at the first 3,000 characters in paragraphs, or of all text where paragraphs hold little. Not part of
    RefinedWeb: it loses the odd page whose main text is in another language than the rest of it.
    """
    wanted = (languages,) if isinstance(languages, str) else tuple(languages)
    return ScreenHtml(wanted, least, Path(model) if model else None)


def preview_text(html: bytes, charset: str | None) -> str:
    """What a page seems to say, at a fraction of the cost of extraction; markup is cut before anything is decoded."""
    html, charset = with_plain_tags(html[:PREVIEW_BYTES], charset or "utf-8")
    said = paragraphs(html, PREVIEW_PARAGRAPHS)
    if sum(map(len, said)) >= 300:
        return _readable(b" ".join(said), charset)
    out, at, filled, text = np.empty(len(html) + 1, np.uint8), 0, 0, ""
    while at <= len(html) and len(text) < PREVIEW_CHARACTERS:
        at, filled = visible(html, out, at, filled, max(2 * filled, 2 * PREVIEW_CHARACTERS))
        text = _readable(out[:filled].tobytes(), charset)
    return text


def with_plain_tags(html: bytes, charset: str) -> tuple[bytes, str]:
    """A page and its charset, of which a byte "<" is always that character: else those of the page in UTF-8.

    In UTF-16 it is no single byte; in charsets of seven bits it may be a part of any other character.
    """
    if charset in SEVEN_BIT or charset.startswith(("utf-16", "utf-32")):
        return html.decode(charset, "replace").encode(), "utf-8"
    return html, charset


def _readable(said: bytes, charset: str) -> str:
    try:
        text = said.decode(charset, "replace")
    except (LookupError, UnicodeError):
        text = said.decode("utf-8", "replace")
    return " ".join(unescape(text).split())[:PREVIEW_CHARACTERS]
