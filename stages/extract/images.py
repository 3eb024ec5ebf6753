"""The images that stand in the main text of a page.

trafilatura can mark images itself, but then finds another text on three pages in ten. So the text is extracted
without them, and the images are those in the smallest element that holds nearly all of that text, except the ones
that stand in a menu, header, footer or aside.
"""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from urllib.parse import urljoin

import lxml.etree as etree
import re2

PASSAGES = etree.XPath(
    "descendant::text()[string-length(normalize-space()) > 24]"
    "[not(parent::script or parent::style or parent::noscript or parent::template)]"
)
IMAGES = etree.XPath("descendant::img[not(ancestor::nav or ancestor::aside or ancestor::header or ancestor::footer)]")
SOURCES = ("data-src", "data-lazy-src", "data-original", "src")  # lazy loading puts the true address aside
IS_IMAGE = re2.compile(r"(?i)^https?://\S+\.(?:avif|bmp|gif|heic|heif|jpeg|jpg|png|svg|webp)\b")
SHARE = 0.95
LONGEST_URL = 2_048
GRAM = 4


def running_text(tree: etree._Element) -> int:
    """Characters of the passages of a page, wherever they stand: all but short labels, scripts and styles."""
    return sum(len(" ".join(passage.split())) for passage in PASSAGES(tree))


def images(tree: etree._Element, text: str, url: str) -> list[list[str]]:
    """[address, alternative text] of every image that stands in `text`, in document order, each address once."""
    frame = frame_of(tree, text)
    if frame is None:
        return []
    base, found = base_of(tree, url), dict[str, str]()
    for image in IMAGES(frame):
        if address := address_of(image, base):
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
        smaller = next((child for child in frame if inside[child] >= SHARE * inside[tree]), None)
    return frame


def shared_passages(tree: etree._Element, text: str) -> Iterator[tuple[etree._Element, int]]:
    """The element that each passage of the page stands in and its length, for passages that the text has too.

    A passage is known by four words of its inside, so that all of this takes linear time.
    """
    words = text.split()

    @cache
    def grams(size: int) -> set[tuple[str, ...]]:
        return set(zip(*(words[start:] for start in range(size)), strict=False))

    for passage in PASSAGES(tree):
        first = passage.split(None, GRAM + 1)
        known = tuple(first[1 : GRAM + 1] if len(first) > GRAM + 1 else first[:GRAM])
        if known in grams(len(known)):
            holder = passage.getparent()
            yield holder.getparent() if passage.is_tail else holder, len(passage)


def address_of(image: etree._Element, base: str) -> str | None:
    """The absolute http(s) address of an image file, None where there is none."""
    source = next((value for name in SOURCES if (value := image.get(name, "").strip())), "")
    if len(source) > LONGEST_URL:
        return None
    try:
        address = urljoin(base, source)
    except ValueError:  # "http://[broken"
        return None
    return address if IS_IMAGE.search(address) else None


def base_of(tree: etree._Element, url: str) -> str:
    """What addresses in the page are relative to: its <base>, or its own address."""
    base = tree.find(".//base[@href]")
    try:
        return url if base is None else urljoin(url, base.get("href", ""))
    except ValueError:
        return url
