"""The transform from HTML to main text and images, which asks a process of its own for each page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import xxhash

from pipeline.errors import UsageError
from pipeline.transform import put
from stages.extract import EXTRACTORS, READINGS
from stages.extract.sandbox import Caps, sandbox_for

IMAGES = pa.list_(pa.list_(pa.string()))
HTML_KIND = "html_kind"  # links, article, product, prices, page: see `stages.extract.blocks.kinds.html_kind`
COUNTS = pa.map_(pa.string(), pa.int64())
REREAD_ONE_IN = 1_000


@dataclass(frozen=True)
class Limits:
    """What a page may hold. These limits come first: they are the same on every machine and under any load.

    Common Crawl cuts pages at 1 MiB (5 MiB from 2025 on); of 4,500 real pages the largest had 1.2 MB and the densest
    15,400 tags. Extraction takes up to 0.2 ms a tag.
    """

    page_bytes: int = 6 << 20
    tags: int = 30_000

    def broken_by(self, page: bytes) -> str | None:
        """Return "too_large" or "too_dense" for a page that breaks a limit, else None."""
        if len(page) > self.page_bytes:
            return "too_large"
        return "too_dense" if page.count(b"<") > self.tags else None


LIMITS, CAPS = Limits(), Caps()


@dataclass(frozen=True)
class Text:
    """A transform: html and charset in, text and image_urls out; see `text`."""

    extractor: str | Callable[..., Any]
    limits: Limits
    caps: Caps
    markdown: bool = False
    links: bool = False
    kinds: bool = False

    name = "extract"

    def __call__(self, table: pa.Table) -> pa.Table:
        """Put text, image_urls, counts and errors in the place of html and charset; as many rows as before."""
        pages = zip(*(table[name] for name in ("html", "charset", "url")), strict=True)
        answers = [self.answer(html.as_py() or b"", charset.as_py(), url.as_py() or "") for html, charset, url in pages]
        errors = [f"extract:{answer['error']}" if "error" in answer else None for answer in answers]
        table = table.drop_columns(["html", "charset"])
        table = put(table, "text", pa.array([answer.get("text") for answer in answers], pa.string()))
        table = put(table, "image_urls", pa.array([answer.get("image_urls") for answer in answers], IMAGES))
        if self.kinds:
            table = put(table, HTML_KIND, pa.array([answer.get("kind") or None for answer in answers], pa.string()))
        counts = [list(answer.get("counts", {}).items()) for answer in answers]
        table = put(table, "counts", pa.array(counts, COUNTS))
        return put(table, "error", pa.array(errors, pa.string()))

    def _named(self) -> str:
        """The extractor as the extraction process finds it."""
        function = self.extractor
        return function if isinstance(function, str) else f"{function.__module__}:{function.__qualname__}"

    def answer(self, html: bytes, charset: str | None, url: str) -> dict[str, Any]:
        """{"text", "image_urls"} or {"error"} for one page, the seconds of CPU that it took as "cpu", and "counts"."""
        if broken := self.limits.broken_by(html):
            return {"error": broken}
        sandbox, request = sandbox_for(self.caps), {"charset": charset, "url": url, "extractor": self._named()}
        request |= {"markdown": True, "links": self.links} if self.markdown else {}
        request |= {"kinds": True} if self.kinds else {}
        answer = sandbox.ask(html, **request)
        if self.extractor in READINGS and "counts" not in answer and is_reread(html):
            again = sandbox.ask(html, **request, again=True)
            differs = any(answer.get(key) != again.get(key) for key in ("text", "image_urls", "error"))
            answer["counts"] = {"reread": 1, "reread_differently": int(differs)}
        return answer


def is_reread(html: bytes) -> bool:
    """Whether a page is one of those that trafilatura itself reads once more, to compare: about 1 in 1,000."""
    return xxhash.xxh3_64_intdigest(html) % REREAD_ONE_IN == 0


def text(
    extractor: str | Callable[..., Any] = "blocks",
    limits: Limits = LIMITS,
    caps: Caps = CAPS,
    markdown: bool = False,
    links: bool = False,
    kinds: bool = False,
) -> Text:
    """Extract the main text of each page in a process of its own, and the images that stand in it.

    `extractor` is "blocks" (the page's blocks that are likely to be its main text; see `docs/extraction.md`),
    "trafilatura" (precision before recall, no comments, and a second look at pages of which precision leaves next to
    nothing), trafilatura's "precision" (datatrove's setting, nothing else), "balanced" or "recall", "plain" (the
    texts of "trafilatura", by the installed trafilatura itself in more than twice the time), "resiliparse" (less
    exact), "raw" (all visible text) or a module's function of your own: (page, its lxml tree) -> text, or
    (page, its lxml tree, kind of page) -> text.
    With `markdown`, "blocks" writes GitHub's Markdown, with `links` also the addresses of links. With `kinds` it adds
    a column `html_kind`, by which `stages.labels.page_type` tells types of pages better.
    A page that cannot be extracted is quarantined: extract:empty (no main text), too_large, too_dense, too_deep
    (2,048 levels), timeout (CPU time), memory, crash, raised.
    """
    if isinstance(extractor, str) and extractor not in EXTRACTORS:
        raise UsageError(f'extractor: there is no "{extractor}"; there are {", ".join(EXTRACTORS)}')
    if markdown and extractor != "blocks":
        raise UsageError('markdown: only extractor="blocks" writes Markdown')
    if links and not markdown:
        raise UsageError("links: addresses of links are written in Markdown only; say markdown=true too")
    return Text(extractor, limits, caps, markdown, links, kinds)
