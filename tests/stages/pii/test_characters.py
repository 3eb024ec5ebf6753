"""Characters of other scripts as ASCII, one for one."""

from stages.pii.characters import normalise_chars, without_invisible


def test_normalised_text_keeps_its_length_and_its_letters() -> None:
    text = "０１２ ٠١٢ १२ – — ‑ − \u202f\xa0\u3000（＋４９）＠ é 電話 𝟗 ²"
    assert normalise_chars(text) == "012 012 12 - - - -    (+49)@ é 電話 9 ²"
    assert normalise_chars("ascii") == "ascii"


def test_invisible_characters_go() -> None:
    assert without_invisible("ki\u200bm@cor\xadp\ufeff.com\u2060 é") == "kim@corp.com é"
    assert without_invisible("ascii") == "ascii"
