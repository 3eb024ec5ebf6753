"""The Ray runner: the only file that imports Ray. Only item names go out and receipts come back."""

import logging
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from pipeline.batches import Batches
from pipeline.errors import MewsError, RunnerLost, UsageError
from pipeline.in_flight import PROBED, TRIES, Flight, HeadWatch
from pipeline.ray_access import check_cluster
from pipeline.ray_settings import RAY_ENV, choose_own_cluster, joined_cluster, this_machine
from pipeline.runner import Failed, attempt, one_line
from pipeline.shipping import own_folders, pack_folder, unpack
from pipeline.source import Stage

R = TypeVar("R")
log = logging.getLogger(__name__)
RETRIES = 3  # of a task whose worker died
AT_ONCE = 100  # tasks that are sent between two looks at what came back
ANSI = re.compile(r"\x1b\[[0-9;]*m")


class Ray:
    """Runs work on Ray: on this machine, or on the cluster at `address`.

    `workers` bounds the tasks that run at a time; without it all CPUs run one, and twice as many are in flight, so that
    a worker never waits for the driver. A task whose worker died is run again up to three times, one that had to give
    way because memory was short five times. `settings` are environment variables of all tasks.

    Workers import this repository, and the folders of the user's own code, which `prepare` sends to them. Raises
    RunnerLost when the cluster cannot be reached, or does not take our token.
    """

    def __init__(self, address: str | None = None, workers: int | None = None):
        address = address or os.environ.get("RAY_ADDRESS")
        for name, value in RAY_ENV.items():
            os.environ.setdefault(name, value)
        try:
            if address:
                check_cluster(address)
            else:
                choose_own_cluster()
            import ray

            ray.init(
                **(joined_cluster(address) if address else this_machine(workers)),
                log_to_driver=False,
                configure_logging=False,
            )
        except MewsError:
            raise
        except Exception as error:  # of a machine that is too busy to begin, Ray raises no other
            raise RunnerLost(f"cannot reach Ray at {address or 'this machine'}: {one_line(error)}") from None
        self._ray, self._workers, self.address = ray, workers, address
        self.settings: dict[str, str] = {}
        self.prefetch_depth = 0 if address else self.slots
        self._bounded = bool(address and workers)
        self._own: Any = None
        outside = (address or "").startswith("ray://")
        self._watch = HeadWatch(address[6:] if address and outside else ray.get_runtime_context().gcs_address)
        self._watch.start()
        self._task = ray.remote(retry_exceptions=False)(run_task)

    def prepare(self, stages: Sequence[Stage]) -> None:
        """Send the user's own code to a cluster, and let a worker read the stages.

        Raises UsageError when it cannot, as when a module is not to be had there.
        """
        folders = own_folders(stages) if self.address else []
        self._own = self._ray.put([pack_folder(folder) for folder in folders]) if folders else None
        ((_, outcome),) = self.map(Reads(tuple(stages)), [""])
        if isinstance(outcome, Failed):
            raise UsageError(f"the workers cannot run this recipe: {outcome.why}")

    @property
    def slots(self) -> int:
        """Tasks that run at a time."""
        return self._workers or max(1, int(self._ray.cluster_resources().get("CPU", 1)))

    @property
    def window(self) -> int:
        """Tasks in flight: on this machine Ray lets `workers` of them run, on a cluster it would run them all."""
        return self.slots if self._bounded else 2 * self.slots

    def map(self, fn: Callable[[Any], R], items: Sequence[Any], *, cpus: float = 1) -> Iterator[tuple[Any, R | Failed]]:
        """As `Runner.map`; at most `window` tasks are in flight, each with a batch of items that `Batches` chooses.

        When a batch comes to nothing, as by a worker that died, each of its items becomes a task of its own.
        """
        ray, batches, flight = self._ray, Batches(items), Flight()
        sent = Sent([ray.put(fn)], [self._own] if self._own else [])
        alone, together = (self._task.options(num_cpus=cpus, max_retries=tries) for tries in (RETRIES, 0))

        def send(batch: list[Any], tries: int = 1) -> None:
            task = alone if len(batch) == 1 else together
            flight.send(task.remote(sent, batch, self.settings), batch, tries)

        try:
            while batches or flight:
                for _ in range(min(AT_ONCE, self.window - len(flight))):
                    if batches:
                        send(batches.take())
                more = batches and len(flight) < self.window
                ray.wait(list(flight), num_returns=1, timeout=0 if more else PROBED)
                self._watch.check()
                done, _ = ray.wait(list(flight), num_returns=len(flight), timeout=0)
                for reference in done:
                    yield from self._landed(flight.land(reference), reference, batches)
                for reference, batch, tries, seconds in flight.still():
                    ray.cancel(reference, force=True)
                    if tries < TRIES:
                        log.warning("%s stands still for %.0f min; it is tried elsewhere", _name(batch), seconds / 60)
                        for item in batch:
                            send([item], tries + 1)
                    else:
                        why = f"it stood still on {TRIES} workers, for {seconds / 60:.0f} minutes on each"
                        yield from ((item, Failed(why)) for item in batch)
        finally:
            for reference in () if self._watch.lost else flight:
                ray.cancel(reference, force=True)

    def _landed(self, batch: list[Any], reference: Any, batches: Batches) -> Iterator[tuple[Any, Any]]:
        """The outcomes of a task's items; none when these are to be tried one by one."""
        try:
            outcomes, seconds = self._ray.get(reference)
        except self._ray.exceptions.RayError as error:
            if len(batch) > 1:
                batches.one_by_one(batch)
            else:
                yield batch[0], failure_from(error, self._ray.exceptions)
            return
        batches.came_back(len(batch), seconds)
        yield from zip(batch, outcomes, strict=True)

    @property
    def reachable_at(self) -> str:
        """The address at which the cluster's machines reach this process; empty where they cannot, or need not."""
        outside = (self.address or "").startswith("ray://")
        return "" if outside or not self.address else self._ray.util.get_node_ip_address()

    def close(self) -> None:
        """Leave the cluster; end it where it is this machine's own."""
        self._watch.stop()
        self._ray.shutdown()


class Sent(NamedTuple):
    """References in lists, which Ray sends on without reading them: to a function, and to the user's own code."""

    function: list[Any]
    own: list[Any]


@dataclass(frozen=True)
class Reads:
    """Work that does nothing: to read it, a worker must import all that the stages need."""

    stages: tuple[Stage, ...]

    def __call__(self, item: str) -> None:
        """Nothing: the work was to be read."""
        return None


def run_task(sent: Sent, batch: list[Any], settings: dict[str, str]) -> tuple[list[Any], float]:
    """The work of a task: the outcome of each of its items, and the seconds that they took.

    What is sent is read once a worker and stage, not once a task.
    """
    import ray

    os.environ.update(settings)
    if sent.own and _own != sent.own:
        sys.path[:0] = unpack(ray.get(sent.own[0]))
        _own[:] = sent.own
    if _function[:1] != sent.function:
        _function[:] = [sent.function[0], ray.get(sent.function[0])]
    began = time.monotonic()
    return [attempt(_function[1], item) for item in batch], time.monotonic() - began


_function: list[Any] = []  # in a worker: the reference, and what it refers to
_own: list[Any] = []  # in a worker: the reference to the user's own code that is unpacked


def failure_from(error: Exception, exceptions: Any) -> Failed:
    """Why a task came to nothing, in the words of a person; Ray's own, with the traceback of the worker, as trace."""
    trace = ANSI.sub("", str(error)).strip()
    last = trace.splitlines()[-1][:500] if trace else type(error).__name__
    if isinstance(error, exceptions.OutOfMemoryError):
        return Failed("it needs more memory than is free beside the others; lower --workers, or give more", trace)
    if isinstance(error, exceptions.RayTaskError):
        return Failed(f"its worker could not begin: {last}", trace)
    return Failed(f"its worker died more than three times: {one_line(error)}", trace)


def _name(batch: Sequence[Any]) -> str:
    """What a person calls a batch: its first shard, and how many there are beside it."""
    first, more = batch[0], len(batch) - 1
    return f"{first[0] if isinstance(first, tuple) else first}{f' and {more} more' if more else ''}"
