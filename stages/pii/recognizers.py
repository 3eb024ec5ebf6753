"""What presidio's recognizers miss on the web, in linear time: our own, beside them.

Phone numbers behind a word such as "phone" that are valid in none of the chosen regions, or that spell a word; cards of
every length that issuers use; IBANs in lower case; wallets of Ethereum, and of every currency with Bitcoin's checksum.
All read a text as `normalise_chars` gives it.
"""

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Any

import re2

from stages.pii import obfuscated_email
from stages.pii.cards import grouped_as_on_cards, is_card_number
from stages.pii.context import has_card_context, has_phone_context
from stages.pii.presidio import RecognizerResult, pattern_set

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_CARD = r"\b[0-9](?:[- ]?[0-9]){11,18}\b"
_IBAN = r"(?i)\b[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?\b"
_ETHEREUM = r"\b0x[0-9a-fA-F]{40}\b"
_WALLET = rf"\b[{BASE58}]{{26,35}}\b"
_INTERNATIONAL = r"\(?\+ ?[1-9][0-9]{0,2}\)?(?:[-./ ()]{1,3}[0-9]{1,6}\)?){2,7}(?: ?x ?[0-9]{1,6})?"
_NORTH_AMERICAN = (
    r"(?:1[-. ]|001[-. ])?"
    r"(?:\([2-9][0-9]{2}\)[- ]?[0-9]{3}[-. ][0-9]{4}|[2-9][0-9]{2} [0-9]{3}[ -][0-9]{4}|"
    r"[2-9][0-9]{2}-[0-9]{3}-[0-9]{4}|[2-9][0-9]{2}\.[0-9]{3}\.[0-9]{4})"
    r"(?: ?(?:x|ext\.?) ?[0-9]{1,6})?"
)
_RUSSIAN = r"\b8[- ]?(?:\([0-9]{3,5}\)|[0-9]{3,5})[- ]?[0-9]{1,3}[- ][0-9]{2}[- ][0-9]{2}\b"
_IN_DIGITS = r"(?: ?\((?:1-)?(?:[0-9]{3}-){0,2}[0-9]{4}\))?"  # the same number again
_TOLL_FREE = "8(?:00|33|44|55|66|77|88)"
_VANITY = (  # 1-800-FLOWERS, 1-888-LUTRON1 (588-7661), (540) 767-GAME (4263), 303.333.PAUL
    rf"(?:\b(?:1[-.])?{_TOLL_FREE}[-.]|\({_TOLL_FREE}\)[- ]?)"
    rf"(?:[0-9A-Z]{{7,10}}|[0-9A-Z]{{1,4}}(?:[-.][0-9A-Z]{{1,7}}){{1,3}})\b{_IN_DIGITS}|"
    rf"\([2-9][0-9]{{2}}\)[- ]?(?:[0-9]{{3}}[-. ]|[A-Z]{{3}}[-.])[A-Z]{{4}}\b{_IN_DIGITS}|"
    rf"\b[2-9][0-9]{{2}}[-.][2-9][0-9]{{2}}[-.][A-Z]{{4}}\b{_IN_DIGITS}"
)
_labelled_number = re.compile(r"\(?[0-9](?:[-. ()]{0,3}[0-9]){5,14}(?![0-9])")
# Scores. presidio gives a valid e-mail address 1.0: of that and ours, the longer one stands. It gives a valid phone
# number 0.4: ours are above that with a proof, and below without.
EMAIL_SCORE, PROVEN, LIKELY = 1.0, 0.6, 0.3


def own_results(text: str, entities: Sequence[str], chains: Iterable[tuple[int, int]]) -> Iterator[RecognizerResult]:
    """What our recognizers find, in no particular order; phone numbers by their label in these chains of digits."""
    for entity, score, find, _ in (_RECOGNIZERS[number] for number in sorted(_first_looks.Match(text) or ())):
        if entity in entities:
            yield from (RecognizerResult(entity, start, end, score) for start, end in find(text))
    if "PHONE_NUMBER" in entities:
        phones = _labelled_phones(text, chains)
        yield from (RecognizerResult("PHONE_NUMBER", start, end, LIKELY) for start, end in phones)


def is_north_american(written: str) -> bool:
    """Whether it begins as phone numbers of North America are written, valid or not."""
    return _compiled(_NORTH_AMERICAN).match(written) is not None


def is_russian(written: str) -> bool:
    """Whether it begins with the trunk prefix 8 and ends in two pairs: 8 (495) 123-45-67."""
    return _compiled(_RUSSIAN).match(written) is not None


def is_vanity_number(written: str) -> bool:
    """Whether it is a phone number of North America with letters for digits: 1-800-FLOWERS."""
    return sum(map(str.isupper, written)) >= 3 and _compiled(_VANITY).fullmatch(written) is not None


def base58check(written: str) -> bool:
    """A byte for the currency, 20 of a hash, and 4 of a checksum that fits (Bitcoin, Litecoin, Dogecoin, Tron)."""
    number = 0
    for char in written:
        number = number * 58 + BASE58.index(char)
    if number >> 200:
        return False
    data = number.to_bytes(25, "big")
    return sha256(sha256(data[:21]).digest()).digest()[:4] == data[21:]


@functools.cache
def _compiled(pattern: str) -> Any:
    return re2.compile(pattern)


def _matches(pattern: str, text: str) -> Iterator[tuple[int, int]]:
    return (match.span() for match in _compiled(pattern).finditer(text))


def _vanity_numbers(text: str) -> Iterator[tuple[int, int]]:
    return (at for at in _matches(_VANITY, text) if is_vanity_number(text[slice(*at)]))


def _wallets(text: str) -> Iterator[tuple[int, int]]:
    yield from _matches(_ETHEREUM, text)
    yield from (at for at in _matches(_WALLET, text) if base58check(text[slice(*at)]))


def _cards(text: str) -> Iterator[tuple[int, int]]:
    for start, end in _matches(_CARD, text):
        number = text[start:end]
        plausible = grouped_as_on_cards(number) or has_card_context(text, start, end)
        if plausible and is_card_number(re.sub("[^0-9]", "", number)):
            yield start, end


def _ibans(text: str) -> Iterator[tuple[int, int]]:
    """IBANs in any case whose length, format and check digits are right, without words that follow."""
    for start, end in _matches(_IBAN, text):
        ends = [end, *(start + gap.start() for gap in re.finditer("[ -]", text[start:end]))]
        valid = (at for at in sorted(ends, reverse=True) if _is_iban(re.sub("[ -]", "", text[start:at]).upper()))
        if (last := next(valid, None)) is not None:
            yield start, last


def _is_iban(code: str) -> bool:
    if len(code) < 15 or not code.isascii() or int("".join(str(int(c, 36)) for c in code[4:] + code[:4])) % 97 != 1:
        return False
    return bool(_iban_recognizer().validate_result(code))


@functools.cache
def _iban_recognizer() -> Any:
    from presidio_analyzer.predefined_recognizers import IbanRecognizer

    return IbanRecognizer()


def _phones_by_form(text: str) -> Iterator[tuple[int, int]]:
    for start, end in _matches(_INTERNATIONAL, text):
        if 9 <= sum(c.isdigit() for c in text[start:end].partition("x")[0]) <= 15:
            yield start, end
    yield from _matches(_NORTH_AMERICAN, text)
    yield from _matches(_RUSSIAN, text)


def _labelled_phones(text: str, chains: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for start, end in chains:
        number = _labelled_number.match(text, start - (text[start - 1 : start] == "("), end)
        if number and has_phone_context(text, *number.span(), sum(map(str.isdigit, number.group()))):
            yield number.span()


_RECOGNIZERS = (  # entity, score, recognizer, and an expression that matches wherever it finds something
    ("EMAIL_ADDRESS", EMAIL_SCORE, obfuscated_email.obfuscated_emails, obfuscated_email.FIRST_LOOK),
    ("CREDIT_CARD", PROVEN, _cards, _CARD),
    ("IBAN_CODE", PROVEN, _ibans, _IBAN),
    ("CRYPTO", PROVEN, _wallets, f"{_WALLET}|{_ETHEREUM}"),
    ("PHONE_NUMBER", PROVEN, _vanity_numbers, _VANITY),
    ("PHONE_NUMBER", LIKELY, _phones_by_form, f"{_INTERNATIONAL}|{_NORTH_AMERICAN}|{_RUSSIAN}"),
)
OWN_FIRST_LOOKS = tuple(look for *_, look in _RECOGNIZERS)
_first_looks = pattern_set(OWN_FIRST_LOOKS)
