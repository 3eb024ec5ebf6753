"""Which results are private data, and which of two that overlap stands."""

import pytest

from stages.pii.presidio import RecognizerResult
from stages.pii.resolve import PII_TYPES, Span, resolve_results


def kept(text: str, *results: tuple[str, str, float]) -> list[tuple[str, str]]:
    """What stays of results given as (entity, the characters, score)."""
    given = [RecognizerResult(e, text.index(s), text.index(s) + len(s), score) for e, s, score in results]
    return [(span.type, text[span.start : span.end]) for span in resolve_results(text, given)]


def test_the_type_with_more_evidence_stands() -> None:
    text = "pay 4929 1167 7150 0893 now"
    assert list(PII_TYPES) == ["email", "iban", "card", "crypto", "mac", "ip", "ssn", "phone"]
    both = [("PHONE_NUMBER", "4929 1167 7150 0893", 1.0), ("CREDIT_CARD", "4929 1167 7150 0893", 0.1)]
    assert kept(text, *both) == kept(text, *both[::-1]) == [("card", "4929 1167 7150 0893")]


def test_of_one_type_the_higher_score_then_the_longer_stands() -> None:
    text = "kim@example.com"
    short, long = "kim@example.co", "kim@example.com"
    assert kept(text, ("EMAIL_ADDRESS", short, 0.5), ("EMAIL_ADDRESS", long, 0.4)) == [("email", short)]
    assert kept(text, ("EMAIL_ADDRESS", short, 0.5), ("EMAIL_ADDRESS", long, 0.5)) == [("email", long)]


def test_spans_are_in_order_and_of_the_types_that_are_asked_for() -> None:
    text = "a@b.example and 93.184.216.34"
    results = [RecognizerResult("IP_ADDRESS", 16, 29, 0.6), RecognizerResult("EMAIL_ADDRESS", 0, 11, 1.0)]
    assert resolve_results(text, results) == [Span("email", 0, 11, 1.0), Span("ip", 16, 29, 0.6)]
    assert resolve_results(text, results, ("ip",)) == [Span("ip", 16, 29, 0.6)]


@pytest.mark.parametrize(("text", "result", "found"), [
    ("x?user=jane@e.org", "x?user=jane@e.org", "jane@e.org"), ("'-jane@e.org", "'-jane@e.org", "jane@e.org"),
    ("@jane@e.org", "jane@e.org", None), ("=@e.org", "=@e.org", None), ("git@e.org", "git@e.org", None),
    ("anonymous@e.org", "anonymous@e.org", None), ("gits@e.org", "gits@e.org", "gits@e.org"),
    ("a@2x.ai", "a@2x.ai", None), ("a@x2.ai", "a@x2.ai", "a@x2.ai"),
])  # fmt: skip
def test_emails(text: str, result: str, found: str | None) -> None:
    assert kept(text, ("EMAIL_ADDRESS", result, 1.0)) == ([("email", found)] if found else [])


@pytest.mark.parametrize(("text", "address", "found"), [
    ("at 93.184.216.34", "93.184.216.34", True), ("v93.184.216.34", "93.184.216.34", False),
    ("1.93.184.216.34", "93.184.216.34", False), ("at 31.31.31.99", "31.31.31.99", False),
    ("at 31.32.31.99", "31.32.31.99", True), ("IP 31.31.31.99", "31.31.31.99", True),
    ("at 10.0.0.1", "10.0.0.1", False),
    ("IP 224.0.0.1", "224.0.0.1", False), ("at 300.1.1.1", "300.1.1.1", False), ("at 2a00::1", "2a00::1", True),
    ("at 4000::1", "4000::1", False), ("at ::ffff:93.184.216.34", "::ffff:93.184.216.34", True),
    ("at 2600:1:2:3:4:5:6:7", "2600:1:2:3:4:5:6:7", False), ("at 2600:1:2:3:4:5:6:a", "2600:1:2:3:4:5:6:a", True),
    ("IP 2600:1:2:3:4:5:6:7", "2600:1:2:3:4:5:6:7", True),
    ("doi 10.1000/93.184.216.34", "93.184.216.34", False), ("http://93.184.216.34", "93.184.216.34", True),
])  # fmt: skip
def test_addresses_of_machines(text: str, address: str, found: bool) -> None:
    assert bool(kept(text, ("IP_ADDRESS", address, 0.6))) == found


@pytest.mark.parametrize(("text", "address", "found"), [
    ("ether 00:1a:2b:3c:4d:5e", "00:1a:2b:3c:4d:5e", True), ("01:1a:2b:3c:4d:5e", "01:1a:2b:3c:4d:5e", False),
    ("02-1a-2b-3c-4d-5e", "02-1a-2b-3c-4d-5e", True), ("00:00:00:00:00:00", "00:00:00:00:00:00", False),
    ("10:20:30:40:50:60", "10:20:30:40:50:60", False), ("MAC 10:20:30:40:50:60", "10:20:30:40:50:60", True),
    ("001a.2b3c.4d5e", "001a.2b3c.4d5e", True), ("1000.2000.3000", "1000.2000.3000", False),
    ("aa:00:1a:2b:3c:4d:5e", "00:1a:2b:3c:4d:5e", False), ("00:1a:2b:3c:4d:5e:ff", "00:1a:2b:3c:4d:5e", False),
])  # fmt: skip
def test_hardware_addresses(text: str, address: str, found: bool) -> None:
    assert bool(kept(text, ("MAC_ADDRESS", address, 0.6))) == found


@pytest.mark.parametrize(("text", "number", "found"), [
    ("4929116771500893", "4929116771500893", True), ("4929116771500894", "4929116771500894", False),
    ("order 4929116771500893", "4929116771500893", False), ("order, card 4929116771500893", "4929116771500893", True),
    ("4929 1167 7150 0893 1234", "4929 1167 7150 0893", False), ("a-4929116771500893", "4929116771500893", False),
    ("e.org/?n=4929116771500893", "4929116771500893", False), ("6759 6498 2643 8453 1", "6759 6498 2643 8453", False),
    ("49291167 71500893", "49291167 71500893", False), ("card 49291167 71500893", "49291167 71500893", True),
])  # fmt: skip
def test_cards(text: str, number: str, found: bool) -> None:
    assert bool(kept(text, ("CREDIT_CARD", number, 0.6))) == found


@pytest.mark.parametrize(("text", "number", "found"), [
    ("536-90-4399", "536-90-4399", True), ("936-90-4399", "936-90-4399", False), ("SSN 536904399", "536904399", True),
    ("536904399", "536904399", False), ("+536-90-4399", "536-90-4399", False),
    ("+49 536-90-4399", "536-90-4399", False),
    ("Tel. 536-90-4399", "536-90-4399", False), ("serial 536-90-4399", "536-90-4399", False),
    ("a-536-90-4399", "536-90-4399", False), ("social security 536 90 4399", "536 90 4399", True),
])  # fmt: skip
def test_social_security_numbers(text: str, number: str, found: bool) -> None:
    assert bool(kept(text, ("US_SSN", number, 0.5))) == found


@pytest.mark.parametrize(("text", "found"), [("(1BoatSLR)", True), ("x1BoatSLR", False), ("1BoatSLR9", False)])
def test_a_wallet_stands_alone(text: str, found: bool) -> None:
    assert bool(kept(text, ("CRYPTO", "1BoatSLR", 1.0))) == found
