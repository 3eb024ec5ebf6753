"""What is done with one page: bytes to main text and its images. Runs in `stages.extract.worker`."""

import logging
import sys
from collections.abc import Iterable
from typing import Any

import trafilatura.utils

from stages.extract import EXTRACTORS, readings
from stages.extract.images import images
from stages.extract.parsing import PARSER, Malformed, look
from stages.extract.reader import selfcheck
from stages.extract.readings import Asked, Extractor
from stages.extract.source import source_of


class OutOfMemory(logging.Handler):
    """Notices the MemoryErrors that trafilatura logs and goes on without, having lost a part of the page."""

    seen = False

    def emit(self, record: logging.LogRecord) -> None:
        """Look for a MemoryError among what is logged."""
        self.seen |= any(isinstance(value, MemoryError) for value in record.args or ())


WATCH = OutOfMemory(logging.WARNING)


def warm(extractors: Iterable[str] = EXTRACTORS) -> None:
    """Prepare this process: one parser for everything, no log lines, what these extractors need loaded and compiled."""
    for name in ("trafilatura", "courlan", "htmldate"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [WATCH], False
    trafilatura.utils.HTML_PARSER = PARSER  # readability's result is parsed again: it must not be cut either
    sys.setrecursionlimit(20_000)  # trafilatura writes trees recursively
    sample = "<html><body><article><p>One sentence of a page, and another one.</p></article></body></html>"
    if found := selfcheck.problem():
        print(f"extraction: trafilatura reads all pages itself, at half the speed: {found}", file=sys.stderr)
    # "raw" loads what all share. "plain" would load a hundred lists of stop words, which few pages need, and what one's
    # own does is not known.
    for extractor in [name for name in EXTRACTORS if name in {"raw", *extractors} and name != "plain"]:
        answer(sample.encode(), "utf-8", "", extractor)


def answer(
    page: bytes,
    charset: str | None,
    url: str,
    extractor: str,
    again: bool = False,
    markdown: bool = False,
    links: bool = False,
    kinds: bool = False,
) -> dict[str, Any]:
    """{"text", "image_urls"} of a page, or {"error": "empty" | "too_deep" | "too_dense" | "memory" | "raised"}.

    With `again`, trafilatura itself reads the page, whatever reads for this extractor. "counts" is there too where it
    reads them all, "kind" where `kinds` are asked for and the reader of blocks reads.
    """
    original = readings.is_original(extractor)
    said = _answer(
        page, charset, readings.find_extractor(extractor, again or original), Asked(url, markdown, links, kinds)
    )
    return said | {"counts": {"read_by_original": 1}} if original and extractor != "plain" else said


def _answer(page: bytes, charset: str | None, extractor: Extractor, asked: Asked) -> dict[str, Any]:
    WATCH.seen = False
    try:
        text, found, kind = extract_page(page, charset, extractor, asked)
    except Malformed as shape:
        return {"error": str(shape)}
    except MemoryError:
        return {"error": "memory"}
    except Exception as raised:  # whatever the page makes an extractor do is the page's, and costs the page
        return {"error": "raised", "detail": f"{type(raised).__name__}: {raised}"[:200]}
    if WATCH.seen:
        return {"error": "memory"}
    told = {"kind": kind} if kind else {}
    return {"text": text, "image_urls": found, **told} if text else {"error": "empty"}


def extract_page(
    page: bytes, charset: str | None, extractor: Extractor, asked: Asked
) -> tuple[str, list[list[str]], str]:
    """The cleaned main text of a page, its [address, alternative text] pairs, and its `html_kind`."""
    seen = look(source_of(page, charset))
    reading = None if seen is None else extractor(seen, asked)
    if seen is None or reading is None or not reading.said:
        return "", [], ""
    return reading.text, images(seen, reading.said, asked.url), reading.kind
