"""The normalised text, its offsets and its tokens."""

import random
import unicodedata

import numpy as np
import pytest

from dedup import normalise as module
from dedup.normalise import normalise, normalise_with_offsets, pieces, token_hash, token_hashes, tokens_with_offsets

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
    for character, position in zip(plain, positions.tolist()):
        source = text[position]
        assert source.isspace() if character == " " else character in unicodedata.normalize("NFD", source.lower() + "ς")


@pytest.mark.parametrize("text", strange_texts(300))
def test_tokens_and_their_spans(text):
    hashes, starts, ends = tokens_with_offsets(text)
    assert np.array_equal(hashes, token_hashes(text))
    assert [token_hash(text[a:b]) for a, b in zip(starts, ends)] == hashes.tolist()
    assert (starts < ends).all() and (starts[1:] >= ends[:-1]).all()


def test_equal_normalised_words_are_equal_tokens():
    assert np.array_equal(token_hashes("It’s a Café."), token_hashes("ITS  A\nCAFE"))
    assert len(token_hashes("it is")) == 2


def test_scripts_without_spaces_give_a_token_a_character():
    assert pieces("中文abc ไทย") == ["中", "文", "abc", "ไ", "ท", "ย"]
    assert len(token_hashes("中文，abc")) == 3


@pytest.mark.parametrize("text", ["ab, cd " * 40, "中文" * 60, "中 文abc" * 30, "x" * 100, "\n" * 50])
def test_long_texts_are_split_in_blocks_and_give_the_same_tokens(text, monkeypatch):
    whole = tokens_with_offsets(text)
    monkeypatch.setattr(module, "BLOCK", 7)
    assert len(list(module.blocks(text))) > (1 if len(set(text)) > 1 else 0)
    assert "".join(block for _, block in module.blocks(text)) == text
    for left, right in zip(whole, tokens_with_offsets(text), strict=True):
        assert np.array_equal(left, right)
    assert np.array_equal(whole[0], token_hashes(text))
