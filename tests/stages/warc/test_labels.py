"""Labels of charsets: what browsers mean by them, and what odd spellings can only mean."""

import codecs

import pytest

from stages.warc.labels import codec, declared_codecs, header_codec, meta_codec


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("utf-8", "utf-8"), ("UTF8", "utf-8"), ("utf_8", "utf-8"), ("utf8mb4", "utf-8"), ("cp65001", "utf-8"),
        ("latin1", "cp1252"), ("us-ascii", "cp1252"), ("ISO_8859_1", "cp1252"), ("iso8859-1", "cp1252"),
        ("8859-2", "iso8859-2"), ("iso-8859-8-i", "iso8859-8"), ("iso-8859-9", "cp1254"), ("ISO8859_15", "iso8859-15"),
        ("windows-1251", "cp1251"), ("win1251", "cp1251"), ("cp-1251", "cp1251"), ("windows-cp1251", "cp1251"),
        ("x-cp1250", "cp1250"), ("1257", "cp1257"), ("koi8", "koi8-r"), ("KOI8_U", "koi8-u"), ("ibm866", "cp866"),
        ("cp850", "cp850"), ("cp437", "cp437"), ("x-mac-cyrillic", "mac-cyrillic"), ("x-mac-ce", "mac-latin2"),
        ("x-mac-turkish", "mac-turkish"), ("x-mac-greek", "mac-greek"), ("macIcelandic", "mac-iceland"),
        ("cp1125", "cp1125"), ("macintosh", "mac-roman"),
        ("cp949", "cp949"), ("ms949", "cp949"), ("euckr", "cp949"), ("ks_c_5601-1987", "cp949"), ("UHC", "cp949"),
        ("windows-949", "cp949"), ("korean", "cp949"), ("johab", "johab"),
        ("shift-jis", "cp932"), ("x-sjis", "cp932"), ("sjis-win", "cp932"), ("Windows-31J", "cp932"),
        ("euc-jp", "euc_jis_2004"), ("eucJP-win", "euc_jis_2004"), ("ujis", "euc_jis_2004"),
        ("iso-2022-jp", "iso2022_jp_ext"), ("jis", "iso2022_jp_ext"), ("iso-2022-kr", "iso2022_kr"),
        ("hz-gb-2312", "hz"),
        ("GB2312", "gb18030"), ("gb_2312-80", "gb18030"), ("cp936", "gb18030"), ("big-5", "big5hkscs"),
        ("cp950", "big5hkscs"), ("tis-620", "cp874"), ("windows-874", "cp874"), ("iso-8859-11", "cp874"),
    ],
)  # fmt: skip
def test_labels_and_their_codecs(label, name):
    assert codec(f" {label} ") == name
    assert codecs.lookup(name)


def test_words_that_are_no_labels():
    words = (
        "",
        None,
        "none",
        "unicode_escape",
        "base64",
        "rot13",
        "utf-7",
        "idna",
        "1234",
        "x-user-defined",
        "replacement",
    )
    assert [codec(word) for word in words] == [None] * len(words)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("text/html; charset=windows-1251", "cp1251"),
        ('text/html;Charset = "ISO-8859-5" ', "iso8859-5"),
        ("text/html; charset='koi8-r'", "koi8-r"),
        ("text/html; charset=“koi8-r”", "koi8-r"),
        ("text/html; charset: utf 8", "utf-8"),
        ("text/html; charset=utf-8, text/html", "utf-8"),
        ("text/html; charset=utf-8;charset=windows-1251", "utf-8"),
        ("text/html; charset=windows-1251 windows-1251", "cp1251"),
        ("text/html; charset=", None),
        ("text/html; charset=none", None),
        ("text/html", None),
        ("", None),
        ("x" * 9999, None),
    ],
)
def test_headers(header, name):
    assert header_codec(header) == name


@pytest.mark.parametrize(
    ("page", "name"),
    [
        (b'<meta charset="windows-1251">', "cp1251"),
        (b"<meta charset = ms949 />", "cp949"),
        (b"<META HTTP-EQUIV='Content-Type' CONTENT='text/html; charset=Big5'>", "big5hkscs"),
        (b"<meta content=\"text/html; charset='koi8-r'\" http-equiv=content-type>", "koi8-r"),
        (b"<meta http-equiv=Content-Type content=text/html;charset=iso-8859-2>", "iso8859-2"),
        (b"<meta name=Content-Type content='text/html; charset=tis-620'>", "cp874"),
        (b"<meta charset='text/html; charset=gbk'>", "gb18030"),
        (b"<meta charset=\x93windows-1253\x94>", "cp1253"),
        (b"<meta name=x><meta charset=nonsense><meta charset = euc-kr >", "cp949"),
        (b"<meta name=description content='the word charset=koi8-r in a text'>", None),
        (b'<?xml version="1.0" encoding="EUC-KR"?><html>', "cp949"),
        (b'<p><?xml version="1.0" encoding="EUC-KR"?>', None),
        (b"<meta charset=utf-16>", "utf-8"),
        (b"<p>charset=utf-8", None),
        (b" " * 60_000 + b'<meta charset="utf-8">', "utf-8"),
        (b" " * 70_000 + b'<meta charset="utf-8">', None),
        (b"<meta " * 9000, None),
    ],
)
def test_pages(page, name):
    assert meta_codec(page) == name


def test_a_header_comes_before_its_page():
    page = b"<meta charset=koi8-r>"
    assert declared_codecs(page, "text/html; charset=windows-1251") == ["cp1251", "koi8-r"]
    assert declared_codecs(page, "text/html") == ["koi8-r"]
    assert declared_codecs(b"", "") == []
