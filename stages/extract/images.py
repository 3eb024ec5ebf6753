"""The images that stand in the main text of a page.

trafilatura can mark images itself, but then finds another text on three pages in ten. So the text is extracted
without them, and the images are those in the smallest element that holds nearly all of that text, except the ones
that stand in a menu, header, footer or aside.
"""

from collections import defaultdict
from collections.abc import Callable
from functools import cache
from urllib.parse import urljoin

import re2
from lxml.etree import _Element

from stages.extract.survey import Place, Survey

SOURCES = ("data-src", "data-lazy-src", "data-original", "src")  # lazy loading puts the true address aside
IS_IMAGE = re2.compile(r"(?i)^https?://\S+\.(?:avif|bmp|gif|heic|heif|jpeg|jpg|png|svg|webp)\b")
SHARE = 0.95
LONGEST_URL = 2_048
MOST_SEARCHED = 10_000_000  # passages times characters of text: searching a string is faster below


def images(page: Survey, text: str, url: str) -> list[list[str]]:
    """[address, alternative text] of every image that stands in `text`, in document order, each address once."""
    frame = frame_of(page, text) if page.images else None
    if frame is None:
        return []
    base, found = base_of(page, url), dict[str, str]()
    for image in page.images:
        if is_within(page.places[image], frame) and (address := address_of(image, base)):
            found.setdefault(address, " ".join(image.get("alt", "").split()))
    return [[address, alt] for address, alt in found.items()]


def is_within(place: Place | None, frame: _Element) -> bool:
    """Whether a place is inside an element."""
    assert place is not None
    place = place[1]
    while place is not None:
        if place[0] is frame:
            return True
        place = place[1]
    return False


def frame_of(page: Survey, text: str) -> _Element | None:
    """The smallest element that holds 95 % of the characters that page and text share, None when they share none."""
    inside, frame = defaultdict[_Element, int](int), None
    for holder, size in shared_passages(page, text).items():
        above: Place | None = page.places[holder]
        while above is not None:
            inside[above[0]] += size
            above = above[1]
    # All elements with so large a share stand in one another, and a place is made after those above it.
    for element in page.places:
        if (size := inside.get(element)) and size >= SHARE * inside[page.tree]:
            frame = element
    return frame


def shared_passages(page: Survey, text: str) -> dict[_Element, int]:
    """Characters of the passages that page and text share, by the element that they stand in.

    A passage is known by four words of its inside, so that all of this takes linear time.
    """
    shared = defaultdict[_Element, int](int)
    holds = words_of(text, len(page.passages))
    for passage in page.passages:
        if holds(passage.words):
            shared[passage.holder] += passage.length
    return shared


def words_of(text: str, questions: int) -> Callable[[list[str]], bool]:
    """A function that tells whether a few words stand in a text one after another."""
    words = text.split()
    if len(text) * questions <= MOST_SEARCHED:
        flat = f" {' '.join(words)} "
        return lambda some: bool(some) and f" {' '.join(some)} " in flat

    @cache
    def grams(size: int) -> set[tuple[str, ...]]:
        return set(zip(*(words[start:] for start in range(size)), strict=False))

    return lambda some: tuple(some) in grams(len(some))


def address_of(image: _Element, base: str) -> str | None:
    """The absolute http(s) address of an image file, None where there is none."""
    source = next((value for name in SOURCES if (value := image.get(name, "").strip())), "")
    if len(source) > LONGEST_URL:
        return None
    try:
        address = urljoin(base, source)
    except ValueError:  # "http://[broken"
        return None
    return address if IS_IMAGE.search(address) else None


def base_of(page: Survey, url: str) -> str:
    """What addresses in the page are relative to: its <base>, or its own address."""
    try:
        return url if page.base is None else urljoin(url, page.base)
    except ValueError:
        return url
