"""Window hashes: equal for equal windows, different for others, and nothing over the bounds of a text."""

from itertools import pairwise

import numpy as np
import pytest

from dedup.windows import window_hashes


@pytest.mark.parametrize("n", [1, 2, 7, 50])
def test_equal_windows_and_only_they_have_equal_hashes(n):
    rng = np.random.default_rng(n)
    sizes = [0, n - 1, n, 300, 3, 300, n, 0]
    alphabet = 2 if n > 2 else 9
    tokens = rng.integers(0, 2**64, alphabet, np.uint64)[rng.integers(0, alphabet, sum(sizes))]
    bounds = np.cumsum([0, *sizes])
    hashes = window_hashes(tokens, bounds, n)
    begins = [i for low, high in pairwise(bounds) for i in range(low, high - n + 1)]
    content = {i: tokens[i : i + n].tobytes() for i in begins}
    assert len({hashes[i] for i in content}) == len(set(content.values()))
    assert all(hashes[i] == hashes[j] for i in content for j in list(content)[::7] if content[i] == content[j])
    assert not hashes[[i for i in range(len(hashes)) if i not in content]].any()


def test_the_order_of_tokens_counts():
    hashes = window_hashes(np.array([1, 2, 2, 1, 1, 2], np.uint64), np.array([0, 2, 4, 6]), 2)
    assert hashes[0] == hashes[4] != hashes[2]


def test_hashes_are_the_mixed_polynomial():
    """Version after version, since runs of different versions meet in one store."""
    base, token = 0xD6E8FEB86659FD93, [3, 5]
    value = (token[0] * base + token[1]) % 2**64
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        value = (value ^ value >> shift) * factor % 2**64
    assert window_hashes(np.array(token, np.uint64), np.array([0, 2]), 2).tolist() == [value ^ value >> 31, 0]
