"""The first round: minimizers against a plain rendering, and which of them are sent and come back."""

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest

from dedup.substring.minimizers import (
    SHARD_MINIMIZERS,
    Minimizers,
    candidates,
    distinct_minimizers,
    gram_size,
    local_minimizers,
    minimizer_distances,
    minimizer_keys,
    minimizer_places,
    non_unique,
    window_minimizers,
)
from dedup.tokens import Tokens, word_tokens
from dedup.windows import window_hashes
from pipeline.errors import BadInput
from pipeline.hashing import shard_key


def corpus(rng: np.random.Generator, alphabet: int, sizes: list[int]) -> Tokens:
    hashes = rng.integers(0, 2**64, alphabet, np.uint64)[rng.integers(0, alphabet, sum(sizes))]
    nothing = np.zeros(sum(sizes), np.int32)
    return Tokens(hashes, nothing, nothing, np.cumsum([0, *sizes]))


def windows(tokens: Tokens, n: int) -> list[int]:
    return [i for low, high in pairwise(tokens.bounds) for i in range(low, high - n + 1)]


@pytest.mark.parametrize(("alphabet", "n", "k"), [(1, 5, 2), (2, 10, 3), (2, 10, 10), (3, 9, 1), (1000, 50, 20)])
def test_a_minimizer_is_the_last_of_the_least_k_grams(alphabet, n, k):
    tokens = corpus(np.random.default_rng(n), alphabet, [0, n - 1, n, 200, 1, 200])
    grams = window_hashes(tokens.hashes, tokens.bounds, k)
    wanted = np.full(len(grams), -1)
    for i in windows(tokens, n):
        inside = grams[i : i + n - k + 1]
        wanted[i] = np.flatnonzero(inside == inside.min())[-1]
    assert (minimizer_distances(grams, tokens.bounds, n, k) == wanted).all()


def test_one_place_in_fifteen_holds_a_minimizer():
    tokens = corpus(np.random.default_rng(0), 5000, [400_000])
    share = len(minimizer_places(window_minimizers(tokens, 50)[0])) / len(tokens.hashes)
    assert share == pytest.approx(2 / 32, rel=0.03)


@pytest.mark.parametrize(("n", "size"), [(50, 20), (5, 2), (4, 1), (2, 1), (1, 1), (100, 40)])
def test_the_tokens_of_a_minimizer(n, size):
    assert gram_size(n) == size


def test_places_are_those_of_all_windows():
    assert minimizer_places(np.array([2, 1, 0, 0, -1, -1], np.int16)).tolist() == [2, 3]
    assert minimizer_places(np.array([], np.int16)).tolist() == []


def test_the_distance_is_of_windows_only():
    tokens = word_tokens(pa.array(["a b c d e f", "g h"]))
    distance, grams = window_minimizers(tokens, 5)
    assert distance.dtype == np.int16 and (distance >= 0).tolist() == [True, True] + [False] * 6
    assert np.array_equal(grams, window_hashes(tokens.hashes, tokens.bounds, 2))


def of_texts(*texts: str | None, n: int = 5) -> list[list[int]]:
    return Minimizers(n)(pa.table({"id": list(map(str, range(len(texts)))), "text": texts}))["minimizers"].to_pylist()


def test_minimizers_of_a_text_are_there_once_or_twice():
    """Twice when the text itself repeats them: then they are not unique, whatever other texts hold."""
    once, repeated, short, empty, null = of_texts("a b c d e f g", "a b c d e f g x a b c d e f g", "a b c d", "", None)
    assert once and set(once) <= set(repeated)
    assert all(once.count(value) == 1 and repeated.count(value) == 2 for value in once)
    assert short == empty == null == []
    assert of_texts("a " * 30)[0] == of_texts("a " * 9)[0] and len(of_texts("a " * 30)[0]) == 2


def test_keys_are_mixed_so_that_buckets_are_even():
    tokens = corpus(np.random.default_rng(3), 5_000, [200_000])
    distance, grams = window_minimizers(tokens, 50)
    least = grams[minimizer_places(distance)]
    share = np.bincount((minimizer_keys(least) >> np.uint64(62)).astype(int), minlength=4) / len(least)
    assert (least >> np.uint64(63)).mean() < 0.1 and abs(share - 0.25).max() < 0.03


def test_what_a_batch_sends_and_keeps():
    table = pa.table({"id": ["a", "b"], "minimizers": pa.array([[7, 7, 9], [9, 3]], pa.list_(pa.uint64()))})
    assert distinct_minimizers(table, "s").to_pylist() == [
        {"minimizer": 3, "shard": shard_key("s"), "repeated": False},
        {"minimizer": 7, "shard": shard_key("s"), "repeated": True},
        {"minimizer": 9, "shard": shard_key("s"), "repeated": True},
    ]
    kept = local_minimizers(table, "s")
    assert kept.schema == SHARD_MINIMIZERS
    assert kept.to_pylist()[0] == {"shard": shard_key("s"), "id": "a", "minimizers": [7, 7, 9]}


def test_minimizers_that_are_not_unique_go_back_to_their_shards():
    rows = [(5, 1, False), (8, 1, True), (5, 2, False), (6, 2, False), (4, 2, False), (4, 1, False), (4, 1, False)]
    columns = [dict(zip(("minimizer", "shard", "repeated"), row, strict=True)) for row in rows]
    schema = pa.schema([("minimizer", pa.uint64()), ("shard", pa.uint64()), ("repeated", pa.bool_())])
    found = non_unique(pa.Table.from_pylist(columns, schema))
    assert found.schema == SHARD_MINIMIZERS
    assert found.to_pylist() == [
        {"shard": 1, "id": None, "minimizers": [4, 4, 5, 8]}, {"shard": 2, "id": None, "minimizers": [4, 5]},
    ]  # fmt: skip
    assert non_unique(schema.empty_table()).num_rows == 0


def shard_rows(*rows: tuple[str | None, list[int]]) -> pa.Table:
    return pa.Table.from_pylist([{"shard": 1, "id": id, "minimizers": keys} for id, keys in rows], SHARD_MINIMIZERS)


def test_texts_with_minimizers_that_are_not_unique_are_candidates():
    table = shard_rows((None, [4, 5]), ("a", [4, 6, 4]), ("b", [6]), (None, [9]), ("c", []), ("d", [9, 5]))
    assert candidates(table).to_pylist() == [{"id": "a", "minimizers": [4, 4]}, {"id": "d", "minimizers": [9, 5]}]
    assert candidates(shard_rows()).num_rows == 0


def test_an_id_that_is_twice_in_a_shard_is_refused():
    with pytest.raises(BadInput, match="ids repeat: 'a' is the id of two pages of one shard"):
        candidates(shard_rows(("a", []), ("b", [1]), ("a", [2])))
