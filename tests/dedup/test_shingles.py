"""Pages as sets of n-grams: which windows of tokens there are, and when two are equal."""

import numpy as np
import pyarrow as pa

from dedup.shingles import shingled
from dedup.tokens import Tokens
from pipeline.kernels import mix64_kernel


def letters(texts: pa.Array) -> Tokens:
    """A token a letter, its code as its hash."""
    codes = [[ord(letter) for letter in text if letter != " "] for text in texts.to_pylist()]
    hashes = np.array([code for text in codes for code in text], np.uint64)
    return Tokens(hashes, hashes, hashes, np.cumsum([0, *map(len, codes)]))


def test_shingles_of_short_and_empty_pages():
    texts = pa.array(["a b c", "", None, "A, B c!", "a b c d e f", "b c"])
    shingles, starts = shingled(texts)
    assert starts.tolist() == [0, 1, 1, 1, 2, 4, 5]
    assert shingles[0] == shingles[1]  # equal when normalised
    assert len(set(shingles.tolist())) == 4


def test_shingles_are_hashes_of_all_windows_in_order():
    shingles, _ = shingled(pa.array(["x y z x y z w", "z y x"]), 3)
    assert len(shingles) == 6 and shingles[0] == shingles[3] and len(set(shingles.tolist())) == 5


def test_five_tokens_unless_told_otherwise():
    shingles, starts = shingled(pa.array(["a b c d e f g"]))
    assert starts.tolist() == [0, 3] and len(shingles) == 3


def test_shingles_of_other_tokens():
    shingles, starts = shingled(pa.array(["a b c", "c b a"]), 2, letters)
    assert starts.tolist() == [0, 2, 4] and len(set(shingles.tolist())) == 4


def test_a_short_page_is_not_the_beginning_of_a_long_one():
    """The number of tokens is part of the hash."""
    shingles, _ = shingled(pa.array(["\x00 a", "a"]), 2, letters)
    assert shingles[0] != shingles[1]


def test_a_shingle_is_a_mixed_polynomial_of_its_tokens():
    golden, value = 0x9E3779B97F4A7C15, 2
    for letter in "ab":
        value = (value * golden + ord(letter)) % 2**64
    assert shingled(pa.array(["ab"]), 2, letters)[0].tolist() == [int(mix64_kernel(np.uint64(value)))]


def test_the_mixer_is_splitmix64():
    assert mix64_kernel(np.uint64(0x9E3779B97F4A7C15)) == 0xE220A8397B1DCDAF  # its first output from seed 0
