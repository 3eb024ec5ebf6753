"""Components, pairs, who is kept, and comparisons: each against a plain and slow way of saying the same."""

import random
import tracemalloc
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest

from dedup import merge
from dedup.families import components, families, pairs, spread
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


def table_of(edges: Sequence[tuple[int, int]] | np.ndarray) -> pa.Table:
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


def by_key(table: pa.Table, key: str, buckets: int) -> list[pa.Table]:
    """The rows as a Scatter sends them: to each bucket those of its keys."""
    bucket = (table[key].to_numpy() >> np.uint64(32)) * np.uint64(buckets) >> np.uint64(32)
    return [table.filter(pa.array(bucket == number)) for number in range(buckets)]


def merged_families(edges: list[tuple[int, int]], buckets: int) -> tuple[pa.Table, int]:
    """Families by buckets and a merge, sorted, and how many pairs the one task saw."""
    sent = merge.by_other(table_of([(min(e), max(e)) for e in edges]), "")
    hooked = pa.concat_tables(map(merge.hooked, by_key(sent, "key", buckets)))
    again = merge.with_heads(hooked, "")
    settled = pa.concat_tables(map(merge.settled, by_key(again, "key", buckets)))
    assert (settled["one"].to_numpy() <= settled["other"].to_numpy()).all()
    tied = merge.ties(settled, "")
    named = pa.concat_tables([merge.hooks(settled, ""), merge.heads(families(tied), "")])
    return pa.concat_tables(map(merge.labelled, by_key(named, "key", buckets))).sort_by("doc"), tied.num_rows


@pytest.mark.parametrize("buckets", [1, 3, 50])
@pytest.mark.parametrize("seed", range(40))
def test_buckets_and_a_merge_find_the_families_of_one_task(seed, buckets):
    edges = random_edges(seed)
    assert merged_families(edges, buckets)[0].equals(families(table_of(edges)).sort_by("doc"))


@pytest.mark.parametrize("seed", range(5))
def test_a_long_chain_is_merged_too(seed):
    nodes = list(range(500))
    random.Random(seed).shuffle(nodes)
    found, _ = merged_families(list(pairwise(nodes)), 7)
    assert found["doc"].to_pylist() == list(range(500)) and len(set(found["family"].to_pylist())) == 1


def test_the_one_task_sees_nothing_of_families_that_share_bands_with_their_least_page():
    """Of each band the least page of those that have it is the centre: a family has many centres, and one is enough."""
    draw = random.Random(6)
    edges = []
    for family in range(300):
        pages = range(family * 20, family * 20 + draw.randrange(2, 20))
        for _ in range(100):
            band = sorted(draw.sample(pages, draw.randrange(1, len(pages) + 1)))
            edges += [(band[0], other) for other in band[1:]]
    found, tied = merged_families(edges, 5)
    assert found.equals(families(table_of(edges)).sort_by("doc"))
    assert tied < 30 < found.num_rows / 80


def test_components_take_little_memory():
    """Beside the table itself: the dense numbers, and their sorting; the benchmark says how many bytes these are."""
    draw = np.random.default_rng(8)
    one, other = draw.integers(0, 2**62, (2, 300_000), np.uint64)
    table = table_of(np.stack((one, other), axis=1))
    families(table)
    tracemalloc.start()
    families(table)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak / table.num_rows < 80


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
    assert not components(nodes, nodes[1:][order], nodes[:-1][order]).any()


def test_empty_tables_go_through():
    nothing = table_of([])
    assert families(nothing).num_rows == merged_families([], 2)[0].num_rows == 0
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
