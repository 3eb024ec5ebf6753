"""Charsets: bytes before labels, and no page lost."""

import random
import time

import pytest

from stages.warc.charset import decodes, is_mostly_utf8, label_fits, resolve_charset

RUSSIAN = "Съешь же ещё этих мягких французских булок, да выпей чаю. " * 8
JAPANESE = "色は匂へど散りぬるを我が世誰ぞ常ならむ。有為の奥山今日越えて、浅き夢見じ酔ひもせず。" * 8
CHINESE = "天地玄黄，宇宙洪荒。日月盈昃，辰宿列张。寒来暑往，秋收冬藏。闰余成岁，律吕调阳。" * 8
KOREAN = "키스의 고유조건은 입술끼리 만나야 하고 특별한 기술은 필요치 않다. " * 8
GERMAN = "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich – „schön“. " * 8
POLISH = "Zażółć gęślą jaźń. Pchnąć w tę łódź jeża lub ośm skrzyń fig. " * 8
GREEK = "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία. Τάχιστη αλώπηξ βαφής ψημένη γη. " * 8


def decode(raw: bytes, content_type: str = "") -> tuple[str, str]:
    name = resolve_charset(raw, content_type)
    return raw.decode(name, "replace").removeprefix("\ufeff"), name


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
        ("", b"\x81\x8d", "cp1252"),
    ],
)
def test_names(header, raw, name):
    assert resolve_charset(raw, header) == name


SHORT = {
    "cp1250": "V pondělí je knihovna zavřená, ale od úterý si může každý vypůjčit, co chce.",
    "iso8859-2": "W sobotę o świcie rybacy wyszli w morze, choć wiał silny wiatr i padał śnieg.",
    "cp1251": "В субботу утром рыбаки вышли в море, хотя дул сильный ветер.",
    "koi8-r": "Каждую осень листья в парке становятся жёлтыми и красными.",
    "iso8859-5": "Поезд опоздал на два часа, и мы пили чай на вокзале.",
    "cp866": "Поезд опоздал на два часа, и мы пили чай на вокзале.",
    "cp1252": "Samedi matin, les pêcheurs sont partis en mer malgré la tempête annoncée.",
    "cp1253": "Το Σάββατο το πρωί οι ψαράδες βγήκαν στη θάλασσα με δυνατό άνεμο.",
    "cp1254": "Cumartesi sabahı balıkçılar güçlü rüzgâra rağmen denize açıldı ve akşam döndü.",
    "cp1255": "בשבת בבוקר יצאו הדייגים לים למרות הרוח החזקה.",
    "cp1256": "خرج الصيادون إلى البحر صباح السبت على الرغم من الرياح القوية.",
    "cp1257": "Šeštadienio rytą žvejai išplaukė į jūrą, nors pūtė stiprus vėjas.",
    "cp874": "เช้าวันเสาร์ชาวประมงออกทะเลแม้ว่าลมจะแรงมาก",
    "cp949": "토요일 아침 어부들은 강한 바람에도 바다로 나갔습니다.",
    "cp932": "土曜日の朝、漁師たちは強い風の中を海へ出ていきました。",
    "euc_jp": "土曜日の朝、漁師たちは強い風の中を海へ出ていきました。",
    "gb18030": "星期六早上，渔民们冒着大风出海了，傍晚才回来。",
    "big5": "星期六早上，漁民們冒著大風出海了，傍晚才回來。",
    "iso2022_jp": "土曜日の朝、漁師たちは強い風の中を海へ出ていきました。",
    "utf-16-le": "土曜日の朝、漁師たちは強い風の中を海へ出ていきました。",
    "utf-16-be": "Το Σάββατο το πρωί οι ψαράδες βγήκαν στη θάλασσα.",
    "utf-16": "Каждую осень листья в парке становятся жёлтыми.",
}


@pytest.mark.parametrize("written", SHORT)
def test_a_sentence_without_a_label_is_read(written):
    decoded, _ = decode(page(SHORT[written], written), "text/html")
    assert SHORT[written] in decoded


@pytest.mark.parametrize("written", [name for name in SHORT if not name.startswith("utf")])
def test_a_sentence_that_is_falsely_called_utf8_is_read(written):
    decoded, _ = decode(page(SHORT[written], written, "utf-8"), "text/html; charset=utf-8")
    assert SHORT[written] in decoded


@pytest.mark.parametrize("other", ["windows-1251", "iso-8859-1", "shift_jis", "windows-1253", "iso-8859-2"])
@pytest.mark.parametrize(
    ("written", "label"),
    [("cp1250", "windows-1250"), ("koi8-r", "koi8-r"), ("big5", "big5"), ("cp949", "euc-kr"), ("cp1256", "cp1256")],
)
def test_of_a_header_and_a_meta_tag_that_differ_the_one_that_fits_counts(written, label, other):
    for header, tag in ((label, other), (other, label)):
        decoded, _ = decode(page(SHORT[written], written, tag), f"text/html; charset={header}")
        assert SHORT[written] in decoded


def test_other_scripts_overrule_a_label_for_western_text():
    for written in ("cp1251", "cp1253", "cp949", "cp932", "gb18030", "cp1255"):
        assert SHORT[written] in decode(page(SHORT[written], written, "iso-8859-1"))[0]
    for words in (GERMAN, SHORT["cp1252"], "Vëllezërit janë këtu, por nëna është në shtëpi me të vëllanë. " * 9):
        assert resolve_charset(page(words, "cp1252", "iso-8859-1")) == "cp1252"
    # Few bytes are no reason: these are signs and quotes.
    assert resolve_charset(page("“ ” – ©®™ «»", "cp1252", "iso-8859-1")) == "cp1252"


def test_a_language_that_detection_does_not_know_is_western():
    words = "Vëllezërit janë këtu, por nëna është në shtëpi me të vëllanë e saj. " * 9  # Albanian
    assert resolve_charset(page(words, "cp1252")) == "cp1252"


FRENCH = "L'été dernier, la forêt brûla ; les élèves de l'école espèrent qu'elle repoussera à côté du château."


@pytest.mark.parametrize(
    ("stray", "tag", "is_read"),
    [(1, "utf-8", True), (1, "", True), (4, "", False), (9, "utf-8", True), (20, "utf-8", False)],
)
def test_stray_bytes_do_not_make_utf8_another_charset(stray, tag, is_read):
    """Declared UTF-8 wins while more of it is valid than not, and undeclared while four times as much is."""
    good = sum(letter > "\x7f" for letter in FRENCH)
    assert good == 12
    raw = page(FRENCH, "utf-8", tag) + b" mot cass\xe9" * stray
    assert (FRENCH in decode(raw, "text/html; charset=utf-8" if tag else "")[0]) == is_read


def test_the_limits_of_utf8_with_defects():
    char, defect = "é".encode(), b"\xe9 "
    assert is_mostly_utf8(char * 5 + defect * 4, declared=True)
    assert not is_mostly_utf8(char * 4 + defect * 4, declared=True)
    assert is_mostly_utf8(char * 8 + defect * 2, declared=False)
    assert not is_mostly_utf8(char * 7 + defect * 2, declared=False)
    assert is_mostly_utf8("\ufffd".encode() + defect * 0, declared=True)  # a mark that stands in the page is no defect


def test_the_limit_of_defects_in_a_charset_that_is_named():
    korean = "토요일".encode("cp949")
    assert label_fits(korean * 3 + b"\xff", "cp949")  # one in ten
    assert not label_fits("토요일토요일토요".encode("cp949") + b"\xff", "cp949")  # one in nine
    assert not label_fits(b"caf\x81 \x8d", "iso8859-2")  # control characters are no text


def test_a_cut_character_is_no_defect():
    raw = page(GERMAN, "utf-8")
    cut = raw.rindex("ö".encode()) + 1
    assert decodes(raw[:cut], "utf-8")
    assert resolve_charset(raw[:cut]) == "utf-8"
    assert resolve_charset(b"<p>Beyonc\xe9") == "cp1252"  # the head of a character is none
    assert not decodes(raw + b"\xe9 ", "utf-8")


@pytest.mark.parametrize(
    "tag",
    [
        '<!-- <meta charset="koi8-r"> -->',
        "<script>document.write('<meta charset=\"koi8-r\">')</script>",
        "<style>/* <meta charset=koi8-r> */</style>",
        "<title>How to write <meta charset=koi8-r></title>",
        "<noscript><meta charset=koi8-r></noscript>",
        "<textarea><meta charset=koi8-r></textarea>",
    ],
)
def test_a_tag_that_is_quoted_is_not_believed(tag):
    words = SHORT["cp1251"]
    raw = f'<html><head>{tag}<meta charset="windows-1251"></head><body>{words}'.encode("cp1251")
    assert resolve_charset(raw) == "cp1251"


def test_katakana_and_numbers_in_circles_are_read():
    words = "①東京ﾄｳｷｮｳ㈱"
    assert decode(page(words, "euc_jis_2004"), "text/html; charset=euc-jp")[0].count("①") == 1
    assert words in decode(page(words, "cp932", "shift_jis"))[0]


def test_a_page_cut_in_a_character_keeps_its_charset():
    raw = page(JAPANESE, "cp932")
    cut = raw.rindex("せ".encode("cp932")) + 1
    assert resolve_charset(raw[:cut], "text/html; charset=shift_jis") == "cp932"


def test_a_few_accents_are_western():
    for text in ("Café at £50", "the “best” of it", "© 2011 Firm™"):
        assert resolve_charset(page(text, "cp1252")) == "cp1252"


@pytest.mark.parametrize("seed", range(40))
def test_any_bytes_have_a_charset_and_a_text(seed):
    dice = random.Random(seed)
    pieces = [dice.randbytes(50), b'<meta charset="%s">' % dice.choice((b"utf-8", b"gbk", b"hz", b"idna", b"\xff"))]
    raw = b"".join(dice.choices([*pieces, "ü".encode(), b"\x1b$B", b"~{", b"\0"], k=30))
    text, name = decode(raw, f"text/html; charset={dice.choice(('utf-16', 'iso-2022-jp', 'big5', '', 'x' * 9999))}")
    assert text.encode("utf-8")  # no lone surrogates
    assert raw.decode(name, "replace").removeprefix("\ufeff") == text


@pytest.mark.parametrize(
    "trap", [b"<meta " * 9000, b"<!--" * 60_000, b"<script" * 40_000, b"<" * 300_000, b"<meta a='" * 30_000]
)
def test_hostile_markup_costs_no_time(trap):
    started = time.process_time()
    resolve_charset(trap + b"\xe9" * 40 + trap)
    assert time.process_time() - started < 2


@pytest.mark.parametrize("written", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_wide_characters_are_told_by_their_mark_or_their_first_tag(written, mark):
    raw = (mark + f"<p>{CHINESE}</p>").encode(written)  # hardly any markup
    assert CHINESE in decode(raw)[0]


def test_escapes_of_hz_are_read_without_a_label():
    text = "图书馆星期一关门。"
    assert decode(page(text, "hz"))[1] == "hz" and text in decode(page(text, "hz"))[0]
    assert decode(b"<p>a shell expands ~{a,b} and ~{b1~}</p>")[1] == "utf-8"
    assert decode(page(GERMAN, "utf-8") + b"<p>~{M<Ji~}</p>")[1] == "utf-8"


def test_a_label_that_leaves_defects_gives_way_to_a_charset_without_any():
    raw = page("图书馆星期一关门，孩子们在故事室里读图画书，大人们坐在窗边看报纸。", "gb18030")
    assert "孩子们在故事室里" in decode(raw, "text/html; charset=big5")[0]
    japanese = page(JAPANESE, "cp932").replace(b"</p>", b"\xff</p>")
    assert decode(japanese, "text/html; charset=shift_jis")[1] == "cp932"  # no other charset fits better


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("cp1254", "Hoş geldiniz, iyi günler! Şarkı sözleri ve çiğ köfte."),
        ("iso8859-9", "Eğlence için şimdi çağrı yapın, ıslak günlerde dışarı çıkmayın."),
        ("cp1252", "¡Bienvenidos! Mañana habrá sol en toda la península."),
        ("cp1252", "Góðan daginn, það er gott að vera hér með þér."),
    ],
)
def test_letters_that_no_language_has_together_are_not_read(written, text):
    raw = page(text, written)
    assert text in decode(raw)[0]
