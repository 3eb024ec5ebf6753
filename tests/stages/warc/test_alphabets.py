"""Alphabets: letters that a language has together, and the charset that makes such letters."""

import pytest

from stages.warc.alphabets import fits_alphabet, fitting_charset


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("plain", True), ("Gęślą jaźń", True), ("Şişli, İstanbul", True), ("¿Qué? ¡Año!", True), ("þorn", True),
        ("Þarký çið", False), ("Ąá", False), ("ß and ş", False), ("дождь", False),
    ],
)  # fmt: skip
def test_letters_of_one_alphabet(text, fits):
    assert fits_alphabet(text) == fits


def test_what_was_found_stays_unless_its_letters_are_of_no_alphabet():
    turkish = "şarkı, çiğ".encode("cp1254")
    assert fitting_charset(turkish, "cp1252", ("cp1252", "cp1250", "cp1254")) == "cp1254"
    assert fitting_charset(turkish, "cp1252", ("cp1252", "cp1250")) == "cp1252"
    assert fitting_charset("façon, où".encode("cp1252"), "cp1250", ("cp1252", "cp1250")) == "cp1252"
    assert fitting_charset("süd".encode("cp1252"), "cp1250", ("cp1252", "cp1250")) == "cp1250"
