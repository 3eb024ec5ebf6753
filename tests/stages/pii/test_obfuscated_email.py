"""E-mail addresses that are spelt out, or with something stuck to them."""

import re

import pytest

from stages.pii.obfuscated_email import FIRST_LOOK, obfuscated_emails

FOUND = [
    ("kim@corp.com", "kim@corp.com"), ("kim@corp.comPhone: 1", "kim@corp.com"), ("kim@corp.co.uk", "kim@corp.co.uk"),
    ("kim@beispiel.de.Danke", "kim@beispiel.de"), ("kim (at) corp (dot) com", "kim (at) corp (dot) com"),
    ("kim[at]corp[dot]com", "kim[at]corp[dot]com"), ("kim {at} corp.com", "kim {at} corp.com"),
    ("kim at corp dot com", "kim at corp dot com"), ("kim AT corp DOT com", "kim AT corp DOT com"),
    ("kim_at_corp_dot_com", "kim_at_corp_dot_com"), ("kim@corp dot com", "kim@corp dot com"),
    ("kim dot lee at corp dot com", "kim dot lee at corp dot com"), ("Email: kim @ corp.com", "kim @ corp.com"),
    ("kim at mail.corp dot com", "kim at mail.corp dot com"), ("kim arroba corp", None), ("kim @ corp.com", None),
    ("worked at the dot com", None), ("f(a)x.to", None), ("user@localhost", None), ("kim@corp.nosuchtld", None),
    ("a" * 65 + "@corp.com", None), ("a" * 64 + "@corp.com", "a" * 64 + "@corp.com"), ("kim@-corp.com", None),
    ("kim (at) " + "a." * 130 + "com", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "address"), FOUND)
def test_forms_of_an_address(text: str, address: str | None) -> None:
    found = sorted({text[start:end] for start, end in obfuscated_emails(text)}, key=len)
    assert (found[-1] if found else None) == address


@pytest.mark.parametrize("text", [text for text, address in FOUND if address])
def test_the_first_look_lets_every_form_through(text: str) -> None:
    assert re.search(FIRST_LOOK, text)
