"""The type of a page, from its address and the shape of its text: a guess by cheap measures, with its reason.

What an address says counts first: the names that folders have on the web. A page whose address says nothing is judged
by its lines. Measured on pages with known types (benchmarks/labels.py): see docs/curriculum.md.
"""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.transform import put
from stages.extract.blocks.clues import PLACES_OF_LISTINGS
from stages.labels.measures import CODE, LIST, TABLE, count_lines, count_matches

TYPES = ("forum", "product", "documentation", "listing", "article", "other")

SHOPS = frozenset(("products", "shop"))  # single products lie there, too
SHELVES = frozenset("category categories collection collections browse catalog catalogs catalogue".split())
SHELF = rf"(?i)/(?:[a-z]+-)?(?:{'|'.join(sorted(SHELVES))})(?:[/?-]|$)"  # a listing, whatever is said above it
# In the order of trust: a forum's listing is a forum, a manual's index documentation.
ADDRESS = {
    "forum": r"(?i)[/.](?:forums?|boards?|community|discuss(?:ions?)?|threads?|questions|topics?|comments)[/.?_-]"
    r"|viewtopic|showthread|/t/[^/]+/\d|[?&](?:topic|thread|tid)=",
    "product": r"(?i)/(?:products?|items?|dp|p|shop|store|buy|sku|catalog(?:ue)?/product)[/_-]"
    r"|[?&](?:product|item|sku)",
    "documentation": r"(?i)[/.](?:docs?|documentation|manuals?|reference|api|guides?|tutorials?|man\d?|javadoc|help"
    r"|readthedocs|wiki/help)[/.]",
    "listing": rf"(?i)/(?:{'|'.join(sorted(PLACES_OF_LISTINGS - SHELVES - SHOPS))}|index|page)[/.?]"
    r"|/page/\d|[?&](?:page|search|s|q|category|cat|tag|sort)=",
    "article": r"(?i)/(?:19|20)\d\d[/-]\d\d?[/-]|/(?:news|articles?|blogs?|posts?|stor(?:y|ies)|opinion|press)[/.]"
    r"|[/.]blogspot\.|\.wordpress\.",
}
REPLY = (
    r"(?im)\bwrote:|^[ \t]*(?:re|quote|reply|replies|joined|posts|posted by|last edited|originally posted)\b.*[:#\d]"
    r"|\b(?:posted|answered|asked|commented) (?:on|by|at|\d)|\b\d+ (?:posts|replies|upvotes|points)\b"
)
PRICE = (
    r"(?i)(?:[$€£¥₹]|\b(?:usd|eur|gbp)) ?\d[\d.,]*|\d[\d.,]* ?[€£]|add to (?:cart|basket|bag|wish)|in stock"
    r"|free shipping"
)
PROSE = r"[^\n]{80}[.!?…][\"'”’)]*[ \t]*(?:\n|\z)"  # lines that are paragraphs
LABELS = pa.schema([("page_type", pa.string())])


@dataclass(frozen=True)
class PageType:
    """A transform that adds `page_type`, one of `TYPES`, and drops nothing."""

    name: str = "labels.page_type"

    def __call__(self, table: pa.Table) -> pa.Table:
        """The rows with the column."""
        texts = pc.fill_null(table["text"], "")
        empty = pa.chunked_array([[""] * table.num_rows], pa.string())
        urls = pc.fill_null(table["url"], "") if "url" in table.column_names else empty
        told = {name: pc.match_substring_regex(urls, pattern) for name, pattern in ADDRESS.items()}
        shown = shapes(texts)
        archive = pc.and_(told["listing"], pc.invert(shown["article"]))  # archives hold articles, too
        told["listing"] = pc.or_(archive, pc.match_substring_regex(urls, SHELF))
        made = pc.make_struct(*map(_flat, (*told.values(), *shown.values())))
        return put(table, "page_type", pc.case_when(made, *map(pa.scalar, (*told, *shown, TYPES[-1]))))


def shapes(texts: pa.ChunkedArray) -> dict[str, pa.ChunkedArray]:
    """Whether each text has the shape of a page of each type."""
    lines = count_lines(texts)
    replies, prices, prose = (count_matches(texts, pattern) for pattern in (REPLY, PRICE, PROSE))
    code, listed = count_matches(texts, CODE), pc.add(count_matches(texts, LIST), count_matches(texts, TABLE))
    is_prose = pc.greater_equal(pc.divide(prose, lines), 0.25)
    priced = pc.and_(pc.greater_equal(prices, 2), pc.greater_equal(pc.divide(prices, lines), 0.08))
    return {
        "forum": pc.greater_equal(replies, pc.max_element_wise(3.0, pc.multiply(lines, 0.05))),
        "product": pc.and_(priced, pc.invert(is_prose)),
        "documentation": pc.and_(pc.greater_equal(code, 3), pc.greater_equal(pc.divide(code, lines), 0.2)),
        "listing": pc.and_(pc.invert(is_prose), pc.greater_equal(pc.divide(listed, lines), 0.4)),
        "article": is_prose,
    }


def _flat(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def page_type() -> PageType:
    """The column `page_type`; see `PageType`."""
    return PageType()
