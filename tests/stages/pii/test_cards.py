"""Card numbers: check digit, issuers, and the groups on a card."""

import pytest

from stages.pii.cards import grouped_as_on_cards, is_card_number, luhn


@pytest.mark.parametrize("digits", [
    "4111111111111111", "4222222222222", "5555555555554444", "2223003122003222", "378282246310005", "6011111111111117",
    "30569309025904", "3530111333300000", "6759649826438453", "6200000000000005",
])  # fmt: skip
def test_test_numbers_of_the_issuers(digits: str) -> None:
    assert is_card_number(digits) and luhn(digits)
    wrong = digits[:-1] + str((int(digits[-1]) + 1) % 10)
    assert not is_card_number(wrong) and not luhn(wrong)


@pytest.mark.parametrize("digits", ["1234567812345670", "411111111111116", "0000000000000000", "378282246310005000"])
def test_a_fitting_check_digit_is_not_enough(digits: str) -> None:
    assert not is_card_number(digits)


@pytest.mark.parametrize(("written", "grouped"), [
    ("4111111111111111", True), ("4111 1111 1111 1111", True), ("4111-1111-1111-1111", True),
    ("3782 822463 10005", True), ("378282246310005", True), ("4111 1111-1111 1111", False),
    ("41111111 11111111", False),    ("4222222222222", False), ("4111 1111 1111", False),
])  # fmt: skip
def test_groups_as_they_are_embossed(written: str, grouped: bool) -> None:
    assert grouped_as_on_cards(written) == grouped
