"""The text of the block at hand, as the compiled walk gathers it; `inline.Inline` is the same for Markdown.

`at` is the state of the walk, with the fields that `fields` names.
"""

import numpy as np

from dedup.kernels import kernel
from stages.extract.blocks.fields import (
    AFTER_BREAK, AFTER_TEXT, AT, BEGINS, BLOCK, BLOCK_AT, BOX_AT, CHARS, CHARS_SO_FAR, DENSE_SO_FAR, ELEMENT, ENDS, GIVEN,
    HAS_LEAD, IN_BOX, IN_ITEM, KIND, LAST_PART, LEAD, LEVEL, LINE, LINES, LINKED, LINKED_SO_FAR, LINKS, LISTED, NONBLANK,
    OF_HEADING, OF_ITEM, PARTS, PENDING, QUOTED, QUOTES, SIZE,
)  # fmt: skip
from stages.extract.characters import DENSE, SPACE, UNPRINTABLE, code_at, size_of, traits_of

NEWLINE, BLANK = 10, 32
NEWLINE_LENGTH = 2  # characters that a break counts as where it is in a link


@kernel
def add_text(source: np.ndarray, begin: int, end: int, at: np.ndarray, table: np.ndarray, text: np.ndarray) -> None:
    """Add text as the page's source has it; blanks that begin a block are left out, others become one."""
    place, chars = begin, 0
    while place < end:
        width = size_of(source[place])
        traits = traits_of(table, code_at(source, place, width))
        if not traits & SPACE:
            add_character(source, place, width, traits, at, text)
        elif at[LINE]:
            at[PENDING] = 1
        place, chars = place + width, chars + 1
    if at[PARTS] and at[LINKS]:
        at[LINKED_SO_FAR] += chars


@kernel
def add_character(source: np.ndarray, place: int, width: int, traits: int, at: np.ndarray, text: np.ndarray) -> None:
    """Add a character that is not blank, after the newline or blank that was to come before it."""
    if not at[LINE]:
        at[LINE], at[PARTS], at[NONBLANK] = 1, 1, 1
        if at[LINES]:
            write_byte(NEWLINE, at, text)
        at[LINES] += 1
    elif at[PENDING]:
        write_byte(BLANK, at, text)
    at[PENDING], at[LAST_PART] = 0, AFTER_TEXT
    if not traits & UNPRINTABLE:
        copy(source, place, width, traits, at, text)


@kernel
def write_byte(byte: int, at: np.ndarray, text: np.ndarray) -> None:
    """Write a character of ASCII."""
    text[at[AT]] = byte
    at[AT] += 1
    at[CHARS_SO_FAR] += 1


@kernel
def copy(source: np.ndarray, place: int, width: int, traits: int, at: np.ndarray, text: np.ndarray) -> None:
    """Write a character as it is."""
    for byte in range(place, place + width):
        text[at[AT]] = source[byte]
        at[AT] += 1
    at[CHARS_SO_FAR] += 1
    at[DENSE_SO_FAR] += traits & DENSE != 0


@kernel
def break_line(at: np.ndarray) -> None:
    """A line ends."""
    at[PARTS], at[NONBLANK], at[LINE], at[PENDING], at[LAST_PART] = 1, 1, 0, 0, AFTER_BREAK
    if at[LINKS]:
        at[LINKED_SO_FAR] += NEWLINE_LENGTH


@kernel
def add_formula(
    given: np.ndarray, begin: int, end: int, display: bool, at: np.ndarray, table: np.ndarray, text: np.ndarray
) -> None:
    """Add a formula: on a line of its own with `display`, else inside the line. It counts as text, never as linked."""
    linked = at[LINKED_SO_FAR]
    if display:
        break_line(at)
    add_text(given, begin, end, at, table, text)
    if display:
        break_line(at)
    at[PARTS], at[NONBLANK], at[LAST_PART], at[LINKED_SO_FAR] = 1, 1, AFTER_TEXT, linked


@kernel
def add_given(given: np.ndarray, begin: int, end: int, at: np.ndarray, table: np.ndarray, text: np.ndarray) -> None:
    """Add a text that was made before the walk, with every blank."""
    place = begin
    while place < end:
        width = size_of(given[place])
        copy(given, place, width, traits_of(table, code_at(given, place, width)), at, text)
        place += width


@kernel
def end_block(
    at: np.ndarray, tags: np.ndarray, box_kinds: np.ndarray, text: np.ndarray, blocks: np.ndarray, boxes: np.ndarray
) -> None:
    """What was gathered since the last block becomes one."""
    if not at[PARTS]:
        return
    if at[AT] > at[BLOCK_AT]:
        kind, level = box_kinds[tags[boxes[at[BOX_AT], ELEMENT]]], 0
        if kind >= 10:
            kind, level = OF_HEADING, kind - 10
            for place in range(at[BLOCK_AT], at[AT]):
                if text[place] == NEWLINE:
                    text[place] = BLANK
        elif at[LISTED] and boxes[at[BOX_AT], IN_ITEM]:
            kind = OF_ITEM
        add_block(kind, level, min(at[LINKED_SO_FAR], at[CHARS_SO_FAR]), -1, at, text, blocks)
    else:
        begin_block(at)


@kernel
def add_block(kind: int, level: int, linked: int, given: int, at: np.ndarray, text: np.ndarray, blocks: np.ndarray) -> None:
    """Add a block, with a NUL behind its text; the first one of an item gets its hyphen or number."""
    block = at[BLOCK]
    row = blocks[block]
    row[KIND], row[BEGINS], row[ENDS], row[CHARS] = kind, at[BLOCK_AT], at[AT], at[CHARS_SO_FAR]
    row[SIZE], row[LINKED], row[LEVEL] = at[CHARS_SO_FAR] + 2 * at[DENSE_SO_FAR], linked, level or at[LISTED]
    row[LEAD], row[QUOTED], row[IN_BOX], row[GIVEN] = at[HAS_LEAD], at[QUOTES], at[BOX_AT], given
    text[at[AT]] = 0
    at[AT] += 1
    at[BLOCK], at[HAS_LEAD] = block + 1, 0
    begin_block(at)


@kernel
def begin_block(at: np.ndarray) -> None:
    """Nothing is gathered."""
    at[BLOCK_AT] = at[AT]
    for field in (PARTS, PENDING, LINE, LINES, CHARS_SO_FAR, DENSE_SO_FAR, LINKED_SO_FAR, LAST_PART, NONBLANK):
        at[field] = 0
