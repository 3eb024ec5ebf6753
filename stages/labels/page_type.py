"""The type of a page: from its address, from what its HTML said (where the extraction kept it), from its text.

In the order of trust; the names that folders have on the web count first. A page of which nothing of this tells is
judged by the shape of its text. Measured on pages with known types (benchmarks/page_types.py): see docs/curriculum.md.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.transform import put
from stages.extract.blocks.clues import PLACES_OF_LISTINGS
from stages.extract.transform import HTML_KIND
from stages.labels.measures import CODE, LIST, TABLE, count_lines, count_matches

TYPES = ("forum", "product", "documentation", "listing", "article", "other")

SHOPS = frozenset(("products", "shop"))  # single products lie there, too
SHELVES = frozenset("category categories collection collections browse catalog catalogs catalogue".split())
SHELF = rf"(?i)/(?:[a-z]+-)?(?:{'|'.join(sorted(SHELVES))})(?:[/?-]|$)"  # a listing, whatever is said above it
ADDRESS = {
    "thread": r"(?i)[/.](?:threads?|questions?|comments)[/.?_-]|viewtopic|show(?:thread|topic)|/topics?/[^/]*\d|/topic/"
    r"|/t/(?:[^/]+/)?\d|[?&](?:topic|thread|tid)=",
    "forum": r"(?i)[/.](?:forums?|boards?|community|discuss(?:ions?)?|bbs)[/.?_-]",
    "product": r"(?i)/(?:products?|items?|dp|p|shop|store|buy|sku|catalog(?:ue)?/product)[/_-]"
    r"|[?&](?:product|item|sku)",
    "documentation": r"(?i)[/.](?:docs?|documentation|manuals?|reference|api|guides?|tutorials?|man\d?|javadoc|help"
    r"|readthedocs|wiki/help)[/.]",
    "listing": rf"(?i)/(?:{'|'.join(sorted(PLACES_OF_LISTINGS - SHELVES - SHOPS))}|page)[/.?]"
    r"|/page/\d|[?&](?:page|search|s|q|category|cat|tag|sort)=",
    "article": r"(?i)/(?:19|20)\d\d[/-]\d\d?[/-]|/(?:news|articles?|blogs?|posts?|stor(?:y|ies)|opinion|press)[/.]"
    r"|[/.]articles?\b|[/.]blogspot\.|\.wordpress\.|\.substack\.|/p/[a-z0-9-]*[a-z]-",
}
# A page of an index, a blog or a section of a newspaper without anything behind it, a month.
INDEX = (
    r"(?i)/page/\d+/?$|/(?:19|20)\d\d/\d\d?/?$|[?&]updated-max="
    r"|^[^/]*//[^/?]*(?:/[a-z]{2})?/(?:blogs?|news|articles?|posts?|stories|press|events|archives?)/?$"
)
ON_SHELF = r"(?i)/products?/[^/?]"  # behind the shelf or not
HOME = r"^[^/]*//[^/]*/?(?:\?srsltid=.*)?$"
REPLY = (
    r"(?im)\bwrote:|^[ \t]*(?:re|quote|reply|replies|joined|posts|posted by|last edited|originally posted)\b.*[:#\d]"
    r"|\b(?:posted|answered|asked|commented) (?:on|by|at|\d)|\b\d+ (?:posts|replies|upvotes)\b"
)
PRICE = (
    r"(?i)(?:[$€£¥₹]|\b(?:usd|eur|gbp)) ?\d[\d.,]*|\d[\d.,]* ?[€£]|add to (?:cart|basket|bag|wish)|in stock"
    r"|free shipping"
)
PROSE = r"[^\n]{80}[.!?…][\"'”’)]*[ \t]*(?:\n|\z)"  # lines that are paragraphs
UNSEEN = ""  # of a page whose HTML was not looked at
Masks = Mapping[str, pa.ChunkedArray]
Step = tuple[str, pa.ChunkedArray]  # a type, and the pages that are of it unless an earlier step says otherwise


@dataclass(frozen=True)
class PageType:
    """A transform that adds `page_type`, one of `TYPES`, and drops nothing."""

    name: str = "labels.page_type"

    def __call__(self, table: pa.Table) -> pa.Table:
        """The rows with the column."""
        texts = pc.fill_null(table["text"], "")
        urls, kinds = (_texts_of(table, name) for name in ("url", HTML_KIND))
        told = {name: pc.match_substring_regex(urls, pattern) for name, pattern in ADDRESS.items()}
        shown = shapes(texts)
        steps = [*named(told, urls, kinds, shown), *shaped(kinds, shown)]
        made = pc.make_struct(*(_flat(mask) for _, mask in steps), field_names=[str(n) for n in range(len(steps))])
        return put(
            table, "page_type", pc.case_when(made, *(pa.scalar(name) for name, _ in steps), pa.scalar(TYPES[-1]))
        )


def named(told: Masks, urls: pa.ChunkedArray, kinds: pa.ChunkedArray, shown: Masks) -> Iterator[Step]:
    """What address and HTML say, the surest first. A board's list of threads, which is links, is a listing."""
    said = {kind: pc.equal(kinds, kind) for kind in ("links", "article", "product", "prices")}
    other = pc.invert(told["article"])
    goods = pc.or_(pc.or_(shown["price"], pc.equal(kinds, UNSEEN)), pc.or_(said["product"], said["prices"]))
    shelf = pc.and_(pc.match_substring_regex(urls, SHELF), pc.invert(pc.match_substring_regex(urls, ON_SHELF)))
    yield "listing", pc.or_(pc.and_(shelf, other), pc.match_substring_regex(urls, INDEX))
    yield "forum", told["thread"]
    yield "listing", pc.and_(said["links"], other)
    yield "forum", told["forum"]
    yield "product", pc.and_(pc.and_(told["product"], goods), other)
    yield "product", pc.and_(said["product"], pc.invert(pc.match_substring_regex(urls, HOME)))
    yield "documentation", told["documentation"]
    yield "listing", pc.and_(pc.and_(told["listing"], pc.invert(shown["article"])), other)
    yield "article", pc.or_(told["article"], said["article"])
    yield "listing", pc.and_(said["prices"], pc.invert(shown["article"]))


def shaped(kinds: pa.ChunkedArray, shown: Masks) -> Iterator[Step]:
    """What the text looks like. Items and prices tell nothing where the HTML was seen, and shows no listing: they are
    ingredients of a recipe, or what a service costs.
    """
    for name in ("forum", "product", "documentation", "listing", "article"):
        yield name, pc.and_(shown[name], pc.equal(kinds, UNSEEN)) if name in ("product", "listing") else shown[name]


def shapes(texts: pa.ChunkedArray) -> Masks:
    """Whether each text has the shape of a page of each type; and "price", whether it has one."""
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
        "price": pc.greater_equal(prices, 1),
    }


def _texts_of(table: pa.Table, name: str) -> pa.ChunkedArray:
    """A column without nulls; empty texts where the table has none."""
    if name not in table.column_names:
        return pa.chunked_array([[""] * table.num_rows], pa.string())
    return pc.fill_null(table[name], "")


def _flat(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def page_type() -> PageType:
    """The column `page_type`; see `PageType`."""
    return PageType()
