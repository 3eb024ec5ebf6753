"""The kind of a page, by rules that a person can read."""

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from stages.extract.blocks import names
from stages.extract.blocks.block import PageBlock
from stages.extract.blocks.clues import Clues

PageKind = Literal["article", "thread", "product", "documentation", "listing", "page"]
LEAST_POSTS, CODE, LINKS = 3, 0.1, 0.5


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
