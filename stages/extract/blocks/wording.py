"""What the text of each block says, counted by compiled loops: words of menus and notices, dates, prices, the title.

`text` holds all blocks of a page in UTF-8, `lower` the same in lower case, a NUL behind each block.
"""

from typing import NamedTuple

import numpy as np

from pipeline.kernels import kernel
from stages.extract.blocks.block import PageBlocks
from stages.extract.blocks.fields import Record, Records
from stages.extract.blocks.phrases import Phrases, count_phrases, found_at, has_phrase, is_digit, is_word, phrases_of
from stages.extract.blocks.titles import title_like
from stages.extract.characters import CAPITAL, code_at, traits, traits_of, width_of
from stages.extract.readings import SENTENCE_ENDS
from stages.extract.text_nodes import is_among

SHORT, OF_RIGHTS = 150, 400  # characters: what may be a label, and a notice of rights
HEAD = 200  # characters of a block in which digits, capitals and dates are counted
LEAST_TITLE = 5  # characters; a block in the title has more
BOILERPLATE = (
    "read more|more|share|tweet|comment|comments|reply|posted|by|log in|login|sign in|sign up|register|subscribe|"
    "newsletter|related|click|home|next|previous|prev|search|print|e-mail|email|follow|menu|back to|top|skip|view|"
    "views|ago|contact|tag|tags|categories|category|filed under|like|likes|add to|download|join|joined|show|hide|"
    "see all|advertisement|sponsored|updated|published|author|editor|permalink|report|edit|quote|member|members|"
    "profile|location|last"
).split("|")
RIGHTS = ("©", "(c)", "copyright", "all rights", "reserved", "privacy", "cookie", "terms of")
BEFORE_PRICE, BEHIND_PRICE = ("$", "€", "£", "¥", "₹"), ("€", "£", "₽", "₴", "zł", "USD", "EUR", "kr")
COUNTS = np.dtype(
    [(name, np.float64) for name in "ended newlines digits commas capitals dated said owned titled priced".split()]
)


class WordingSearch(NamedTuple):
    """What is looked for in the texts of a page: words of menus and of notices of rights, signs of money, its title."""

    menus: Phrases
    rights: Phrases
    before_price: Phrases
    behind_price: Phrases
    ends: np.ndarray
    title: np.ndarray


MENUS, NOTICES, BEFORE, BEHIND = map(phrases_of, (BOILERPLATE, RIGHTS, BEFORE_PRICE, BEHIND_PRICE))
SENTENCES_END = np.array([ord(mark) for mark in SENTENCE_ENDS])


def wording_of(page: PageBlocks, title: str) -> tuple[np.ndarray, int]:
    """What the text of each block says, records of `COUNTS`, and the block that is most like the title, -1 for none."""
    text = np.frombuffer(page.text, np.uint8)
    lower = np.frombuffer(page.text.lower() if page.text.isascii() else page.text.decode().lower().encode(), np.uint8)
    begins = np.concatenate([[0], np.flatnonzero(lower == 0) + 1])
    named = np.frombuffer(title.encode(), np.uint8)
    counts = np.zeros(len(page.rows), COUNTS)
    count_wording(
        text,
        lower,
        begins,
        page.rows,
        traits(),
        WordingSearch(MENUS, NOTICES, BEFORE, BEHIND, SENTENCES_END, named),
        counts,
    )
    words, of_title = np.empty(len(lower) // 2 + 1, np.uint64), np.empty(len(named) // 2 + 1, np.uint64)
    return counts, title_like(lower, begins, page.rows, named, words, of_title)


@kernel
def count_wording(
    text: np.ndarray, lower: np.ndarray, begins: np.ndarray, blocks: Records, table: np.ndarray, wanted: WordingSearch,
    counts: Records,
) -> None:  # fmt: skip
    """Fill `counts`. `begins` says where the text of each block begins in `lower`."""
    for row in range(len(blocks)):
        block, told = blocks[row], counts[row]
        count_characters(text, block.begin, block.end, table, wanted.ends, told)
        start, stop = begins[row], begins[row + 1] - 1
        if block.size < OF_RIGHTS:
            told.owned = has_phrase(lower, start, stop, wanted.rights)
        if block.size < SHORT:
            told.said = count_phrases(lower, start, stop, wanted.menus)
            told.titled = block.size > LEAST_TITLE and stands_in(lower, start, stop, wanted.title)
            told.priced = has_price(text, block.begin, block.end, wanted.before_price, wanted.behind_price)


@kernel
def count_characters(text: np.ndarray, begin: int, end: int, table: np.ndarray, ends: np.ndarray, told: Record) -> None:
    """Digits, capitals and dates at the head of a block, and commas, newlines and the last character of all of it."""
    place, chars, digits, capitals, last = begin, 0, 0, 0, begin
    while place < end and chars < HEAD:
        width = width_of(text[place])
        capitals += traits_of(table, code_at(text, place, width)) & CAPITAL != 0
        digits += is_digit(text[place])
        place, chars = place + width, chars + 1
    told.digits, told.capitals = digits / chars, capitals / chars
    told.dated = digits > 1 and has_date(text, begin, place)
    commas, newlines = 0, 0
    for place in range(begin, end):
        commas += text[place] == 44
        newlines += text[place] == 10
        if text[place] & 0xC0 != 0x80:
            last = place
    told.commas, told.newlines = commas, newlines
    told.ended = is_among(code_at(text, last, end - last), ends)


@kernel
def has_date(text: np.ndarray, begin: int, end: int) -> bool:
    """Whether a text names a year of the last two centuries or a time of day."""
    for place in range(begin, end - 3):
        if not is_digit(text[place]):
            continue
        if text[place + 1] == 58 and is_digit(text[place + 2]) and is_digit(text[place + 3]):  # ":"
            return True
        century = 10 * (text[place] - 48) + text[place + 1] - 48
        if (
            century in (19, 20)
            and is_digit(text[place + 1])
            and is_digit(text[place + 2])
            and is_digit(text[place + 3])
            and (place == begin or not is_word(text[place - 1]))
            and (place + 4 == end or not is_word(text[place + 4]))
        ):
            return True
    return False


@kernel
def stands_in(text: np.ndarray, begin: int, end: int, title: np.ndarray) -> bool:
    """Whether a text stands in the title."""
    for start in range(len(title) - (end - begin) + 1):
        place = begin
        while place < end and text[place] == title[start + place - begin]:
            place += 1
        if place == end:
            return True
    return False


@kernel
def has_price(text: np.ndarray, begin: int, end: int, before: Phrases, behind: Phrases) -> bool:
    """Whether a digit stands right before or behind a sign of money, with a blank between them or without."""
    for place in range(begin, end):
        at = found_at(text, place, before)
        if at and is_digit(text[at + is_blank(text[at])]):
            return True
        if is_digit(text[place]):
            start = place + 1 + is_blank(text[place + 1])
            at = found_at(text, start, behind)
            if at and (text[start] != 107 or not is_word(text[at])):  # "kr" ends a word
                return True
    return False


@kernel
def is_blank(byte: int) -> int:
    """1 for a blank of ASCII, 0 for another byte."""
    return 1 if byte == 32 or 9 <= byte <= 13 else 0
