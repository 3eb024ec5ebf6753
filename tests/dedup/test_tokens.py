"""Fast tokens of a column are the words of the normalised text, and stand where the text has them."""

import re
import unicodedata

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dedup.tokens import alphabet, word_tokens
from text.normalise import normalise
from text.scripts import UNSPACED


def plain_words(text: str) -> list[str]:
    """What `word_tokens` should see: the normalised text, cut at spaces and around characters of unspaced scripts."""
    return re.findall(f"[{UNSPACED}]|[^ {UNSPACED}]+", normalise(text).replace("ς", "σ"))


def same(texts: list[str]) -> None:
    """Tokens are as many as the plain words, and equal where they are."""
    tokens, plain = word_tokens(pa.array(texts)), [plain_words(text) for text in texts]
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
    tokens = word_tokens(pa.array([text]))
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
    tokens = word_tokens(column)
    assert tokens.bounds.tolist() == [0, 0, 0, 3]
    assert (tokens.hashes == word_tokens(pa.array(["c d e"])).hashes).all()
    assert word_tokens(pa.array([], pa.string())).bounds.tolist() == [0]


def test_every_code_point_has_one_kind_and_form():
    kinds, at, folds = alphabet()
    assert len(kinds) == 0x110000 and len(at) == 0x110001 and at[-1] == len(folds)
    assert (np.diff(at)[kinds == 0] == 0).all() and (np.diff(at)[(kinds == 1) | (kinds == 2)] > 0).all()


# Letters of scripts that are written without spaces: the first and the last of each range, and a few between.
ALONE = """\u0e01 \u0e2e \u0e81 \u0edf \u1000 \u103f \u1090 \u1780 \u17b3 \u17e9 \u17f9 \u3042 \u3093 \u30a2
    \u30ff \u31f0 \uff71 \u3005 \u3400 \u4db5 \u4e00 \u9fa5 \uf900 \ufad9
    \U00020000 \U0002a6d6 \U0002f800 \U00030000""".split()
# Letters beside those ranges, of scripts with spaces between words.
TOGETHER = """\u0d06 \u0f40 \u0fb0 \u10a0 \u10d0 \u1760 \u1770 \u1820 \u1840 \u3131 \u3163 \ua000
    \uac00 \uf8ff \ufb13""".split()


@pytest.mark.parametrize("letter", ALONE)
def test_a_letter_of_a_script_without_spaces_is_a_token(letter):
    tokens = word_tokens(pa.array([f"ab{letter}{letter}cd"]))
    assert len(tokens.hashes) == 4 and tokens.hashes[1] == tokens.hashes[2]
    assert tokens.starts.tolist() == [0, 2, 3, 4]


@pytest.mark.parametrize("letter", TOGETHER)
def test_letters_of_other_scripts_make_words(letter):
    assert len(word_tokens(pa.array([f"ab{letter}{letter}cd"])).hashes) == 1


def test_a_word_ends_with_its_punctuation():
    """A span of tokens begins and ends where a reader would cut: after the full stop, before an opening quote."""
    tokens = word_tokens(pa.array(['Say "yes." Then (go)', "... dots"]))
    pieces = list(zip(tokens.starts.tolist(), tokens.ends.tolist(), strict=True))
    assert pieces == [(0, 3), (4, 10), (11, 15), (16, 20), (4, 8)]
    assert tokens.bounds.tolist() == [0, 4, 5]


def test_types_of_the_arrays():
    tokens = word_tokens(pa.array(["a b"]))
    assert [array.dtype.name for array in tokens] == ["uint64", "int32", "int32", "int64"]


def test_a_hash_is_of_the_letters_alone():
    one, other = word_tokens(pa.array(["Ab ab AB, aB ab"])), word_tokens(pa.array(["ab ba abc a b"]))
    assert len(set(one.hashes.tolist())) == 1 and one.hashes[0] == other.hashes[0]
    assert len(set(other.hashes.tolist())) == 5
    state = 0x9E3779B97F4A7C15
    for letter in "ab":
        state = (state ^ ord(letter)) * 0x9E3779B97F4A7C15 % 2**64
        state ^= state >> 29
    assert one.hashes[0] == state
