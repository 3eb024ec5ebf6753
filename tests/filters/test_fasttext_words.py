"""What our own fastText models see of a text."""

import re

import pytest

from filters.fasttext_words import lower_words, shaped_words, text_shape


def test_every_sign_stands_alone_and_no_letter_does():
    characters = [chr(code) for code in (*range(0x3100), 0xD800, *range(0x1F600, 0x1F640), 0x1D7D8, 0x10FFFF)]
    pattern = re.compile(r"([^\w\s])")
    for start in range(0, len(characters), 7):
        text = "".join(f"{c}{c}x" for c in characters[start : start + 7])
        assert lower_words(text) == " ".join(pattern.sub(r" \1 ", text.lower()).split())
    assert [lower_words(text) for text in ("", " \n", ",", ",a,")] == ["", "", ",", ", a ,"]
    assert lower_words("a\u201cb_\u00e9\u2014") == "a \u201c b_\u00e9 \u2014"


def shape(text: str) -> dict[str, int]:
    return {re.sub(r"\d", "", word[1:]): int(re.sub(r"\D", "", word)) for word in text_shape(text)}


@pytest.mark.parametrize(
    ("name", "text", "step"),
    [
        ("words", "", 0),
        ("words", "one", 1),
        ("words", "one two", 1),
        ("words", "one, two", 2),
        ("words", "a b " * 3 + "c", 3),
        ("line", "a b c\n \n\nd e f", 2),
        ("line", "a b c d e f", 2),
        ("line", "a b c d e f g", 3),
        ("line", "\n\na b\nc d\n", 1),
        ("letters", "abc d", 4),
        ("letters", "abc de", 5),
        ("letters", "abc, de.", 5),
        ("digits", "a" * 99 + "7", 2),
        ("digits", "7 ", 14),
        ("capitals", "A" + "b" * 399, 1),
        ("capitals", "A" + "b" * 400, 0),
        ("capitals", "\u00c9t\u00e9 ", 10),
        ("signs", "a , b .", 7),
        ("signs", "a b c d .", 4),
        ("ended", "Yes.\nNo", 2),
        ("ended", "Yes. \n\nNo!\n", 5),
        ("ended", "Yes. No", 0),
        ("ended", "\u201cYes.\u201d", 5),
        ("ended", "\u597d\u3002\n\u597d", 2),
    ],
)
def test_the_shape_is_told_in_steps(name, text, step):
    assert shape(text)[name] == step


@pytest.mark.parametrize(("words", "times"), [(1, 0), (35, 0), (36, 1), (104, 1), (106, 2), (700, 10)])
def test_the_shape_is_a_tenth_of_the_words_of_a_text(words, times):
    line = shaped_words("word " * words).split()
    assert line == text_shape("word " * words) * times + ["word"] * words


def test_the_shape_is_no_word_of_a_text():
    assert not set(text_shape("x")) & set(lower_words(" ".join(text_shape("x"))).split())
    assert shaped_words("") == ""
