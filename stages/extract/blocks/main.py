"""The main text of a page, by its blocks."""

from collections.abc import Callable
from itertools import compress
from urllib.parse import urljoin

from stages.extract.blocks import kinds, writing
from stages.extract.blocks.block import PageBlock
from stages.extract.blocks.choice import main_blocks
from stages.extract.blocks.clues import clues_of
from stages.extract.blocks.joiners import has_joiners, restore_joiners
from stages.extract.blocks.segments import blocks_of
from stages.extract.blocks.walk import BlockWalk
from stages.extract.clean import clean
from stages.extract.images import base_of
from stages.extract.survey import Survey

HTTP = ("http://", "https://")
MARKS = frozenset("-‐–—―_=~*#•·|.…× \n")  # no brackets, which may be lines of code, and nothing that may be an answer


def read_blocks(
    seen: Survey,
    url: str,
    markdown: bool = False,
    links: bool = False,
    with_kind: bool = False,
    balanced: Callable[[Survey], str | None] | None = None,
) -> tuple[str, str, str] | None:
    """The main text, cleaned, and as it stands in the page, and the page's `html_kind`, "" unless it is asked for.

    None where there is no main text. `balanced` gives trafilatura's text and takes the tree apart: on the page of a
    product it has its say.
    """
    base = base_of(seen, url) if links else ""

    def address(href: str) -> str:
        try:
            found = urljoin(base, href.strip())
        except ValueError:  # "http://[broken"
            return ""
        return found.replace(" ", "%20").replace(")", "%29") if found.startswith(HTTP) else ""

    page = blocks_of(seen.markup, seen.element)
    clues = clues_of(seen.tree, seen.source, url)
    blocks = page.blocks()
    joined, walked = has_joiners(seen.markup.raw), blocks
    if markdown or joined:
        walked = BlockWalk(seen.tree, markdown, address if links else None).blocks
        for mine, block in zip(walked, blocks, strict=True):
            mine.number = block.number
    if joined:
        restore_joiners(blocks, walked)
    other = balanced(seen) if balanced and clues.is_product else None
    kept, priced = main_blocks(page, blocks, clues, other)
    kept = [is_kept and not is_rule(block) for is_kept, block in zip(kept, blocks, strict=True)]
    chosen = list(compress(blocks, kept))
    if not chosen:
        return None
    said, kind = writing.plain(chosen), kinds.html_kind(blocks, chosen, clues, priced) if with_kind else ""
    if not markdown:
        return clean(said, framed=False), said, kind
    return writing.markdown((block for block, is_kept in zip(walked, kept, strict=True) if is_kept), links), said, kind


def is_rule(block: PageBlock) -> bool:
    """Whether a block parts others by marks, as "-" and "* * *" do; code and tables have such lines of their own."""
    return block.kind not in ("code", "table") and MARKS.issuperset(block.text)


def kind(seen: Survey) -> kinds.PageKind:
    """The kind of a page."""
    blocks = blocks_of(seen.markup, seen.element).blocks()
    return kinds.kind_of_page(blocks, clues_of(seen.tree, seen.source))
