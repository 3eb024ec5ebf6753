"""The texts of a page without references, its passages, and which of them stand in another text."""

import numpy as np
import pytest

from stages.extract.characters import traits
from stages.extract.markup import TAG, Markup
from stages.extract.text_nodes import HOLDER, INSIDE, LENGTH, RUNNING, WORDS, hash_words, node_text, passages, shared
from tests.helpers.page_blocks import markup


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ("plain", "plain"),
        ("&lt;&gt;&amp;&quot;&apos;", "<>&\"'"),
        ("a&lt;b&gt;c&amp;d&quot;e&apos;f", "a<b>c&d\"e'f"),
        ("&#10;x&#9;", "\nx\t"),
        ("&#x41;&#x7f;&#xE9;&#xe9;&#xAf;&#x7ff;", "A\x7féé\xaf\u07ff"),
        ("&#x800;&#8364;&#xFFFF;&#x10000;&#x1F600;&#x10fFFf;", "\u0800€\uffff\U00010000😀\U0010ffff"),
        ("&#128;&#127;&#2047;&#2048;&#65535;&#65536;", "\x80\x7f\u07ff\u0800\uffff\U00010000"),
        ("a<![CDATA[b &amp; <c> ]] ]> ]]>d&amp;e", "ab &amp; <c> ]] ]> d&e"),
        ("<![CDATA[]]>]]>x<![CDATA[]]]>y", "]]>x]y"),
        ("<![CDATA[a]]><![CDATA[b]]>c]]", "abc]]"),
        ("漢&#x6f22;é", "漢漢é"),
    ],
)
def test_a_text_is_read_without_references(xml: str, text: str):
    source, out = np.frombuffer(f"<<{xml}<<".encode(), np.uint8), np.zeros(100, np.uint8)
    size = node_text(source, 2, len(source) - 2, out)
    assert out[:size].tobytes().decode() == text


def found(body: str) -> tuple[Markup, np.ndarray]:
    page = markup(body)
    return page, passages(page)


@pytest.mark.parametrize(
    ("text", "length", "running"),
    [
        ("x" * 25, 25, 25),
        ("x" * 12 + " " + "y" * 12, 25, 25),
        (" \n " + "x" * 25 + "  ", 30, 25),
        ("x" * 12 + "   " + "y" * 12, 27, 25),
        ("漢" * 25, 25, 25),
        ("\u00a0\u00a0".join("abcdefghi"), 25, 17),  # for XPath only the blanks of ASCII are some
        (" \u00a0".join("abcdefghijkl"), 34, 23),
    ],
)
def test_a_passage_is_longer_than_a_label(text: str, length: int, running: int):
    page, rows = found(f"<p>{text}</p>")
    assert rows[:, LENGTH].tolist() == [length] and rows[:, RUNNING].tolist() == [running]
    assert page.tags[rows[0, HOLDER]] == TAG["p"]


@pytest.mark.parametrize(
    "text",
    [
        "x" * 24, "x" * 12 + " " + "y" * 11, " " * 30, "\u00a0" * 30, "\u00a0\u00a0".join("abcdefgh"), "漢" * 24,
        "   " + "x" * 24 + "   ", "&#65;" * 24, "x" * 12 + "    " + "y" * 11,
    ],
)  # fmt: skip
def test_a_label_is_no_passage(text: str):
    assert len(found(f"<p>{text}</p>")[1]) == 0


def test_only_blanks_of_unicode_are_no_passage():
    assert len(found(f"<p>{chr(0xA0) * 40}</p>")[1]) == 0


def test_passages_stand_in_the_element_around_them():
    long = "a passage that is long enough"
    page, rows = found(f"<div>{long}<b>{long}</b>{long}<br>short</div><i>{long}</i>")
    assert [page.tags[holder] for holder in rows[:, HOLDER]] == [TAG[tag] for tag in ("div", "b", "div", "i")]


@pytest.mark.parametrize("tag", ["script", "style", "noscript", "template"])
def test_what_is_not_shown_is_no_passage(tag: str):
    long = "a passage that is long enough"
    _, rows = found(f"<p>{long}</p><{tag}>{long}</{tag}><p>{long}</p>")
    assert len(rows) == 2


def test_the_inside_of_a_passage_is_up_to_four_words_without_both_ends():
    def inside(text: str) -> tuple[int, int]:
        row = found(f"<p>{text}</p>")[1][0]
        return int(row[WORDS]), int(row[INSIDE])

    assert [inside(" ".join(["verylongword"] * count))[0] for count in (3, 4, 5, 6)] == [3, 4, 4, 4]
    four = inside("meadows coppers windows winters")
    assert four == inside(" meadows  coppers\nwindows winters ") == inside("meadows coppers windows winters not")
    assert (
        four == inside("x meadows coppers windows winters y") == inside("z meadows coppers windows winters and so on")
    )
    assert four not in (inside("x meadows coppers windows winters"), inside("meadows windows coppers winters"))
    assert inside("lanterns meadows and coppers") != inside("lanternsmeadows and coppers it")


def test_the_words_of_a_text_are_hashed_one_by_one():
    def hashes(text: str) -> list[int]:
        words = np.zeros(20, np.uint64)
        return words[: hash_words(np.frombuffer(text.encode(), np.uint8), traits(), words)].tolist()

    one, two, three = hashes("one two 漢")
    assert len({one, two, three}) == 3
    assert hashes("  two\u00a0one\n漢 ") == [two, one, three]
    assert hashes("onetwo") not in ([one], [two]) and hashes("eno") != [one]


def shared_sizes(body: str, text: str, slots: int = 64) -> dict[str, int]:
    """The characters of passages that stand in a text too, by the tags of the elements that they stand in."""
    page, rows = found(body)
    sizes = np.zeros(len(page.tags), np.int64)
    written = np.frombuffer(text.encode(), np.uint8)
    shared(rows, written, traits(), sizes, np.zeros(len(written) + 1, np.uint64), np.zeros(slots, np.uint64))
    names = {number: tag for tag, number in TAG.items()}
    return {names[page.tags[place]]: int(size) for place, size in enumerate(sizes) if size}


def test_what_a_text_shares_with_a_page_is_counted_by_element():
    body = (
        "<p>one two three four five six seven</p><i>eight nine ten eleven twelve thirteen</i>"
        "<b>averyveryverylongwordaloneb</b><u>two long-ish words-of-three</u>"
    )
    assert shared_sizes(body, "and two three four five and so on") == {"p": 33}
    assert shared_sizes(body, "nine ten eleven twelve, nine ten eleven, twelve") == {}
    assert shared_sizes(body, "x nine ten eleven twelve") == {"i": 37}
    assert shared_sizes(body, "x averyveryverylongwordaloneb") == {"b": 27}
    assert shared_sizes(body, "nine ten two three") == {} and shared_sizes(body, "words") == {}


def test_two_passages_of_one_element_add_up_and_full_tables_are_searched():
    long = "lanterns meadows coppers windows"
    body = f"<p>{long}<br>{long} and others</p>"
    words = " ".join(f"w{number}" for number in range(9))
    text = f"{words} {long} {words} meadows coppers windows and {words}"
    assert shared_sizes(body, text, 64) == {"p": 32 + 43}
    assert shared_sizes(body, f"{words} {long}", 16) == {"p": 32}
