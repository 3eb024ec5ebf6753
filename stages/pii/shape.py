"""Whether a run of digits is written as phone numbers are, and as nothing else is.

Most runs of digits on the web are dates, times, prices, versions, books, orders and tables. Without a word that calls
it a phone, a number counts as one when it has a plus sign, a bracketed area code, a trunk prefix with groups, or the
North American 3-3-4. All expressions but `SHAPE`, which looks at up to 84 characters, see one number.
"""

import re

from stages.pii import context, own
from stages.pii.phone import BETWEEN, FEWEST

TABLE = 80  # characters: a longer chain of digits, with no word in it, is a table

DIGIT = re.compile(r"\d")
LEFT, RIGHT = re.compile(rf"(?:\d{BETWEEN})*$"), re.compile(rf"(?:{BETWEEN}\d)*")
EXTENSION = re.compile(r"(?i)\s*(?:[;,#]|e?xt|x(?=\s?\d{1,6}$)|int|доб|anexo)")
URL = re.compile(r"(?i)https?:|www\.|//|\.[a-z]{2,5}/|/.*/|[&=_%]")
YEAR, DAY = r"(?:1[5-9]|20)\d\d", r"[0-3]?\d"
DATE = re.compile(
    rf"{YEAR}\s?[-./ ]\s?[01]?\d\s?[-./ ]\s?{DAY}(?!\d)|{DAY}[-./ ]{DAY}[-./ ]{YEAR}(?!\d)|"
    rf"{DAY}[-./]{DAY}[-./]\d\d(?:\.?\s|$)|"
    rf"{YEAR}\s?[-–—/ ]\s?{YEAR}(?!\d)|{YEAR}[01]\d[0-3]\d\d{{0,6}}$"
)
MOMENT = re.compile(rf"(?:{DATE.pattern})(?:[ ~-]+[0-2]?\d)?")
TIMES = re.compile(r"(?<!\d)[0-2]?\d[.:h][0-5]\d\s?[-–—]?\s?[0-2]?\d[.:h][0-5]\d(?!\d)")
ZIP = re.compile(r"\d{5}-\d{4}$")
BOOK = re.compile(r"97[89][- ]?[\d -]{9,13}[\dXx]$")
THOUSANDS = re.compile(r"\d{1,3}(?:([ .\xa0])\d{3})(?:\1\d{3})*$")
MARKED = re.compile("[(.-]")
TRUNK = re.compile(r"\(?0\d")
BRACKETED = re.compile(r"\(0?\d{1,4}\)\s?\d{2,8}(?:[-. ]{1,3}\d{2,5}){0,3}$")
SHAPE = re.compile(r"[+(\[]|(?<!\d)0\d|(?<!\d)\d{3}[-. ]\d{3}[-. ]\d{4}(?!\d)|(?<!\d)8[- ]?\d{3,5}[- ]")
PLACE = re.compile(r"[+-]?\d{1,3}\.\d{3,}[,;\s]+[+-]?\d{1,3}\.\d{3,}$")  # latitude and longitude
VERSION = re.compile(r"\d{1,4}\.0\.\d+\.\d+$")
ISSUED = re.compile(r"\d{1,4}\s\((?:19|20)\d\d\)?$")  # "Nokia 3210 (2024)"
FRACTION = re.compile(r"\d{1,3}\.\d{7,}$")
OTHERS = (ZIP, DATE, PLACE, VERSION, ISSUED, FRACTION)
CLOCK = re.compile(r"\d:\n|\n:\d")  # what stands beside a number that holds the hour or the minutes of a time
ZIPPED = re.compile(
    r"(?!00)\d{4,5}(?:[.,;]?\s+|\s-\s)(?=\(\d{3}\)\s?\d{3}|1[-.]\d{3}[-.]\d|\d{3}([-.])\d{3}\1\d{4})"
)  # the postal code at the end of the address before
COUNTRY = re.compile(r"(?<![\w+])(?:\(\s?)?\+\s?\(?(?:\d{1,3}[-.) ]{1,2})?$")
DIALLED = re.compile(r"(?i),?\s?(?:x|ext(?:ension)?)[.:]{0,2}\s?\d{1,6}(?!\w)")
BRACKET = re.compile(r"\(\s?$")


def is_phone(text: str, start: int, end: int) -> bool:
    """A number that is said to be a phone, or that is written as one."""
    written = text[start:end]
    if own.is_spelt(written):
        return not in_url(text, start, end)
    digits = _count(EXTENSION.split(written)[0])
    if digits < FEWEST or any(other.match(written) for other in OTHERS) or TIMES.search(written):
        return False
    timed = CLOCK.search(text[max(0, start - 2) : start] + "\n" + text[end : end + 2])
    if timed or glued(text, start, end, ".") or context.said_to_be_other(text, start):
        return False
    american = own.is_american(written)
    listed = american and MARKED.search(written)
    if not listed and in_table(text, start + DIGIT.search(written).start()):  # type: ignore[union-attr]
        return False
    if context.labelled(text, start, end):
        return True
    if in_url(text, start, end) or stuck(text, start, end, american):
        return False
    if digits > FEWEST and _balanced(written) and context.asked_for(text, start, end):
        return True
    if written.lstrip("([ ")[0] == "+":
        return sum(len(group) == 1 for group in re.findall(r"\d+", written)) < 3  # "+ 1 0 - 114514 1" is a formula
    return digits > FEWEST and _shaped(written, digits) and not BOOK.match(written)


def stuck(text: str, start: int, end: int, american: bool) -> bool:
    """A letter touches it, and is not of a whole word that lost its blank ("Toll free800-555-0187") or of Chinese."""
    before, after = text[max(0, start - 3) : start], text[end : end + 3]
    if american:
        return (_latin(before[-1:]) and not before.isalpha()) or (_latin(after[:1]) and not after.isalpha())
    return _latin(before[-1:]) or (_latin(after[:1]) and "+" not in text[start : start + 2])


def whole(text: str, start: int, end: int) -> tuple[int, int]:
    """With its plus sign, country code, brackets and extension; without the postal code before it."""
    if extension := DIALLED.match(text, end, end + 20):
        end = extension.end()
    if zipped := ZIPPED.match(text, start, end):
        start = zipped.end()
    elif before := COUNTRY.search(text[max(0, start - 9) : start]):
        start -= len(before[0])
    opened, closed = text.count("(", start, end), text.count(")", start, end)
    if closed > opened and (bracket := BRACKET.search(text[max(0, start - 2) : start])):
        return start - len(bracket[0]), end
    if opened > closed and text[start] == "(":
        return start + 1, end
    return start, end + (opened > closed and text[end : end + 1] == ")")


def worth(text: str, start: int, end: int) -> bool:
    """Whether any part of this chain of digits could be a phone by `is_phone`: spares presidio dates and tables."""
    if in_table(text, start):
        return False
    lead, chain = text[max(0, start - 4) : start], text[start:end]
    plus = "+" in lead
    if MOMENT.fullmatch(chain) and not plus:
        return False
    digits = _count(chain)
    if plus or (FEWEST < digits < end - start and SHAPE.search(lead + chain)):
        return True
    return context.said_to_be_phone(text, start - len(lead) + len(lead.rstrip("([")), end, digits)


def in_table(text: str, at: int) -> bool:
    """Whether the chain of digits around the one at this place is longer than `TABLE`."""
    left, right = text[max(0, at - TABLE) : at], text[at + 1 : at + 1 + TABLE]
    return len(LEFT.search(left)[0]) + 1 + len(RIGHT.match(right)[0]) > TABLE  # type: ignore[index]


def glued(text: str, start: int, end: int, marks: str) -> bool:
    """A digit touches it, or one of the marks joins it to a letter or digit before or to a digit behind."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if before[-1:].isdigit() or after[:1].isdigit():
        return True
    joined = len(before) == 2 and before[1] in marks and before[0].isalnum() and text[start].isalnum()
    return joined or (len(after) == 2 and after[0] in marks and after[1].isdigit())


def in_url(text: str, start: int, end: int) -> bool:
    """The word around it, without itself, has the marks of an address on the web."""
    left, right = text[max(0, start - 64) : start], text[end : end + 64]
    return bool(URL.search(re.split(r"\s", left)[-1] + " " + re.split(r"\s", right)[0]))


def _shaped(written: str, digits: int) -> bool:
    if own.is_russian(written):
        return True
    if not _balanced(written):
        written = written.lstrip("([")
    if BRACKETED.match(written):
        return True
    groups = re.findall(r"\d+", written)
    if len(groups) == 1 or len(groups) > 6 or sum(len(group) == 1 for group in groups) > 1:
        return False
    if THOUSANDS.match(written) or not _balanced(written):
        return False
    return own.is_american(written) or (digits > 8 and TRUNK.match(written) is not None)


def _balanced(written: str) -> bool:
    return written.count("(") == written.count(")")


def _latin(letter: str) -> bool:
    """A letter of a script that puts blanks between its words."""
    return letter.isalpha() and letter < "\u0e00"


def _count(written: str) -> int:
    return sum(c.isdigit() for c in written)
