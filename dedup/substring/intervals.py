"""Sets of intervals: runs of neighbouring places, and unions of spans."""

import numpy as np


def neighbour_runs(places: np.ndarray, group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The indices of the first and the last of each longest run of consecutive places (ascending) in one group."""
    joined = (places[1:] == places[:-1] + 1) & (group[1:] == group[:-1])
    return np.flatnonzero(np.r_[True, ~joined][: len(places)]), np.flatnonzero(np.r_[~joined, True][: len(places)])


def span_unions(group: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The spans of each group, overlapping ones joined, by group and start. Spans that only touch stay two."""
    order = np.lexsort((starts, group))
    group, starts, ends = group[order], starts[order].astype(np.int64), ends[order].astype(np.int64)
    # Each group is shifted beyond the one before, so that one running maximum serves all.
    room = int(ends.max(initial=0)) + 1
    rank = np.cumsum(np.r_[False, group[1:] != group[:-1]]) if len(group) else np.zeros(0, np.int64)
    reach = np.maximum.accumulate(ends + rank * room)
    begins = np.r_[True, starts[1:] + rank[1:] * room >= reach[:-1]][: len(group)]
    finals = np.flatnonzero(np.r_[begins[1:], True][: len(group)])
    return group[begins], starts[begins], reach[finals] - rank[finals] * room
