"""Tasks that stand still, and heads that are gone, on a clock of our own."""

import socket

import pytest

from pipeline.errors import RunnerLost
from pipeline.in_flight import Flight, HeadWatch


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def flight_of(*sent: tuple[str, float]) -> tuple[Flight, Clock]:
    clock = Clock()
    flight = Flight(clock)
    for name, at in sent:
        clock.now = at
        flight.send(name, f"item {name}")
    return flight, clock


def test_a_task_stands_still_after_an_hour_when_younger_ones_came_back():
    flight, clock = flight_of(("old", 0), ("young", 10))
    clock.now = 20
    assert flight.land("young") == ("item young", 1)
    clock.now = 3600
    assert flight.still() == [] and len(flight) == 1
    clock.now = 3601
    assert flight.still() == [("old", "item old", 1, 3601.0)] and len(flight) == 0


def test_twenty_times_the_longest_counts_when_that_is_more():
    flight, clock = flight_of(("old", 0), ("young", 10))
    clock.now = 1010
    flight.land("young")
    clock.now = 20_000
    assert flight.still() == []
    clock.now = 20_001
    assert [task for task, *_ in flight.still()] == ["old"]


def test_tasks_that_wait_for_a_machine_do_not_stand_still():
    """Nothing that was sent after them has come back."""
    flight, clock = flight_of(("first", 0), ("waits", 10), ("too", 10))
    clock.now = 20
    flight.land("first")
    clock.now = 1e6
    assert flight.still() == [] and list(flight) == ["waits", "too"]


def test_where_no_machine_works_the_last_task_of_all_stands_still():
    """No other that was sent after it could tell."""
    flight, clock = flight_of(("last", 10))
    clock.now = 3610
    assert flight.still(idle=True) == []
    clock.now = 3611
    assert flight.still() == []
    assert flight.still(idle=True) == [("last", "item last", 1, 3601.0)] and len(flight) == 0


def test_a_task_that_is_sent_again_has_its_tries():
    flight, clock = flight_of(("old", 0), ("young", 10))
    flight.land("young")
    clock.now = 5000
    ((_, item, tries, _),) = flight.still()
    flight.send("again", item, tries + 1)
    flight.send("younger", "x")
    clock.now = 5001
    assert flight.still() == []
    flight.land("younger")
    clock.now = 5000 + 20 * 5000
    assert flight.still() == [], "it was not sent before the other"


def test_a_head_that_is_gone_is_told_after_forty_seconds():
    clock = Clock()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        watch = HeadWatch(f"127.0.0.1:{port}", clock)
        clock.now = 30
        watch.look()
    clock.now = 39
    watch.look()
    clock.now = 69
    watch.look()
    watch.check()
    assert not watch.lost
    clock.now = 79
    watch.look()
    with pytest.raises(RunnerLost, match=rf"lost the cluster at 127\.0\.0\.1:{port} \(Connection refused\); what"):
        watch.check()


def test_a_head_that_comes_back_is_not_lost():
    clock = Clock()
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        watch = HeadWatch(f"127.0.0.1:{held.getsockname()[1]}", clock)
        clock.now = 35
        watch.look()
        held.listen()
        clock.now = 50
        watch.look()
    clock.now = 89
    watch.look()
    assert not watch.lost
    clock.now = 100
    watch.look()
    assert watch.lost
