"""The images that stand in the main text of a page.

trafilatura can mark images itself, but then finds another text on three pages in ten. So the text is extracted
without them, and the images are those in the smallest element that holds nearly all of that text, except the ones
that stand in a menu, header, footer or aside.
"""

import re
from collections.abc import Mapping
from urllib.parse import urljoin

import numpy as np
import re2

from pipeline.kernels import kernel
from stages.extract.characters import traits
from stages.extract.markup import TAG, Markup
from stages.extract.survey import Survey
from stages.extract.text_nodes import is_among, shared

SOURCES = ("data-src", "data-lazy-src", "data-original", "src")  # lazy loading puts the true address aside
IS_IMAGE = re2.compile(r"(?i)^https?://\S+\.(?:avif|bmp|gif|heic|heif|jpeg|jpg|png|svg|webp)\b")
SHARE = 0.95
MENUS = np.array([TAG[tag] for tag in ("nav", "aside", "header", "footer")])
LONGEST_URL = 2_048
ABSOLUTE = re.compile(r"https?://[\w.-]+/[\w./%~+,@=&-]*(?:\?[\w./%~+,@=&-]+)?", re.A)  # as `urljoin` gives it back


def images(page: Survey, text: str, url: str) -> list[list[str]]:
    """[address, alternative text] of every image that stands in `text`, in document order, each address once."""
    shown = shown_images(page.markup)
    frame = frame_of(page, text) if len(shown) else None
    if frame is None:
        return []
    base, found = base_of(page, url), dict[str, str]()
    for image in shown[(shown > frame) & (shown < page.markup.ends[frame])].tolist():
        attributes = dict(page.markup.items(image))
        if address := address_of(attributes, base):
            found.setdefault(address, " ".join(attributes.get("alt", "").split()))
    return [[address, alt] for address, alt in found.items()]


def shown_images(page: Markup) -> np.ndarray:
    """The images of a page that are in no menu."""
    places = np.empty(len(page.tags), np.int32)
    return places[: find_shown(page.tags, page.ends, TAG["img"], MENUS, places)]


@kernel
def find_shown(tags: np.ndarray, ends: np.ndarray, image: int, menus: np.ndarray, places: np.ndarray) -> int:
    """Fill `places` with the images that stand in none of these tags; how many there are."""
    count, behind = 0, 0
    for element in range(len(tags)):
        if is_among(tags[element], menus):
            behind = max(behind, ends[element])
        elif tags[element] == image and element >= behind:
            places[count] = element
            count += 1
    return count


def frame_of(page: Survey, text: str) -> int | None:
    """The smallest element that holds 95 % of the characters that page and text share, None when they share none."""
    before = np.cumsum(shared_passages(page, text))
    inside = before[page.markup.ends] - before[:-1]
    # All elements with so large a share stand in one another.
    return int(np.flatnonzero(inside >= SHARE * inside[0])[-1]) if inside[0] else None


def shared_passages(page: Survey, text: str) -> np.ndarray:
    """Characters of the passages that page and text share, by the element that they stand in, 0 first.

    A passage is known by four words of its inside, so that all of this takes linear time.
    """
    sizes = np.zeros(len(page.markup.tags) + 1, np.int64)
    written = np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8)
    words = np.empty(len(written) // 2 + 1, np.uint64)
    slots = np.empty(2 << len(words).bit_length(), np.uint64)
    shared(page.passages, written, traits(), sizes[1:], words, slots)
    return sizes


def address_of(image: Mapping[str, str], base: str) -> str | None:
    """The absolute http(s) address of an image file, None where there is none."""
    source = next((value for name in SOURCES if (value := image.get(name, "").strip())), "")
    if len(source) > LONGEST_URL:
        return None
    try:
        address = source if ABSOLUTE.fullmatch(source) else urljoin(base, source)
    except ValueError:  # "http://[broken"
        return None
    return address if IS_IMAGE.search(address) else None


def base_of(page: Survey, url: str) -> str:
    """What addresses in the page are relative to: its <base>, or its own address."""
    try:
        return url if page.base is None else urljoin(url, page.base)
    except ValueError:
        return url
