"""Pages of one group in one sequence, and none of the others moved."""

import pyarrow as pa
import pytest

from tokenizer.neighbours import join_neighbours, neighbours_together


def table(*rows: tuple[str, str | None]) -> pa.Table:
    return pa.table(
        {"source": [s for s, _ in rows], "group": pa.array([g for _, g in rows], pa.string()), "n": range(len(rows))}
    )


def test_pages_of_a_group_come_behind_its_first_and_others_keep_their_order():
    given = table(("web", "a"), ("code", None), ("web", "b"), ("web", "a"), ("code", "a"), ("web", None), ("web", "b"))
    groups, ordered = neighbours_together(given)
    assert ordered["n"].to_pylist() == [0, 3, 1, 2, 6, 4, 5]
    assert groups == [("web", "a"), ("web", "a"), None, ("web", "b"), ("web", "b"), ("code", "a"), None]


def test_without_groups_nothing_moves():
    given = table(("web", None), ("code", None))
    assert neighbours_together(given) == ([None, None], given)
    assert neighbours_together(given.drop_columns("group")) == ([None, None], given.drop_columns("group"))


A, B = ("web", "a"), ("web", "b")


@pytest.mark.parametrize(
    ("lengths", "groups", "units"),
    [
        ([3, 4, 3], [A, A, A], [[0, 1, 2]]),
        ([3, 4, 4], [A, A, A], [[0, 1], [2]]),
        ([3, 8, 2, 1], [A, A, A, A], [[0], [1, 2], [3]]),
        ([1, 1, 1], [A, B, A], [[0], [1], [2]]),
        ([1, 1, 1], [None, None, A], [[0], [1], [2]]),
        ([10, 1], [A, A], [[0], [1]]),
        ([], [], []),
    ],
)
def test_as_many_are_packed_as_one_as_there_is_room_for(lengths, groups, units):
    assert join_neighbours(lengths, groups, 10) == units
