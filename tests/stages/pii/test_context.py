"""What the words beside a number say that it is."""

import pytest

from stages.pii import context


def at(text: str) -> tuple[str, int, int]:
    """The text without its brackets, and where the bracketed number begins and ends."""
    start, end = text.index("["), text.index("]") - 1
    return text.replace("[", "").replace("]", ""), start, end


@pytest.mark.parametrize(("text", "labelled"), [
    ("Telefonnummer: [030 901820]", True), ("fax [12 34 56]", True), ("toll free [800 123]", True),
    ("T: [030 901820]", True), ("F [030 901820]", True), ("[030 901820] (office)", True), ("[123456] mobile", True),
    ("联系电话[65525555]", True), ("phone 12 and then [345678]", False), ("microphones [123456]", False),
    ("T5: [030 901820]", False), ("Telefonnummer " + "x" * 40 + " [030 901820]", False), ("[123456] mobility", False),
    ("telephony [123456]", True), ("call [123456]", False),
])  # fmt: skip
def test_labels_of_phones(text: str, labelled: bool) -> None:
    assert context.has_phone_label(*at(text)) == labelled


@pytest.mark.parametrize(("text", "digits", "found"), [
    ("call [1234567]", 7, True), ("call [123456]", 6, False), ("Tel. [123456]", 6, True),
    ("llámenos [1234567]", 7, True),
    ("call number [1234567]", 7, False), ("Contact Kim at [722-3216]", 7, True), ("Contact Kim at [7223216]", 7, False),
    ("Contact us\n[722-3216]", 7, False), ("recall [1234567]", 7, False),
])  # fmt: skip
def test_verbs_ask_for_more_digits_than_labels(text: str, digits: int, found: bool) -> None:
    assert context.has_phone_context(*at(text), digits) == found


@pytest.mark.parametrize(("text", "found"), [
    ("my Visa [4929 1167]", True), ("[4929 1167] (credit card)", True), ("Kreditkarten-Nr. [4929]", True),
    ("номер карты [4929]", True), ("postcard [4929]", False), ("cardinal [4929]", False),
    ("card " + "x" * 70 + " [4929]", False), ("[4929] " + "x" * 30 + " card", False),
])  # fmt: skip
def test_cards(text: str, found: bool) -> None:
    assert context.has_card_context(*at(text)) == found


@pytest.mark.parametrize(("text", "found"), [
    ("SSN [1]", True), ("SSNs of two people: 1 and [1]", True), ("Social Security number [1]", True),
    ("soc. sec [1]", True), ("assn [1]", False), ("SSN " + "x" * 50 + " [1]", False),
])  # fmt: skip
def test_social_security(text: str, found: bool) -> None:
    whole, start, _ = at(text)
    assert context.has_ssn_context(whole, start) == found


@pytest.mark.parametrize(("text", "found"), [
    ("IP address: [1]", True), ("ping [1]", True), ("logged in from [1]", True), ("DNS servers are [1]", True),
    ("IP\n[1]", False), ("ship [1]", False), ("host " + "x" * 30 + " [1]", False),
])  # fmt: skip
def test_addresses_of_machines(text: str, found: bool) -> None:
    whole, start, _ = at(text)
    assert context.has_address_context(whole, start) == found


@pytest.mark.parametrize(("text", "found"), [
    ("MAC [1]", True), ("ether [1]", True), ("Wi-Fi address is [1]", True), ("BSSID: [1]", True), ("hw addr [1]", True),
    ("machine [1]", False), ("MAC\n[1]", False),
])  # fmt: skip
def test_hardware_addresses(text: str, found: bool) -> None:
    whole, start, _ = at(text)
    assert context.has_mac_context(whole, start) == found


@pytest.mark.parametrize(("text", "found"), [
    ("version [1]", True), ("v[1]", True), ("Ver. [1]", True), ("версия [1]", True), ("版本 [1]", True), ("§ [1]", True),
    ("section [1]", True), ("nginx/[1]", True), ("build: [1]", True), ("a/nginx/[1]", False), ("conversion [1]", False),
    ("version of [1]", False), ("http://[1]", False),
])  # fmt: skip
def test_versions_and_passages(text: str, found: bool) -> None:
    whole, start, _ = at(text)
    assert context.has_version_context(whole, start) == found


@pytest.mark.parametrize(("text", "found"), [
    ("ISBN [1]", True), ("order number [1]", True), ("invoice no. [1]", True), ("Bestellnummer: [1]", True),
    ("$[1]", True),
    ("№[1]", True), ("VAT-ID [1]", True), ("reference code is [1]", True), ("reorder [1]", False),
    ("order a [1]", False),
    ("$ [1]", False),
])  # fmt: skip
def test_numbers_of_other_things(text: str, found: bool) -> None:
    whole, start, _ = at(text)
    assert context.has_other_context(whole, start) == found
