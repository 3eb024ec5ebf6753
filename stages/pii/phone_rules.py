"""Whether a run of digits is written as phone numbers are, and as nothing else is.

Most runs of digits on the web are dates, times, prices, versions, books, orders and tables. Without a word that calls
it a phone, a number counts as one when it has a plus sign, a bracketed area code, a trunk prefix with groups, or the
North American 3-3-4. All expressions but `_phone_shape`, which is searched in a whole chain, see one number.
"""

import re

from stages.pii import context, recognizers
from stages.pii.phone import BETWEEN_DIGITS, MIN_DIGITS

MAX_CHAIN = 80  # characters: a longer chain of digits, with no word in it, is a table

_digit = re.compile(r"\d")
_chain_left, _chain_right = re.compile(rf"(?:\d{BETWEEN_DIGITS})*$"), re.compile(rf"(?:{BETWEEN_DIGITS}\d)*")
_extension = re.compile(r"(?i)\s*(?:[;,#]|e?xt|x(?=\s?\d{1,6}$)|int|доб|anexo)")
_url = re.compile(r"(?i)https?:|www\.|//|\.[a-z]{2,5}/|/.*/|[&=_%]")
_YEAR, _DAY = r"(?:1[5-9]|20)\d\d", r"[0-3]?\d"
_date = re.compile(
    rf"{_YEAR}\s?[-./ ]\s?[01]?\d\s?[-./ ]\s?{_DAY}(?!\d)|{_DAY}[-./ ]{_DAY}[-./ ]{_YEAR}(?!\d)|"
    rf"{_DAY}[-./]{_DAY}[-./]\d\d(?:\.?\s|$)|"
    rf"{_YEAR}\s?[-–—/ ]\s?{_YEAR}(?!\d)|{_YEAR}[01]\d[0-3]\d\d{{0,6}}$"
)
_moment = re.compile(rf"(?:{_date.pattern})(?:[ ~-]+[0-2]?\d)?")
_times = re.compile(r"(?<!\d)[0-2]?\d[.:h][0-5]\d\s?[-–—]?\s?[0-2]?\d[.:h][0-5]\d(?!\d)")
_zip = re.compile(r"\d{5}-\d{4}$")
_isbn = re.compile(r"97[89][- ]?[\d -]{9,13}[\dXx]$")
_thousands = re.compile(r"\d{1,3}(?:([ .\xa0])\d{3})(?:\1\d{3})*$")
_marked = re.compile("[(.-]")
_trunk = re.compile(r"\(?0\d")
_bracketed = re.compile(r"\(0?\d{1,4}\)\s?\d{2,8}(?:[-. ]{1,3}\d{2,5}){0,3}$")
_phone_shape = re.compile(r"[+(\[]|(?<!\d)0\d|(?<!\d)\d{3}[-. ]\d{3}[-. ]\d{4}(?!\d)|(?<!\d)8[- ]?\d{3,5}[- ]")
_coordinates = re.compile(r"[+-]?\d{1,3}\.\d{3,}[,;\s]+[+-]?\d{1,3}\.\d{3,}$")  # latitude and longitude
_version = re.compile(r"\d{1,4}\.0\.\d+\.\d+$")
_model_and_year = re.compile(r"\d{1,4}\s\((?:19|20)\d\d\)?$")  # "Nokia 3210 (2024)"
_fraction = re.compile(r"\d{1,3}\.\d{7,}$")
_not_phones = (_zip, _date, _coordinates, _version, _model_and_year, _fraction)
_clock = re.compile(r"\d:\n|\n:\d")  # what stands beside a number that holds the hour or the minutes of a time
_zip_before = re.compile(
    r"(?!00)\d{4,5}(?:[.,;]?\s+|\s-\s)(?=\(\d{3}\)\s?\d{3}|1[-.]\d{3}[-.]\d|\d{3}([-.])\d{3}\1\d{4})"
)  # the postal code at the end of the address before
_country_code = re.compile(r"(?<![\w+])(?:\(\s?)?\+\s?\(?(?:\d{1,3}[-.) ]{1,2})?$")
_dialled_extension = re.compile(r"(?i),?\s?(?:x|ext(?:ension)?)[.:]{0,2}\s?\d{1,6}(?!\w)")
_open_bracket = re.compile(r"\(\s?$")


def is_phone(text: str, start: int, end: int) -> bool:
    """Whether a number is called a phone number, or is written as one, and as nothing else."""
    written = text[start:end]
    if recognizers.is_vanity_number(written):
        return not in_url(text, start, end)
    digits = _digits_in(_extension.split(written)[0])
    american = recognizers.is_north_american(written)
    if digits < MIN_DIGITS or _is_something_else(text, start, end, american):
        return False
    if context.has_phone_label(text, start, end):
        return True
    if in_url(text, start, end) or touches_letter(text, start, end, american):
        return False
    if digits > MIN_DIGITS and _balanced(written) and context.has_call_verb(text, start, end):
        return True
    if written.lstrip("([ ")[0] == "+":
        return sum(len(group) == 1 for group in re.findall(r"\d+", written)) < 3  # "+ 1 0 - 114514 1" is a formula
    return digits > MIN_DIGITS and _has_phone_shape(written, digits) and not _isbn.match(written)


def _is_something_else(text: str, start: int, end: int, american: bool) -> bool:
    """Whether it is a date, a time, a part of a longer number or a table, or is called another number."""
    written = text[start:end]
    if any(other.match(written) for other in _not_phones) or _times.search(written):
        return True
    if _clock.search(text[max(0, start - 2) : start] + "\n" + text[end : end + 2]):
        return True
    if joined_to_digits(text, start, end, ".") or context.has_other_context(text, start):
        return True
    in_a_list = american and _marked.search(written)
    return not in_a_list and in_table(text, start + _digit.search(written).start())  # type: ignore[union-attr]


def touches_letter(text: str, start: int, end: int, american: bool) -> bool:
    """Whether a letter touches it: but for Chinese, and a whole word that lost its space ("free800-555-0187")."""
    before, after = text[max(0, start - 3) : start], text[end : end + 3]
    if american:
        return (_latin(before[-1:]) and not before.isalpha()) or (_latin(after[:1]) and not after.isalpha())
    return _latin(before[-1:]) or (_latin(after[:1]) and "+" not in text[start : start + 2])


def full_span(text: str, start: int, end: int) -> tuple[int, int]:
    """The number with its plus sign, country code, brackets and extension, and without a postal code before it."""
    if extension := _dialled_extension.match(text, end, end + 20):
        end = extension.end()
    if zipped := _zip_before.match(text, start, end):
        start = zipped.end()
    elif before := _country_code.search(text[max(0, start - 9) : start]):
        start -= len(before[0])
    opened, closed = text.count("(", start, end), text.count(")", start, end)
    if closed > opened and (bracket := _open_bracket.search(text[max(0, start - 2) : start])):
        return start - len(bracket[0]), end
    if opened > closed and text[start] == "(":
        return start + 1, end
    return start, end + (opened > closed and text[end : end + 1] == ")")


def is_plausible(text: str, start: int, end: int) -> bool:
    """Whether any part of a chain of digits could be a phone by `is_phone`; spares presidio most dates and tables."""
    if in_table(text, start):
        return False
    lead, chain = text[max(0, start - 4) : start], text[start:end]
    plus = "+" in lead
    if _moment.fullmatch(chain) and not plus:
        return False
    digits = _digits_in(chain)
    if plus or (MIN_DIGITS < digits < end - start and _phone_shape.search(lead + chain)):
        return True
    return context.has_phone_context(text, start - len(lead) + len(lead.rstrip("([")), end, digits)


def in_table(text: str, at: int) -> bool:
    """Whether the chain of digits around the digit at this place is longer than `MAX_CHAIN`."""
    left, right = text[max(0, at - MAX_CHAIN) : at], text[at + 1 : at + 1 + MAX_CHAIN]
    return len(_chain_left.search(left)[0]) + 1 + len(_chain_right.match(right)[0]) > MAX_CHAIN  # type: ignore[index]


def joined_to_digits(text: str, start: int, end: int, marks: str) -> bool:
    """Whether a digit touches it, or one of the marks joins it to a letter or digit before, or to a digit behind."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if before[-1:].isdigit() or after[:1].isdigit():
        return True
    joined = len(before) == 2 and before[1] in marks and before[0].isalnum() and text[start].isalnum()
    return joined or (len(after) == 2 and after[0] in marks and after[1].isdigit())


def in_url(text: str, start: int, end: int) -> bool:
    """Whether the word around it, without itself, has the marks of an address on the web."""
    left, right = text[max(0, start - 64) : start], text[end : end + 64]
    return bool(_url.search(re.split(r"\s", left)[-1] + " " + re.split(r"\s", right)[0]))


def _has_phone_shape(written: str, digits: int) -> bool:
    if recognizers.is_russian(written):
        return True
    if not _balanced(written):
        written = written.lstrip("([")
    if _bracketed.match(written):
        return True
    groups = re.findall(r"\d+", written)
    if len(groups) == 1 or len(groups) > 6 or sum(len(group) == 1 for group in groups) > 1:
        return False
    if _thousands.match(written) or not _balanced(written):
        return False
    return recognizers.is_north_american(written) or (digits > 8 and _trunk.match(written) is not None)


def _balanced(written: str) -> bool:
    return written.count("(") == written.count(")")


def _latin(letter: str) -> bool:
    """Whether it is a letter of a script with spaces between its words."""
    return letter.isalpha() and letter < "\u0e00"


def _digits_in(written: str) -> int:
    return sum(c.isdigit() for c in written)
