"""The texts of a page as arrays hold them: without references, and which of them are passages."""

import numpy as np

from pipeline.kernels import kernel
from stages.extract.characters import SPACE, code_at, traits, traits_of, width_of
from stages.extract.markup import AMPERSAND, BEGIN, CDATA, END, GT, LT, SEMICOLON, TAG, Markup

SHORT = 24  # characters; a passage has more
GRAM = 4
INSIDE, WORDS, LENGTH, RUNNING, HOLDER, COLUMNS = range(6)  # a hash of up to four words of a passage's inside, how many
# these are, its characters, the same single-spaced, and the element it stands in
FNV, PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
HIDDEN = np.array([TAG[tag] for tag in ("script", "style", "noscript", "template")])
LOWER_L, LOWER_G, LOWER_A, LOWER_M, LOWER_X, HASH, BRACKET = b"lgamx#]"


@kernel
def node_text(xml: np.ndarray, begin: int, end: int, out: np.ndarray) -> int:
    """Write a text without references and CDATA marks; how many bytes it has."""
    place, size, raw = begin, 0, False
    while place < end:
        byte = xml[place]
        if raw and byte == BRACKET and xml[place + 1] == BRACKET and xml[place + 2] == GT:
            raw, place = False, place + 3
        elif byte == LT and not raw:
            raw, place = True, place + CDATA
        elif byte == AMPERSAND and not raw:
            place, size = referred(xml, place + 1, out, size)
        else:
            out[size] = byte
            place, size = place + 1, size + 1
    return size


@kernel
def referred(xml: np.ndarray, place: int, out: np.ndarray, size: int) -> tuple[int, int]:
    """Write the character of a reference; behind it in the page and in the text."""
    first, code = xml[place], 0
    if first == HASH:
        place += 1
        base = 10
        if xml[place] == LOWER_X:
            base, place = 16, place + 1
        while xml[place] != SEMICOLON:
            digit = int(xml[place]) | 0x20
            code = code * base + (digit - 48 if digit < 58 else digit - 87)
            place += 1
        return place + 1, written(code, out, size)
    if first == LOWER_L:
        code = 60
    elif first == LOWER_G:
        code = 62
    else:
        code = 38 if xml[place + 1] == LOWER_M else 34 if first != LOWER_A else 39
    while xml[place] != SEMICOLON:
        place += 1
    out[size] = code
    return place + 1, size + 1


@kernel
def written(code: int, out: np.ndarray, size: int) -> int:
    """Write a character in UTF-8; behind it in the text."""
    if code < 0x80:
        out[size] = code
        return size + 1
    more = 1 if code < 0x800 else 2 if code < 0x10000 else 3
    out[size] = 0xF0 << (3 - more) & 0xFF | code >> (6 * more)
    for left in range(more - 1, -1, -1):
        size += 1
        out[size] = 0x80 | code >> (6 * left) & 0x3F
    return size + 1


def passages(page: Markup) -> np.ndarray:
    """The text nodes of a page that are longer than a label, uint64, a row each: see the columns above."""
    found, scratch = np.empty((len(page.events), COLUMNS), np.uint64), np.empty(len(page.xml), np.uint8)
    count = find_passages(page.xml, page.tags, page.parents, page.events, traits(), HIDDEN, scratch, found)
    return found[:count]


@kernel
def find_passages(
    xml: np.ndarray, tags: np.ndarray, parents: np.ndarray, events: np.ndarray, table: np.ndarray, hidden: np.ndarray,
    scratch: np.ndarray, found: np.ndarray,
) -> int:  # fmt: skip
    """Fill `found`; how many there are."""
    count, holder = 0, -1
    for event in range(len(events)):
        begin, end = events[event, 0], events[event, 1]
        if end == BEGIN:
            holder = begin
        elif end == END:
            holder = parents[begin]
        elif end - begin > SHORT and not is_among(tags[holder], hidden):
            size = node_text(xml, begin, end, scratch)
            if is_passage(scratch, size, table, found[count]):
                found[count, HOLDER] = holder
                count += 1
    return count


@kernel
def is_among(value: int, values: np.ndarray) -> bool:
    """Whether a number is one of some."""
    for other in values:  # noqa: SIM110  (Numba has no generators in `any`)
        if other == value:
            return True
    return False


@kernel
def is_passage(text: np.ndarray, size: int, table: np.ndarray, row: np.ndarray) -> bool:
    """Whether a text is longer than a label; write what is known of it.

    Single-spaced, it is longer, or is so where only the blanks of ASCII count as blanks, as XPath has it.
    """
    place, number, chars, letters, dark, runs = 0, 0, 0, 0, 0, 0
    blank_before, ascii_before = True, True
    words = np.empty(GRAM + 2, np.uint64)  # hashes of the first ones
    while place < size:
        width = width_of(text[place])
        code = code_at(text, place, width)
        blank, is_ascii = traits_of(table, code) & SPACE != 0, code == 32 or code == 9 or code == 10 or code == 13
        number += blank_before and not blank
        if not blank and number <= GRAM + 2:
            words[number - 1] = ((FNV if blank_before else words[number - 1]) ^ np.uint64(code)) * PRIME
        letters, dark = letters + (not blank), dark + (not is_ascii)
        runs += ascii_before and not is_ascii
        blank_before, ascii_before, chars, place = blank, is_ascii, chars + 1, place + width
    if not number or max(letters + number, dark + runs) - 1 <= SHORT:
        return False
    first = 1 if number > GRAM + 1 else 0
    row[WORDS] = min(number, GRAM)
    row[INSIDE] = gram_of(words, first, min(number, GRAM))
    row[LENGTH], row[RUNNING] = chars, letters + number - 1
    return True


@kernel
def gram_of(words: np.ndarray, first: int, count: int) -> np.uint64:
    """A hash of some words that stand one after another."""
    value = FNV
    for word in range(first, first + count):
        value = (value ^ words[word]) * PRIME
        value ^= value >> np.uint64(29)
    return value


@kernel
def shared(
    found: np.ndarray, text: np.ndarray, table: np.ndarray, sizes: np.ndarray, words: np.ndarray, slots: np.ndarray
) -> None:
    """Add to `sizes`, an element each, the characters of its passages whose inside stands in a text too.

    `slots` has room for the grams of a text and a power of two of places.
    """
    count = hash_words(text, table, words)
    for size in range(1, GRAM + 1):
        if not is_among(size, found[:, WORDS]):
            continue
        slots.fill(0)
        mask = np.uint64(len(slots) - 1)
        for first in range(count - size + 1):
            gram = gram_of(words, first, size)
            slot = gram & mask
            while slots[slot] and slots[slot] != gram:
                slot = (slot + np.uint64(1)) & mask
            slots[slot] = gram
        for row in range(len(found)):
            if found[row, WORDS] == size:
                gram = found[row, INSIDE]
                slot = gram & mask
                while slots[slot] and slots[slot] != gram:
                    slot = (slot + np.uint64(1)) & mask
                if slots[slot]:
                    sizes[found[row, HOLDER]] += found[row, LENGTH]


@kernel
def hash_words(text: np.ndarray, table: np.ndarray, words: np.ndarray) -> int:
    """Write a hash of each word of a text; how many there are."""
    place, count, blank_before = 0, 0, True
    while place < len(text):
        width = width_of(text[place])
        code = code_at(text, place, width)
        blank = traits_of(table, code) & SPACE != 0
        count += blank_before and not blank
        if not blank:
            words[count - 1] = ((FNV if blank_before else words[count - 1]) ^ np.uint64(code)) * PRIME
        blank_before, place = blank, place + width
    return count
