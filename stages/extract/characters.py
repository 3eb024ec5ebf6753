"""What is asked of each character of a page, as a table for compiled loops, and UTF-8 as they read it."""

from functools import cache

import numpy as np

from pipeline.kernels import kernel

SPACE, UNPRINTABLE, DENSE, CAPITAL = 1, 2, 4, 8
TABLED = 0x40000  # what lies above is private or not assigned, and not printable, but for variation selectors
SELECTORS = (0xE0100, 0xE01F0)
# Han, Hiragana, Katakana and Hangul: one character says as much as three of other scripts
DENSE_RANGES = (
    (0x1100, 0x11FF), (0x2E80, 0x2FDF), (0x3005, 0x3005), (0x3007, 0x3007), (0x3021, 0x3029), (0x3038, 0x303B),
    (0x3041, 0x3096), (0x309D, 0x309F), (0x30A1, 0x30FA), (0x30FD, 0x30FF), (0x3131, 0x318E), (0x31F0, 0x31FF),
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFF66, 0xFF6F), (0xFF71, 0xFF9D),
    (0x20000, 0x3FFFF),
)  # fmt: skip


@cache
def traits() -> np.ndarray:
    """The bits `SPACE`, `UNPRINTABLE`, `DENSE` and `CAPITAL` of each character below `TABLED`, uint8."""
    characters = [*map(chr, range(TABLED))]
    space, printable, capital = (
        np.fromiter(map(asked, characters), np.uint8, TABLED) for asked in (str.isspace, str.isprintable, str.isupper)
    )
    table = SPACE * space | UNPRINTABLE * (1 - printable) | CAPITAL * capital
    for first, last in DENSE_RANGES:
        table[first : last + 1] |= DENSE
    return table


@kernel
def traits_of(table: np.ndarray, code: int) -> int:
    """The bits of one character."""
    if code < TABLED:
        return table[code]
    return 0 if SELECTORS[0] <= code < SELECTORS[1] else UNPRINTABLE


@kernel
def width_of(first: int) -> int:
    """How many bytes a character of UTF-8 has, by its first one."""
    if first < 0xC0:
        return 1
    return 2 if first < 0xE0 else 3 if first < 0xF0 else 4


@kernel
def code_at(text: np.ndarray, place: int, size: int) -> int:
    """The number of the character of `size` bytes at a place."""
    if size == 1:
        return int(text[place])
    code = int(text[place]) & (0x7F >> size)
    for next_byte in range(place + 1, place + size):
        code = code << 6 | int(text[next_byte]) & 0x3F
    return code
