"""Families by buckets and a merge: the same as by one task, which sees few of the edges."""

import random
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest

from dedup.minhash import stars
from dedup.minhash.families import LABELS, families
from dedup.minhash.stars import ROOTED, STARS
from tests.helpers.graphs import edge_table, random_edges


def by_key(table: pa.Table, key: str, buckets: int) -> list[pa.Table]:
    """The rows as a Scatter sends them: to each bucket those of its keys."""
    bucket = (table[key].to_numpy() >> np.uint64(32)) * np.uint64(buckets) >> np.uint64(32)
    return [table.filter(pa.array(bucket == number)) for number in range(buckets)]


def merged_families(edges: list[tuple[int, int]], buckets: int) -> tuple[pa.Table, int]:
    """Families by buckets and a merge, sorted, and how many pairs the one task saw."""
    sent = stars.by_higher(edge_table([(min(e), max(e)) for e in edges]), "")
    contracted = pa.concat_tables(map(stars.contracted, by_key(sent, "key", buckets)))
    again = stars.with_roots(contracted, "")
    made = pa.concat_tables(map(stars.stars, by_key(again, "key", buckets)))
    assert (made["one"].to_numpy() <= made["other"].to_numpy()).all()
    across = stars.cross_edges(made, "")
    named = pa.concat_tables([stars.star_edges(made, ""), stars.rooted_families(families(across), "")])
    return pa.concat_tables(map(stars.labels_by_root, by_key(named, "key", buckets))).sort_by("doc"), across.num_rows


@pytest.mark.parametrize("buckets", [1, 3, 50])
@pytest.mark.parametrize("seed", range(40))
def test_buckets_and_a_merge_find_the_families_of_one_task(seed, buckets):
    edges = random_edges(seed)
    assert merged_families(edges, buckets)[0].equals(families(edge_table(edges)).sort_by("doc"))


@pytest.mark.parametrize("seed", range(5))
def test_a_long_chain_is_merged_too(seed):
    nodes = list(range(500))
    random.Random(seed).shuffle(nodes)
    found, _ = merged_families(list(pairwise(nodes)), 7)
    assert found["doc"].to_pylist() == list(range(500)) and len(set(found["family"].to_pylist())) == 1


def test_the_one_task_sees_nothing_of_families_that_share_bands_with_their_lowest_page():
    """In each band the lowest of its pages is the centre: a family has many centres, and one is enough."""
    draw = random.Random(6)
    edges = []
    for family in range(300):
        pages = range(family * 20, family * 20 + draw.randrange(2, 20))
        for _ in range(100):
            band = sorted(draw.sample(pages, draw.randrange(1, len(pages) + 1)))
            edges += [(band[0], other) for other in band[1:]]
    found, across = merged_families(edges, 5)
    assert found.equals(families(edge_table(edges)).sort_by("doc"))
    assert across < 30 < found.num_rows / 80


def test_a_page_joins_its_lowest_page_and_its_others():
    """Page 9 has edges to 2, 4 and 7: all of them lead to 2 afterwards."""
    edges = stars.by_higher(edge_table([(4, 9), (2, 9), (7, 9), (2, 9)]), "")
    assert edges.column_names == ["one", "other", "key"]
    found = stars.contracted(edges)
    assert [(row["one"], row["other"]) for row in found.to_pylist()] == [(2, 4), (2, 7), (2, 9)]


def test_stars_and_the_edges_across():
    """2 - 4 and 3 - 4 - 5: pages 2 and 3 are roots, 5 has only the page 4, which is a root's page and a root itself."""
    found = stars.stars(stars.with_roots(edge_table([(2, 4), (3, 4), (4, 5)]), ""))
    assert found.schema == STARS
    rows = {(row["one"], row["other"], row["across"]) for row in found.to_pylist()}
    assert {(one, other) for one, other, across in rows if not across} == {(2, 2), (3, 3), (4, 4), (4, 5)}
    assert {(one, other) for one, other, across in rows if across} == {(2, 3), (2, 4)}
    assert stars.cross_edges(found, "").column_names == ["one", "other"]
    assert stars.cross_edges(found, "").num_rows == 2 and stars.star_edges(found, "").num_rows == 4
    assert stars.star_edges(found, "").schema == ROOTED


def test_empty_tables_go_through():
    assert merged_families([], 2)[0].schema == LABELS and merged_families([], 2)[0].num_rows == 0
