"""Shapes of a parsed page that make extraction cost more than its size tells: deterministic limits, checked in C.

The most in 4,500 real pages: 13 tables and lists inside one another, a table of 3,400 cells, a class of 7,500
characters. Extraction takes cubic time in nested tables, gives quadratic text for nested lists, fills every row of a
table up to its widest one, and looks at all attributes of an element again and again.
"""

import lxml.etree as etree
import numpy as np

from pipeline.kernels import kernel
from stages.extract.markup import TAG
from stages.extract.reader.verdicts import LIMITED, LONGEST
from stages.extract.survey import Survey
from stages.extract.text_nodes import is_among

NESTING = ("table", "ul", "ol", "dl", "blockquote")
NESTED = np.array([TAG[tag] for tag in NESTING])
MOST_NESTED = 50
MOST_COLUMNS = 4_000
MOST_CELLS = 100_000
MOST_ATTRIBUTES = 1_000  # trafilatura looks at the attributes of every element some fifty times
SPAN = 100  # more is read as this much


def complexity_limit(page: Survey) -> str | None:
    """Say "too_deep" or "too_dense" of a page that is not worth extracting, else None."""
    if is_overloaded(page):
        return "too_dense"
    if nesting(page.markup.tags, page.markup.parents, NESTED) > MOST_NESTED:
        return "too_deep"
    tables = int((page.markup.tags == TAG["table"]).sum())
    if not tables:
        return None
    rows, columns = grid(page.tree)  # those of all tables together: enough to know that none is large
    if columns <= MOST_COLUMNS and rows * columns <= MOST_CELLS / tables:
        return None
    grids = [grid(table) for table in page.tree.iter("table")]
    columns = max(columns for _, columns in grids)
    return "too_dense" if columns > MOST_COLUMNS or sum(r * c for r, c in grids) > MOST_CELLS else None


def is_overloaded(page: Survey) -> bool:
    """Whether an element has more attributes, or a longer class or id, than trafilatura looks at in honest time."""
    if page.markup.most_attributes >= MOST_ATTRIBUTES:
        return True
    return page.markup.longest_name > LONGEST and any(
        len(element.get(name, "")) > LONGEST for element in page.elements for name in LIMITED
    )


@kernel
def nesting(tags: np.ndarray, parents: np.ndarray, some: np.ndarray) -> int:
    """How many elements of these tags contain one another at most."""
    depths, deepest = np.zeros(len(tags), np.int64), 0
    for element in range(len(tags)):
        above = depths[parents[element]] if parents[element] >= 0 else 0
        depths[element] = above + is_among(tags[element], some)
        deepest = max(deepest, depths[element])
    return deepest


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
