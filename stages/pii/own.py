"""What presidio's recognisers miss on the web, in linear time: our own, beside them.

Phone numbers that stand behind the word "phone" but are valid in none of the chosen regions, or that spell a word;
cards of every length that issuers use; IBANs in lower case; wallets of Ethereum, and of every currency with Bitcoin's
checksum. E-mail addresses in disguise are in `mail`. All read a text as `plain` gives it.
"""

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Any

import re2

from stages.pii import mail
from stages.pii.context import said_to_be_card, said_to_be_phone
from stages.pii.presidio import Hit, expressions

DIGITS = r"\b[0-9](?:[- ]?[0-9]){11,18}\b"
IBAN = r"(?i)\b[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?\b"
ETHEREUM = r"\b0x[0-9a-fA-F]{40}\b"
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
WALLET = rf"\b[{BASE58}]{{26,35}}\b"
ABROAD = r"\(?\+ ?[1-9][0-9]{0,2}\)?(?:[-./ ()]{1,3}[0-9]{1,6}\)?){2,7}(?: ?x ?[0-9]{1,6})?"
AMERICAN = (
    r"(?:1[-. ]|001[-. ])?"
    r"(?:\([2-9][0-9]{2}\)[- ]?[0-9]{3}[-. ][0-9]{4}|[2-9][0-9]{2} [0-9]{3}[ -][0-9]{4}|"
    r"[2-9][0-9]{2}-[0-9]{3}-[0-9]{4}|[2-9][0-9]{2}\.[0-9]{3}\.[0-9]{4})"
    r"(?: ?(?:x|ext\.?) ?[0-9]{1,6})?"
)
RUSSIAN = r"\b8[- ]?(?:\([0-9]{3,5}\)|[0-9]{3,5})[- ]?[0-9]{1,3}[- ][0-9]{2}[- ][0-9]{2}\b"
AGAIN = r"(?: ?\((?:1-)?(?:[0-9]{3}-){0,2}[0-9]{4}\))?"  # the same in digits
TOLL_FREE = "8(?:00|33|44|55|66|77|88)"
SPELT = (  # 1-800-FLOWERS, 1-888-LUTRON1 (588-7661), (540) 767-GAME (4263), 303.333.PAUL
    rf"(?:\b(?:1[-.])?{TOLL_FREE}[-.]|\({TOLL_FREE}\)[- ]?)"
    rf"(?:[0-9A-Z]{{7,10}}|[0-9A-Z]{{1,4}}(?:[-.][0-9A-Z]{{1,7}}){{1,3}})\b{AGAIN}|"
    rf"\([2-9][0-9]{{2}}\)[- ]?(?:[0-9]{{3}}[-. ]|[A-Z]{{3}}[-.])[A-Z]{{4}}\b{AGAIN}|"
    rf"\b[2-9][0-9]{{2}}[-.][2-9][0-9]{{2}}[-.][A-Z]{{4}}\b{AGAIN}"
)
NUMBER = re.compile(r"\(?[0-9](?:[-. ()]{0,3}[0-9]){5,14}(?![0-9])")
CERTAIN = 1.0  # what presidio gives an e-mail address: of the two, the longer stands
SURE, LIKELY = 0.6, 0.3  # over and under the 0.4 that presidio gives a valid phone number

# Prefix and lengths by issuer (ISO/IEC 7812 ranges as the issuers publish them).
ISSUERS = (
    (re.compile("4"), (13, 16, 19)),  # Visa
    (re.compile("5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), (16,)),  # Mastercard
    (re.compile("3[47]"), (15,)),  # American Express
    (re.compile("6011|65|64[4-9]|62"), (16, 17, 18, 19)),  # Discover, UnionPay
    (re.compile("30[0-5]|3095|3[689]"), (14, 16, 17, 18, 19)),  # Diners Club
    (re.compile("35"), (16, 17, 18, 19)),  # JCB
    (re.compile("2131|1800"), (15,)),  # JCB
    (re.compile("50|5[6-9]|6[0-9]|0604"), tuple(range(12, 20))),  # Maestro
)
ON_CARDS = ([15], [16], [4, 4, 4, 4], [4, 6, 5])  # other lengths are also those of barcodes, accounts and times


def hits(text: str, entities: Sequence[str], chains: Iterable[tuple[int, int]]) -> Iterator[Hit]:
    """What our recognisers find, in no particular order; phone numbers in these chains of digits."""
    for entity, score, find, _ in (FINDERS[place] for place in sorted(_looks.Match(text) or ())):
        if entity in entities:
            yield from (Hit(entity, start, end, score) for start, end in find(text))
    if "PHONE_NUMBER" in entities:
        yield from (Hit("PHONE_NUMBER", start, end, LIKELY) for start, end in _called_phones(text, chains))


def matches(pattern: str, text: str) -> Iterator[tuple[int, int]]:
    """Where an RE2 expression matches."""
    for match in _compiled(pattern).finditer(text):
        yield match.start(), match.end()


def is_american(written: str) -> bool:
    """Whether it begins as numbers of North America are written, valid or not."""
    return _compiled(AMERICAN).match(written) is not None


def is_russian(written: str) -> bool:
    """Whether it begins with the trunk prefix 8 and ends in two pairs: 8 (495) 123-45-67."""
    return _compiled(RUSSIAN).match(written) is not None


def is_spelt(written: str) -> bool:
    """Whether it is a number of North America with letters for digits: 1-800-FLOWERS."""
    return sum(map(str.isupper, written)) >= 3 and _compiled(SPELT).fullmatch(written) is not None


@functools.cache
def _compiled(pattern: str) -> Any:
    return re2.compile(pattern)


def issuer(digits: str) -> bool:
    """Whether a card issuer uses this prefix with this length, and Luhn's check digit fits."""
    known = any(prefix.match(digits) and len(digits) in lengths for prefix, lengths in ISSUERS)
    return known and luhn(digits)


def luhn(digits: str) -> bool:
    """Luhn's check digit (ISO/IEC 7812-1, annex B)."""
    doubled = (2 * int(digit) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(d - 9 if d > 9 else d for d in doubled)) % 10 == 0


def _spelt(text: str) -> Iterator[tuple[int, int]]:
    return (at for at in matches(SPELT, text) if is_spelt(text[slice(*at)]))


def _wallets(text: str) -> Iterator[tuple[int, int]]:
    yield from matches(ETHEREUM, text)
    yield from (at for at in matches(WALLET, text) if base58check(text[slice(*at)]))


def base58check(written: str) -> bool:
    """One byte that names the currency, 20 of a hash, and four of a checksum (Bitcoin, Litecoin, Dogecoin, Tron …)."""
    number = 0
    for char in written:
        number = number * 58 + BASE58.index(char)
    if number >> 200:
        return False
    data = number.to_bytes(25, "big")
    return sha256(sha256(data[:21]).digest()).digest()[:4] == data[21:]


def _cards(text: str) -> Iterator[tuple[int, int]]:
    for start, end in matches(DIGITS, text):
        number = text[start:end]
        if issuer(re.sub("[^0-9]", "", number)) and (grouped(number) or said_to_be_card(text, start, end)):
            yield start, end


def grouped(number: str) -> bool:
    """A number of a usual length, in one block or in the groups that are embossed on cards."""
    return not {" ", "-"} <= set(number) and [len(group) for group in re.split("[- ]", number)] in ON_CARDS


def _ibans(text: str) -> Iterator[tuple[int, int]]:
    """IBANs in any case whose length, format and check digits are right, without the words that may follow one."""
    for start, end in matches(IBAN, text):
        ends = [end, *(start + gap.start() for gap in re.finditer("[ -]", text[start:end]))]
        valid = (at for at in sorted(ends, reverse=True) if _iban(re.sub("[ -]", "", text[start:at]).upper()))
        if (last := next(valid, None)) is not None:
            yield start, last


def _iban(code: str) -> bool:
    if len(code) < 15 or not code.isascii() or int("".join(str(int(c, 36)) for c in code[4:] + code[:4])) % 97 != 1:
        return False
    return bool(_iban_recogniser().validate_result(code))


@functools.cache
def _iban_recogniser() -> Any:
    from presidio_analyzer.predefined_recognizers import IbanRecognizer

    return IbanRecognizer()


def _written_as_phones(text: str) -> Iterator[tuple[int, int]]:
    for start, end in matches(ABROAD, text):
        if 9 <= sum(c.isdigit() for c in text[start:end].partition("x")[0]) <= 15:
            yield start, end
    yield from matches(AMERICAN, text)
    yield from matches(RUSSIAN, text)


def _called_phones(text: str, chains: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for start, end in chains:
        number = NUMBER.match(text, start - (text[start - 1 : start] == "("), end)
        if number and said_to_be_phone(text, *number.span(), sum(map(str.isdigit, number.group()))):
            yield number.span()


FINDERS = (
    ("EMAIL_ADDRESS", CERTAIN, mail.hits, mail.HINT),
    ("CREDIT_CARD", SURE, _cards, DIGITS),
    ("IBAN_CODE", SURE, _ibans, IBAN),
    ("CRYPTO", SURE, _wallets, f"{WALLET}|{ETHEREUM}"),
    ("PHONE_NUMBER", SURE, _spelt, SPELT),
    ("PHONE_NUMBER", LIKELY, _written_as_phones, f"{ABROAD}|{AMERICAN}|{RUSSIAN}"),
)
LOOKS = tuple(look for *_, look in FINDERS)
_looks = expressions(LOOKS)
