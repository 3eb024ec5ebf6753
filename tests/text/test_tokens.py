"""The size of texts without a model."""

import pyarrow as pa
import pytest

from text.tokens import count_pretokens


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
    ],
)
def test_pretokens(text: str | None, number: int):
    counted = count_pretokens(pa.chunked_array([pa.array([text], pa.string())]))
    assert counted.type == pa.int64() and counted.to_pylist() == [number]


def test_chunks_and_no_rows():
    assert count_pretokens(pa.chunked_array([["a b"], [None, "c"]], pa.string())).to_pylist() == [2, 0, 1]
    assert count_pretokens(pa.chunked_array([], pa.string())).to_pylist() == []
