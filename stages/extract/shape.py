"""Shapes of a parsed page that make extraction cost more than its size tells: deterministic limits, checked in C.

The most in 4,500 real pages: 13 tables and lists inside one another, a table of 3,400 cells, a class of 7,500
characters. Extraction takes cubic time in nested tables, gives quadratic text for nested lists, fills every row of a
table up to its widest one, and looks at all attributes of an element again and again.
"""

import lxml.etree as etree

from stages.extract.survey import Survey

NESTING = ("table", "ul", "ol", "dl", "blockquote")
MOST_NESTED = 50
MOST_COLUMNS = 4_000
MOST_CELLS = 100_000
SPAN = 100  # more is read as this much


def complexity_limit(page: Survey) -> str | None:
    """Say "too_deep" or "too_dense" of a page that is not worth extracting, else None."""
    if page.overloaded:
        return "too_dense"
    if deepest(page.tree, NESTING) > MOST_NESTED:
        return "too_deep"
    rows, columns = grid(page.tree)  # those of all tables together: enough to know that none is large
    if "table" not in page.tags or (columns <= MOST_COLUMNS and rows * columns <= MOST_CELLS / count_tables(page.tree)):
        return None
    grids = [grid(table) for table in page.tree.iter("table")]
    columns = max(columns for _, columns in grids)
    return "too_dense" if columns > MOST_COLUMNS or sum(r * c for r, c in grids) > MOST_CELLS else None


def count_tables(tree: etree._Element) -> int:
    """How many tables a tree has."""
    return sum(1 for _ in tree.iter("table"))


def deepest(tree: etree._Element, tags: tuple[str, ...]) -> int:
    """How many elements of these tags contain one another at most."""
    depths: dict[etree._Element, int] = {}
    for element in tree.iter(*tags):
        above = next(element.iterancestors(*tags), None)
        depths[element] = 1 + depths.get(above, 0) if above is not None else 1
    return max(depths.values(), default=0)


def grid(tree: etree._Element) -> tuple[int, int]:
    """Rows of all tables in a tree, and columns of the widest row, with spans."""
    rows = columns = 0
    for row in tree.iter("tr"):
        down, across = (0, 0) if len(row) else (1, 0)
        for cell in row:
            down = max(down, span(cell.get("rowspan")))
            across += span(cell.get("colspan"))
        rows += down
        columns = max(columns, across)
    return rows, columns


def span(value: str | None) -> int:
    """The number of a colspan or rowspan, at most `SPAN`; 1 where it is no number."""
    return min(int(value), SPAN) if value and value.isdecimal() and len(value) < 10 else 1
