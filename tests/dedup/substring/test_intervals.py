"""Runs of neighbours and unions of spans, against sets of places."""

import numpy as np

from dedup.substring.intervals import neighbour_runs, span_unions


def test_neighbour_runs():
    places, group = np.array([1, 2, 3, 5, 6, 7, 9]), np.array([0, 0, 0, 0, 0, 1, 1])
    first, last = neighbour_runs(places, group)
    assert (first.tolist(), last.tolist()) == ([0, 3, 5, 6], [2, 4, 5, 6])
    assert [side.tolist() for side in neighbour_runs(places[:0], group[:0])] == [[], []]


def test_union_of_spans():
    rng = np.random.default_rng(3)
    for count in (0, 1, 5, 60):
        group, starts = rng.integers(0, 4, count), rng.integers(0, 100, count)
        ends = starts + rng.integers(1, 12, count)
        covered = {(g, 2 * p) for g, s, e in zip(group, starts, ends, strict=True) for p in range(s, e)}
        inner = {(g, 2 * p + 1) for g, s, e in zip(group, starts, ends, strict=True) for p in range(s, e - 1)}
        made = list(zip(*span_unions(group, starts, ends), strict=True))
        assert {(g, 2 * p) for g, s, e in made for p in range(s, e)} == covered
        assert {(g, 2 * p + 1) for g, s, e in made for p in range(s, e - 1)} == inner
        assert len(made) == len(covered) - len(inner)
        assert made == sorted(made)


def test_spans_that_touch_stay_two():
    made = span_unions(np.array([0, 0, 0, 1]), np.array([5, 0, 9, 9]), np.array([9, 5, 12, 10]))
    assert [side.tolist() for side in made] == [[0, 0, 0, 1], [0, 5, 9, 9], [5, 9, 12, 10]]


def test_spans_that_overlap_are_joined_within_their_group():
    made = span_unions(np.array([1, 0, 0, 0]), np.array([3, 0, 4, 2]), np.array([9, 5, 6, 3]))
    assert [side.tolist() for side in made] == [[0, 1], [0, 3], [6, 9]]
