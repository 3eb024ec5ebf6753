"""Shapes of a parsed page that make extraction cost more than its size tells: deterministic limits, checked in C.

The most in 4,500 real pages: 13 tables and lists inside one another, a table of 3,400 cells, a class of 7,500
characters. Extraction takes cubic time in nested tables, gives quadratic text for nested lists, fills every row of a
table up to its widest one, and looks at all attributes of an element again and again.
"""

from collections.abc import Iterator

import lxml.etree as etree

from stages.extract.survey import Survey

NESTING = ("table", "ul", "ol", "dl", "blockquote")
MOST_NESTED = 50
MOST_COLUMNS = 4_000
MOST_CELLS = 100_000
SPAN = 100  # more is read as this much


def complexity_limit(page: Survey) -> str | None:
    """ "too_deep" or "too_dense" for a page that is not worth extracting, else None."""
    if page.overloaded:
        return "too_dense"
    if any(tag in page.tags for tag in NESTING) and deepest(page.tree, NESTING) > MOST_NESTED:
        return "too_deep"
    if "table" not in page.tags:
        return None
    grids = [grid(table) for table in page.tree.iter("table")]
    cells, columns = sum(rows * columns for rows, columns in grids), max(columns for _, columns in grids)
    return "too_dense" if cells > MOST_CELLS or columns > MOST_COLUMNS else None


def deepest(tree: etree._Element, tags: tuple[str, ...]) -> int:
    """How many elements of these tags contain one another at most."""
    depth = most = 0
    for event, _ in etree.iterwalk(tree, events=("start", "end"), tag=tags):
        depth += 1 if event == "start" else -1
        most = max(most, depth)
    return most


def grid(table: etree._Element) -> tuple[int, int]:
    """Rows, and columns of the widest row, with spans; tables inside count too."""
    rows = columns = 0
    for row in table.iter("tr"):
        down, across = zip(*spans(row), strict=True) if len(row) else ((1,), (0,))
        rows += max(down)
        columns = max(columns, sum(across))
    return rows, columns


def spans(row: etree._Element) -> Iterator[tuple[int, int]]:
    for cell in row:
        yield span(cell, "rowspan"), span(cell, "colspan")


def span(cell: etree._Element, name: str) -> int:
    value = cell.get(name, "1")
    return min(int(value), SPAN) if value.isdecimal() and len(value) < 10 else 1
