"""Which hits are private data, from their shape and from what stands beside them.

A checksum or a label decides where there is one. Without, a number must have the shape in which people write it:
most runs of digits on the web are dates, prices, versions and identifiers.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from stages import pii_context as context
from stages.pii_own import AMERICAN, grouped, issuer
from stages.pii_presidio import Hit

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

FEWEST = 6  # digits of a phone number that is not an emergency or a service
EXTENSION = re.compile(r"(?i)\s*(?:[;,#]|[eｅ]?[xｘ][tｔ]|int|ｉｎｔ|доб|anexo)")
URL = re.compile(r"(?i)https?:|www\.|//|\.[a-z]{2,5}/|/.*/|[&=_%]")
DATE = re.compile(
    r"(?:1[5-9]|20)\d\d\s?[-./ ]\s?[01]?\d\s?[-./ ]\s?[0-3]?\d(?!\d)|[0-3]?\d[-./ ][0-3]?\d[-./ ](?:1[5-9]|20)\d\d(?!\d)|"
    r"[0-3]?\d[-./][0-3]?\d[-./]\d\d$|(?:1[5-9]|20)\d\d\s?[-–—/ ]\s?(?:1[5-9]|20)\d\d(?!\d)|(?:1[5-9]|20)\d\d[01]\d[0-3]\d\d{0,6}$"
)
TIMES = re.compile(r"(?<!\d)[0-2]?\d[.:h][0-5]\d\s?[-–—]?\s?[0-2]?\d[.:h][0-5]\d(?!\d)")
ZIP = re.compile(r"\d{5}-\d{4}$")
BOOK = re.compile(r"97[89][- ]?[\d -]{9,13}[\dXx]$")
THOUSANDS = re.compile(r"\d{1,3}(?:([ .\xa0])\d{3})(?:\1\d{3})*$")
SHAPE = re.compile(r"[+＋(（［\[]|(?<!\d)0|\d{3}[-. ]\d{3}[-. ]\d{4}")
BRACKETED = re.compile(r"\(0?\d{1,4}\)\s?\d{2,8}(?:[-. ]{1,3}\d{2,5}){0,3}$")


class Span(NamedTuple):
    """Private data of a type (a key of `TYPES`), from character `start` to before `end`; score is presidio's, 0 to 1."""

    type: str
    start: int
    end: int
    score: float


def judge(text: str, hits: Iterable[Hit], types: Sequence[str] = tuple(TYPES)) -> list[Span]:
    """The hits that are private data, in order and free of overlaps."""
    rank = {entity: place for place, entity in enumerate(TYPES.values())}
    names = {entity: name for name, entity in TYPES.items()}
    ordered = sorted(hits, key=lambda h: (rank[h.entity], -h.score, h.start - h.end, h.start))
    found: list[Span] = []
    taken = bytearray(len(text))
    for hit in ordered:
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
    """Public addresses only, and no versions: longer dotted numbers, or four small numbers that nobody calls address."""
    written = text[hit.start : hit.end]
    try:
        address = ipaddress.ip_interface(written).ip
    except ValueError:
        return None
    if not address.is_global or _glued(text, hit, ".") or context.said_to_be_version(text, hit.start):
        return None
    small = address.version == 4 and max(address.packed) < 32
    return None if small and not context.said_to_be_address(text, hit.start) else (hit.start, hit.end)


def _card(text: str, hit: Hit) -> tuple[int, int] | None:
    written = text[hit.start : hit.end]
    at = hit.start, hit.end
    if not issuer(re.sub(r"\D", "", written)) or _glued(text, hit, "-.,"):
        return None
    return at if context.said_to_be_card(text, *at) or (grouped(written) and not _in_url(text, *at)) else None


def _ssn(text: str, hit: Hit) -> tuple[int, int] | None:
    """123-45-6789 as issued (no area 000, 666 or 9xx), alone; in any other form only when it is said to be one."""
    at = hit.start, hit.end
    written = text[hit.start : hit.end]
    if written[0] == "9" or _glued(text, hit, "-."):
        return None
    usual = bool(re.fullmatch(r"\d{3}-\d{2}-\d{4}", written)) and text[hit.start - 1 : hit.start] not in ("+", ")", "/")
    return at if usual or context.said_to_be_ssn(text, hit.start) else None


def _mac(text: str, hit: Hit) -> tuple[int, int] | None:
    """Not a part of a longer fingerprint, and not three decimal numbers."""
    written = text[hit.start : hit.end]
    bare = "." in written and written.replace(".", "").isdigit()
    return None if bare or _glued(text, hit, ":-.") else (hit.start, hit.end)


def _crypto(text: str, hit: Hit) -> tuple[int, int] | None:
    beside = text[hit.start - 1 : hit.start] + text[hit.end : hit.end + 1]
    return None if any(c.isalnum() for c in beside) else (hit.start, hit.end)


def _iban(text: str, hit: Hit) -> tuple[int, int] | None:
    return hit.start, hit.end


def _phone(text: str, hit: Hit) -> tuple[int, int] | None:
    """A number that is said to be a phone, or that is written as phones are and nothing else is."""
    start, end = at = hit.start, hit.end
    written = text[start:end]
    digits = sum(c.isdigit() for c in EXTENSION.split(written)[0])
    if digits < FEWEST or _glued(text, hit, ".") or DATE.match(written) or TIMES.search(written):
        return None
    if context.said_to_be_other(text, start) or ZIP.match(written):
        return None
    if context.said_to_be_phone(text, start, end, digits):
        return at
    if text[start - 1 : start].isalpha() or text[end : end + 1].isalpha() or _in_url(text, start, end):
        return None
    plus = written.lstrip("([（［ ")[0] in "+＋"
    return at if plus or (digits > FEWEST and _phone_shape(written, digits) and not BOOK.match(written)) else None


def worth(text: str, start: int, end: int) -> bool:
    """Whether any phone number in this chain of digits could be judged one: spares presidio dates and bare numbers."""
    lead, chain = text[max(0, start - 4) : start], text[start:end]
    plus = "+" in lead or "＋" in lead
    if DATE.fullmatch(chain) and not plus:
        return False
    digits = sum(c.isdigit() for c in chain)
    if plus or (FEWEST < digits < end - start and SHAPE.search(lead + chain)):
        return True
    return context.said_to_be_phone(text, start - len(lead) + len(lead.rstrip("([（［")), end, digits)


def _phone_shape(written: str, digits: int) -> bool:
    """A bracketed area code, the North American 3-3-4, or a trunk prefix with groups."""
    groups = re.findall(r"\d+", written)
    if BRACKETED.match(written):
        return True
    if len(groups) == 1 or len(groups) > 6 or THOUSANDS.match(written) or written.count("(") != written.count(")"):
        return False
    if sum(len(group) == 1 for group in groups) > 1:
        return False
    return bool(AMERICAN.match(written)) or (written.lstrip("(")[0] == "0" and digits > 8)


def _glued(text: str, hit: Hit, marks: str) -> bool:
    """A digit or letter touches it, or one of the marks joins it to a further digit or hexadecimal letter."""
    before, after = text[max(0, hit.start - 2) : hit.start], text[hit.end : hit.end + 2]
    if before[-1:].isdigit() or after[:1].isdigit():
        return True
    joined = len(before) == 2 and before[1] in marks and before[0].isalnum() and text[hit.start].isalnum()
    return joined or (len(after) == 2 and after[0] in marks and after[1].isdigit())


def _in_url(text: str, start: int, end: int) -> bool:
    """The word around it, without itself, has the marks of an address on the web."""
    left, right = text[max(0, start - 64) : start], text[end : end + 64]
    word = re.split(r"\s", left)[-1] + " " + re.split(r"\s", right)[0]
    return bool(URL.search(word))


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
