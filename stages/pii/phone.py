"""presidio's phone recogniser for several regions, on the few chains of digits that can be a number of a region."""

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import re2
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumberMatcher

from pipeline.errors import UsageError

REGIONS = ("US", "GB", "DE", "FR", "ES", "IT", "NL", "BE", "AT", "CH", "PL", "SE", "IN", "BR", "AU")
FEWEST = 6  # digits of a phone number that is not an emergency or a service
LENIENCY = 1  # valid for its region, the default of presidio
REACH = 48  # an extension ("ext. 123") lies at most this far behind its number, a bracket at most so far before it
AFTER = 4  # as much of what follows as decides: a letter, a currency sign, the minutes of a time
LEAD = 10  # brackets and plus signs before the first digit, with what may stand between
LONGEST = 2000  # a longer chain of digits is read in pieces of this length

# What phonenumbers takes as punctuation inside a number, at most four in a row.
BETWEEN = (
    "[-x\u2010-\u2015\u2212\u30fc\uff0d-\uff0f \xa0\xad\u200b\u2060\u3000"
    r"()\[\]"
    "\uff08\uff09\uff3b\uff3d./~\u2053\u223c\uff5e]{0,4}"
)
EXTENSION = re.compile(r"(?i)[\s,;]*(?:;ext=|[eｅ]?[xｘ][tｔ]\w{0,7}|[xｘ#＃~～]|int|ｉｎｔ|доб|anexo)[:.．]?[\s,-]*")
PLUS = re.compile(r"[+＋]\W*$")
BLOCK = re.compile("[0-9]{20}")  # phonenumbers cuts longer blocks anywhere
TYPES = ("fixed_line mobile toll_free premium_rate shared_cost personal_number voip pager uan voicemail").split()


def hits(
    text: str, regions: tuple[str, ...], chains: Iterable[tuple[int, int]] | None = None
) -> Iterator[tuple[int, int]]:
    """Where presidio's phone recogniser finds numbers of these regions: (start, end), with repetitions."""
    for start, end in digit_chains(text, _fewest(regions)) if chains is None else chains:
        yield from in_chain(text, start, end, regions)


def in_chain(text: str, start: int, end: int, regions: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """The numbers that begin before the end of a chain of digits and end after its start."""
    left, extended = max(0, start - LEAD), EXTENSION.match(text, end)
    piece = text[left : end + (REACH if extended else AFTER)]
    for region in possible(text[left:start], text[start:end], regions):
        for match in PhoneNumberMatcher(piece, region, leniency=LENIENCY):
            first, last = left + match.start, left + match.end
            if first >= end:
                break
            if last > start:
                yield first, last
            if first <= start and last == end and not extended:
                return  # what other regions see in it lies inside this


@functools.cache
def recogniser(regions: tuple[str, ...] = REGIONS) -> Any:
    """presidio's phone recogniser as it is, for these regions."""
    from presidio_analyzer.predefined_recognizers import PhoneRecognizer

    return PhoneRecognizer(supported_regions=regions, leniency=LENIENCY)


def check(regions: Sequence[str]) -> None:
    """Raise UsageError when a region is not known."""
    for region in regions:
        _metadata(region)


def digit_chains(text: str, fewest: int) -> Iterator[tuple[int, int]]:
    """Runs of at least `fewest` digits with at most four marks between two; one with its extension is one."""
    last: tuple[int, int] | None = None
    for match in _chain(fewest).finditer(text):
        start, end = match.span()
        if last and start - last[1] < REACH and end - last[0] < LONGEST and EXTENSION.fullmatch(text, last[1], start):
            last = (last[0], end)
        else:
            if last:
                yield from _pieces(text, *last)
            last = (start, end)
    if last:
        yield from _pieces(text, *last)


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A chain in pieces of at most `LONGEST` characters, cut at a space where there is one."""
    while end - start > LONGEST:
        cut = max(text.rfind(" ", start + LONGEST // 2, start + LONGEST * 3 // 4), start + LONGEST // 2)
        yield start, cut
        start = cut
    yield start, end


def chain(fewest: int) -> str:
    """The expression of a run of at least so many digits."""
    return rf"\p{{Nd}}(?:{BETWEEN}\p{{Nd}}){{{fewest - 1},}}"


@functools.cache
def _chain(fewest: int) -> Any:
    return re2.compile(chain(fewest))


@functools.cache
def _fewest(regions: tuple[str, ...]) -> int:
    """The digits of the shortest number that one of the regions has."""
    return min(min(_metadata(region).general_desc.possible_length) for region in regions)


def possible(lead: str, chain: str, regions: tuple[str, ...]) -> list[str]:
    """The regions in which a part of this chain can be a number; behind a plus sign, all regions read the same."""
    digits = " ".join(re.sub(r"\D+", " ", chain).split())
    if not digits.isascii() or BLOCK.search(digits):
        return list(regions)
    found = sorted(_numbers(regions).Match(digits) or ())
    plus = [0] if 0 not in found and PLUS.search(lead) else []
    return [regions[place] for place in plus + found]


@functools.cache
def _numbers(regions: tuple[str, ...]) -> Any:
    """A set of RE2 expressions, one a region, over digits in groups set apart by single spaces."""
    options = re2.Options()
    options.max_mem = 256 << 20
    expressions = re2.Set.SearchSet(options)
    for region in regions:
        expressions.Add(rf"(?:^| )(?:{_expression(region)})(?: |$)")
    expressions.Compile()
    return expressions


def _expression(region: str) -> str:
    """What phonenumbers can read as a number of a region: any trunk or carrier prefix, its country code, or abroad."""
    metadata = _metadata(region)
    trunk, rule = metadata.national_prefix_for_parsing or "", metadata.national_prefix_transform_rule
    if rule and re.sub(r"\\[0-9]", "", rule):
        return "[0-9][0-9 ]*"  # digits are put in before they are compared: anything may be a number
    numbers = "|".join(_national(metadata.country_code))
    rewritten = f"|{trunk}" if rule else ""
    home = f"(?:{metadata.country_code})?(?:(?:{trunk})?(?:{numbers}){rewritten})"
    return _spaced(f"{home}|(?:{metadata.international_prefix or '00'})[0-9]{{5,}}")


def _national(country_code: int) -> list[str]:
    """The expressions of the national numbers, of every type, of all regions that share a country code."""
    found: dict[str, None] = {}
    for region in COUNTRY_CODE_TO_REGION_CODE[country_code]:
        metadata = _metadata(region)
        for kind in TYPES:
            described = getattr(metadata, kind)
            if described is not None and described.national_number_pattern:
                found.setdefault(described.national_number_pattern)
    return sorted(found)


def _spaced(expression: str) -> str:
    """The expression, letting a space follow each digit."""
    return re.sub(
        r"\{[0-9,]+\}|\\d|\[[^\]]*\]|[0-9]", lambda m: m[0] if m[0][0] == "{" else f"(?:{m[0]} ?)", expression
    )


@functools.cache
def _metadata(region: str) -> Any:
    metadata = PhoneMetadata.metadata_for_region(region)
    if metadata is None:
        raise UsageError(f"phone region {region!r} is not known: take two-letter codes such as US, GB, DE")
    return metadata
