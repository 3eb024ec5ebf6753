"""The tasks of a queue on Ray: which items go out together, what comes back, and what is tried again."""

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from pipeline.batches import Batches
from pipeline.in_flight import PROBED, TRIES, Flight
from pipeline.runner import Failed, one_line

DEATHS, GIVEN_WAY = 4, 6  # how often an item is tried whose worker died, or had to give way as memory was short
MANY, SOON = 100, 1.0  # tasks in flight of which one more is waited for, and for how many seconds at most
AT_ONCE = 100  # tasks that are sent between two looks at what came back
ANSI = re.compile(r"\x1b\[[0-9;]*m")
log = logging.getLogger(__name__)


class Sent(NamedTuple):
    """What all tasks of a queue get: references in lists, which Ray sends on without reading them, to a function and to
    the user's own code, and variables of the environment.
    """

    function: list[Any]
    own: list[Any]
    settings: dict[str, str]


class Outcomes(NamedTuple):
    """What a task came to: the outcome of each of its items, the seconds that they took together, and the id of the
    machine that it ran on.
    """

    outcomes: list[Any]
    seconds: float
    machine: str


class Lost(NamedTuple):
    """What became of a task that gave no answer, and how often an item is tried that was alone in one.

    Before the next try its worker waits `pause` seconds, twice as long each time.
    """

    failed: Failed
    told: str
    tries: int
    pause: float = 0


class Tasks:
    """The items of a queue, in `batches`, on their way through tasks. True while some are not done.

    `name` is that of the queue, and `share` what a task takes of a window. `submit(batch, pause)` sends a task that
    begins after `pause` seconds, and returns its reference. Ray itself tries nothing again: the log tells each task
    that came to nothing. The items of a batch are then tried each alone, so that a bad one costs only itself. An item
    that met a full disk is tried on another machine: `leave(machine)` sends no more to that one, and says whether there
    is another.
    """

    def __init__(
        self,
        ray: Any,
        name: str,
        submit: Callable[[list[Any], float], Any],
        leave: Callable[[str], bool],
        batches: Batches,
        share: float = 1,
    ):
        self._ray, self._name, self._submit, self._leave = ray, name, submit, leave
        self._batches, self._flight, self._share = batches, Flight(), share

    def __bool__(self) -> bool:
        return bool(self._batches or self._flight)

    @property
    def in_flight(self) -> list[Any]:
        """References to the tasks that are sent out."""
        return list(self._flight)

    def fits(self, room: float) -> bool:
        """Whether items wait, and a task has its share of the room that is left."""
        return bool(self._batches) and self._share <= room

    def send_one(self) -> float:
        """Send the next task; returns the share that it takes."""
        self._send(self._batches.take())
        return self._share

    @property
    def taken(self) -> float:
        """Of the window, what the tasks in flight take."""
        return len(self._flight) * self._share

    def _send(self, batch: list[Any], tries: int = 1, pause: float = 0) -> None:
        self._flight.send(self._submit(batch, pause), batch, tries)

    def came_back(self) -> Iterator[tuple[Any, Any]]:
        """The items that are done, with their outcomes. Those of a task that came to nothing are sent again."""
        done, _ = self._ray.wait(list(self._flight), num_returns=len(self._flight), timeout=0)
        for reference in done:
            batch, tries = self._flight.land(reference)
            answer = self._answer(reference)
            if not isinstance(answer, Lost):
                self._batches.came_back(len(batch), answer.seconds)
                for item, outcome in zip(batch, answer.outcomes, strict=True):
                    if not self._sent_elsewhere(item, outcome, answer.machine, tries):
                        yield item, outcome
            elif len(batch) > 1:
                log.warning("%s: %s; each is tried alone", self._named(batch), answer.told)
                self._batches.one_by_one(batch)
            elif tries < answer.tries:
                log.warning("%s: %s; it is tried again", self._named(batch), answer.told)
                self._send(batch, tries + 1, answer.pause * 2**tries)
            else:
                yield batch[0], answer.failed

    def _sent_elsewhere(self, item: Any, outcome: Any, machine: str, tries: int) -> bool:
        """Whether an item met a full disk, and is tried on another machine."""
        full = isinstance(outcome, Failed) and outcome.disk_full
        if not full or tries >= TRIES or not self._leave(machine):
            return False
        log.warning("%s: the disk of a machine is full (%s); it is tried elsewhere", self._named([item]), outcome.why)
        self._send([item], tries + 1)
        return True

    def _answer(self, reference: Any) -> Outcomes | Lost:
        try:
            return self._ray.get(reference)
        except self._ray.exceptions.RayError as error:
            return lost_from(error, self._ray.exceptions)

    def stood_still(self, idle: bool = False) -> Iterator[tuple[Any, Failed]]:
        """The items that stood still as often as they are tried. Others that do are sent to another worker.

        `idle` is told to `Flight.still`.
        """
        for reference, batch, tries, seconds in self._flight.still(idle):
            self._ray.cancel(reference, force=True)
            if tries < TRIES:
                log.warning("%s stands still for %.0f min; it is tried elsewhere", self._named(batch), seconds / 60)
                for item in batch:
                    self._send([item], tries + 1)
            else:
                why = f"it stood still on {TRIES} workers, for {seconds / 60:.0f} minutes on each"
                yield from ((item, Failed(why)) for item in batch)

    def _named(self, batch: Sequence[Any]) -> str:
        """What a person calls a batch: its queue and first shard, and how many there are beside it."""
        first, more = batch[0], len(batch) - 1
        return f"{self._name}/{first[0] if isinstance(first, tuple) else first}{f' and {more} more' if more else ''}"

    def cancel(self) -> None:
        """End what is in flight."""
        for reference in self._flight:
            self._ray.cancel(reference, force=True)


def send_out(ray: Any, queues: Sequence[Tasks], window: float) -> None:
    """Send tasks until `window` has no more room, or `AT_ONCE` are sent; wait where no more can be sent.

    Those of the first queue go first. To ask about 10,000 tasks takes 5 ms of the driver: it does so when a hundredth
    of them are done, or after a second.
    """
    room = window - sum(tasks.taken for tasks in queues)
    for _ in range(AT_ONCE):
        if tasks := next((each for each in queues if each.fits(room)), None):
            room -= tasks.send_one()
    flight = [reference for tasks in queues for reference in tasks.in_flight]
    more, some = any(each.fits(room) for each in queues), 1 + len(flight) // MANY
    ray.wait(flight, num_returns=some, timeout=0 if more else SOON if some > 1 else PROBED)


def lost_from(error: Exception, exceptions: Any) -> Lost:
    """What became of a task, in the words of a person; Ray's own, with the traceback of the worker, as trace."""
    trace = ANSI.sub("", str(error)).strip()
    last = trace.splitlines()[-1][:500] if trace else type(error).__name__
    if isinstance(error, exceptions.OutOfMemoryError):
        why = "it needs more memory than is free beside the others; lower --workers, or give more"
        return Lost(Failed(why, trace), "it had to give way, as memory was short", GIVEN_WAY, 1.0)
    if isinstance(error, exceptions.RayTaskError):
        why = f"its worker could not begin: {last}"
        return Lost(Failed(why, trace), why, 1)
    failed = Failed(f"its worker died more than three times: {one_line(error)}", trace)
    return Lost(failed, f"its worker died ({type(error).__name__})", DEATHS)
