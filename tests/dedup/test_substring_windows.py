"""Kernels of repeated substrings, each against a plain rendering of what it promises."""

import time

import numpy as np
import pyarrow as pa
import pytest

from dedup.anchors import Anchors, anchored, places_of_anchors
from dedup.substring_spans import Windows
from dedup.tokens import Tokens
from dedup.windows import AGAIN, FIRST, ONCE, minimizers, ngrams, occurrences, stretches, union


def corpus(rng: np.random.Generator, alphabet: int, sizes: list[int]) -> Tokens:
    hashes = rng.integers(0, 2**64, alphabet, np.uint64)[rng.integers(0, alphabet, sum(sizes))]
    nothing = np.zeros(sum(sizes), np.int32)
    return Tokens(hashes, nothing, nothing, np.cumsum([0, *sizes]))


def windows(tokens: Tokens, n: int) -> list[int]:
    return [
        i for low, high in zip(tokens.bounds[:-1], tokens.bounds[1:], strict=True) for i in range(low, high - n + 1)
    ]


@pytest.mark.parametrize("n", [1, 2, 7, 50])
def test_equal_windows_and_only_they_have_equal_hashes(n):
    tokens = corpus(np.random.default_rng(n), 2 if n > 2 else 9, [0, n - 1, n, 300, 3, 300, n, 0])
    grams = ngrams(tokens.hashes, tokens.bounds, n)
    content = {i: tokens.hashes[i : i + n].tobytes() for i in windows(tokens, n)}
    assert len({grams[i] for i in content}) == len(set(content.values()))
    assert all(grams[i] == grams[j] for i in content for j in list(content)[::7] if content[i] == content[j])
    assert not grams[[i for i in range(len(grams)) if i not in content]].any()


@pytest.mark.parametrize(("alphabet", "n", "k"), [(1, 5, 2), (2, 10, 3), (2, 10, 10), (3, 9, 1), (1000, 50, 20)])
def test_a_minimizer_is_the_last_of_the_least_k_grams(alphabet, n, k):
    tokens = corpus(np.random.default_rng(n), alphabet, [0, n - 1, n, 200, 1, 200])
    grams = ngrams(tokens.hashes, tokens.bounds, k)
    wanted = np.full(len(grams), -1)
    for i in windows(tokens, n):
        inside = grams[i : i + n - k + 1]
        wanted[i] = np.flatnonzero(inside == inside.min())[-1]
    assert (minimizers(grams, tokens.bounds, n, k) == wanted).all()


def test_one_place_in_fifteen_holds_an_anchor():
    tokens = corpus(np.random.default_rng(0), 5000, [400_000])
    share = len(places_of_anchors(anchored(tokens, 50)[0])) / len(tokens.hashes)
    assert share == pytest.approx(2 / 32, rel=0.03)


@pytest.mark.parametrize("values", [1, 3, 50, 100_000])
def test_occurrences(values):
    rng = np.random.default_rng(values)
    high, low = rng.integers(0, 2, 2000).astype(np.uint64), rng.integers(0, values, 2000).astype(np.uint64)
    seen: dict[tuple, int] = {}
    wanted = np.zeros(2000, np.uint8)
    for i, key in enumerate(zip(high.tolist(), low.tolist(), strict=True)):
        if key in seen:
            wanted[i], wanted[seen[key]] = AGAIN, FIRST
        seen.setdefault(key, i)
    assert (occurrences(high, low) == wanted).all()


def test_hashes_that_collide_in_64_bits_are_told_apart_by_the_anchor():
    same = np.full(3000, 7, np.uint64)
    assert not occurrences(np.arange(3000, dtype=np.uint64), same).any()
    assert occurrences(np.array([1, 2, 3, 2], np.uint64), same[:4]).tolist() == [ONCE, FIRST, ONCE, AGAIN]


def test_a_million_copies_take_the_time_of_a_million_windows():
    rng = np.random.default_rng(0)
    distinct, same = rng.integers(0, 2**64, 1_000_000, np.uint64), np.full(1_000_000, 5, np.uint64)
    occurrences(same[:9], same[:9])
    seconds = []
    for keys in (distinct, same):
        started = time.process_time()
        occurrences(keys, keys)
        seconds.append(time.process_time() - started)
    assert seconds[1] < 2 * seconds[0] + 0.1


def test_copies_in_a_batch_are_sent_once():
    paragraph = " ".join(f"w{i}" for i in range(80))
    texts = [f"a{i} b{i} {paragraph} c{i}" for i in range(500)]
    table = pa.table({"id": [str(i) for i in range(500)], "text": texts})
    anchors = Anchors(50)(table)["anchors"]
    sent = Windows(50)(table.append_column("anchors", anchors))
    hashes = [h for row in sent["runs"].to_pylist() for run in row for h in run["hashes"]]
    assert hashes and len(hashes) == len(set(hashes))
    assert len(hashes) < 31 + 500 * 3 * 49
    assert all(row for row in sent["spans"].to_pylist())
    assert sum(not row for row in sent["copies"].to_pylist()) == 1


def test_stretches():
    places, group = np.array([1, 2, 3, 5, 6, 7, 9]), np.array([0, 0, 0, 0, 0, 1, 1])
    first, last = stretches(places, group)
    assert (first.tolist(), last.tolist()) == ([0, 3, 5, 6], [2, 4, 5, 6])
    assert [side.tolist() for side in stretches(places[:0], group[:0])] == [[], []]


def test_union_of_spans():
    rng = np.random.default_rng(3)
    for count in (0, 1, 5, 60):
        group, starts = rng.integers(0, 4, count), rng.integers(0, 100, count)
        ends = starts + rng.integers(1, 12, count)
        covered = {(g, 2 * p) for g, s, e in zip(group, starts, ends, strict=True) for p in range(s, e)}
        inner = {(g, 2 * p + 1) for g, s, e in zip(group, starts, ends, strict=True) for p in range(s, e - 1)}
        made = list(zip(*union(group, starts, ends), strict=True))
        assert {(g, 2 * p) for g, s, e in made for p in range(s, e)} == covered
        assert {(g, 2 * p + 1) for g, s, e in made for p in range(s, e - 1)} == inner
        assert len(made) == len(covered) - len(inner)
        assert made == sorted(made)
