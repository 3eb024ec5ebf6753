"""The size of texts without a model."""

import random

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from text.tokens import PRETOKEN, count_pretokens


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (None, 0),
        ("", 0),
        (" \n\t", 0),
        ("word", 1),
        ("two words", 2),
        ("don't stop...", 5),
        ("abc123def", 3),
        ("1,000.50 €", 6),
        ("naïve Ελληνικά слова", 3),
        ("我们在北京", 5),
        ("ひらがな", 4),
        ("カタカナ", 4),
        ("한국어 문장", 2),
        ("mixed 漢字 text", 4),
        ("a - b -- c", 5),
        ("漢abc", 2),
        ("abc漢字", 1),
        ("漢字abc漢", 3),
        ("5〇〇", 1),
        ("〇〇5", 3),
        ("々ーカ", 2),
        ("a\u00a0b\x0bc", 5),
        ("\U0001f600\U000e0100\U0010ffff", 1),
    ],
)
def test_pretokens(text: str | None, number: int):
    counted = count_pretokens(pa.chunked_array([pa.array([text], pa.string())]))
    assert counted.type == pa.int64() and counted.to_pylist() == [number]


def test_chunks_and_no_rows():
    assert count_pretokens(pa.chunked_array([["a b"], [None, "c"]], pa.string())).to_pylist() == [2, 0, 1]
    assert count_pretokens(pa.chunked_array([], pa.string())).to_pylist() == []


def test_counts_are_those_of_the_expression():
    draw = random.Random(7)
    codes = [
        *range(1, 0x250),
        *range(0x370, 0x700),
        *range(0x2000, 0x2100),
        *range(0x3000, 0x3100),
        *range(0x4E00, 0x4E40),
    ]
    codes += [0x1F600, 0x20000, 0xE0100, 0x2E80, 0xAC00, 0x3192, 0x32C0] * 20
    texts = ["".join(chr(draw.choice(codes)) for _ in range(draw.randrange(30))) for _ in range(5_000)]
    expected = pc.count_substring_regex(pa.array(texts), PRETOKEN).to_pylist()
    assert count_pretokens(pa.chunked_array([texts])).to_pylist() == expected
