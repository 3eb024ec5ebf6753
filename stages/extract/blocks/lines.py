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
    """Add text as the page's source has it; blanks that begin a block are left out, others become one."""
    place, chars = begin, 0
    while place < end:
        width = width_of(source[place])
        traits = traits_of(table, code_at(source, place, width))
        if not traits & SPACE:
            add_character(source, place, width, traits, at, text)
        elif at.line:
            at.pending = 1
        place, chars = place + width, chars + 1
    if at.parts and at.links:
        at.linked += chars


@kernel
def add_character(source: np.ndarray, place: int, width: int, traits: int, at: Record, text: np.ndarray) -> None:
    """Add a character that is not blank, after the newline or blank that was to come before it."""
    if not at.line:
        if at.lines:
            write_byte(NEWLINE, at, text)
        at.line = at.parts = at.nonblank = 1
        at.lines += 1
    elif at.pending:
        write_byte(BLANK, at, text)
    at.pending, at.last = 0, AFTER_TEXT
    if not traits & UNPRINTABLE:
        copy(source, place, width, traits, at, text)


@kernel
def write_byte(byte: int, at: Record, text: np.ndarray) -> None:
    """Write a character of ASCII."""
    text[at.written] = byte
    at.written += 1
    at.chars += 1


@kernel
def copy(source: np.ndarray, place: int, width: int, traits: int, at: Record, text: np.ndarray) -> None:
    """Write a character as it is."""
    for byte in range(place, place + width):
        text[at.written] = source[byte]
        at.written += 1
    at.chars += 1
    at.dense += traits & DENSE != 0


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
        copy(given, place, width, traits_of(table, code_at(given, place, width)), at, text)
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
