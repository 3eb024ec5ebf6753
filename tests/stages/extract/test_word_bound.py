"""The bound of words before extraction: what it drops has too few, however it is read."""

import pyarrow as pa
import pytest

from pipeline.doc import Doc
from stages import extract
from stages.extract.word_bound import enough_words, most_words

WORDS = "lantern meadow copper window winter garden letter orchard silver river".split()


def page(words: int, around: str = "") -> bytes:
    text = " ".join(WORDS[number % len(WORDS)] for number in range(words))
    return f"<!DOCTYPE html><html><head><title>x</title>{around}</head><body><p>{text}</p></body></html>".encode()


def reasons(*pages: bytes, charset: str = "utf-8", least: int = 50) -> list[str | None]:
    table = pa.table({"html": pa.array(pages, pa.binary()), "charset": [charset] * len(pages)})
    return enough_words(least)(table)["reason"].to_pylist()


SHORT = "extract.enough_words:short"


def test_a_page_of_few_words_is_dropped_and_one_that_may_have_enough_stays():
    assert reasons(page(10), page(50)) == [SHORT, None]
    # A run of letters counts as two words, those of the title and the doctype too: of 21 there are 48 at most.
    assert reasons(page(21), page(22)) == [SHORT, None]
    assert reasons(page(21), least=48) == [None] and reasons(page(21), least=49) == [SHORT]


def test_scripts_and_styles_do_not_count_but_comments_do():
    many = " ".join(WORDS * 10)
    assert reasons(page(5, f"<script>{many}</script>"), page(5, f"<style>{many}</style>")) == [SHORT, SHORT]
    assert reasons(page(5, f"<!-- {many} -->")) == [None]


@pytest.mark.parametrize(
    "around",
    [
        '<script type=\'application/ld+json\'>{"articleBody": "much"}</script>',
        "<math><mi>x</mi></math>",
        "<script type='math/tex'>x</script>",
        "<ol><li>x</li></ol>",
        "<table><tr><td colspan=9>x</td></tr></table>",
    ],
)
def test_a_page_stays_when_words_may_come_from_elsewhere(around):
    assert reasons(page(5)) == [SHORT] and reasons(page(5, around)) == [None]


def test_a_script_that_is_only_spoken_of_begins_none():
    words = " ".join(WORDS * 6)
    spoken = f"<html><body><!-- <script> --><p>{words}</p><!-- </script> --></body></html>"
    quoted = f"<html><body><p title='<script>'>{words}</p><p title='</script>'>x</p></body></html>"
    assert reasons(spoken.encode(), quoted.encode()) == [None, None]


@pytest.mark.parametrize(
    "html",
    [
        '<script src="a.js"/><div>{}</div><script>x</script>',
        '<script src="a.js"/>{}<br>{}<script>x</script>',
        "<svg><style/><text>x</text></svg><div>{}</div><style>x</style>",
        "<title><script></title><div>{}</div><script>x</script>",
        "<textarea><script></textarea><div>{}</div><script>x</script>",
        "<noembed><style></noembed><div>{}</div><style>x</style>",
        "<xmp><script></xmp><div>{}</div><script>x</script>",
        "<![CDATA[<script>]]><div>{}</div><script>x</script>",
        "<div title='it's <script>'>{}</div><script>x</script>",
        "<a href=x<script>{}</a><script>x</script>",
        "<script><!-- <script></script> --></script><div>{}</div><script>x</script>",
        "<noscript><div>{}</div></noscript>",
        "<frameset><frame src=x><noframes><div>{}</div></noframes></frameset>",
        "<template><div>{}</div></template>",
        "<meta http-equiv=refresh content='0; url=/x'><div>{}</div>",
    ],
)
def test_what_parsers_show_though_it_stands_between_scripts_counts(html):
    """Words that parsers take for text, whatever looks like the begin of a script before them."""
    words = " ".join(WORDS * 6)
    assert reasons(f"<html><body>{html.format(words, words)}</body></html>".encode()) == [None]


def test_scripts_that_compare_and_have_quotes_are_passed_over():
    code = "for (var i = 0; i < n; i++) { if (a<b && b<c) { f('" + " ".join(WORDS * 6) + "'); } }"
    short = f"<html><body><script type='a'>{code}</script><STYLE\n>{code}</STYLE ><p>two words</p></body></html>"
    assert reasons(short.encode()) == [SHORT]


JAPANESE = "橋のそばで町の人々は朝に集まり古い道について長い間話し合っていた。" * 4


@pytest.mark.parametrize(
    ("charset", "text"), [("iso2022_jp_ext", JAPANESE), ("iso2022_kr", "사람들은 아침에 다리에서 만났다. " * 9),
                          ("hz", "人们早上在桥边见面谈论旧路的事情。" * 9)],
)  # fmt: skip
def test_charsets_of_seven_bits_are_read_before_they_are_counted(charset, text):
    """Their letters are letters and signs of ASCII too, so that a line may look like one long word."""
    assert reasons(f"<div>{text}</div>".encode(charset), charset=charset) == [None]
    assert reasons(f"<div>{text[:3]}</div>".encode(charset), charset=charset) == [SHORT]


@pytest.mark.parametrize("text", [JAPANESE.replace("。", ""), "ภาษาไทยไม่มีช่องว่างระหว่างคำ" * 3])
@pytest.mark.parametrize("charset", ["utf-8", "utf-16"])
def test_scripts_without_spaces_count_by_their_bytes(charset, text):
    assert reasons(f"<div>{text}</div>".encode(charset), charset=charset) == [None]


def test_alternative_text_of_images_counts_and_other_attributes_do_not():
    words = " ".join(WORDS * 6)
    assert reasons(page(5, f'<img alt="{words}">'), page(5, f'<i title="{words}">x</i>')) == [None, SHORT]


def test_bytes_that_are_no_ascii_count_each_and_wide_charsets_are_read():
    assert most_words("汉字".encode()) == 6 and most_words("汉字".encode("gb18030")) == 4
    assert most_words(b"10km of it, she can't") == 2 * 6
    assert most_words(b"") == 0 and most_words("éa".encode()) == 4
    assert reasons(page(5).decode().encode("utf-16"), page(60).decode().encode("utf-16"), charset="utf-16") == [
        SHORT,
        None,
    ]


def test_large_pages_are_not_looked_at():
    around = "<script>" + "x" * (16 << 10) + "</script>"
    assert reasons(page(5, around)) == [None]
    assert reasons(page(5, "<script>" + "x" * (15 << 10) + "</script>")) == [SHORT]


def test_no_way_of_reading_finds_more_words_than_the_bound():
    odd = "cannot gimme 10km 5am don't dunno x2y3 C++ e.g. a/b 1,000.5 U.S.A. I'm it's 3pm lemme gonna "
    html = f"<html><body><article><h1>{odd}</h1><p>{odd}</p><ul><li>{odd}</li></ul></article></body></html>".encode()
    for extractor in ("blocks", "trafilatura", "recall", "raw"):
        text = extract.text(extractor).answer(html, "utf-8", "http://a.example/").get("text", "")
        made = [word for word in Doc(text).words if any(map(str.isalnum, word))]
        assert 10 < len(made) <= most_words(text.encode()) <= most_words(html)


def test_a_table_without_rows():
    table = enough_words(50)(pa.table({"html": pa.array([], pa.binary()), "charset": pa.array([], pa.string())}))
    assert table.schema.field("reason").type == pa.string()
