"""The main text of a page, by its blocks."""

from collections.abc import Callable
from urllib.parse import urljoin

from stages.extract.blocks import kinds, writing
from stages.extract.blocks.choice import main_blocks
from stages.extract.blocks.clues import clues_of
from stages.extract.blocks.walk import BlockWalk
from stages.extract.clean import clean
from stages.extract.images import base_of
from stages.extract.survey import Survey

HTTP = ("http://", "https://")


def read_blocks(
    seen: Survey,
    url: str,
    markdown: bool = False,
    links: bool = False,
    with_kind: bool = False,
    balanced: Callable[[Survey], str | None] | None = None,
) -> tuple[str, str, str] | None:
    """The main text, cleaned, and as it stands in the page, and the page's `html_kind`, "" unless it is asked for.

    None where there is no main text. `balanced` gives trafilatura's text, which takes the tree apart: on the page of a
    product it has its say.
    """
    base = base_of(seen, url) if links else ""

    def address(href: str) -> str:
        try:
            found = urljoin(base, href.strip())
        except ValueError:  # "http://[broken"
            return ""
        return found.replace(" ", "%20").replace(")", "%29") if found.startswith(HTTP) else ""

    walk = BlockWalk(seen.tree, markdown, address if markdown and links else None)
    clues = clues_of(seen.tree, seen.source, url)
    other = balanced(seen) if balanced and clues.is_product else None
    chosen = main_blocks(walk.blocks, walk.boxes, clues, other)
    if not chosen:
        return None
    said = writing.plain(chosen)
    text = writing.markdown(chosen, links) if markdown else clean(said, framed=False)
    return text, said, kinds.html_kind(walk.blocks, chosen, clues) if with_kind else ""


def kind(seen: Survey) -> kinds.PageKind:
    """The kind of a page."""
    return kinds.kind_of_page(BlockWalk(seen.tree).blocks, clues_of(seen.tree, seen.source))
