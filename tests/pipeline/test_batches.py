"""Batches: every item once and in order, one where items take long, many where they are short."""

from collections import deque

import pytest

from pipeline.batches import Batches


def drained(batches: Batches, seconds: float) -> list[list[int]]:
    """All batches, each of which comes back before the next is taken, with so many seconds an item."""
    taken = []
    while batches:
        taken.append(batches.take())
        batches.came_back(len(taken[-1]), len(taken[-1]) * seconds)
    return taken


@pytest.mark.parametrize("seconds", [0.0, 0.001, 0.1, 1.0, 300.0])
def test_every_item_goes_out_once_and_in_order(seconds: float):
    taken = drained(Batches(deque(range(1000))), seconds)
    assert [item for batch in taken for item in batch] == list(range(1000))
    assert all(taken)


def test_until_something_came_back_a_task_takes_one_item():
    batches = Batches(deque(range(90_000)))
    assert [batches.take() for _ in range(200)] == [[n] for n in range(200)]
    batches.came_back(0, 0.0)
    assert batches.size() == 1


@pytest.mark.parametrize(("waiting", "seconds", "size"), [(9_000, 0.1, 67), (9_000, 1, 21), (900, 11, 2)])
def test_the_size_is_the_square_root_of_what_waits_by_what_it_takes(waiting: int, seconds: float, size: int):
    batches = Batches(deque(range(waiting)))
    batches.came_back(10, 10 * seconds)
    assert batches.size() == size


@pytest.mark.parametrize(("seconds", "size"), [(29, 2), (30, 2), (30.1, 1), (300, 1)])
def test_no_batch_takes_longer_than_a_minute_but_where_an_item_does(seconds: float, size: int):
    batches = Batches(deque(range(90_000)))
    batches.came_back(1, seconds)
    assert batches.size() == size


def test_at_most_a_hundred_items_go_together():
    batches = Batches(deque(range(10**6)))
    batches.came_back(1, 0.0)
    assert batches.size() == len(batches.take()) == 100


def test_items_may_go_out_one_by_one():
    batches = Batches(deque(range(10**6)), 1)
    batches.came_back(1, 0.0)
    assert batches.size() == len(batches.take()) == 1


@pytest.mark.parametrize(("seconds", "tasks"), [(0.1, 1_200), (0.5, 2_000), (1.0, 2_900)])
def test_a_stage_of_short_shards_is_a_few_thousand_tasks(seconds: float, tasks: int):
    assert 900 < len(drained(Batches(deque(range(90_000))), seconds)) < tasks


def test_few_items_are_spread_over_the_workers():
    assert max(map(len, drained(Batches(deque(range(8))), 0.5))) == 1


def test_how_long_items_take_is_the_mean_of_all_that_came_back():
    batches = Batches(deque(range(8_000)))
    batches.came_back(1, 15)
    batches.came_back(3, 1)
    assert batches.size() == 10


def test_a_batch_that_came_to_nothing_is_tried_one_by_one_before_all_others():
    batches = Batches(deque(range(80)))
    batches.came_back(1, 0.01)
    failed = batches.take()
    assert len(failed) == 20
    batches.one_by_one(failed)
    assert len(batches) == 80
    assert [batches.take() for _ in failed] == [[item] for item in failed]
    assert batches.take()[0] == 20
