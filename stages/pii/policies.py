"""What stands in the place of private data: placeholders, reserved values, or what FineWeb and Dolma write.

A policy is a function `(type, value, number, seed) -> str`: `number` counts the distinct values of a type in a page,
from 1, by first appearance. Nothing outlives a page, so a page is rewritten the same way wherever it stands.
"""

import re
from collections.abc import Callable, Iterable, Sequence

import xxhash

from stages.pii.judge import Span

Policy = Callable[[str, str, int, int], str]

# Penedo et al. 2024 (FineWeb): two reserved addresses, and six that answered nobody when the list was made.
FINEWEB = {
    "email": ("email@example.com", "firstname.lastname@example.org"),
    "ip": (
        "22.214.171.124",
        "126.96.36.199",
        "188.8.131.52",
        "184.108.40.206",
        "220.127.116.11",
        "18.104.22.168",
    ),
}
DOLMA = {"email": "EMAIL_ADDRESS", "phone": "PHONE_NUMBER", "ip": "IP_ADDRESS"}  # Soldaini et al. 2024

CARDS = (
    "4111 1111 1111 1111",
    "4242 4242 4242 4242",
    "5555 5555 5555 4444",
    "3782 822463 10005",
)  # issuers' test cards
IBANS = (
    "GB33 BUKB 2020 1555 5555 55",
    "DE89 3704 0044 0532 0130 00",
    "FR14 2004 1010 0505 0001 3M02 606",
)  # the standard's
WALLETS = ("1BitcoinEaterAddressDontSendf59kuE", "1CounterpartyXXXXXXXXXXXXXXXUWLpVr")  # nobody has their keys


def replace(text: str, spans: Sequence[Span], policy: str = "mask", seed: int = 0) -> tuple[str, dict[str, int]]:
    """The text with every span rewritten, and how many of each type there were; spans are in order and apart."""
    write, numbers, counts = POLICIES[policy], _numbers(text, spans), {}
    parts, done = [], 0
    for span in spans:
        value = same(span.type, text[span.start : span.end])
        parts += text[done : span.start], write(span.type, value, numbers[span.type, value], seed)
        counts[span.type] = counts.get(span.type, 0) + 1
        done = span.end
    return "".join([*parts, text[done:]]), dict(sorted(counts.items()))


def same(type: str, value: str) -> str:
    """A form that is equal for two ways of writing the same value: lower case, for numbers without punctuation."""
    if type in ("phone", "card", "ssn", "iban", "mac"):
        return re.sub(r"\W+", "", value).lower()
    return value if type == "crypto" else value.lower()


def _numbers(text: str, spans: Iterable[Span]) -> dict[tuple[str, str], int]:
    numbers: dict[tuple[str, str], int] = {}
    seen: dict[str, int] = {}
    for span in spans:
        key = span.type, same(span.type, text[span.start : span.end])
        if key not in numbers:
            seen[span.type] = numbers[key] = seen.get(span.type, 0) + 1
    return numbers


def _mask(type: str, value: str, number: int, seed: int) -> str:
    return f"<{type.upper()}_{number}>"


def _fake(type: str, value: str, number: int, seed: int) -> str:
    """A value of the same kind that is reserved for examples: nobody can be reached or charged by it."""
    return FAKES[type](xxhash.xxh3_64_intdigest(f"{type}\0{value}", seed=seed), value)


def _fineweb(type: str, value: str, number: int, seed: int) -> str:
    choices = FINEWEB.get(type)
    return choices[(number - 1) % len(choices)] if choices else _mask(type, value, number, seed)


def _dolma(type: str, value: str, number: int, seed: int) -> str:
    return f" |||{DOLMA.get(type, type.upper())}||| "


def _fake_ip(h: int, value: str) -> str:
    """RFC 5737 and RFC 3849: addresses for documentation."""
    if ":" in value:
        return f"2001:db8::{h & 0xFFFF:x}"
    return f"{('192.0.2', '198.51.100', '203.0.113')[h % 3]}.{1 + (h >> 8) % 254}"


def _fake_crypto(h: int, value: str) -> str:
    return "0x000000000000000000000000000000000000dEaD" if value.startswith("0x") else WALLETS[h % len(WALLETS)]


FAKES: dict[str, Callable[[int, str], str]] = {
    "email": lambda h, value: f"user-{h:016x}@example.com",  # RFC 2606
    "phone": lambda h, value: (
        f"({201 + h % 8 * 100 + (h >> 8) % 10}) 555-01{(h >> 16) % 100:02}"
    ),  # the numbers of films
    "ip": _fake_ip,
    "card": lambda h, value: CARDS[h % len(CARDS)],
    "iban": lambda h, value: IBANS[h % len(IBANS)],
    "ssn": lambda h, value: f"987-65-432{h % 10}",  # set aside by the authority for advertisements
    "crypto": _fake_crypto,
    "mac": lambda h, value: f"00:00:5e:00:53:{h & 0xFF:02x}",  # RFC 7042
}
POLICIES: dict[str, Policy] = {"mask": _mask, "fake": _fake, "fineweb": _fineweb, "dolma": _dolma}
