"""presidio's phone recognizer for several regions, run on the chains of digits of a text only."""

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import re2
from phonenumbers import PhoneMetadata, PhoneNumberMatcher

from pipeline.errors import UsageError

REGIONS = ("US", "GB", "DE", "FR", "ES", "IT", "NL", "BE", "AT", "CH", "PL", "SE", "IN", "BR", "AU")
MIN_DIGITS = 6  # of a phone number that is not an emergency or a service
LENIENCY = 1  # valid for its region: presidio's default
EXTENSION_REACH = 48  # an extension ("ext. 123") stands at most so many characters behind its number
LOOKAHEAD = 4  # characters behind a chain that decide: a letter, a currency sign, the minutes of a time
LOOKBEHIND = 10  # characters before a chain that may belong to it: brackets, a plus sign, and what is between
LONGEST_CHAIN = 2000  # characters; a longer chain is read in pieces

# What phonenumbers takes as punctuation inside a number, at most four characters in a row.
BETWEEN_DIGITS = (
    "[-x\u2010-\u2015\u2212\u30fc\uff0d-\uff0f \xa0\xad\u200b\u2060\u3000"
    r"()\[\]"
    "\uff08\uff09\uff3b\uff3d./~\u2053\u223c\uff5e]{0,4}"
)
_extension = re.compile(r"(?i)[\s,;]*(?:;ext=|[eｅ]?[xｘ][tｔ]\w{0,7}|[xｘ#＃~～]|int|ｉｎｔ|доб|anexo)[:.．]?[\s,-]*")


def phone_matches(text: str, regions: tuple[str, ...], chains: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Where presidio's phone recognizer finds numbers of these regions in chains of digits; some of them twice."""
    for start, end in chains:
        yield from _in_chain(text, start, end, regions)


def _in_chain(text: str, start: int, end: int, regions: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """The numbers that begin before the end of a chain of digits and end after its start."""
    left, extended = max(0, start - LOOKBEHIND), _extension.match(text, end)
    piece = text[left : end + (EXTENSION_REACH if extended else LOOKAHEAD)]
    for region in regions:
        for match in PhoneNumberMatcher(piece, region, leniency=LENIENCY):
            first, last = left + match.start, left + match.end
            if first >= end:
                break
            if last > start:
                yield first, last
            if first <= start and last == end and not extended:
                return  # what other regions see in it lies inside this


@functools.cache
def phone_recognizer(regions: tuple[str, ...] = REGIONS) -> Any:
    """Presidio's phone recognizer as it is, for these regions."""
    from presidio_analyzer.predefined_recognizers import PhoneRecognizer

    return PhoneRecognizer(supported_regions=regions, leniency=LENIENCY)


def check_regions(regions: Sequence[str]) -> None:
    """Raise UsageError when a region is not known."""
    for region in regions:
        if PhoneMetadata.metadata_for_region(region) is None:
            raise UsageError(f"phone region {region!r} is not known: take two-letter codes such as US, GB, DE")


def digit_chains(text: str, min_digits: int) -> Iterator[tuple[int, int]]:
    """Runs of at least `min_digits` digits with at most four marks between two; a number and its extension are one."""
    last: tuple[int, int] | None = None
    for match in _digit_chain(min_digits).finditer(text):
        start, end = match.span()
        if last and _continues(text, last, start, end):
            last = (last[0], end)
        else:
            if last:
                yield from _pieces(text, *last)
            last = (start, end)
    if last:
        yield from _pieces(text, *last)


def _continues(text: str, last: tuple[int, int], start: int, end: int) -> bool:
    """Whether only the word for an extension stands between the last chain and this one."""
    near = start - last[1] < EXTENSION_REACH and end - last[0] < LONGEST_CHAIN
    return near and _extension.fullmatch(text, last[1], start) is not None


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A chain in pieces of at most `LONGEST_CHAIN` characters, cut at a space where there is one."""
    while end - start > LONGEST_CHAIN:
        middle = start + LONGEST_CHAIN // 2
        cut = max(text.rfind(" ", middle, start + LONGEST_CHAIN * 3 // 4), middle)
        yield start, cut
        start = cut
    yield start, end


def digit_chain(min_digits: int) -> str:
    """The expression of a run of at least so many digits."""
    return rf"\p{{Nd}}(?:{BETWEEN_DIGITS}\p{{Nd}}){{{min_digits - 1},}}"


@functools.cache
def _digit_chain(min_digits: int) -> Any:
    return re2.compile(digit_chain(min_digits))
