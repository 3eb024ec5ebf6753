"""Edges of bands and their connected components, against plain and slow ways of saying the same."""

import random
import tracemalloc

import numpy as np
import pyarrow as pa
import pytest

from dedup.minhash import families as module
from dedup.minhash.families import EDGES, LABELS, band_edges, components, distinct_edges, families, family_numbers
from tests.helpers.graphs import edge_table, random_edges, slow_components

MILLION = 1_000_000


@pytest.mark.parametrize("seed", range(40))
def test_families_are_the_connected_components(seed):
    edges = random_edges(seed)
    expected = slow_components(edges)
    found = families(edge_table(edges))
    roots = family_numbers(np.array([expected[doc] for doc in found["doc"].to_pylist()], np.uint64))
    assert found["doc"].to_pylist() == sorted(expected)
    assert found["family"].to_pylist() == roots.tolist()
    random.Random(seed).shuffle(edges)
    assert families(edge_table([(b, a) for a, b in edges])).equals(found)


def test_components_take_little_memory():
    """Beside the table itself: the dense numbers, and their sorting; the benchmark says how many bytes these are."""
    draw = np.random.default_rng(8)
    one, other = draw.integers(0, 2**62, (2, 300_000), np.uint64)
    table = edge_table(np.stack((one, other), axis=1))
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
    assert families(band_edges(table)).equals(families(edge_table(everyone)))


def test_pages_of_prior_runs_pair_only_with_new_ones():
    table = pa.table(
        {"band": pa.array([1, 1, 2, 2, 3, 3], pa.uint64()), "doc": pa.array([3, 5, 4, 5, 4, 8], pa.uint64())}
    )
    assert band_edges(table).to_pylist() == [{"one": 4, "other": 5}, {"one": 4, "other": 8}]


def test_a_long_path_is_one_component():
    nodes = np.arange(200_000)
    order = np.random.default_rng(1).permutation(len(nodes) - 1)
    assert not components(nodes, nodes[1:][order], nodes[:-1][order]).any()


def test_edges_of_a_band_lead_to_its_lowest_page():
    table = pa.table({"band": pa.array([7, 5, 7, 7, 9], pa.uint64()), "doc": pa.array([6, 2, 4, 8, 2], pa.uint64())})
    found = band_edges(table)
    assert found.schema == EDGES
    assert found.to_pylist() == [{"one": 4, "other": 6}, {"one": 4, "other": 8}]


def test_edges_are_there_once_and_sorted():
    one, other = np.array([3, 1, 3, 1, 1], np.uint64), np.array([4, 9, 4, 2, 9], np.uint64)
    assert distinct_edges(one, other).to_pylist() == [
        {"one": 1, "other": 2}, {"one": 1, "other": 9}, {"one": 3, "other": 4},
    ]  # fmt: skip


def test_edges_are_looked_up_part_by_part(monkeypatch):
    monkeypatch.setattr(module, "EDGES_AT_A_TIME", 3)
    edges = random_edges(7) + random_edges(8)
    expected = slow_components(edges)
    found = families(edge_table(edges))
    roots = family_numbers(np.array([expected[doc] for doc in found["doc"].to_pylist()], np.uint64))
    assert found["family"].to_pylist() == roots.tolist()


def test_family_numbers_are_spread_evenly():
    numbers = family_numbers(np.arange(0, 20_000, 2, dtype=np.uint64))
    counts = np.bincount((numbers >> np.uint64(60)).astype(int), minlength=16)
    assert len(np.unique(numbers)) == 10_000 and abs(counts / counts.mean() - 1).max() < 0.15


def test_small_graphs_take_four_bytes_a_node():
    nodes = np.arange(10, dtype=np.uint64)
    assert components(nodes, nodes[:1], nodes[1:2]).dtype == np.uint32


def test_empty_tables_go_through():
    nothing = edge_table([])
    assert families(nothing).schema == LABELS and families(nothing).num_rows == 0
    empty = pa.table({"band": pa.array([], pa.uint64()), "doc": pa.array([], pa.uint64())})
    assert band_edges(empty).schema == EDGES and band_edges(empty).num_rows == 0


def test_a_million_equal_pages_make_a_million_edges():
    doc = np.random.default_rng(2).permutation(MILLION).astype(np.uint64) * np.uint64(2)
    found = band_edges(pa.table({"band": np.full(MILLION, 7, np.uint64), "doc": doc}))
    assert found.num_rows == MILLION - 1
    assert len(set(families(found)["family"].to_pylist())) == 1
