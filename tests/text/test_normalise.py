"""The normalised text, its offsets and its tokens."""

import random
import unicodedata

import numpy as np
import pytest

from text import normalise as module
from text.normalise import fasttext_line, normalise, normalise_with_offsets

CASES = [
    ("Héllo,  Wörld — don't\tstop!\n", "hello world dont stop"),
    ("İstanbul", "istanbul"),
    ("$1,234.50 (net)", "123450 net"),
    ("soft\u00adhyphen zero\u200bwidth", "softhyphen zerowidth"),
    ("你好，世界", "你好世界"),
    ("— ... —", ""),
    ("", ""),
    ("e\u0301t\u00e9", "ete"),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_table(text, expected):
    assert normalise(text) == expected


def strange_texts(count: int) -> list[str]:
    """Texts of letters, marks, spaces, symbols and scripts that have broken normalisers before."""
    draw = random.Random(7)
    alphabet = "aB é\u0301İΣς \t\n\u00a0\u2028\x1c—’.,$ﬁ½\u00ad한글你好กำကြ\U00020000\U0001f600\u0f77\u1f82"
    return ["".join(draw.choices(alphabet, k=draw.randrange(60))) for _ in range(count)]


@pytest.mark.parametrize("text", strange_texts(300))
def test_offsets_map_back_to_the_characters_they_come_from(text):
    plain, positions = normalise_with_offsets(text)
    assert plain == normalise(text)
    assert len(plain) == len(positions)
    assert (np.diff(positions) >= 0).all()
    for character, position in zip(plain, positions.tolist(), strict=True):
        source = text[position]
        assert source.isspace() if character == " " else character in unicodedata.normalize("NFD", source.lower() + "ς")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("one\ntwo", "one two"),
        ("a </s> b", "a   b"),
        ("</s></s>", "  "),
        ("<s> </S> s>", "<s> </S> s>"),
        ("a\tb\u00a0c  d", "a\tb\u00a0c  d"),
        ("", ""),
    ],
)
def test_the_line_that_fasttext_reads(text, line):
    assert fasttext_line(text) == line


def test_what_is_removed_and_what_stays(monkeypatch):
    """A character of each category, asked for the first time: the table of the process may know it already."""
    monkeypatch.setattr(module, "_left", type(module._left)())
    kept = "aAǅʰ中٣Ⅷ²\u0903\u20dd\ue000"
    assert normalise(kept) == "aaǆʰ中٣ⅷ²\u0903\u20dd\ue000"
    assert normalise("a" + "\u0301\u00ad\u0007_-(»”!+$^©" + "b") == "ab"
    assert normalise(kept) == "aaǆʰ中٣ⅷ²\u0903\u20dd\ue000"


def test_lone_surrogates_have_their_places():
    plain, positions = normalise_with_offsets("a \ud800b")
    assert (plain, positions.tolist()) == (normalise("a \ud800b"), [0, 1, 2, 3])


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("ab", [0, 1]),
        ("  a \t b ", [2, 3, 6]),
        ("a—b", [0, 2]),
        ("a — b", [0, 1, 4]),
        ("ﬁ½é", [0, 1, 2]),
        ("İx", [0, 1]),
        ("한", [0, 0, 0]),
        ("", []),
        (" . ", []),
    ],
)
def test_positions(text, places):
    positions = normalise_with_offsets(text)[1]
    assert positions.tolist() == places
    assert positions.dtype == np.int64
