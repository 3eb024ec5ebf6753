"""Whether a run of digits is written as phone numbers are."""

import pytest

from stages.pii.phone_rules import full_span, in_table, in_url, is_phone, is_plausible, joined_to_digits, touches_letter


def at(text: str) -> tuple[str, int, int]:
    """The text without its braces, and where the number in them begins and ends."""
    start, end = text.index("{"), text.index("}") - 1
    return text.replace("{", "").replace("}", ""), start, end


@pytest.mark.parametrize(("text", "phone"), [
    ("+{49 30 901820}", False), ("{+49 30 901820}", True), ("{(030) 901820}", True), ("{030 901820 15}", True),
    ("{030 90182}", False), ("{212-555-0187}", True), ("{212 555 0187}", True), ("{212-555-018}", False),
    ("Tel. {123456}", True), ("Tel. {12345}", False), ("{123456}", False), ("call {1234567}", True),
    ("{1-800-FLOWERS}", True), ("http://x.example/{1-800-FLOWERS}", False), ("{8 (495) 123-45-67}", True),
    ("{2012-01-02 08}", False), ("{1998-2005}", False), ("{93094-0508}", False), ("{40.712776 -74.005974}", False),
    ("{3210 (2024)}", False), ("{1.79769313486232}", False), ("{59.0.3071.125}", False), ("{08.30 - 17.30}", False),
    ("Tel. {2012-01-02}", False), ("{978-3-16-148410-0}", False), ("{0123 456 789 012 345 678}", True),
    ("{01 02 03 04 05 06 07}", False), ("{0 1 23456789}", False), ("{1 234 567 890}", False),
    ("3x{212-555-0187}", False),
    ("Call{212-555-0187}", True), ("{212-555-0187}5", False), ("1:{212-555-0187}", False),
    ("ISBN {030 901820 15}", False),
    ("{+ 1 0 - 114514 1}", False),
])  # fmt: skip
def test_phones_and_what_only_looks_so(text: str, phone: bool) -> None:
    assert is_phone(*at(text)) == phone


@pytest.mark.parametrize("text", [
    "+{49 30 901820}", "({030) 901820}", "{030 901820 15}", "{212-555-0187}", "{8 800 555 35 35}", "Tel. {123456}",
    "call {1234567}",
])  # fmt: skip
def test_the_first_look_at_a_chain_lets_phones_through(text: str) -> None:
    assert is_plausible(*at(text))


@pytest.mark.parametrize("text", ["{2012-01-02 08}", "{1234567}", "{123 456 789}", "{1 2 3 4 5 6}", "call {123456}"])
def test_the_first_look_at_a_chain_spares_others(text: str) -> None:
    assert not is_plausible(*at(text))


@pytest.mark.parametrize(("text", "whole"), [
    ("+{49 30 901820}", "+49 30 901820"), ("(+49) {30 901820}", "(+49) 30 901820"), ("({030) 901820}", "(030) 901820"),
    ("{030 901820} ext. 22", "030 901820 ext. 22"), ("{030 901820} x22", "030 901820 x22"),
    ("{07430 - 1.800.914.8138}", "1.800.914.8138"), ("{02919. (800) 942-8300}", "(800) 942-8300"),
    ("{(030 901820}", "030 901820"), ("{(030 901820})", "030 901820"), ("({030 901820})", "030 901820"),
])  # fmt: skip
def test_what_belongs_to_a_number(text: str, whole: str) -> None:
    text, start, end = at(text)
    assert text[slice(*full_span(text, start, end))] == whole


@pytest.mark.parametrize(("size", "table"), [(80, False), (81, True)])
def test_a_chain_of_more_than_eighty_characters_is_a_table(size: int, table: bool) -> None:
    text = ("12 " * 50)[:size].rstrip().ljust(size, "3")
    assert in_table(f"a {text} b", 2 + size // 2 // 3 * 3) == table


@pytest.mark.parametrize(("text", "marks", "joined"), [
    ("{12}3", ".", True), ("1{23}", ".", True), ("4.{12}", ".", True), ("{12}.4", ".", True),
    ("{12}. Then", ".", False),
    ("a-{12}", "-", True), ("a-{12}", ".", False), (" -{12}", "-", False), ("x.{(12)}", ".", False),
])  # fmt: skip
def test_joined_to_other_digits(text: str, marks: str, joined: bool) -> None:
    assert joined_to_digits(*at(text), marks) == joined


@pytest.mark.parametrize(("text", "inside"), [
    ("http://e.org/{123}", True), ("www.{123}", True), ("a?b={123}", True), ("({123})", False),
    ("e.org {123} a=b", False),
])  # fmt: skip
def test_inside_a_url(text: str, inside: bool) -> None:
    assert in_url(*at(text)) == inside


@pytest.mark.parametrize(("text", "american", "touched"), [
    ("a{123}", False, True), ("{123}a", False, True), ("電{123}話", False, False), ("Tollfree{123}", True, False),
    ("1a{123}", True, True), ("{123}directions", True, False), ("{+123}a", False, False),
])  # fmt: skip
def test_letters_that_touch_a_number(text: str, american: bool, touched: bool) -> None:
    assert touches_letter(*at(text), american) == touched
