"""The text of the block at hand, as the compiled walk gathers it; `inline.Inline` does the same for Markdown.

`at` is the state of the walk, a record of `fields.STATE`.
"""

import numpy as np

from pipeline.kernels import kernel
from stages.extract.blocks.fields import AFTER_BREAK, AFTER_TEXT, OF_HEADING, OF_ITEM, Record, Records
from stages.extract.characters import DENSE, SPACE, UNPRINTABLE, code_at, traits_of, width_of

NEWLINE, BLANK = 10, 32
NEWLINE_LENGTH = 2  # characters that a break counts as where it is in a link
HEADINGS = 10  # what is added to the level of a heading in the kind of its box


@kernel
def add_text(source: np.ndarray, begin: int, end: int, at: Record, table: np.ndarray, text: np.ndarray) -> None:
    """Add text as the page's source has it; blanks that begin a block are left out, others become one.

    What is not blank comes after the newline or the blank that was to come before it.
    """
    place, chars, written = begin, 0, at.written
    made, dense, dark, in_line, pending = 0, 0, 0, at.line, at.pending
    while place < end:
        width = width_of(source[place])
        traits = traits_of(table, code_at(source, place, width))
        if traits & SPACE:
            pending = in_line
        else:
            if pending or (not in_line and at.lines):
                text[written] = BLANK if in_line else NEWLINE
                written, made = written + 1, made + 1
            at.lines += not in_line
            in_line, pending, dark = 1, 0, 1
            if not traits & UNPRINTABLE:
                for byte in range(place, place + width):
                    text[written] = source[byte]
                    written += 1
                made, dense = made + 1, dense + (traits & DENSE != 0)
        place, chars = place + width, chars + 1
    at.written, at.line, at.pending = written, in_line, pending
    at.chars += made
    at.dense += dense
    if dark:
        at.parts, at.nonblank, at.last = 1, 1, AFTER_TEXT
    if at.parts and at.links:
        at.linked += chars


@kernel
def break_line(at: Record) -> None:
    """A line ends."""
    at.parts = at.nonblank = 1
    at.line = at.pending = 0
    at.last = AFTER_BREAK
    if at.links:
        at.linked += NEWLINE_LENGTH


@kernel
def add_formula(
    given: np.ndarray, begin: int, end: int, display: bool, at: Record, table: np.ndarray, text: np.ndarray
) -> None:
    """Add a formula: on a line of its own with `display`, else inside the line. It counts as text, never as linked."""
    linked = at.linked
    if display:
        break_line(at)
    add_text(given, begin, end, at, table, text)
    if display:
        break_line(at)
    at.parts = at.nonblank = 1
    at.last, at.linked = AFTER_TEXT, linked


@kernel
def add_given(given: np.ndarray, begin: int, end: int, at: Record, table: np.ndarray, text: np.ndarray) -> None:
    """Add a text that was made before the walk, with every blank."""
    place = begin
    while place < end:
        width = width_of(given[place])
        for byte in range(place, place + width):
            text[at.written] = given[byte]
            at.written += 1
        at.chars += 1
        at.dense += traits_of(table, code_at(given, place, width)) & DENSE != 0
        place += width


@kernel
def end_block(kind: int, at: Record, text: np.ndarray, blocks: Records, boxes: Records) -> None:
    """What was gathered since the last block becomes one; `kind` is that of the box it stands in."""
    if not at.parts:
        return
    if at.written == at.begun:
        begin_block(at)
        return
    level = 0
    if kind >= HEADINGS:
        kind, level = OF_HEADING, kind - HEADINGS
        for place in range(at.begun, at.written):
            if text[place] == NEWLINE:
                text[place] = BLANK
    elif at.lists and boxes[at.box].in_item:
        kind = OF_ITEM
    add_block(kind, level, min(at.linked, at.chars), -1, at, text, blocks)


@kernel
def add_block(kind: int, level: int, linked: int, given: int, at: Record, text: np.ndarray, blocks: Records) -> None:
    """Add a block, with a NUL behind its text; the first one of an item gets its hyphen or number."""
    row = blocks[at.blocks]
    row.kind, row.begin, row.end, row.chars, row.size = kind, at.begun, at.written, at.chars, at.chars + 2 * at.dense
    row.linked, row.level, row.lead, row.quoted = linked, level or at.lists, at.lead, at.quotes
    row.box, row.given = at.box, given
    text[at.written] = 0
    at.written += 1
    at.blocks += 1
    at.lead = 0
    begin_block(at)


@kernel
def begin_block(at: Record) -> None:
    """Nothing is gathered."""
    at.begun = at.written
    at.parts = at.pending = at.line = at.lines = at.chars = at.dense = at.linked = at.last = at.nonblank = 0
