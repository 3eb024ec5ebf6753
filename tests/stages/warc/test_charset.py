"""Charsets: bytes before words, and no page lost."""

import random

import pytest

from stages.warc.charset import codec, decode, meta, resolve

RUSSIAN = "Съешь же ещё этих мягких французских булок, да выпей чаю. " * 8
JAPANESE = "色は匂へど散りぬるを我が世誰ぞ常ならむ。有為の奥山今日越えて、浅き夢見じ酔ひもせず。" * 8
CHINESE = "天地玄黄，宇宙洪荒。日月盈昃，辰宿列张。寒来暑往，秋收冬藏。闰余成岁，律吕调阳。" * 8
KOREAN = "키스의 고유조건은 입술끼리 만나야 하고 특별한 기술은 필요치 않다. " * 8
GERMAN = "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich – „schön“. " * 8
POLISH = "Zażółć gęślą jaźń. Pchnąć w tę łódź jeża lub ośm skrzyń fig. " * 8
GREEK = "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία. Τάχιστη αλώπηξ βαφής ψημένη γη. " * 8


def page(text: str, encoding: str, tag: str = "") -> bytes:
    mark = f'<meta charset="{tag}">' if tag else ""
    return f"<!DOCTYPE html><html><head>{mark}<title>x</title></head><body><p>{text}</p></body></html>".encode(encoding)


@pytest.mark.parametrize(
    ("text", "written", "header", "tag"),
    [
        (GERMAN, "utf-8", "utf-8", "utf-8"),
        (GERMAN, "utf-8", "", ""),
        (GERMAN, "utf-8", "iso-8859-1", ""),  # the commonest lie
        (GERMAN, "utf-8", "windows-1252", "latin1"),
        (GERMAN, "cp1252", "utf-8", "utf-8"),
        (GERMAN, "cp1252", "iso-8859-1", ""),
        (GERMAN, "cp1252", "", ""),
        (RUSSIAN, "cp1251", "windows-1251", ""),
        (RUSSIAN, "cp1251", "utf-8", "windows-1251"),
        (RUSSIAN, "cp1251", "utf-8", "utf-8"),
        (RUSSIAN, "cp1251", "", ""),
        (RUSSIAN, "koi8-r", "koi8-r", ""),
        (RUSSIAN, "utf-8", "windows-1251", "windows-1251"),
        (JAPANESE, "cp932", "Shift_JIS", ""),
        (JAPANESE, "cp932", "utf-8", "x-sjis"),
        (JAPANESE, "cp932", "iso-8859-1", ""),
        (JAPANESE, "euc_jp", "", "euc-jp"),
        (JAPANESE, "euc_jp", "utf-8", ""),
        (JAPANESE, "iso2022_jp", "iso-2022-jp", ""),
        (CHINESE, "gb18030", "gb2312", ""),
        (CHINESE, "gb18030", "utf-8", "gbk"),
        (CHINESE, "gb18030", "", ""),
        (CHINESE, "utf-8", "gb2312", "gb2312"),
        (KOREAN, "cp949", "ks_c_5601-1987", ""),
        (KOREAN, "cp949", "utf-8", "euc-kr"),
        (POLISH, "iso8859-2", "iso-8859-2", ""),
        (POLISH, "cp1250", "utf-8", "windows-1250"),
        (GREEK, "cp1253", "utf-8", "windows-1253"),
        (GERMAN, "utf-16", "", ""),
        (GERMAN, "utf-16-le", "", "utf-8"),
        (GERMAN, "utf-16-be", "utf-16", ""),
        (GERMAN, "utf-8-sig", "windows-1251", ""),
    ],
)
def test_the_text_is_had_whatever_is_said(text, written, header, tag):
    raw = page(text, written, tag)
    decoded, name = decode(raw, f"text/html; charset={header}" if header else "text/html")
    assert text.strip() in decoded
    assert raw.decode(name)  # Python knows the name, and it fits


@pytest.mark.parametrize(
    ("header", "raw", "name"),
    [
        ("", b"plain", "utf-8"),
        ("text/html; charset=windows-1251", b"plain", "utf-8"),
        ("text/html; charset=nonsense", "é".encode("cp1252"), "cp1252"),
        ('text/html; Charset = "ISO-8859-5"', RUSSIAN.encode("iso8859-5"), "iso8859-5"),
        ("text/html; charset=utf-7", b"+ADw-script+AD4-", "utf-8"),
        ("", b"", "utf-8"),
        ("", b"\x81\x8d\x8f", "cp1252"),
    ],
)
def test_names(header, raw, name):
    assert resolve(raw, header) == name


def test_a_few_defects_do_not_make_utf8_another_charset():
    raw = page(GERMAN * 5, "utf-8")
    assert resolve(raw[:-40] + b"\xff" + raw[-40:]) == "utf-8"
    cut = raw.rindex("ö".encode()) + 1  # in the middle of a character
    assert resolve(raw[:cut]) == "utf-8"
    assert resolve(page(GERMAN, "cp1252")) == "cp1252"


def test_a_page_cut_in_a_character_keeps_its_charset():
    raw = page(JAPANESE, "cp932")
    cut = raw.rindex("せ".encode("cp932")) + 1
    assert resolve(raw[:cut], "text/html; charset=shift_jis") == "cp932"


def test_a_few_accents_are_western():
    for text in ("Café at £50", "the “best” of it", "© 2011 Firm™"):
        assert resolve(page(text, "cp1252")) == "cp1252"


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b'<meta charset="windows-1251">', "cp1251"),
        (b"<META HTTP-EQUIV='Content-Type' CONTENT='text/html; charset=Big5'>", "big5hkscs"),
        (b'<?xml version="1.0" encoding="EUC-KR"?>', "cp949"),
        (b"<meta charset=utf-16>", "utf-8"),
        (b"<meta name=x><meta charset = tis-620 >", "cp874"),
        (b"<p>charset=utf-8", None),
        (b" " * 5000 + b'<meta charset="utf-8">', None),
        (b"<meta " * 9000, None),
    ],
)
def test_meta_tags(raw, name):
    assert meta(raw) == name


def test_labels_mean_what_browsers_mean():
    labels = {
        "latin1": "cp1252",
        "us-ascii": "cp1252",
        "GB2312": "gb18030",
        "shift-jis": "cp932",
        "iso-8859-9": "cp1254",
    }
    assert {label: codec(label) for label in labels} == labels
    assert [codec(label) for label in ("", None, "none", "unicode_escape", "base64", "rot13")] == [None] * 6


@pytest.mark.parametrize("seed", range(40))
def test_any_bytes_have_a_charset_and_a_text(seed):
    dice = random.Random(seed)
    pieces = [dice.randbytes(50), b'<meta charset="%s">' % dice.choice((b"utf-8", b"gbk", b"hz", b"idna", b"\xff"))]
    raw = b"".join(dice.choices([*pieces, "ü".encode(), b"\x1b$B", b"~{", b"\0"], k=30))
    text, name = decode(raw, f"text/html; charset={dice.choice(('utf-16', 'iso-2022-jp', 'big5', '', 'x' * 9999))}")
    assert text.encode("utf-8")  # no lone surrogates
    assert raw.decode(name, "replace").removeprefix("\ufeff") == text
