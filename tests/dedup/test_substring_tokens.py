"""Fast tokens of a column are the words of the normalised text, and stand where the text has them."""

import re
import unicodedata

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dedup.tokens import alphabet, words
from text.normalise import normalise
from text.scripts import UNSPACED


def plain_words(text: str) -> list[str]:
    """What `words` should see: the normalised text, cut at spaces and around characters of unspaced scripts."""
    return re.findall(f"[{UNSPACED}]|[^ {UNSPACED}]+", normalise(text).replace("ς", "σ"))


def same(texts: list[str]) -> None:
    """Tokens are as many as the plain words, and equal where they are."""
    tokens, plain = words(pa.array(texts)), [plain_words(text) for text in texts]
    assert np.diff(tokens.bounds).tolist() == [len(found) for found in plain]
    flat = [word for found in plain for word in found]
    pairs = set(zip(flat, tokens.hashes.tolist(), strict=True))
    assert len(pairs) == len(set(flat)) == len(set(tokens.hashes.tolist()))


@pytest.mark.parametrize(("text", "pieces"), [
    ("", []),
    (" \n\t\u3000 ", []),
    ("Hello, world!", ["Hello,", "world!"]),
    ('"Don\'t" (really) — no', ['"Don\'t"', "(really)", "no"]),
    ("你好。再见", ["你", "好。", "再", "见"]),
    ("abc漢字def", ["abc", "漢", "字", "def"]),
    ("e\u0301te\u0301 \u0301x", ["e\u0301te\u0301", "\u0301x"]),
    ("🙂 a🙂 🙂b", ["a🙂", "🙂b"]),
    ("a\u200bb a\u00adb", ["a\u200bb", "a\u00adb"]),
    ("𠀀𠀁 \U000e0041x \U0010fffdy", ["𠀀", "𠀁", "\U000e0041x", "\U0010fffdy"]),
    ("한국어 텍스트", ["한국어", "텍스트"]),
])  # fmt: skip
def test_pieces_of_the_text(text, pieces):
    tokens = words(pa.array([text]))
    assert [text[start:end] for start, end in zip(tokens.starts, tokens.ends, strict=True)] == pieces


def test_tokens_are_the_words_of_the_normalised_text():
    rng = np.random.default_rng(0)
    common = [chr(c) for c in range(0x20, 0x3000) if unicodedata.category(chr(c)) not in ("Cn", "Cs")]
    rare = [chr(c) for c in rng.integers(0x3000, 0x110000, 3000) if not 0xD800 <= c < 0xE000]
    characters = np.array([" "] * 2000 + common + rare + list("Σσς"))
    same(["".join(rng.choice(characters, 40)) for _ in range(2000)])
    same(["ΟΔΟΣ οδος οδός ΣΑΣ", "İstanbul ISTANBUL ıstanbul", "ﬁ ß ẞ Å Å"])


def test_tokens_of_real_pages(shared):
    column = pq.read_table(shared / "data/gold/gold.parquet", columns=["gold_text"])["gold_text"]
    same([text for text in column.to_pylist() if text][:300])


def test_a_slice_with_nulls_is_read_at_its_place():
    column = pa.array(["a b", None, "", "c d e", "f"]).slice(1, 3)
    tokens = words(column)
    assert tokens.bounds.tolist() == [0, 0, 0, 3]
    assert (tokens.hashes == words(pa.array(["c d e"])).hashes).all()
    assert words(pa.array([], pa.string())).bounds.tolist() == [0]


def test_every_code_point_has_one_kind_and_form():
    kinds, at, folds = alphabet()
    assert len(kinds) == 0x110000 and len(at) == 0x110001 and at[-1] == len(folds)
    assert (np.diff(at)[kinds == 0] == 0).all() and (np.diff(at)[(kinds == 1) | (kinds == 2)] > 0).all()
