"""Which hits are private data, from their shape and from what stands beside them.

A checksum or a label decides where there is one. Without, a number must have the shape in which people write it:
most runs of digits on the web are dates, prices, versions and identifiers.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from stages.pii import context as context
from stages.pii import shape
from stages.pii.own import grouped, issuer
from stages.pii.presidio import Hit
from stages.pii.shape import glued, in_url

TYPES = {
    "email": "EMAIL_ADDRESS",
    "iban": "IBAN_CODE",
    "card": "CREDIT_CARD",
    "crypto": "CRYPTO",
    "mac": "MAC_ADDRESS",
    "ip": "IP_ADDRESS",
    "ssn": "US_SSN",
    "phone": "PHONE_NUMBER",
}  # our name for each of presidio's, strongest evidence first: where two overlap, the earlier one stands


ABROAD = re.compile(r"\+[0-9]{1,3}[ -]$")
LINKED = re.compile("[0-9A-Fa-f]{2}[:.-] | [:.-][0-9A-Fa-f]{2}")


class Span(NamedTuple):
    """Private data of a type (a key of `TYPES`), from character `start` to before `end`; `score` is from 0 to 1."""

    type: str
    start: int
    end: int
    score: float


def judge(text: str, hits: Iterable[Hit], types: Sequence[str] = tuple(TYPES)) -> list[Span]:
    """The hits that are private data, in order and free of overlaps."""
    rank = {entity: place for place, entity in enumerate(TYPES.values())}
    names = {entity: name for name, entity in TYPES.items()}
    found: list[Span] = []
    taken = bytearray(len(text))
    for hit in sorted(hits, key=lambda h: (rank[h.entity], -h.score, h.start - h.end, h.start)):
        at = JUDGES[hit.entity](text, hit)
        if at and not any(taken[at[0] : at[1]]):
            taken[at[0] : at[1]] = b"\1" * (at[1] - at[0])
            found.append(Span(names[hit.entity], *at, hit.score))
    return sorted((span for span in found if span.type in types), key=lambda s: s.start)


def _email(text: str, hit: Hit) -> tuple[int, int] | None:
    """Without what a URL or a sentence puts before the local part (RFC 5322 would allow it; nobody has it)."""
    local = text[hit.start : hit.end].partition("@")[0]
    cut = max(local.rfind(mark) for mark in "/=?&|*") + 1
    start = hit.start + cut + len(local[cut:]) - len(local[cut:].lstrip("'`-.!#~^{}%$"))
    return (start, hit.end) if text[start] != "@" and text[hit.start - 1 : hit.start] != "@" else None


def _ip(text: str, hit: Hit) -> tuple[int, int] | None:
    """Public ones only, and no versions: longer dotted numbers, or small numbers that nobody calls an address.

    2000::/3 is all of IPv6 that has been given out, and face::add is a name in a program: the short form must be of it.
    """
    written = text[hit.start : hit.end]
    try:
        address = ipaddress.ip_interface(written).ip
    except ValueError:
        return None
    if not address.is_global or glued(text, hit.start, hit.end, ".") or context.said_to_be_version(text, hit.start):
        return None
    given = address.packed[0] >> 5 == 1 or getattr(address, "ipv4_mapped", None)
    if address.version == 6 and "::" in written and not given:
        return None
    small = address.version == 4 and max(address.packed[:3]) < 32
    return None if small and not context.said_to_be_address(text, hit.start) else (hit.start, hit.end)


def _card(text: str, hit: Hit) -> tuple[int, int] | None:
    """An issuer's number that is said to be a card, or is written as on a card and is none of a row of numbers."""
    at = hit.start, hit.end
    written = text[hit.start : hit.end]
    if not issuer(re.sub(r"\D", "", written)) or glued(text, hit.start, hit.end, "-.,"):
        return None
    if context.said_to_be_card(text, *at):
        return at
    row = text[max(0, hit.start - 2) : hit.start - 1].isdigit() or text[hit.end + 1 : hit.end + 2].isdigit()
    return at if grouped(written) and not row and not in_url(text, *at) else None


def _ssn(text: str, hit: Hit) -> tuple[int, int] | None:
    """123-45-6789 as issued (no area 000, 666 or 9xx), alone; in any other form only when it is said to be one."""
    at = hit.start, hit.end
    written = text[hit.start : hit.end]
    if written[0] == "9" or glued(text, hit.start, hit.end, "-."):
        return None
    if context.said_to_be_ssn(text, hit.start):
        return at
    usual = bool(re.fullmatch(r"\d{3}-\d{2}-\d{4}", written)) and text[hit.start - 1 : hit.start] not in ("+", ")", "/")
    phone = ABROAD.search(text[max(0, hit.start - 5) : hit.start]) or context.labelled(text, *at)
    return at if usual and not phone else None


def _mac(text: str, hit: Hit) -> tuple[int, int] | None:
    """Not a part of a longer fingerprint, and not three decimal numbers."""
    written = text[hit.start : hit.end]
    bare = "." in written and written.replace(".", "").isdigit()
    longer = LINKED.search(text[max(0, hit.start - 3) : hit.start] + " " + text[hit.end : hit.end + 3])
    return None if bare or longer else (hit.start, hit.end)


def _crypto(text: str, hit: Hit) -> tuple[int, int] | None:
    beside = text[hit.start - 1 : hit.start] + text[hit.end : hit.end + 1]
    return None if any(c.isalnum() for c in beside) else (hit.start, hit.end)


def _iban(text: str, hit: Hit) -> tuple[int, int] | None:
    return hit.start, hit.end


def _phone(text: str, hit: Hit) -> tuple[int, int] | None:
    return shape.whole(text, hit.start, hit.end) if shape.is_phone(text, hit.start, hit.end) else None


JUDGES: dict[str, Callable[[str, Hit], tuple[int, int] | None]] = {
    "EMAIL_ADDRESS": _email,
    "IBAN_CODE": _iban,
    "CREDIT_CARD": _card,
    "CRYPTO": _crypto,
    "MAC_ADDRESS": _mac,
    "IP_ADDRESS": _ip,
    "US_SSN": _ssn,
    "PHONE_NUMBER": _phone,
}
