"""From pages that share a band to families of duplicates."""

import numba as nb
import numpy as np
import pyarrow as pa

PAIRS = pa.schema([("one", pa.uint64()), ("other", pa.uint64())])
LABELS = pa.schema([("doc", pa.uint64()), ("family", pa.uint64())])
MILLION = 1_000_000
SEEN = np.uint64(1)  # the lowest bit of a page's number: it belongs to an earlier run


def pairs(table: pa.Table) -> pa.Table:
    """Pairs that join all pages of equal `band` (uint64) by their numbers `doc` (uint64).

    Every page is paired with the one of the least number only: a million equal pages make a million pairs. A number
    that stands twice in a band (a record that was read twice) is paired with itself. Bands that only pages of earlier
    runs share say nothing new.
    """
    band, doc = column(table, "band"), column(table, "doc")
    order = np.lexsort((doc, band))
    band, doc = band[order], doc[order]
    starts = runs(band)
    sizes = np.diff(np.append(starts, len(band)))
    new = (np.bitwise_and.reduceat(doc, starts) & SEEN) == 0 if len(band) else np.empty(0, bool)
    centre = np.repeat(doc[starts], sizes)
    first = np.zeros(len(band), bool)
    first[starts] = True
    wanted = ~first & np.repeat(new, sizes)
    return distinct(centre[wanted], doc[wanted])


def distinct(one: np.ndarray, other: np.ndarray) -> pa.Table:
    """The pairs, each once, sorted."""
    order = np.lexsort((other, one))
    one, other = one[order], other[order]
    new = np.ones(len(one), bool)
    new[1:] = (one[1:] != one[:-1]) | (other[1:] != other[:-1])
    return pa.table([one[new], other[new]], schema=PAIRS)


def families(table: pa.Table) -> pa.Table:
    """The connected components of pairs: every page with the number of its family."""
    one, other = column(table, "one"), column(table, "other")
    docs = np.unique(np.concatenate((np.unique(one), np.unique(other))))
    roots = components(docs, one, other)
    return pa.table([docs, spread(docs[roots])], schema=LABELS)


def spread(values: np.ndarray) -> np.ndarray:
    """A bijection of 64-bit numbers that spreads them evenly: the least of many pages is a small number."""
    values = (values ^ (values >> np.uint64(32))) * np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    return values ^ (values >> np.uint64(32))


def components(nodes: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """For each of the nodes (ascending) the place of the least node of its component.

    Memory: 8 bytes a node, or 4 of fewer than 2**32, and pairs are looked up a million at a time.
    """
    parent = np.arange(len(nodes), dtype=np.uint32 if len(nodes) < 2**32 else np.uint64)
    for start in range(0, len(one), MILLION):
        part = slice(start, start + MILLION)
        _join(parent, np.searchsorted(nodes, one[part]), np.searchsorted(nodes, other[part]))
    _settle(parent)
    return parent


@nb.njit(cache=True)
def _join(parent, one, other):
    """Union-find with path halving; the lesser root wins."""
    for i in range(one.shape[0]):
        a, b = one[i], other[i]
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = np.int64(parent[a])
        while parent[b] != b:
            parent[b] = parent[parent[b]]
            b = np.int64(parent[b])
        parent[max(a, b)] = min(a, b)


@nb.njit(cache=True)
def _settle(parent):
    for node in range(parent.shape[0]):
        parent[node] = parent[parent[node]]  # parents are lesser, so theirs are settled already


def runs(*keys: np.ndarray) -> np.ndarray:
    """Where each run of rows with equal keys begins."""
    begins = np.ones(len(keys[0]), bool)
    begins[1:] = np.logical_or.reduce([key[1:] != key[:-1] for key in keys])
    return np.flatnonzero(begins)


def column(table: pa.Table, name: str) -> np.ndarray:
    return table[name].to_numpy()
