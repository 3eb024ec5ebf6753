"""Extraction written the simple way: trafilatura called as its documentation says, one XPath or walk a question.

This is what `stages.extract` gave before its reader, step by step; tests compare their answers, and
`benchmarks.extraction_speed` their speed. `stages.extract.page.warm()` has to be called first.
"""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import urljoin

import lxml.etree as etree
import lxml.html as html
import trafilatura.utils
from trafilatura import bare_extraction
from trafilatura.settings import Document

from stages.extract.clean import clean
from stages.extract.images import IS_IMAGE, LONGEST_URL, SOURCES
from stages.extract.parsing import PARSER, Malformed
from stages.extract.readings import is_prose
from stages.extract.shape import MOST_CELLS, MOST_COLUMNS, MOST_NESTED, NESTING, SPAN

PASSAGES = etree.XPath(
    "descendant::text()[string-length(normalize-space()) > 24]"
    "[not(parent::script or parent::style or parent::noscript or parent::template)]"
)
IMAGES = etree.XPath("descendant::img[not(ancestor::nav or ancestor::aside or ancestor::header or ancestor::footer)]")
TOO_MUCH_IN_A_TAG = etree.XPath("boolean(//*[@*[1000] or string-length(@class) > 20000 or string-length(@id) > 20000])")


def answer(page: bytes, charset: str | None, url: str, extractor: str = "trafilatura") -> dict[str, Any]:
    """{"text", "image_urls"} of a page, or {"error"}, as `stages.extract.page.answer` gives it."""
    try:
        source = repaired(page, charset)
        tree = parse(source)
        text = None if tree is None else main_text(source, tree, extractor)
        if tree is None or not text or not clean(text):
            return {"error": "empty"}
        return {"text": clean(text), "image_urls": images(tree, text, url)}
    except Malformed as shape:
        return {"error": str(shape)}


def repaired(page: bytes, charset: str | None) -> str:
    try:
        source = page.decode(charset or "utf-8", "replace")
    except (LookupError, UnicodeError):
        source = page.decode("utf-8", "replace")
    return trafilatura.utils.repair_faulty_html(source, source[:50].lower())


def parse(source: str) -> html.HtmlElement | None:
    try:
        tree = html.fromstring(source.encode("utf-8", "surrogatepass"), parser=PARSER)
    except etree.ParserError:
        return None
    if PARSER.error_log.filter_types(etree.ErrorTypes.ERR_RESOURCE_LIMIT):
        raise Malformed("too_deep")
    if shape := complexity_limit(tree):
        raise Malformed(shape)
    return tree


def complexity_limit(tree: etree._Element) -> str | None:
    """Say "too_deep" or "too_dense" of a tree that is not worth extracting, else None."""
    depth = most = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end"), tag=NESTING):
        depth += 1 if event == "start" else -1
        most = max(most, depth)
    if most > MOST_NESTED:
        return "too_deep"
    grids = [grid(table) for table in tree.iter("table")]
    if sum(rows * columns for rows, columns in grids) > MOST_CELLS:
        return "too_dense"
    return "too_dense" if any(columns > MOST_COLUMNS for _, columns in grids) or TOO_MUCH_IN_A_TAG(tree) else None


def grid(table: etree._Element) -> tuple[int, int]:
    """Rows, and columns of the widest row, with spans; tables inside count too."""
    rows = columns = 0
    for row in table.iter("tr"):
        rows += max((span(cell, "rowspan") for cell in row), default=1)
        columns = max(columns, sum(span(cell, "colspan") for cell in row))
    return rows, columns


def span(cell: etree._Element, name: str) -> int:
    value = cell.get(name, "1")
    return min(int(value), SPAN) if value.isdecimal() and len(value) < 10 else 1


def main_text(source: str, tree: etree._Element, extractor: str) -> str | None:
    """Trafilatura's text with one setting, or for "trafilatura" with precision and a second look."""
    if extractor != "trafilatura":
        return trafilatura_text(tree, extractor)
    text = trafilatura_text(tree, "precision") or ""
    if source.count("<") > 10_000 or len(text) >= 0.15 * running_text(tree):
        return text
    more = trafilatura_text(tree, "balanced") or ""
    return more if len(more) > 3 * len(text) and is_prose(more) else text


def trafilatura_text(tree: etree._Element, focus: str) -> str | None:
    document = bare_extraction(
        tree,
        favor_precision=focus == "precision",
        favor_recall=focus == "recall",
        include_comments=False,
        deduplicate=False,
    )
    return document.text if isinstance(document, Document) else None


def running_text(tree: etree._Element) -> int:
    """Characters of the passages of a page, wherever they stand: all but short labels, scripts and styles."""
    return sum(len(" ".join(passage.split())) for passage in PASSAGES(tree))


def images(tree: etree._Element, text: str, url: str) -> list[list[str]]:
    """[address, alternative text] of every image that stands in `text`, in document order, each address once."""
    frame = frame_of(tree, text)
    if frame is None:
        return []
    found, base = dict[str, str](), tree.find(".//base[@href]")
    try:
        root = url if base is None else urljoin(url, base.get("href", ""))
    except ValueError:
        root = url
    for image in IMAGES(frame):
        if address := address_of(image, root):
            found.setdefault(address, " ".join(image.get("alt", "").split()))
    return [[address, alt] for address, alt in found.items()]


def frame_of(tree: etree._Element, text: str) -> etree._Element | None:
    """The smallest element that holds 95 % of the characters that page and text share, None when they share none."""
    inside = Counter[etree._Element]()
    for element, size in shared_passages(tree, text):
        inside[element] += size
        inside.update(dict.fromkeys(element.iterancestors(), size))
    frame = tree if inside[tree] else None
    smaller = frame
    while smaller is not None:
        frame = smaller
        smaller = next((child for child in frame if inside[child] >= 0.95 * inside[tree]), None)
    return frame


def shared_passages(tree: etree._Element, text: str) -> Iterator[tuple[etree._Element, int]]:
    """The element that each passage of the page stands in and its length, for passages that the text has too."""
    words = text.split()

    @cache
    def grams(size: int) -> set[tuple[str, ...]]:
        return set(zip(*(words[start:] for start in range(size)), strict=False))

    for passage in PASSAGES(tree):
        first = passage.split(None, 5)
        known = tuple(first[1:5] if len(first) > 5 else first[:4])
        if known in grams(len(known)):
            holder = passage.getparent()
            yield holder.getparent() if passage.is_tail else holder, len(passage)


def address_of(image: etree._Element, base: str) -> str | None:
    source = next((value for name in SOURCES if (value := image.get(name, "").strip())), "")
    if len(source) > LONGEST_URL:
        return None
    try:
        address = urljoin(base, source)
    except ValueError:
        return None
    return address if IS_IMAGE.search(address) else None
