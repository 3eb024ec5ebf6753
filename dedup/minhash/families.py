"""From pages that share a band to families of candidates: the connected components of pairs."""

import numpy as np
import pyarrow as pa

from dedup.arrays import numpy_column, run_lengths, run_starts
from dedup.members import PRIOR_RUN
from pipeline.hashing import mix64
from pipeline.kernels import kernel

EDGES = pa.schema([("one", pa.uint64()), ("other", pa.uint64())])  # two pages, by their numbers
LABELS = pa.schema([("doc", pa.uint64()), ("family", pa.uint64())])
EDGES_AT_A_TIME = 1_000_000


def band_edges(table: pa.Table) -> pa.Table:
    """Edges (schema `EDGES`) that join all pages `doc` of an equal `band`.

    Every page is joined to the lowest page of the band alone: a million equal pages make a million edges. Bands that
    only pages of prior runs share say nothing new, and make none.
    """
    band, doc = numpy_column(table, "band"), numpy_column(table, "doc")
    order = np.lexsort((doc, band))
    band, doc = band[order], doc[order]
    starts = run_starts(band)
    sizes = run_lengths(starts, len(band))
    has_new = (np.bitwise_and.reduceat(doc, starts) & PRIOR_RUN) == 0 if len(band) else np.empty(0, bool)
    centre = np.repeat(doc[starts], sizes)
    wanted = np.repeat(has_new, sizes)
    wanted[starts] = False
    return distinct_edges(centre[wanted], doc[wanted])


def distinct_edges(one: np.ndarray, other: np.ndarray) -> pa.Table:
    """The edges, each once, sorted."""
    order = np.lexsort((other, one))
    one, other = one[order], other[order]
    first = run_starts(one, other)
    return pa.table([one[first], other[first]], schema=EDGES)


def families(table: pa.Table) -> pa.Table:
    """Every page of the edges with the number of its connected component (schema `LABELS`), sorted by page."""
    one, other = numpy_column(table, "one"), numpy_column(table, "other")
    docs = np.unique(np.concatenate((np.unique(one), np.unique(other))))
    return pa.table([docs, family_numbers(docs[components(docs, one, other)])], schema=LABELS)


def family_numbers(lowest: np.ndarray) -> np.ndarray:
    """The number of each family by its lowest page: mixed, so that families spread evenly over buckets."""
    return mix64(lowest)


def components(nodes: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """For each node (ascending) the place of the lowest node of its component, by union-find.

    Memory: 8 bytes a node, or 4 of fewer than 2**32 nodes; a million edges are looked up at a time.
    """
    parent = np.arange(len(nodes), dtype=np.uint32 if len(nodes) < 2**32 else np.uint64)
    for start in range(0, len(one), EDGES_AT_A_TIME):
        part = slice(start, start + EDGES_AT_A_TIME)
        _join(parent, np.searchsorted(nodes, one[part]), np.searchsorted(nodes, other[part]))
    _compress(parent)
    return parent


@kernel
def _join(parent, one, other):
    """Union-find with path halving; of two roots the lower one wins."""
    for i in range(one.shape[0]):
        a, b = one[i], other[i]
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = np.int64(parent[a])
        while parent[b] != b:
            parent[b] = parent[parent[b]]
            b = np.int64(parent[b])
        parent[max(a, b)] = min(a, b)


@kernel
def _compress(parent):
    """Every node's parent becomes its root: parents are lower than their nodes, so theirs are done before."""
    for node in range(parent.shape[0]):
        parent[node] = parent[parent[node]]
