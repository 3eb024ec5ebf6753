"""What is put in the place of private data: placeholders, reserved values, or what FineWeb and Dolma write.

A policy is a function `(type, value, number, seed) -> str`: `number` counts the distinct values of a type in a page,
from 1, by first appearance. Nothing is remembered from page to page, so a page is rewritten in the same way wherever
it is; and a page that was rewritten stays the same when it is rewritten again.
"""

import re
from collections.abc import Callable, Sequence

import xxhash

from stages.pii.as_fineweb import FINEWEB_VALUES
from stages.pii.characters import normalise_chars, without_invisible
from stages.pii.resolve import Span

Policy = Callable[[str, str, int, int], str]

_placeholder = re.compile(r"<([A-Z]{2,6})_([0-9]{1,9})>")
_DOLMA_MARKS = {"email": "EMAIL_ADDRESS", "phone": "PHONE_NUMBER", "ip": "IP_ADDRESS"}  # Soldaini et al. 2024

# Test numbers of card issuers, the example IBANs of the standard, and wallets whose keys nobody has.
_TEST_CARDS = ("4111 1111 1111 1111", "4242 4242 4242 4242", "5555 5555 5555 4444", "3782 822463 10005")
_EXAMPLE_IBANS = ("GB33 BUKB 2020 1555 5555 55", "DE89 3704 0044 0532 0130 00", "FR14 2004 1010 0505 0001 3M02 606")
_BURN_WALLETS = ("1BitcoinEaterAddressDontSendf59kuE", "1CounterpartyXXXXXXXXXXXXXXXUWLpVr")
_BURN_ADDRESS = "0x000000000000000000000000000000000000dEaD"


def replace(
    text: str,
    spans: Sequence[Span],
    policy: str = "mask",
    seed: int = 0,
    known: dict[tuple[str, str], int] | None = None,
) -> tuple[str, dict[str, int]]:
    """The text with every span rewritten, and how many there were of each type. Spans are in order and apart.

    `known` holds the numbers of values by type; new values are added, for a page that is read more than once.
    """
    write, numbers = POLICIES[policy], _taken(text) if policy == "mask" else {}
    known = {} if known is None else known
    counts: dict[str, int] = {}
    parts, done = [], 0
    for type, start, end, _ in spans:
        if policy == "fake" and _is_fake(type, text[start:end]):
            continue
        value = comparable(type, text[start:end])
        if (type, value) not in known or policy == "fineweb":
            numbers[type] = known[type, value] = numbers.get(type, 0) + 1
        parts += text[done:start], write(type, value, known[type, value], seed)
        counts[type] = counts.get(type, 0) + 1
        done = end
    return "".join([*parts, text[done:]]), dict(sorted(counts.items()))


def comparable(type: str, value: str) -> str:
    """A form that is equal for two ways of writing one value: in lower case, and numbers without punctuation."""
    value = without_invisible(normalise_chars(value))
    if type in ("phone", "card", "ssn", "iban", "mac"):
        return re.sub(r"\W+", "", value).lower()
    return value if type == "crypto" else value.lower()


def _taken(text: str) -> dict[str, int]:
    """The highest number of a placeholder that the text already has, by type: no other value may get it."""
    taken: dict[str, int] = {}
    for match in _placeholder.finditer(text):
        taken[match[1].lower()] = max(int(match[2]), taken.get(match[1].lower(), 0))
    return taken


def _mask(type: str, _value: str, number: int, _seed: int) -> str:
    return f"<{type.upper()}_{number}>"


def _fake(type: str, value: str, _number: int, seed: int) -> str:
    """A value of the same kind that is reserved for examples: nobody can be reached or charged by it."""
    return _FAKES[type](xxhash.xxh3_64_intdigest(f"{type}\0{value}", seed=seed), value)


def _is_fake(type: str, written: str) -> bool:
    """Whether a value is one that `fake` writes."""
    fakes = _FAKE_FORMS.get(type)
    return fakes is not None and re.fullmatch(fakes, written) is not None


def _fineweb(type: str, value: str, number: int, seed: int) -> str:
    choices = FINEWEB_VALUES.get(type)
    return choices[(number - 1) % len(choices)] if choices else _mask(type, value, number, seed)


def _dolma(type: str, _value: str, _number: int, _seed: int) -> str:
    return f" |||{_DOLMA_MARKS.get(type, type.upper())}||| "


def _fake_ip(h: int, value: str) -> str:
    """RFC 5737 and RFC 3849: addresses for documentation."""
    if ":" in value:
        return f"2001:db8::{h & 0xFFFF:x}"
    return f"{('192.0.2', '198.51.100', '203.0.113')[h % 3]}.{1 + (h >> 8) % 254}"


def _fake_crypto(h: int, value: str) -> str:
    return _BURN_ADDRESS if value.startswith("0x") else _BURN_WALLETS[h % len(_BURN_WALLETS)]


_FAKES: dict[str, Callable[[int, str], str]] = {
    "email": lambda h, _value: f"user-{h:016x}@example.com",  # RFC 2606
    # 555-0100 to 555-0199 are set aside for films and books.
    "phone": lambda h, _value: f"({201 + h % 8 * 100 + (h >> 8) % 10}) 555-01{(h >> 16) % 100:02}",
    "ip": _fake_ip,
    "card": lambda h, _value: _TEST_CARDS[h % len(_TEST_CARDS)],
    "iban": lambda h, _value: _EXAMPLE_IBANS[h % len(_EXAMPLE_IBANS)],
    "ssn": lambda h, _value: f"987-65-432{h % 10}",  # 987-65-4320 to -4329: set aside for advertisements
    "crypto": _fake_crypto,
    "mac": lambda h, _value: f"00:00:5e:00:53:{h & 0xFF:02x}",  # RFC 7042
}
_FAKE_FORMS = {  # what `fake` writes
    "email": r"user-[0-9a-f]{16}@example\.com",
    "phone": r"\([2-9]0[0-9]\) 555-01[0-9]{2}|\([2-9]10\) 555-01[0-9]{2}",
    "card": "|".join(_TEST_CARDS),
    "iban": "|".join(_EXAMPLE_IBANS),
    "crypto": "|".join((*_BURN_WALLETS, _BURN_ADDRESS)),
    "mac": r"00:00:5e:00:53:[0-9a-f]{2}",
}
POLICIES: dict[str, Policy] = {"mask": _mask, "fake": _fake, "fineweb": _fineweb, "dolma": _dolma}
