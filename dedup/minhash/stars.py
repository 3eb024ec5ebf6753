"""Families of more pages than one machine holds: buckets contract edges to stars, and one task joins their roots.

Every page goes to a bucket with all lower pages that share an edge with it. There it is joined to the lowest of these,
and so are the others (the small-star operation of Kiveris et al. 2014, "Connected components in MapReduce and beyond").
Done twice, this makes a star of every family whose pages all share a band with its lowest page. Families that are
chains leave edges across, between the roots of stars: one task joins these. The families are those that `families`
finds in all edges at once.
"""

import numpy as np
import pyarrow as pa

from dedup.arrays import numpy_column, run_lengths, run_starts
from dedup.minhash.families import LABELS, distinct_edges, family_numbers

STARS = pa.schema([("one", pa.uint64()), ("other", pa.uint64()), ("across", pa.bool_())])
ROOTED = pa.schema(
    [
        ("key", pa.uint64()),
        ("root", pa.uint64()),
        ("doc", pa.uint64()),
        ("family", pa.uint64()),
        ("known", pa.bool_()),  # the row tells the family of the root; otherwise, that `doc` is in the root's star
    ]
)


def by_higher(table: pa.Table, shard: str) -> pa.Table:
    """Rows for a Scatter: edges (`one` is the lower page) by their higher page."""
    return table.append_column("key", pa.array(family_numbers(numpy_column(table, "other"))))


def contracted(table: pa.Table) -> pa.Table:
    """A Gather's function: of all edges of each higher page, its lowest page joined to it, and to its other pages."""
    one, other, lowest, first = _by_higher(table)
    rest = ~first & (one != other)
    return distinct_edges(np.concatenate((lowest[first], lowest[rest])), np.concatenate((other[first], one[rest])))


def with_roots(table: pa.Table, shard: str) -> pa.Table:
    """Rows for a Scatter: the edges by their higher page, and each root (a lower page of an edge) joined to itself."""
    roots = np.unique(numpy_column(table, "one"))
    one, other = (np.concatenate((numpy_column(table, name), roots)) for name in ("one", "other"))
    return by_higher(distinct_edges(one, other), shard)


def stars(table: pa.Table) -> pa.Table:
    """A Gather's function (schema `STARS`): every page joined to one root, a root to itself; and the edges across."""
    one, other, lowest, first = _by_higher(table)
    is_root = np.logical_or.reduceat(one == other, np.flatnonzero(first)) if len(one) else first
    docs, lower = other[first], lowest[first]
    joined, rest = is_root & (lower != docs), ~first & (one != other)
    across = distinct_edges(np.concatenate((lower[joined], lowest[rest])), np.concatenate((docs[joined], one[rest])))
    roots = pa.table([np.where(is_root, docs, lower), docs, np.zeros(len(docs), bool)], schema=STARS)
    return pa.concat_tables([roots, across.append_column("across", pa.array(np.ones(across.num_rows, bool)))])


def _by_higher(table: pa.Table) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The distinct edges by their higher page: lower page, higher page, the lowest of the higher page's, and whether
    the edge is the first of its higher page.
    """
    table = distinct_edges(numpy_column(table, "other"), numpy_column(table, "one"))
    other, one = numpy_column(table, "one"), numpy_column(table, "other")
    starts = run_starts(other)
    first = np.zeros(len(one), bool)
    first[starts] = True
    return one, other, np.repeat(one[starts], run_lengths(starts, len(one))), first


def cross_edges(table: pa.Table, shard: str) -> pa.Table:
    """Rows for a Scatter: the edges between roots."""
    return table.filter(table["across"]).drop_columns("across")


def star_edges(table: pa.Table, shard: str) -> pa.Table:
    """Rows for a Scatter (schema `ROOTED`): the pages by their root."""
    edges = table.filter(pa.array(~numpy_column(table, "across")))
    return _rooted(
        numpy_column(edges, "one"), numpy_column(edges, "other"), np.zeros(edges.num_rows, np.uint64), known=False
    )


def rooted_families(table: pa.Table, shard: str) -> pa.Table:
    """Rows for a Scatter (schema `ROOTED`): the families (schema `LABELS`) of roots that have an edge across."""
    doc = numpy_column(table, "doc")
    return _rooted(doc, doc, numpy_column(table, "family"), known=True)


def _rooted(root: np.ndarray, doc: np.ndarray, family: np.ndarray, known: bool) -> pa.Table:
    return pa.table([family_numbers(root), root, doc, family, np.full(len(root), known)], schema=ROOTED)


def labels_by_root(table: pa.Table) -> pa.Table:
    """A Gather's function: pages with the family of their root (schema `LABELS`), sorted by page.

    A root that no edge across joins to another is a family of its own.
    """
    known = numpy_column(table, "known")
    joined, pages = table.filter(pa.array(known)).sort_by("root"), table.filter(pa.array(~known))
    root, doc, roots = numpy_column(pages, "root"), numpy_column(pages, "doc"), numpy_column(joined, "root")
    family = family_numbers(root)
    place = np.searchsorted(roots, root)
    found = np.append(roots, 0)[place] == root if len(roots) else np.zeros(len(root), bool)
    family[found] = numpy_column(joined, "family")[place[found]]
    order = np.argsort(doc)
    return pa.table([doc[order], family[order]], schema=LABELS)
