"""From pages that share a band to families of duplicates."""

import numba as nb
import numpy as np
import pyarrow as pa

PAIRS = pa.schema([("one", pa.uint64()), ("other", pa.uint64())])
LABELS = pa.schema([("doc", pa.uint64()), ("family", pa.uint64())])
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


def forest(table: pa.Table) -> pa.Table:
    """The fewest pairs that join the same pages: each page once, with the least number of its component."""
    docs, roots = _roots(table)
    alone = np.isin(docs, column(table, "one")[column(table, "one") == column(table, "other")])
    wanted = (docs != roots) | alone
    return distinct(roots[wanted], docs[wanted])


def families(table: pa.Table) -> pa.Table:
    """The connected components of pairs: every page with the number of its family.

    Memory: the pairs (16 bytes each), and 24 bytes a page that is in a pair.
    """
    docs, roots = _roots(table)
    return pa.table([docs, spread(roots)], schema=LABELS)


def _roots(table: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """All pages that are in a pair, and the least page of the component of each."""
    one, other = column(table, "one"), column(table, "other")
    docs = np.unique(np.concatenate((one, other)))
    return docs, docs[components(np.searchsorted(docs, one), np.searchsorted(docs, other), len(docs))]


def spread(values: np.ndarray) -> np.ndarray:
    """A bijection of 64-bit numbers that spreads them evenly: the least of many pages is a small number."""
    values = (values ^ (values >> np.uint64(32))) * np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    return values ^ (values >> np.uint64(32))


@nb.njit(cache=True)
def components(one: np.ndarray, other: np.ndarray, count: int) -> np.ndarray:
    """For each of `count` nodes the least node of its component. Union-find with path halving; the lesser root wins."""
    parent = np.arange(count)
    for i in range(one.shape[0]):
        a, b = one[i], other[i]
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = parent[a]
        while parent[b] != b:
            parent[b] = parent[parent[b]]
            b = parent[b]
        parent[max(a, b)] = min(a, b)
    for node in range(count):
        parent[node] = parent[parent[node]]  # parents are lesser, so theirs are settled already
    return parent


def runs(*keys: np.ndarray) -> np.ndarray:
    """Where each run of rows with equal keys begins."""
    begins = np.ones(len(keys[0]), bool)
    begins[1:] = np.logical_or.reduce([key[1:] != key[:-1] for key in keys])
    return np.flatnonzero(begins)


def column(table: pa.Table, name: str) -> np.ndarray:
    return table[name].to_numpy()
