"""Numbers of payment cards: issuers' prefixes and lengths, the check digit, and the groups on a card."""

import re

# Prefix and lengths by issuer (ISO/IEC 7812 ranges as the issuers publish them).
_ISSUERS = (
    (re.compile("4"), (13, 16, 19)),  # Visa
    (re.compile("5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), (16,)),  # Mastercard
    (re.compile("3[47]"), (15,)),  # American Express
    (re.compile("6011|65|64[4-9]|62"), (16, 17, 18, 19)),  # Discover, UnionPay
    (re.compile("30[0-5]|3095|3[689]"), (14, 16, 17, 18, 19)),  # Diners Club
    (re.compile("35"), (16, 17, 18, 19)),  # JCB
    (re.compile("2131|1800"), (15,)),  # JCB
    (re.compile("50|5[6-9]|6[0-9]|0604"), tuple(range(12, 20))),  # Maestro
)
_GROUPS = ([15], [16], [4, 4, 4, 4], [4, 6, 5])  # other lengths are also those of barcodes, accounts and times


def is_card_number(digits: str) -> bool:
    """Whether a card issuer uses this prefix with this length, and the check digit fits."""
    known = any(prefix.match(digits) and len(digits) in lengths for prefix, lengths in _ISSUERS)
    return known and luhn(digits)


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (Luhn; ISO/IEC 7812-1, annex B)."""
    doubled = (2 * int(digit) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(d - 9 if d > 9 else d for d in doubled)) % 10 == 0


def grouped_as_on_cards(written: str) -> bool:
    """Whether a number has a usual length, in one block or in the groups that are embossed on cards."""
    return not {" ", "-"} <= set(written) and [len(group) for group in re.split("[- ]", written)] in _GROUPS
