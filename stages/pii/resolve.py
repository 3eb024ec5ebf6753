"""Which results are private data, by their form and what stands beside them, and which of two that overlap.

A checksum or a label decides where there is one. Without, a number must have the form in which people write it: most
runs of digits on the web are dates, prices, versions and identifiers.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from stages.pii import context, phone_rules
from stages.pii.cards import grouped_as_on_cards, is_card_number
from stages.pii.phone_rules import in_url, joined_to_digits
from stages.pii.presidio import RecognizerResult

PII_TYPES = {
    "email": "EMAIL_ADDRESS",
    "iban": "IBAN_CODE",
    "card": "CREDIT_CARD",
    "crypto": "CRYPTO",
    "mac": "MAC_ADDRESS",
    "ip": "IP_ADDRESS",
    "ssn": "US_SSN",
    "phone": "PHONE_NUMBER",
}  # our name for each of presidio's entities, strongest evidence first: where two overlap, the earlier one stands

# Accounts of version control on servers, which many people use: git@github.com:owner/repository.git.
_SERVICE_ACCOUNTS = frozenset(("git", "hg", "svn", "cvs", "gitolite", "anonymous", "anoncvs"))
_image_density = re.compile(r"[1-9](?:\.[0-9])?x\.")  # the name of a file: logo@2x.ai
_foreign = re.compile(r"\+[0-9]{1,3}[ -]$")
_longer = re.compile("[0-9A-Fa-f]{2}[:.-] | [:.-][0-9A-Fa-f]{2}")
Extent = tuple[int, int]


class Span(NamedTuple):
    """Private data of a type (a key of `PII_TYPES`), from character `start` to before `end`; `score` is from 0 to 1."""

    type: str
    start: int
    end: int
    score: float


def resolve_results(
    text: str, results: Iterable[RecognizerResult], types: Sequence[str] = tuple(PII_TYPES)
) -> list[Span]:
    """The results that are private data, in order and free of overlaps."""
    rank = {entity: place for place, entity in enumerate(PII_TYPES.values())}
    names = {entity: name for name, entity in PII_TYPES.items()}
    found: list[Span] = []
    taken = bytearray(len(text))
    for result in sorted(results, key=lambda r: (rank[r.entity], -r.score, r.start - r.end, r.start)):
        extent = RESOLVERS[result.entity](text, result.start, result.end)
        if extent and not any(taken[extent[0] : extent[1]]):
            taken[extent[0] : extent[1]] = b"\1" * (extent[1] - extent[0])
            found.append(Span(names[result.entity], *extent, result.score))
    return sorted((span for span in found if span.type in types), key=lambda span: span.start)


def _email(text: str, start: int, end: int) -> Extent | None:
    """Without what a URL or a sentence puts before the local part (RFC 5322 allows it, but nobody has it).

    No account that many people share, and no name of a file.
    """
    local, _, host = text[start:end].partition("@")
    cut = max(local.rfind(mark) for mark in "/=?&|*") + 1
    name = local[cut:].lstrip("'`-.!#~^{}%$")
    first = start + len(local) - len(name)
    if name.lower() in _SERVICE_ACCOUNTS or _image_density.match(host):
        return None
    return (first, end) if text[first] != "@" and text[start - 1 : start] != "@" else None


def _ip(text: str, start: int, end: int) -> Extent | None:
    """Public addresses of one machine, and no versions, ratios or names in programs."""
    try:
        address = ipaddress.ip_interface(text[start:end]).ip
    except ValueError:
        return None
    if not address.is_global or address.is_multicast:
        return None
    if text[start - 1 : start] == "/" and text[start - 2 : start - 1].isdigit():  # 10.1000/182.1.2.3 is a DOI
        return None
    if joined_to_digits(text, start, end, ".") or context.has_version_context(text, start):
        return None
    plausible = (
        _plausible_ipv4(address)
        if isinstance(address, ipaddress.IPv4Address)
        else _plausible_ipv6(address, text[start:end])
    )
    return (start, end) if plausible or context.has_address_context(text, start) else None


def _plausible_ipv4(address: ipaddress.IPv4Address) -> bool:
    """Three small numbers first are a version more often than an address."""
    return max(address.packed[:3]) >= 32


def _plausible_ipv6(address: ipaddress.IPv6Address, written: str) -> bool:
    """In 2000::/3, which is all that has been given out; and eight numbers without any letter are a series."""
    given_out = address.packed[0] >> 5 == 1 or address.ipv4_mapped is not None
    return given_out and ("::" in written or not written.replace(":", "").isdecimal())


def _card(text: str, start: int, end: int) -> Extent | None:
    """An issuer's number that is called a card, or is written as on a card and is neither called something else nor one
    of a row of numbers.
    """
    written = text[start:end]
    if not is_card_number(re.sub(r"\D", "", written)) or joined_to_digits(text, start, end, "-.,"):
        return None
    if context.has_card_context(text, start, end):
        return start, end
    in_row = text[max(0, start - 2) : max(0, start - 1)].isdigit() or text[end + 1 : end + 2].isdigit()
    plausible = grouped_as_on_cards(written) and not in_row and not in_url(text, start, end)
    return (start, end) if plausible and not context.has_other_context(text, start) else None


def _ssn(text: str, start: int, end: int) -> Extent | None:
    """123-45-6789 as issued (no area 000, 666 or 9xx), alone; in another form only when it is called one."""
    written = text[start:end]
    if written[0] == "9" or joined_to_digits(text, start, end, "-."):
        return None
    if context.has_ssn_context(text, start):
        return start, end
    usual = bool(re.fullmatch(r"\d{3}-\d{2}-\d{4}", written)) and text[start - 1 : start] not in ("+", ")", "/")
    is_phone = _foreign.search(text[max(0, start - 5) : start]) or context.has_phone_label(text, start, end)
    return (start, end) if usual and not is_phone and not context.has_other_context(text, start) else None


def _mac(text: str, start: int, end: int) -> Extent | None:
    """The address of one device: not of a group or of none, not a part of a longer fingerprint, and no series.

    Six numbers without any letter are an address only when they are called one.
    """
    digits = re.sub("[^0-9A-Fa-f]", "", text[start:end])
    of_a_group = int(digits[1], 16) & 1  # IEEE 802: the lowest bit of the first byte
    longer = _longer.search(text[max(0, start - 3) : start] + " " + text[end : end + 3])
    if of_a_group or int(digits, 16) == 0 or longer:
        return None
    return None if digits.isdecimal() and not context.has_mac_context(text, start) else (start, end)


def _crypto(text: str, start: int, end: int) -> Extent | None:
    beside = text[start - 1 : start] + text[end : end + 1]
    return None if any(c.isalnum() for c in beside) else (start, end)


def _iban(_text: str, start: int, end: int) -> Extent | None:
    return start, end


def _phone(text: str, start: int, end: int) -> Extent | None:
    return phone_rules.full_span(text, start, end) if phone_rules.is_phone(text, start, end) else None


RESOLVERS: dict[str, Callable[[str, int, int], Extent | None]] = {
    "EMAIL_ADDRESS": _email,
    "IBAN_CODE": _iban,
    "CREDIT_CARD": _card,
    "CRYPTO": _crypto,
    "MAC_ADDRESS": _mac,
    "IP_ADDRESS": _ip,
    "US_SSN": _ssn,
    "PHONE_NUMBER": _phone,
}
