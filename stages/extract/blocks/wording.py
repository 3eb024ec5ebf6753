"""What the text of each block says, counted by compiled loops: words of menus and notices, dates, prices, the title.

`text` holds all blocks of a page in UTF-8, `lower` the same in lower case, a NUL behind each block.
"""

from collections.abc import Sequence

import numpy as np

from dedup.kernels import kernel
from stages.extract.blocks.block import PageBlocks
from stages.extract.blocks.fields import BEGINS, CHARS, ENDS, KIND, LEVEL, OF_HEADING, OF_TEXT, SIZE
from stages.extract.characters import CAPITAL, code_at, size_of, traits, traits_of
from stages.extract.readings import SENTENCE_ENDS

SHORT, OF_RIGHTS, OF_TITLE = 150, 400, 200  # characters: what may be a label, a notice of rights, the page's title
HEAD = 200  # characters of a block in which digits, capitals and dates are counted
LEAST_TITLE = 5  # characters; a block in the title has more
BOILERPLATE = (
    "read more|more|share|tweet|comment|comments|reply|posted|by|log in|login|sign in|sign up|register|subscribe|"
    "newsletter|related|click|home|next|previous|prev|search|print|e-mail|email|follow|menu|back to|top|skip|view|views|"
    "ago|contact|tag|tags|categories|category|filed under|like|likes|add to|download|join|joined|show|hide|see all|"
    "advertisement|sponsored|updated|published|author|editor|permalink|report|edit|quote|member|members|profile|"
    "location|last"
).split("|")
RIGHTS = ("©", "(c)", "copyright", "all rights", "reserved", "privacy", "cookie", "terms of")
BEFORE_PRICE, BEHIND_PRICE = ("$", "€", "£", "¥", "₹"), ("€", "£", "₽", "₴", "zł", "USD", "EUR", "kr")
ENDED, NEWLINES, DIGITS, COMMAS, CAPITALS, DATED, SAID, OWNED, TITLED, PRICED, COUNTS = range(11)
FNV, PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)


def phrases(some: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Phrases in UTF-8, a NUL behind each, and where those that begin with each byte begin, in the order of bytes."""
    encoded = sorted((phrase.encode() for phrase in some), key=lambda phrase: phrase[0])
    begins = np.searchsorted([phrase[0] for phrase in encoded], np.arange(257))
    places = np.cumsum([0, *(len(phrase) + 1 for phrase in encoded)])
    return np.frombuffer(b"".join(phrase + b"\0" for phrase in encoded), np.uint8), places[begins]


WORDS_OF_MENUS, WORDS_OF_RIGHTS = phrases(BOILERPLATE), phrases(RIGHTS)
MONEY_BEFORE, MONEY_BEHIND = phrases(BEFORE_PRICE), phrases(BEHIND_PRICE)
SENTENCES_END = np.array([ord(mark) for mark in SENTENCE_ENDS])


def counted(page: PageBlocks, title: str) -> tuple[np.ndarray, int]:
    """Counts of each block, float64, with the columns above, and the block that is most like the title, -1 for none."""
    text = np.frombuffer(page.text, np.uint8)
    lower = np.frombuffer(page.text.lower() if page.text.isascii() else page.text.decode().lower().encode(), np.uint8)
    begins = np.concatenate([[0], np.flatnonzero(lower == 0) + 1])
    named = np.frombuffer(title.encode(), np.uint8)
    counts = np.zeros((len(page.rows), COUNTS))
    count_words(text, lower, begins, page.rows, traits(), SENTENCES_END, *WORDS_OF_MENUS, *WORDS_OF_RIGHTS,
                *MONEY_BEFORE, *MONEY_BEHIND, named, counts)  # fmt: skip
    words, of_title = np.empty(len(lower) // 2 + 1, np.uint64), np.empty(len(named) // 2 + 1, np.uint64)
    return counts, title_like(lower, begins, page.rows, named, words, of_title)


def text_hashes(page: PageBlocks) -> np.ndarray:
    """A hash of each block's text."""
    hashes = np.empty(len(page.rows), np.uint64)
    hash_texts(np.frombuffer(page.text, np.uint8), page.rows, hashes)
    return hashes


@kernel
def hash_texts(text: np.ndarray, rows: np.ndarray, hashes: np.ndarray) -> None:
    """Fill `hashes`."""
    for row in range(len(rows)):
        hashes[row] = FNV
        for place in range(rows[row, BEGINS], rows[row, ENDS]):
            hashes[row] = (hashes[row] ^ np.uint64(text[place])) * PRIME


@kernel
def found_at(text: np.ndarray, place: int, bytes: np.ndarray, begins: np.ndarray) -> int:
    """Behind the first phrase that stands at a place, 0 for none."""
    first = text[place]
    phrase = begins[first]
    while phrase < begins[first + 1]:
        at = place
        while bytes[phrase] and text[at] == bytes[phrase]:
            at, phrase = at + 1, phrase + 1
        if not bytes[phrase]:
            return at
        while bytes[phrase]:
            phrase += 1
        phrase += 1
    return 0


@kernel
def is_word(byte: int) -> bool:
    """Whether a byte is a letter of ASCII, a digit or an underscore."""
    return 97 <= byte <= 122 or 65 <= byte <= 90 or 48 <= byte <= 57 or byte == 95


@kernel
def is_digit(byte: int) -> bool:
    """Whether a byte is a digit."""
    return 48 <= byte <= 57


@kernel
def count_words(
    text: np.ndarray, lower: np.ndarray, begins: np.ndarray, blocks: np.ndarray, table: np.ndarray, ends: np.ndarray,
    boilerplate: np.ndarray, of_boilerplate: np.ndarray, rights: np.ndarray, of_rights: np.ndarray, before: np.ndarray,
    of_before: np.ndarray, behind: np.ndarray, of_behind: np.ndarray, title: np.ndarray, counts: np.ndarray,
) -> None:  # fmt: skip
    """Fill `counts`, a row for each block. `begins` says where its text begins in `lower`."""
    for row in range(len(blocks)):
        block, told = blocks[row], counts[row]
        begin, end, size = block[BEGINS], block[ENDS], block[SIZE]
        count_characters(text, begin, end, table, ends, told)
        start, stop = begins[row], begins[row + 1] - 1
        if size < OF_RIGHTS:
            told[OWNED] = has_phrase(lower, start, stop, rights, of_rights)
        if size < SHORT:
            told[SAID] = count_phrases(lower, start, stop, boilerplate, of_boilerplate)
            told[TITLED] = size > LEAST_TITLE and stands_in(lower, start, stop, title)
            told[PRICED] = has_price(text, begin, end, before, of_before, behind, of_behind)


@kernel
def count_characters(
    text: np.ndarray, begin: int, end: int, table: np.ndarray, ends: np.ndarray, told: np.ndarray
) -> None:
    """Digits, capitals and dates at the head of a block, and commas, newlines and the last character of all of it."""
    place, chars, digits, capitals, last = begin, 0, 0, 0, begin
    while place < end and chars < HEAD:
        width = size_of(text[place])
        capitals += traits_of(table, code_at(text, place, width)) & CAPITAL != 0
        digits += is_digit(text[place])
        place, chars = place + width, chars + 1
    told[DIGITS], told[CAPITALS] = digits / chars, capitals / chars
    told[DATED] = digits > 1 and has_date(text, begin, place)
    commas, newlines = 0, 0
    for place in range(begin, end):
        commas += text[place] == 44
        newlines += text[place] == 10
        if text[place] & 0xC0 != 0x80:
            last = place
    told[COMMAS], told[NEWLINES] = commas, newlines
    told[ENDED] = (ends == code_at(text, last, end - last)).any()


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
            (century == 19 or century == 20)
            and is_digit(text[place + 2])
            and is_digit(text[place + 3])
            and (place == begin or not is_word(text[place - 1]))
            and (place + 4 == end or not is_word(text[place + 4]))
        ):
            return True
    return False


@kernel
def has_phrase(text: np.ndarray, begin: int, end: int, bytes: np.ndarray, begins: np.ndarray) -> bool:
    """Whether one of some phrases stands in a text."""
    for place in range(begin, end):
        if found_at(text, place, bytes, begins):
            return True
    return False


@kernel
def count_phrases(text: np.ndarray, begin: int, end: int, bytes: np.ndarray, begins: np.ndarray) -> int:
    """How often phrases of whole words stand in a text. None of them begins another one."""
    count, place, inside = 0, begin, False
    while place < end:
        behind = 0 if inside else found_words(text, place, bytes, begins)
        if behind:
            count, place, inside = count + 1, behind, True
        else:
            inside, place = is_word(text[place]), place + 1
    return count


@kernel
def found_words(text: np.ndarray, place: int, bytes: np.ndarray, begins: np.ndarray) -> int:
    """Behind the phrase of whole words that stands at a place, 0 for none."""
    first = text[place]
    phrase = begins[first]
    while phrase < begins[first + 1]:
        at = place
        while bytes[phrase] and text[at] == bytes[phrase]:
            at, phrase = at + 1, phrase + 1
        if not bytes[phrase] and not is_word(text[at]):
            return at
        while bytes[phrase]:
            phrase += 1
        phrase += 1
    return 0


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
def has_price(
    text: np.ndarray, begin: int, end: int, before: np.ndarray, of_before: np.ndarray, behind: np.ndarray,
    of_behind: np.ndarray,
) -> bool:  # fmt: skip
    """Whether a digit stands right before or behind a sign of money, with a blank between them or without."""
    for place in range(begin, end):
        at = found_at(text, place, before, of_before)
        if at and is_digit(text[at + is_blank(text[at])]):
            return True
        if is_digit(text[place]):
            start = place + 1 + is_blank(text[place + 1])
            at = found_at(text, start, behind, of_behind)
            if at and (text[start] != 107 or not is_word(text[at])):  # "kr" ends a word
                return True
    return False


@kernel
def is_blank(byte: int) -> int:
    """1 for a blank of ASCII, 0 for another byte."""
    return 1 if byte == 32 or 9 <= byte <= 13 else 0


@kernel
def title_like(
    lower: np.ndarray, begins: np.ndarray, blocks: np.ndarray, title: np.ndarray, words: np.ndarray, of_title: np.ndarray
) -> int:  # fmt: skip
    """The block that is most like the page's title, or its first heading of the first level; -1 for none."""
    wanted = distinct_words(title, 0, len(title), of_title)
    best, found = 0.25, -1
    for row in range(len(blocks)):
        is_heading = blocks[row, KIND] == OF_HEADING
        if is_heading or (blocks[row, CHARS] < OF_TITLE and blocks[row, KIND] == OF_TEXT and wanted):
            own = distinct_words(lower, begins[row], begins[row + 1] - 1, words)
            both = count_common(words[:own], of_title[:wanted])
            score = both * both / (own * wanted) if both else 0.0
            score += 0.3 * (is_heading and blocks[row, LEVEL] == 1)
            if score > best:
                best, found = score, row
    return found


@kernel
def distinct_words(text: np.ndarray, begin: int, end: int, words: np.ndarray) -> int:
    """Write the words of a text as hashes, in order and each once; how many there are."""
    count, place = 0, begin
    while place < end:
        value = FNV
        while place < end and text[place] != 32 and text[place] != 10:
            value = (value ^ np.uint64(text[place])) * PRIME
            place += 1
        if value != FNV:
            words[count] = value
            count += 1
        place += 1
    words[:count].sort()
    different = 0
    for word in range(count):
        if not different or words[word] != words[different - 1]:
            words[different] = words[word]
            different += 1
    return different


@kernel
def count_common(some: np.ndarray, others: np.ndarray) -> int:
    """How many numbers stand in both of two sorted arrays."""
    count, place = 0, 0
    for value in some:
        while place < len(others) and others[place] < value:
            place += 1
        count += place < len(others) and others[place] == value
    return count
