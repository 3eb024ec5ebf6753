"""The kernels on word numbers against the same thing said in strings."""

import random
from collections import Counter

import numpy as np
import pytest

from filters import repeats
from pipeline.doc import Doc


def repeated(words: list[str], n: int) -> int:
    seen, characters, at = set(), 0, 0
    while at <= len(words) - n:
        gram = "".join(words[at : at + n])
        if gram in seen:
            characters, at = characters + len(gram), at + n
        else:
            seen.add(gram)
            at += 1
    return characters


def top(words: list[str], n: int) -> int:
    grams = Counter(" ".join(words[k : k + n]) for k in range(len(words) - n + 1))
    gram, count = grams.most_common(1)[0] if grams else ("", 0)
    return len(gram) * count


@pytest.mark.parametrize("seed", range(60))
def test_n_grams(seed):
    """Few words with joins in common ("a" + "b" is "ab"), so that repeats and ties are many."""
    draw = random.Random(seed)
    words = draw.choices(["a", "b", "ab", "ba", "aab", "é", "一"], k=draw.randint(0, 200))
    grams = repeats.NGrams(Doc(" ".join(words), splitter=str.split))
    for n in range(1, 11):
        assert grams.repeated(n) == repeated(words, n)
        assert grams.top(n) == top(words, n)


def test_joining_words_joins_their_hashes():
    grams = repeats.NGrams(Doc("ab c abc a bc", splitter=str.split))
    assert grams.joined(2, spaces=False)[0] == repeats.rolling("abc") == grams.joined(2, spaces=False)[3]
    assert len(np.unique(grams.joined(2, spaces=True))) == 4


@pytest.mark.parametrize(
    ("one", "other"), [("ab", "c"), ("", "x"), ("x", ""), ("你好", "\U00020000a"), ("a" * 40, "b" * 40)]
)
def test_the_hash_of_a_whole_follows_from_those_of_its_parts(one, other):
    grams = repeats.NGrams(Doc("", splitter=lambda text: [one, other]))
    assert grams.joined(2, spaces=False).tolist() == [repeats.rolling(one + other)]
    assert repeats.rolling("ab") == (97 * 0x9E3779B97F4A7C15 + 98) % 2**64
    assert grams.shifts.tolist() == [0x9E3779B97F4A7C15 ** len(word) % 2**64 for word in (one, other)]


def test_duplicates():
    assert repeats.duplicates(["a", "bb", "a", "bb", "bb", ""]) == (3, 5)
