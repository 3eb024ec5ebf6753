"""A page's markup and blocks, from its HTML."""

from stages.extract import parsing
from stages.extract.blocks.block import PageBlocks
from stages.extract.blocks.segments import blocks_of
from stages.extract.markup import Markup
from stages.extract.survey import Survey


def seen(body: str) -> Survey:
    """What is seen of a page with this body."""
    found = parsing.look(f"<html><body>{body}</body></html>".encode())
    assert found is not None
    return found


def markup(body: str) -> Markup:
    """The markup of a page with this body."""
    return seen(body).markup


def page_blocks(html: str | bytes) -> PageBlocks:
    """The blocks of a page, or of one with this body."""
    page = parsing.look(html) if isinstance(html, bytes) else seen(html)
    assert page is not None
    return blocks_of(page.markup, page.element)
