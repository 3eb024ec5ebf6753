"""Chains of digits, and what presidio's phone recognizer finds in them."""

from itertools import pairwise

import pytest

from pipeline.errors import UsageError
from stages.pii.phone import check_regions, digit_chains, phone_matches


def chains(text: str, min_digits: int = 6) -> list[str]:
    return [text[start:end] for start, end in digit_chains(text, min_digits)]


@pytest.mark.parametrize(("text", "found"), [
    ("12345", []), ("123456", ["123456"]), ("a 12-34 56 b", ["12-34 56"]), ("123....456", ["123....456"]),
    ("123.....456", []), ("123 a 456", []), ("٠٣٠ ١٢٣", ["٠٣٠ ١٢٣"]), ("12\n3456", []),
    ("030 901820 ext. 1234567", ["030 901820 ext. 1234567"]), ("030 901820 ext. 123", ["030 901820"]),
    ("030 901820 or 030 901821", ["030 901820", "030 901821"]),
])  # fmt: skip
def test_chains_of_digits(text: str, found: list[str]) -> None:
    assert chains(text) == found


def test_a_long_chain_is_read_in_pieces_cut_at_spaces() -> None:
    text = "12345 " * 1_000
    pieces = list(digit_chains(text, 6))
    assert pieces[0][0] == 0 and pieces[-1][1] == len(text) - 1
    assert all(one[1] == other[0] for one, other in pairwise(pieces))
    assert max(end - start for start, end in pieces) <= 2_000
    assert all(text[start] == " " for start, _ in pieces[1:])
    unbroken = list(digit_chains("7" * 5_000, 6))
    assert [end - start for start, end in unbroken] == [1_000, 1_000, 1_000, 2_000]


def test_numbers_are_found_by_region() -> None:
    text = "Büro 020 7946 0018, Fax +49 30 901820"
    found = {
        region: {text[a:b] for a, b in phone_matches(text, (region,), digit_chains(text, 6))} for region in ("GB", "US")
    }
    assert found == {"GB": {"020 7946 0018", "+49 30 901820"}, "US": {"+49 30 901820"}}


def test_only_numbers_that_touch_the_chain_are_of_it() -> None:
    text = "(212) 555-0187 and (212) 555-0188"
    first, second = digit_chains(text, 6)
    assert {text[a:b] for a, b in phone_matches(text, ("US",), [first])} == {"(212) 555-0187"}
    assert {text[a:b] for a, b in phone_matches(text, ("US",), [second])} == {"(212) 555-0188"}


def test_an_unknown_region_is_named() -> None:
    check_regions(("US", "DE"))
    with pytest.raises(UsageError) as error:
        check_regions(("US", "XX"))
    assert str(error.value) == "phone region 'XX' is not known: take two-letter codes such as US, GB, DE"
