"""The tasks of a stage, on a Ray that runs nothing: what is sent, what comes back, and what is tried again."""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from pipeline import in_flight, ray_tasks
from pipeline.batches import Batches
from pipeline.ray_tasks import Lost, Outcomes, Tasks, lost_from, send_out
from pipeline.runner import Failed


class RayError(Exception):
    """As `ray.exceptions` has it."""


class OutOfMemoryError(RayError):
    pass


class RayTaskError(RayError):
    pass


class WorkerCrashedError(RayError):
    pass


class Exceptions:
    RayError, OutOfMemoryError, RayTaskError = RayError, OutOfMemoryError, RayTaskError


class FakeRay:
    """Tasks that are done as soon as they are sent, but for those of `waiting`; `do(batch, machine)` does them.

    Machines take turns. Notes batches with their pauses, and what `wait` was asked.
    """

    exceptions = Exceptions

    def __init__(self, do: Callable[[list[Any], str], Any], machines: Sequence[str] = ("m1",)):
        self.do, self.machines, self.left = do, machines, set[str]()
        self.sent: list[tuple[list[Any], float]] = []
        self.waits: list[tuple[int, float | None]] = []
        self.cancelled: list[int] = []
        self.waiting: set[Any] = set()

    def submit(self, batch: list[Any], pause: float) -> int:
        self.sent.append((batch, pause))
        return len(self.sent) - 1

    def leave(self, machine: str) -> bool:
        others = set(self.machines) - self.left - {machine}
        self.left |= {machine} if others else set()
        return bool(others)

    def wait(self, references: list[int], num_returns: int, timeout: float | None) -> tuple[list[int], list[int]]:
        self.waits.append((num_returns, timeout))
        done = [r for r in references if not self.waiting & set(self.sent[r][0])]
        return done[:num_returns], []

    def get(self, reference: int) -> Any:
        open_to = [machine for machine in self.machines if machine not in self.left]
        answer = self.do(self.sent[reference][0], open_to[reference % len(open_to)])
        if isinstance(answer, Exception):
            raise answer
        return answer

    def cancel(self, reference: int, force: bool) -> None:
        assert force
        self.cancelled.append(reference)

    def tasks(self, items: Sequence[Any]) -> Tasks:
        return Tasks(self, "raw", self.submit, self.leave, Batches(deque(items)))


def all_of(tasks: Tasks, window: int = 4) -> list[tuple[Any, Any]]:
    found = []
    while tasks:
        send_out(tasks._ray, [tasks], window)
        found += tasks.came_back()
        found += tasks.stood_still()
    return found


def doubled(batch: list[Any], machine: str) -> Outcomes:
    return Outcomes([2 * item for item in batch], 0.01 * len(batch), machine)


def test_every_item_has_its_outcome_once():
    ray = FakeRay(doubled)
    found = all_of(ray.tasks(range(1000)))
    assert sorted(found) == [(item, 2 * item) for item in range(1000)]
    assert all(pause == 0 for _, pause in ray.sent)
    assert 10 < len(ray.sent) < 500, "short items share tasks"


def test_at_most_window_tasks_are_in_flight_and_a_hundred_are_sent_between_two_looks():
    ray = FakeRay(doubled)
    tasks = ray.tasks(range(1000))
    send_out(ray, [tasks], 3)
    assert len(ray.sent) == 3
    send_out(ray, [tasks], 3)
    assert len(ray.sent) == 3
    send_out(ray, [tasks], 1000)
    assert len(ray.sent) == 103
    send_out(ray, [tasks], 150)
    assert len(ray.sent) == 150


def test_it_waits_for_a_hundredth_of_many_tasks_and_not_while_more_can_be_sent():
    ray = FakeRay(doubled)
    tasks = ray.tasks(range(1000))
    send_out(ray, [tasks], 201)
    assert ray.waits[-1] == (2, 0), "101 more can be sent at once"
    send_out(ray, [tasks], 201)
    assert ray.waits[-1] == (3, 0)
    send_out(ray, [tasks], 201)
    assert ray.waits[-1] == (3, 1.0), "all are sent: for a second, as more than a hundred are in flight"
    few = FakeRay(doubled)
    send_out(few, [few.tasks(range(4))], 99)
    assert few.waits[-1] == (1, 10.0)
    full = FakeRay(doubled)
    send_out(full, [full.tasks(range(40))], 4)
    assert full.waits[-1] == (1, 10.0)


def test_a_stage_is_done_when_nothing_waits_and_nothing_flies():
    ray = FakeRay(doubled)
    assert not ray.tasks([])
    tasks = ray.tasks([1])
    assert tasks
    send_out(ray, [tasks], 1)
    assert tasks
    assert list(tasks.came_back()) == [(1, 2)]
    assert ray.waits[-1] == (1, 0), "what is done is taken without waiting for more"
    assert not tasks


def test_a_batch_that_came_to_nothing_is_tried_one_by_one_and_the_bad_item_four_times(caplog):
    def do(batch: list[Any], machine: str) -> Any:
        return WorkerCrashedError("killed") if 700 in batch else doubled(batch, machine)

    ray = FakeRay(do)
    found = dict(all_of(ray.tasks(range(1000))))
    assert sorted(found) == list(range(1000))
    assert found.pop(700) == Failed(
        "its worker died more than three times: WorkerCrashedError: killed", "killed"
    ) and all(value == 2 * item for item, value in found.items())
    shared = next(batch for batch, _ in ray.sent if 700 in batch and len(batch) > 1)
    alone = [batch for batch, _ in ray.sent if len(batch) == 1 and batch[0] in shared]
    assert sorted(alone) == sorted([[item] for item in shared] + [[700]] * 3)
    messages = [record.message for record in caplog.records]
    assert messages[0] == (
        f"raw/{shared[0]} and {len(shared) - 1} more: its worker died (WorkerCrashedError); each is tried alone"
    )
    assert messages[1:] == ["raw/700: its worker died (WorkerCrashedError); it is tried again"] * 3


def test_of_a_batch_of_two_each_is_tried_alone():
    class Pairs(Batches):
        def size(self) -> int:
            return 2

    ray = FakeRay(lambda batch, machine: WorkerCrashedError("killed") if "bad" in batch else doubled(batch, machine))
    found = dict(all_of(Tasks(ray, "raw", ray.submit, ray.leave, Pairs(deque(["bad", "good"])))))
    assert found["good"] == "goodgood" and isinstance(found["bad"], Failed)
    assert [batch for batch, _ in ray.sent] == [["bad", "good"], ["bad"], ["good"], *[["bad"]] * 3]


def test_an_item_that_must_give_way_is_tried_six_times_after_longer_and_longer_pauses(caplog):
    ray = FakeRay(lambda batch, machine: OutOfMemoryError("the node ran low"))
    ((item, failed),) = all_of(ray.tasks([("shard", "x")]))
    assert item == ("shard", "x") and failed.trace == "the node ran low"
    assert failed.why == "it needs more memory than is free beside the others; lower --workers, or give more"
    assert [pause for _, pause in ray.sent] == [0, 2.0, 4.0, 8.0, 16.0, 32.0]
    assert caplog.records[0].message == "raw/shard: it had to give way, as memory was short; it is tried again"


def test_a_worker_that_cannot_begin_is_not_tried_again():
    error = RayTaskError("\x1b[36mtraceback\x1b[39m\n  of many lines\nModuleNotFoundError: no such module\n")
    lost = lost_from(error, Exceptions)
    assert lost == Lost(
        Failed(
            "its worker could not begin: ModuleNotFoundError: no such module",
            "traceback\n  of many lines\nModuleNotFoundError: no such module",
        ),
        "its worker could not begin: ModuleNotFoundError: no such module",
        1,
        0,
    )
    assert lost_from(RayTaskError(""), Exceptions).failed.why == "its worker could not begin: RayTaskError"
    assert len(lost_from(RayTaskError("x" * 900), Exceptions).told) == len("its worker could not begin: ") + 500
    ray = FakeRay(lambda batch, machine: error)
    assert len(all_of(ray.tasks([1]))) == len(ray.sent) == 1


def test_a_worker_that_dies_or_gives_way_is_told_with_its_tries():
    assert lost_from(WorkerCrashedError("gone"), Exceptions)[1:] == ("its worker died (WorkerCrashedError)", 4, 0)
    assert lost_from(OutOfMemoryError("x"), Exceptions)[1:] == ("it had to give way, as memory was short", 6, 1.0)


FULL = Failed("OSError: No space left on device", "", disk_full=True)


def test_an_item_that_met_a_full_disk_is_tried_on_another_machine_and_that_one_is_left(caplog):
    def do(batch: list[Any], machine: str) -> Outcomes:
        return Outcomes([FULL] * len(batch), 0.01, machine) if machine == "m1" else doubled(batch, machine)

    ray = FakeRay(do, ("m1", "m2", "m3"))
    found = all_of(ray.tasks(range(300)))
    assert sorted(found) == [(item, 2 * item) for item in range(300)] and ray.left == {"m1"}
    assert caplog.records[0].message.endswith(
        ": the disk of a machine is full (OSError: No space left on device); it is tried elsewhere"
    )


@pytest.mark.parametrize(("machines", "tries"), [(1, 1), (2, 2), (3, 3), (9, 3)])
def test_where_all_disks_are_full_an_item_fails_after_three_machines(machines: int, tries: int):
    """As with a root on a disk that all share."""
    ray = FakeRay(
        lambda batch, machine: Outcomes([FULL] * len(batch), 1.0, machine), [f"m{n}" for n in range(machines)]
    )
    assert all_of(ray.tasks(["a"])) == [("a", FULL)]
    assert len(ray.sent) == tries


def test_any_other_failure_is_an_outcome():
    failed = Failed("ValueError: bad")
    ray = FakeRay(lambda batch, machine: Outcomes([failed], 1.0, machine), ("m1", "m2"))
    assert all_of(ray.tasks([1])) == [(1, failed)] and len(ray.sent) == 1 and not ray.left


def test_tasks_that_stand_still_are_cancelled_and_their_items_tried_alone_on_other_workers(monkeypatch, caplog):
    monkeypatch.setattr(in_flight, "SHORTEST", -1.0)
    monkeypatch.setattr(in_flight, "TIMES", 0.0)
    ray = FakeRay(doubled)
    tasks = ray.tasks(["stuck", "b"])
    ray.waiting = {"stuck"}
    send_out(ray, [tasks], 2)
    assert list(tasks.came_back()) == [("b", "bb")]
    assert list(tasks.stood_still()) == [] and ray.cancelled == [0] and ray.sent[2] == (["stuck"], 0)
    assert caplog.records[0].levelno == logging.WARNING
    assert caplog.records[0].message == "raw/stuck stands still for 0 min; it is tried elsewhere"
    for again in (2, 3):
        tasks._flight.send("younger", ["y"])  # a task that was sent later, and comes back
        tasks._flight.land("younger")
        gone = list(tasks.stood_still())
        assert ray.cancelled[-1] == again
    assert gone == [("stuck", Failed("it stood still on 3 workers, for 0 minutes on each"))]
    assert not tasks and len(ray.sent) == 4


def test_cancel_ends_what_is_in_flight():
    ray = FakeRay(doubled)
    tasks = ray.tasks([1, 2, 3])
    send_out(ray, [tasks], 2)
    tasks.cancel()
    assert ray.cancelled == [0, 1]


def test_the_published_bounds():
    assert (ray_tasks.DEATHS, ray_tasks.GIVEN_WAY) == (4, 6)
