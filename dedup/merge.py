"""Families of more pages than one machine holds: buckets hook pages to heads, and one task joins heads alone.

Every page of a pair goes to its bucket with all lesser pages that it is paired with, and is hooked to the least of
these, its head; so are the others (the small star of Kiveris et al. 2014). Done twice, this makes a star of any family
whose pages all share a band with its least page. What is left are ties between heads, where families are chains: one
task joins those. The answer is that of `families` on all pairs at once.
"""

import numpy as np
import pyarrow as pa

from dedup.families import LABELS, column, distinct, runs, spread

HOOKS = pa.schema([("one", pa.uint64()), ("other", pa.uint64()), ("tie", pa.bool_())])
NAMED = pa.schema(
    [
        ("key", pa.uint64()),
        ("head", pa.uint64()),
        ("doc", pa.uint64()),
        ("family", pa.uint64()),
        ("known", pa.bool_()),  # the row says the family of the head; else that `doc` is hooked to it
    ]
)


def by_other(table: pa.Table, shard: str) -> pa.Table:
    """Rows for a Scatter: pairs (`one` is the lesser page), by a spread number of the greater."""
    return table.append_column("key", pa.array(spread(column(table, "other"))))


def hooked(table: pa.Table) -> pa.Table:
    """Of all pairs of each `other`: the pairs of the least page with that one, and with the others that it is in."""
    one, other, least, first = _stars(table)
    rest = ~first & (one != other)
    return distinct(np.concatenate((least[first], least[rest])), np.concatenate((other[first], one[rest])))


def with_heads(table: pa.Table, shard: str) -> pa.Table:
    """Rows for a Scatter: the same pairs by the greater page, and each head paired with itself."""
    heads = np.unique(column(table, "one"))
    one, other = (np.concatenate((column(table, name), heads)) for name in ("one", "other"))
    return by_other(distinct(one, other), shard)


def settled(table: pa.Table) -> pa.Table:
    """Every page hooked to one head, itself when it is one (schema `HOOKS`), and ties between heads."""
    one, other, least, first = _stars(table)
    is_head = np.logical_or.reduceat(one == other, np.flatnonzero(first)) if len(one) else first
    docs, lesser = other[first], least[first]
    bound, rest = is_head & (lesser != docs), ~first & (one != other)
    ties = distinct(np.concatenate((lesser[bound], least[rest])), np.concatenate((docs[bound], one[rest])))
    own = pa.table({"one": np.where(is_head, docs, lesser), "other": docs, "tie": np.zeros(len(docs), bool)}, HOOKS)
    return pa.concat_tables([own, ties.append_column("tie", pa.array(np.ones(ties.num_rows, bool)))])


def _stars(table: pa.Table) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The pairs, each once, by their greater page; the least page that this one is paired with; which are the first."""
    table = distinct(column(table, "other"), column(table, "one"))
    other, one = column(table, "one"), column(table, "other")
    starts = runs(other)
    first = np.zeros(len(one), bool)
    first[starts] = True
    return one, other, np.repeat(one[starts], np.diff(np.append(starts, len(one)))), first


def ties(table: pa.Table, shard: str) -> pa.Table:
    """Rows for a Scatter: the pairs of heads."""
    return table.filter(table["tie"]).drop_columns("tie")


def hooks(table: pa.Table, shard: str) -> pa.Table:
    """Rows for a Scatter: pages by their head."""
    own = table.filter(column(table, "tie") == 0)
    return _named(column(own, "one"), column(own, "other"), np.zeros(own.num_rows, np.uint64), known=False)


def heads(table: pa.Table, shard: str) -> pa.Table:
    """Rows for a Scatter: the families of heads that are tied."""
    doc = column(table, "doc")
    return _named(doc, doc, column(table, "family"), known=True)


def _named(head: np.ndarray, doc: np.ndarray, family: np.ndarray, known: bool) -> pa.Table:
    return pa.table([spread(head), head, doc, family, np.full(len(head), known)], schema=NAMED)


def labelled(table: pa.Table) -> pa.Table:
    """Pages with the family of their head (schema `LABELS`), which is the head's own number when nothing ties it."""
    known = table["known"].to_numpy()
    tied, pages = table.filter(pa.array(known)).sort_by("head"), table.filter(pa.array(~known))
    head, doc, names = column(pages, "head"), column(pages, "doc"), column(tied, "head")
    family = spread(head)
    place = np.searchsorted(names, head)
    found = np.append(names, 0)[place] == head if len(names) else np.zeros(len(head), bool)
    family[found] = column(tied, "family")[place[found]]
    order = np.argsort(doc)
    return pa.table([doc[order], family[order]], schema=LABELS)
