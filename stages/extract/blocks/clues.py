"""What the head of a page and its scripts say of its kind."""

import re
from dataclasses import dataclass

from lxml.etree import _Element

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
PRODUCTS = frozenset(b"product offer aggregateoffer".split())


@dataclass(frozen=True, slots=True)
class Clues:
    """Whether a page calls itself an article, a thread or a product, and its title in lower case."""

    title: str
    article: bool
    thread: bool
    product: bool


def clues_of(tree: _Element, source: bytes) -> Clues:
    """Look for the types of schema.org and Open Graph. Those of microdata tell of parts, so not of an article."""
    title = " ".join((tree.findtext(".//title") or "").lower().split())
    source = source.lower()
    said = {name for pattern in DECLARED for name in pattern.findall(source)}
    parts = said | set(MICRODATA.findall(source))
    return Clues(title, bool(said & ARTICLES), bool(parts & THREADS), bool(parts & PRODUCTS))
