"""Our own recognizers: wallets by their checksum, numbers that spell words, and notations."""

import pytest

from stages.pii.recognizers import base58check, is_north_american, is_russian, is_vanity_number


def test_a_wallet_with_one_wrong_character_is_none() -> None:
    wallet = "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"
    assert base58check(wallet)
    assert not any(base58check(wallet[:n] + "2" + wallet[n + 1 :]) for n in range(1, len(wallet)) if wallet[n] != "2")


def test_wallets_are_twenty_five_bytes() -> None:
    assert not base58check("z" * 35) and not base58check("1" * 26)


@pytest.mark.parametrize(("written", "american"), [
    ("(212) 555-0187", True), ("212-555-0187", True), ("212.555.0187", True), ("212 555 0187", True),
    ("1-212-555-0187", True), ("001 212-555-0187", True), ("212-555.0187", False), ("112-555-0187", False),
    ("2125550187", False), ("212 555-018", False),
])  # fmt: skip
def test_north_american_notations(written: str, american: bool) -> None:
    assert is_north_american(written) == american


@pytest.mark.parametrize(("written", "russian"), [
    ("8 (495) 123-45-67", True), ("8-495-123-45-67", True), ("8 800 555 35 35", True), ("7 495 123-45-67", False),
    ("8 495 1234567", False),
])  # fmt: skip
def test_russian_notations(written: str, russian: bool) -> None:
    assert is_russian(written) == russian


@pytest.mark.parametrize(("written", "vanity"), [
    ("1-800-FLOWERS", True), ("(800) FLOWERS", True), ("888.FAX.IOSAFE", True), ("303.333.PAUL", True),
    ("1-800-FL12345", False), ("1-800-5550187", False), ("1-700-FLOWERS", False), ("1-800-FLOWERS!", False),
])  # fmt: skip
def test_numbers_that_spell_words(written: str, vanity: bool) -> None:
    assert is_vanity_number(written) == vanity
