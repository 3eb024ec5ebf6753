"""What stands in the place of private data: placeholders, reserved values, or what FineWeb and Dolma write.

A policy is a function `(type, value, number, seed) -> str`: `number` counts the distinct values of a type in a page,
from 1, by first appearance. Nothing outlives a page, so a page is rewritten the same way wherever it stands; and what
was rewritten stays as it is when it is rewritten again.
"""

import re
from collections.abc import Callable, Sequence

import xxhash

from stages.pii.as_fineweb import INSTEAD
from stages.pii.judge import Span
from stages.pii.signs import plain, seen

Policy = Callable[[str, str, int, int], str]

PLACEHOLDER = re.compile(r"<([A-Z]{2,6})_([0-9]{1,9})>")
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


NOBODY = "0x000000000000000000000000000000000000dEaD"


def replace(
    text: str,
    spans: Sequence[Span],
    policy: str = "mask",
    seed: int = 0,
    known: dict[tuple[str, str], int] | None = None,
) -> tuple[str, dict[str, int]]:
    """The text with every span rewritten, and how many of each type were; spans are in order and apart.

    `known` holds the numbers of values by type and is added to, for a page that is read more than once.
    """
    write, numbers = POLICIES[policy], _taken(text) if policy == "mask" else {}
    known = {} if known is None else known
    counts: dict[str, int] = {}
    parts, done = [], 0
    for type, start, end, _ in spans:
        if policy == "fake" and _is_fake(type, text[start:end]):
            continue
        value = same(type, text[start:end])
        if (type, value) not in known or policy == "fineweb":
            numbers[type] = known[type, value] = numbers.get(type, 0) + 1
        parts += text[done:start], write(type, value, known[type, value], seed)
        counts[type] = counts.get(type, 0) + 1
        done = end
    return "".join([*parts, text[done:]]), dict(sorted(counts.items()))


def same(type: str, value: str) -> str:
    """A form that is equal for two ways of writing the same value: lower case, for numbers without punctuation."""
    value = seen(plain(value))
    if type in ("phone", "card", "ssn", "iban", "mac"):
        return re.sub(r"\W+", "", value).lower()
    return value if type == "crypto" else value.lower()


def _taken(text: str) -> dict[str, int]:
    """The highest number of a placeholder that already stands in a text, by type: no other value may share it."""
    taken: dict[str, int] = {}
    for match in PLACEHOLDER.finditer(text):
        taken[match[1].lower()] = max(int(match[2]), taken.get(match[1].lower(), 0))
    return taken


def _mask(type: str, value: str, number: int, seed: int) -> str:
    return f"<{type.upper()}_{number}>"


def _fake(type: str, value: str, number: int, seed: int) -> str:
    """A value of the same kind that is reserved for examples: nobody can be reached or charged by it."""
    return FAKES[type](xxhash.xxh3_64_intdigest(f"{type}\0{value}", seed=seed), value)


def _is_fake(type: str, written: str) -> bool:
    """Whether a value is one that `fake` writes."""
    fakes = FAKED.get(type)
    return fakes is not None and re.fullmatch(fakes, written) is not None


def _fineweb(type: str, value: str, number: int, seed: int) -> str:
    choices = INSTEAD.get(type)
    return choices[(number - 1) % len(choices)] if choices else _mask(type, value, number, seed)


def _dolma(type: str, value: str, number: int, seed: int) -> str:
    return f" |||{DOLMA.get(type, type.upper())}||| "


def _fake_ip(h: int, value: str) -> str:
    """RFC 5737 and RFC 3849: addresses for documentation."""
    if ":" in value:
        return f"2001:db8::{h & 0xFFFF:x}"
    return f"{('192.0.2', '198.51.100', '203.0.113')[h % 3]}.{1 + (h >> 8) % 254}"


def _fake_crypto(h: int, value: str) -> str:
    return NOBODY if value.startswith("0x") else WALLETS[h % len(WALLETS)]


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
FAKED = {  # what these write
    "email": r"user-[0-9a-f]{16}@example\.com",
    "phone": r"\([2-9]0[0-9]\) 555-01[0-9]{2}|\([2-9]10\) 555-01[0-9]{2}",
    "card": "|".join(CARDS),
    "iban": "|".join(IBANS),
    "crypto": "|".join((*WALLETS, NOBODY)),
    "mac": r"00:00:5e:00:53:[0-9a-f]{2}",
}
POLICIES: dict[str, Policy] = {"mask": _mask, "fake": _fake, "fineweb": _fineweb, "dolma": _dolma}
