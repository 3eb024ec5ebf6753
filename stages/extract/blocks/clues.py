"""What the head of a page and its scripts say of its kind."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import numpy as np
from lxml.etree import _Element

from pipeline.kernels import kernel

# each begins with letters, by which Python's re finds its places fast
DECLARED = (
    re.compile(rb'"@type"\s*:\s*\[?\s*"(\w+)"'),  # JSON-LD
    re.compile(rb"og:type[\"']?\s+content=[\"']?(?:og:)?(\w+)"),
    re.compile(rb"content=[\"']?(?:og:)?(article|product)[\"']?\s+property=[\"']?og:type"),
)
MICRODATA = re.compile(rb"itemtype=[\"']?[^\"'\s>]*/(\w+)")
ARTICLES = frozenset(
    b"article newsarticle blogposting posting socialmediaposting techarticle scholarlyarticle opinionnewsarticle "
    b"reportagenewsarticle analysisnewsarticle backgroundnewsarticle reviewnewsarticle satiricalarticle".split()
)
THREADS = frozenset(b"discussionforumposting qapage question".split())
LISTINGS = frozenset(b"itemlist collectionpage searchresultspage offercatalog blog".split())
PRODUCTS = frozenset(b"product offer aggregateoffer".split())
WORD = re.compile(r"[a-z]+")
BEFORE, BEHIND = 200, 400  # bytes around the word "type" in which a type is named
PLACES_OF_THREADS = frozenset(
    "forum forums thread threads topic topics viewtopic showtopic showthread viewthread question questions discussion "
    "discussions discuss comments community bbs board boards answers".split()
)
PLACES_OF_LISTINGS = frozenset(
    "category categories collection collections browse catalog catalogs catalogue search tag tags archive archives "
    "directory listing listings jobs products shop cat".split()
)


@dataclass(frozen=True, slots=True)
class Clues:
    """What a page calls itself (an article, a thread, a product, a listing), its title in lower case, and its place.

    The place is what the words of its address tell: "thread", "listing", "home" or "".
    """

    title: str
    article: bool
    thread: bool
    product: bool
    listing: bool = False
    place: str = ""

    @property
    def is_product(self) -> bool:
        """Whether a page is that of a product, and no article about one, nor the front page of a shop."""
        return self.product and not self.article and self.place != "home"


def place_in_address(url: str) -> str:
    """What the words of an address tell of the page, the last of them first."""
    parts = urlsplit(url.lower())
    if not parts.path.strip("/") and not parts.query:
        return "home" if parts.netloc else ""
    for word in reversed(WORD.findall(f"{parts.netloc} {parts.path}")):
        if word in PLACES_OF_THREADS:
            return "thread"
        if word in PLACES_OF_LISTINGS:
            return "listing"
    return ""


def clues_of(tree: _Element, source: bytes, url: str = "") -> Clues:
    """Look for the types of schema.org and Open Graph. Those of microdata tell of parts, so not of an article."""
    title = " ".join((tree.findtext(".//title") or "").lower().split())
    near = [source[max(place - BEFORE, 0) : place + BEHIND].lower() for place in places_of_types(source)]
    said = {name for some in near for pattern in DECLARED for name in pattern.findall(some)}
    parts = said | {name for some in near for name in MICRODATA.findall(some)}
    return Clues(
        title,
        bool(said & ARTICLES),
        bool(parts & THREADS),
        bool(parts & PRODUCTS),
        bool(said & LISTINGS),
        place_in_address(url),
    )


def places_of_types(source: bytes) -> list[int]:
    """Where a page speaks of types, in capitals or not."""
    places = np.empty(source.count(b"y") + source.count(b"Y"), np.int64)
    return places[: find_types(np.frombuffer(source, np.uint8), places)].tolist()


@kernel
def find_types(source: np.ndarray, places: np.ndarray) -> int:
    """Write where "@type", "og:type" and "itemtype" stand; how many there are."""
    found, size = 0, len(source)
    for place in range(3, size - 3):
        if source[place] | 0x20 != 112 or source[place - 1] | 0x20 != 121:  # "yp"
            continue
        if source[place - 2] | 0x20 != 116 or source[place + 1] | 0x20 != 101:  # "t", "e"
            continue
        before = source[place - 3] | 0x20
        if before == 64 | 0x20 or before == 58 or before == 109:  # "@", ":", "m"
            places[found] = place
            found += 1
    return found
