"""The kind of a page, by rules that a person can read."""

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from stages.extract.blocks import features, names
from stages.extract.blocks.block import PageBlock
from stages.extract.blocks.clues import Clues

PageKind = Literal["article", "thread", "product", "documentation", "listing", "page"]
HtmlKind = Literal["links", "article", "product", "prices", "page"]
LEAST_POSTS, CODE, LINKS = 3, 0.1, 0.5
LEAST_ITEMS, LINKED = 8, 0.4  # blocks of the main text, and how much of it is links
LEAST_PRICES, PROSE = 7, 0.5  # blocks of the page with a price, and the running text that it may have


def kind_of_page(blocks: Sequence[PageBlock], clues: Clues) -> PageKind:
    """What a page says it is, or else what its blocks look like; "page" where nothing is known.

    A page with code in a tenth of its text is documentation; one with running text in three boxes of the same names,
    which are those of posts, is a thread; one of which half the text is links is a listing.
    """
    named: tuple[tuple[PageKind, bool], ...] = (
        ("thread", clues.thread),
        ("product", clues.product),
        ("article", clues.article),
    )
    for kind, is_named in named:
        if is_named:
            return kind
    size = sum(len(block.text) for block in blocks) or 1
    if sum(len(block.text) for block in blocks if block.kind == "code") > CODE * size:
        return "documentation"
    posts = Counter(block.box.like for block in blocks if len(block.text) > 60 and block.box.flags & names.POST)
    if posts and max(posts.values()) >= LEAST_POSTS:
        return "thread"
    return "listing" if sum(block.linked for block in blocks) > LINKS * size else "page"


def html_kind(blocks: Sequence[PageBlock], chosen: Sequence[PageBlock], clues: Clues, priced: int) -> HtmlKind:
    """What the HTML of a page says of its type beside its text, of which much is lost when links and cards go.

    "links": its main text, which are the `chosen` blocks, is made of them; "article", "product": it calls itself so;
    "prices": it is full of them, `priced` blocks; "page" where it says none of these.
    """
    if not clues.article and len(chosen) >= LEAST_ITEMS and linked_share(chosen) >= LINKED:
        return "links"
    if clues.article or clues.product:
        return "article" if clues.article else "product"
    return "prices" if is_priced(blocks, priced) else "page"


def linked_share(blocks: Sequence[PageBlock]) -> float:
    """The share of the characters of some blocks that are links."""
    return sum(block.linked for block in blocks) / max(sum(len(block.text) for block in blocks), 1)


def is_priced(blocks: Sequence[PageBlock], priced: int) -> bool:
    """Whether many of a page's short blocks have a price, and less than half of it is running text."""
    if priced < LEAST_PRICES:
        return False
    prose = sum(block.size for block in blocks if block.size > features.LONG and block.linked < 0.3 * len(block.text))
    return prose < PROSE * sum(block.size for block in blocks)
