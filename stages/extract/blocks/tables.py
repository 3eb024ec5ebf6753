"""Tables of data: rows of cells with bars between them, empty cells in their places."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lxml.etree import _Element

ROW_PARENTS = ("thead", "tbody", "tfoot")
LAYOUT_ROLES = ("presentation", "none")
LARGE = frozenset({"table", "h1", "h2", "h3", "h4", "article", "section", "form", "pre", "blockquote", "main"})
TYPED = frozenset({"text", "number", "email", "tel", "password", ""})  # inputs to type in
LONG_CELL = 600  # characters
MOST_PARAGRAPHS = 3  # in one cell
SPAN = 100


@dataclass
class WrittenTable:
    """A table as the page has it, tidied plain text and Markdown (empty unless asked for), and characters of links."""

    text: str
    tidied: str
    marked: str
    linked: int


def is_data(table: _Element) -> bool:
    """Whether a table holds data: at least two rows and columns, of cells that hold no parts of a page."""
    if table.get("role") in LAYOUT_ROLES:
        return False
    found = [cells(row) for row in table_rows(table)]
    if sum(map(bool, found)) < 2 or max(map(len, found), default=0) < 2:
        return False
    for row in found:
        for cell in row:
            if len(cell) and (len("".join(cell.itertext())) > LONG_CELL or has_parts(cell)):  # type: ignore[arg-type]
                return False
    return True


def is_form(table: _Element) -> bool:
    """Whether at least half the rows of a table have a field to type in, as those of a cart have."""
    if next(table.iterdescendants("input", "textarea"), None) is None:
        return False
    has_field = [any(map(is_typed, row.iterdescendants("input", "textarea"))) for row in table_rows(table)]
    return 2 * sum(has_field) >= len(has_field)


def is_typed(field: _Element) -> bool:
    """Whether something can be typed into a field: not into a button or a box to tick."""
    return field.tag == "textarea" or field.get("type", "").lower() in TYPED


def has_parts(cell: _Element) -> bool:
    """Whether a cell holds parts of a page: headings, tables, code, or more than three paragraphs."""
    paragraphs = 0
    for element in cell.iterdescendants():
        if element.tag in LARGE:
            return True
        paragraphs += element.tag == "p"
    return paragraphs > MOST_PARAGRAPHS


def table_rows(table: _Element) -> Iterator[_Element]:
    """The table's own rows, not those of tables inside it."""
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in ROW_PARENTS:
            yield from (row for row in child if row.tag == "tr")


def cells(row: _Element) -> list[_Element]:
    """The cells of a row."""
    return [cell for cell in row if cell.tag in ("td", "th")]


def write_table(table: _Element, markdown: bool, address: Callable[[str], str] | None) -> WrittenTable:
    """A table in plain text and in Markdown, the caption above it. Cells of a span after its first are empty.

    Rows and columns without a word are tidied away. A table of which less than two of each are left is a frame around a
    text, or places two links side by side: its cells are lines. Of one to fill in, such as a cart, nothing is written.
    """
    grid, linked = grid_of(table, markdown, address)
    caption = title(table)
    text = "\n".join([caption] * bool(caption) + [barred(row) for row in grid])
    if is_form(table):
        return WrittenTable(text, "", "", linked)
    grid = [row for row in grid if any(character.isalnum() for plain, _ in row for character in plain)]
    used = [place for place in range(max(map(len, grid), default=0)) if any(plain_in(row, place) for row in grid)]
    grid = [[row[place] for place in used if place < len(row)] for row in grid]
    if len(grid) >= 2 and len(used) >= 2:
        tidied = "\n".join([caption] * bool(caption) + [barred(row) for row in grid])
        return WrittenTable(text, tidied, in_pipes(grid, caption) if markdown else "", linked)
    lines = [(caption, caption), *(cell for row in grid for cell in row)]
    plain, marked = ([line[side] for line in lines if line[0]] for side in (0, 1))
    return WrittenTable(text, "\n".join(plain), "\n\n".join(marked) if markdown else "", linked)


def grid_of(
    table: _Element, markdown: bool, address: Callable[[str], str] | None
) -> tuple[list[list[tuple[str, str]]], int]:
    """The rows of a table that have some text, of (plain, Markdown) cells, and how many characters of it are links."""
    from stages.extract.blocks import walk

    grid: list[list[tuple[str, str]]] = []
    linked, open_spans = 0, dict[int, int]()
    for row in table_rows(table):
        line: list[tuple[str, str]] = []
        for cell in cells(row):
            fill_spans(line, open_spans)
            found = walk.BlockWalk(cell, markdown, address).blocks
            linked += sum(block.linked for block in found)
            plain = " ".join(block.text.replace("\n", " ") for block in found)
            marked = " ".join((block.marked or block.text).replace("\n", " ") for block in found)
            across, down = span_of(cell.get("colspan")), span_of(cell.get("rowspan"))
            for place in range(across):
                if down > 1:
                    open_spans[len(line)] = down - 1
                line.append((plain, marked) if not place else ("", ""))
        fill_spans(line, open_spans)
        if any(plain for plain, _ in line):
            grid.append(line)
    return grid, linked


def plain_in(row: list[tuple[str, str]], place: int) -> str:
    """The plain text of a cell, "" where the row is shorter."""
    return row[place][0] if place < len(row) else ""


def fill_spans(line: list[tuple[str, str]], open_spans: dict[int, int]) -> None:
    """Empty cells where cells of rows above reach down."""
    while open_spans.get(len(line)):
        open_spans[len(line)] -= 1
        line.append(("", ""))


def barred(row: list[tuple[str, str]]) -> str:
    """A row in plain text."""
    return " | ".join(plain for plain, _ in row)


def in_pipes(grid: list[list[tuple[str, str]]], caption: str) -> str:
    """A grid of (plain, Markdown) cells as a table of GitHub's, the caption first."""
    width = max(map(len, grid))
    rows = [piped([cell for _, cell in row], width) for row in grid]
    rows[1:1] = [piped(["---"] * width, width)]
    return "\n".join([caption, ""] * bool(caption) + rows)


def piped(row: list[str], width: int) -> str:
    """A row of GitHub's tables, filled up to `width` cells."""
    row = row + [""] * (width - len(row))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"


def title(table: _Element) -> str:
    """The caption of a table, "" for none."""
    caption = next((child for child in table if child.tag == "caption"), None)
    return "" if caption is None else " ".join("".join(caption.itertext()).split())  # type: ignore[arg-type]


def span_of(value: str | None) -> int:
    """The number of a colspan or rowspan, from 1 to 100."""
    return max(1, min(int(value), SPAN)) if value and value.isdecimal() and len(value) < 10 else 1
