"""Kernels that compare: Jaccard similarity by sets and by sketches, and the leaders of families."""

import random
from itertools import pairwise

import numpy as np
import pytest

from dedup.minhash.similarity import jaccard, leaders, sketch_jaccard
from dedup.minhash.verify import shingle_bytes, sketch_bytes


def test_comparisons_against_sets():
    draw = random.Random(4)
    for _ in range(200):
        one, other = ({draw.randrange(40) for _ in range(draw.randrange(1, 40))} for _ in range(2))
        found = jaccard(np.array(sorted(one)), np.array(sorted(other)))
        assert found == pytest.approx(len(one & other) / len(one | other))
    assert jaccard(np.empty(0), np.empty(0)) == 0


@pytest.mark.parametrize("similarity", [0.5, 0.8, 0.95])
def test_sketches_tell_the_similarity(similarity):
    shared = int(2_000 * similarity)
    values = np.random.default_rng(5).integers(0, 2**64, 2_000, np.uint64)
    one, other = values[: (shared + 2_000) // 2], np.concatenate((values[:shared], values[(shared + 2_000) // 2 :]))
    found = sketch_jaccard(np.frombuffer(sketch_bytes(one), np.uint8), np.frombuffer(sketch_bytes(other), np.uint8))
    assert found == pytest.approx(similarity, abs=0.05)
    exact = jaccard(np.frombuffer(shingle_bytes(one), np.uint32), np.frombuffer(shingle_bytes(other), np.uint32))
    assert exact == pytest.approx(similarity, abs=1e-4)


def test_unequal_bytes_agree_by_chance():
    """Once in 256: sketches of disjoint sets estimate 0, equal ones 1."""
    same = np.arange(256, dtype=np.uint8)
    assert sketch_jaccard(same, same) == 1
    one = np.zeros(256, np.uint8)
    assert sketch_jaccard(one, np.arange(256, dtype=np.uint8)) == 0
    half = np.where(np.arange(510) < 255, 1, 0).astype(np.uint8)
    assert sketch_jaccard(np.ones(510, np.uint8), half) == pytest.approx((255 / 510 - 1 / 256) * 256 / 255)


def plain_leaders(texts: list[set[int]], families: list[range], similarity: float) -> list[int]:
    leader = list(range(len(texts)))
    for family in families:
        for one in family:
            for other in family:
                if one < other and leader[one] == one and leader[other] == other:
                    alike = len(texts[one] & texts[other]) / max(1, len(texts[one] | texts[other]))
                    leader[other] = one if alike >= similarity else other
    return leader


@pytest.mark.parametrize("seed", range(20))
def test_leaders_in_plain_words(seed):
    draw = random.Random(seed)
    texts = [{draw.randrange(12) for _ in range(draw.randrange(1, 12))} for _ in range(30)]
    values = np.array([value for text in texts for value in sorted(text)], np.uint32)
    starts = np.cumsum([0, *map(len, texts)])
    bounds = [0, *sorted(draw.sample(range(1, 30), 3)), 30]
    families = [range(low, high) for low, high in pairwise(bounds)]
    found = leaders(values, starts, np.array(bounds), 0.5, False, 10**6)
    assert found.tolist() == plain_leaders(texts, families, 0.5)


def test_the_similarity_itself_is_enough():
    values, starts, bounds = np.array([1, 2, 3, 4, 1, 2, 3], np.uint32), np.array([0, 4, 7]), np.array([0, 2])
    assert leaders(values, starts, bounds, 0.75, False, 9).tolist() == [0, 0]
    assert leaders(values, starts, bounds, 0.7500001, False, 9).tolist() == [0, 1]


def test_sketches_are_compared_as_sketches():
    """Two of four bytes agree: as sets of values their similarity would be another."""
    values, starts, bounds = np.array([1, 2, 3, 4, 1, 2, 9, 9], np.uint8), np.array([0, 4, 8]), np.array([0, 2])
    assert leaders(values, starts, bounds, 0.49, True, 9).tolist() == [0, 0]
    assert leaders(values, starts, bounds, 0.51, True, 9).tolist() == [0, 1]


def test_comparisons_end():
    """Beyond the allowance pages are kept; each family has an allowance of its own."""
    starts, bounds = np.arange(51), np.array([0, 50])
    distinct, equal = np.arange(50, dtype=np.uint32), np.zeros(50, np.uint32)
    assert (leaders(distinct, starts, bounds, 0.5, False, 10**6) == np.arange(50)).all()
    assert (leaders(equal, starts, bounds, 0.5, False, 10**6) == 0).all()
    assert (leaders(equal, starts, bounds, 0.5, False, 0) == np.arange(50)).all()
    assert leaders(equal, starts, np.array([0, 25, 50]), 0.5, False, 1).tolist() == [0] * 25 + [25] * 25
    # 1 is no copy of 0; once the first page was compared with both others, the allowance of 2 is spent.
    values, three = np.array([5, 6, 6], np.uint32), np.arange(4)
    assert leaders(values, three, np.array([0, 3]), 0.5, False, 3).tolist() == [0, 1, 1]
    assert leaders(values, three, np.array([0, 3]), 0.5, False, 2).tolist() == [0, 1, 2]
