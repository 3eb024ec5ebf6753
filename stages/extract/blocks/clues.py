"""What the head of a page and its scripts say of its kind."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml.etree import _Element

# what a declaration begins with, which is found much faster than a pattern, and what follows
DECLARED = (
    (b'"@type"', re.compile(rb'\s*:\s*\[?\s*"(\w+)"')),  # JSON-LD
    (b"og:type", re.compile(rb"[\"']?\s+content=[\"']?(?:og:)?(\w+)")),
    (b"content=", re.compile(rb"[\"']?(?:og:)?(article|product)[\"']?\s+property=[\"']?og:type")),
)
MICRODATA = b"itemtype=", re.compile(rb"[\"']?[^\"'\s>]*/(\w+)")
ARTICLES = frozenset(
    b"article newsarticle blogposting posting socialmediaposting techarticle scholarlyarticle opinionnewsarticle "
    b"reportagenewsarticle analysisnewsarticle backgroundnewsarticle reviewnewsarticle satiricalarticle".split()
)
THREADS = frozenset(b"discussionforumposting qapage question".split())
LISTINGS = frozenset(b"itemlist collectionpage searchresultspage offercatalog blog".split())
PRODUCTS = frozenset(b"product offer aggregateoffer".split())
WORD = re.compile(r"[a-z]+")
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


def declared(source: bytes, beginning: bytes, rest: re.Pattern[bytes]) -> Iterator[bytes]:
    """What stands in the group of `rest` after each `beginning`."""
    at = source.find(beginning)
    while at >= 0:
        at += len(beginning)
        found = rest.match(source, at)
        if found:
            yield found[1]
        at = source.find(beginning, found.end() if found else at)


def clues_of(tree: _Element, source: bytes, url: str = "") -> Clues:
    """Look for the types of schema.org and Open Graph. Those of microdata tell of parts, so not of an article."""
    source = source.lower()
    title = (tree.findtext(".//title") or "") if b"<title" in source else ""
    said = {name for beginning, rest in DECLARED for name in declared(source, beginning, rest)}
    parts = said | set(declared(source, *MICRODATA))
    return Clues(
        " ".join(title.lower().split()),
        bool(said & ARTICLES),
        bool(parts & THREADS),
        bool(parts & PRODUCTS),
        bool(said & LISTINGS),
        place_in_address(url),
    )
