"""Components, pairs, who is kept, and comparisons: each against a plain and slow way of saying the same."""

import random

import numpy as np
import pyarrow as pa
import pytest

from dedup.families import components, families, forest, pairs, spread
from dedup.members import MEMBERS, WORST, host, rank
from dedup.verdicts import Judge
from dedup.verify import Compare, agreement, following, grouped, jaccard, packed, sketched

MILLION = 1_000_000


def slow_components(edges: list[tuple[int, int]]) -> dict[int, int]:
    least = {node: node for edge in edges for node in edge}
    changing = True
    while changing:
        changing = False
        for a, b in edges:
            low = min(least[a], least[b])
            changing |= least[a] != low or least[b] != low
            least[a] = least[b] = low
    return least


def random_edges(seed: int) -> list[tuple[int, int]]:
    draw = random.Random(seed)
    nodes = draw.randrange(2, 60)
    return [(draw.randrange(nodes) * 7, draw.randrange(nodes) * 7) for _ in range(draw.randrange(1, 80))]


def table_of(edges: list[tuple[int, int]]) -> pa.Table:
    both = np.array(edges, np.uint64).reshape(-1, 2)
    return pa.table({"one": both[:, 0], "other": both[:, 1]})


@pytest.mark.parametrize("seed", range(40))
def test_families_are_the_connected_components(seed):
    edges = random_edges(seed)
    expected = slow_components(edges)
    found = families(table_of(edges))
    roots = spread(np.array([expected[doc] for doc in found["doc"].to_pylist()], np.uint64))
    assert found["doc"].to_pylist() == sorted(expected)
    assert found["family"].to_pylist() == roots.tolist()
    random.Random(seed).shuffle(edges)
    assert families(table_of([(b, a) for a, b in edges])).equals(found)


@pytest.mark.parametrize("seed", range(40))
def test_forests_of_parts_join_what_the_pairs_join(seed):
    edges = random_edges(seed)
    cut = len(edges) // 2
    parts = [forest(table_of(part)) for part in (edges[:cut], edges[cut:])]
    assert families(pa.concat_tables(parts)).equals(families(table_of(edges)))
    assert forest(table_of(edges)).num_rows <= len({node for edge in edges for node in edge})


@pytest.mark.parametrize("seed", range(20))
def test_pairs_join_all_pages_of_a_band(seed):
    draw = random.Random(seed)
    rows = [(draw.randrange(20), draw.randrange(15) * 2) for _ in range(40)]
    table = pa.table(
        {"band": pa.array([b for b, _ in rows], pa.uint64()), "doc": pa.array([d for _, d in rows], pa.uint64())}
    )
    everyone = [(a, b) for i, (band, a) in enumerate(rows) for other, b in rows[:i] if band == other]
    assert families(pairs(table)).equals(families(table_of(everyone)))


def test_pages_of_earlier_runs_pair_only_with_new_ones():
    table = pa.table(
        {"band": pa.array([1, 1, 2, 2, 3, 3], pa.uint64()), "doc": pa.array([3, 5, 4, 5, 4, 8], pa.uint64())}
    )
    assert pairs(table).to_pylist() == [{"one": 4, "other": 5}, {"one": 4, "other": 8}]


def test_a_long_path_is_one_component():
    nodes = np.arange(200_000)
    order = np.random.default_rng(1).permutation(len(nodes) - 1)
    assert not components(nodes[1:][order], nodes[:-1][order], len(nodes)).any()


def test_empty_tables_go_through():
    nothing = table_of([])
    assert families(nothing).num_rows == forest(nothing).num_rows == 0
    empty = MEMBERS.empty_table()
    assert Judge("x")(empty).num_rows == grouped(empty).num_rows == 0


def test_a_million_equal_pages_make_a_million_pairs_and_send_no_text():
    doc = np.random.default_rng(2).permutation(MILLION).astype(np.uint64) * np.uint64(2)
    found = pairs(pa.table({"band": np.full(MILLION, 7, np.uint64), "doc": doc}))
    assert found.num_rows == MILLION - 1
    labels = families(found)
    columns = {
        "family": labels["family"],
        "rank": np.zeros(MILLION, np.int64),
        "doc": labels["doc"],
        "shard": labels["doc"],
        "id": labels["doc"].cast(pa.string()),
        "host": pa.repeat("host", MILLION),
        "content": np.full(MILLION, 9, np.uint64),
    }
    members = pa.table(columns, schema=MEMBERS)
    groups = grouped(members)
    assert groups.num_rows == MILLION and not any(groups["asked"].to_pylist())
    judged = Compare("x", "text", 0.8)(following(groups, ""))
    assert judged.num_rows == MILLION and judged["reason"].null_count == 1
    assert set(judged["size"].to_pylist()) == {MILLION}
    assert judged.sort_by("id").equals(Judge("x")(members).sort_by("id"))


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
    found = agreement(np.frombuffer(sketched(one), np.uint8), np.frombuffer(sketched(other), np.uint8))
    assert found == pytest.approx(similarity, abs=0.05)
    exact = jaccard(np.frombuffer(packed(one), np.uint32), np.frombuffer(packed(other), np.uint32))
    assert exact == pytest.approx(similarity, abs=1e-4)


def test_ranks_by_policy():
    table = pa.table(
        {
            "timestamp": pa.array([30, 10, None, 20], pa.timestamp("s")),
            "text": ["four", "a", None, "seventh"],
            "score": [-2.5, 3.0, None, -1e-9],
        }
    )
    order = {
        keep: np.argsort(rank(table, keep, "score"), kind="stable").tolist()
        for keep in ("first", "newest", "longest", "best")
    }
    assert order == {"first": [1, 3, 0, 2], "newest": [0, 3, 1, 2], "longest": [3, 0, 1, 2], "best": [1, 3, 0, 2]}
    assert rank(table, "best", "score")[2] == rank(table, "first", None)[2] == WORST


@pytest.mark.parametrize("seed", range(5))
def test_best_sorts_as_floats_do(seed):
    values = np.random.default_rng(seed).standard_normal(200) * 10.0 ** np.random.default_rng(seed).integers(
        -300, 300, 200
    )
    values = np.concatenate((values, [0.0, -0.0, np.inf, -np.inf, np.nan]))
    found = rank(pa.table({"score": values}), "best", "score")
    assert np.array_equal(values[np.argsort(found, kind="stable")][:-1], np.sort(values[:-1])[::-1])
    assert found[200] == found[201]


@pytest.mark.parametrize(
    ("url", "expected"), [("https://User@Host.Example:80/a", "host.example"), ("x", ""), ("http://[bad", ""), ("", "")]
)
def test_host(url, expected):
    assert host(url) == expected
