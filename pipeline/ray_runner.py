# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
"""The Ray runner: the only file that imports Ray. Only item names go out and receipts come back."""

import os
import sys
import time
from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pipeline import in_flight
from pipeline.batches import Batches
from pipeline.errors import MewsError, RunnerLost, UsageError
from pipeline.in_flight import HeadWatch
from pipeline.last_words import LastWords
from pipeline.ray_access import check_cluster
from pipeline.ray_settings import RAY_ENV, choose_own_cluster, joined_cluster, this_machine
from pipeline.ray_tasks import Outcomes, Sent, Tasks, send_out
from pipeline.runner import Failed, WorkQueue, attempt, one_line
from pipeline.shipping import own_folders, pack_folder, unpack
from pipeline.source import Stage

KEPT = 8  # functions that a worker keeps: shards of several stages may take turns
WAITING = 0.66  # of a processor: half as many tasks again work while others wait for their files
KILLED = (
    "error: the run ended without a word: it was killed, or lost the cluster at {}; what is made is kept, and the same "
    "command goes on"
)


class Ray:
    """Runs work on Ray: on this machine, or on the cluster at `address`.

    `workers` bounds the tasks that run at a time; without it all CPUs run one, and twice as many are in flight, so that
    a worker never waits for the driver. On a cluster a task takes several items where they are short, and more tasks
    run than there are CPUs where they fetch files: nobody can tell which file a machine reads next. A shard whose
    worker died is tried again up to three times, one that had to give way because memory was short five times, and one
    that met a full disk on two other machines; the log tells each. `settings` are environment variables of all tasks.

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
        self._full = set[str]()
        self._own: Any = None
        outside = (address or "").startswith("ray://")
        self._watch = HeadWatch(address[6:] if address and outside else ray.get_runtime_context().gcs_address)
        self._watch.start()
        self._words = LastWords(KILLED.format(address or "this machine"))
        self._task = ray.remote(max_retries=0)(run_task)

    def prepare(self, stages: Sequence[Stage]) -> None:
        """Send the user's own code to a cluster, and let a worker read the stages.

        Raises UsageError when it cannot, as when a module is not to be had there.
        """
        folders = own_folders(stages) if self.address else []
        self._own = self._ray.put([pack_folder(folder) for folder in folders]) if folders else None
        ((*_, outcome),) = self.map([WorkQueue("recipe", Reads(tuple(stages)), deque([""]))])
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

    @property
    def _machines(self) -> dict[str, dict[str, float]]:
        """The resources of the machines that can run a task, by their ids. A head is often told to run none."""
        alive = {node["NodeID"]: node["Resources"] for node in self._ray.nodes() if node["Alive"]}
        return {name: has for name, has in alive.items() if has.get("CPU", 0) >= 1}

    @property
    def _idle(self) -> bool:
        """Whether there are processors, and all are free: then no task runs, and Ray has lost those that are out."""
        there, free = self._ray.cluster_resources().get("CPU", 0), self._ray.available_resources().get("CPU", 0)
        return there >= 1 and free >= there

    @property
    def largest_memory(self) -> int:
        """Bytes of memory that Ray gives to tasks of the largest machine: more would never be had. 0: not known."""
        return int(max((has.get("memory", 0) for has in self._machines.values()), default=0))

    def leave(self, machine: str) -> bool:
        """Send no more tasks to a machine, whose disk is full; False when there is no other."""
        if others := self._machines.keys() - self._full - {machine}:
            self._full.add(machine)
        return bool(others)

    def _elsewhere(self) -> dict[str, Any]:
        """The options of a task that keep it from machines which were left, as long as there are others."""
        if not self._full or not self._machines.keys() - self._full:
            return {}
        return {"label_selector": {"ray.io/node-id": f"!in({','.join(sorted(self._full))})"}}

    def map(self, queues: Sequence[WorkQueue]) -> Generator[tuple[WorkQueue, Any, Any]]:
        """As `Runner.map`; at most `window` tasks are in flight, each with items of one queue, as `Batches` chooses.

        When a batch comes to nothing, as by a worker that died, each of its items becomes a task of its own.
        """
        tasks, quiet = dict[WorkQueue, Tasks](), time.monotonic()
        try:
            while any(queue.items for queue in queues) or any(tasks.values()):
                tasks = {queue: tasks[queue] if queue in tasks else self._tasks(queue) for queue in queues}
                send_out(self._ray, list(tasks.values()), self.window)
                self._watch.check()
                for queue, its in tasks.items():
                    for done in its.came_back():
                        yield queue, *done
                        quiet = time.monotonic()  # after the caller has taken its time
                idle = time.monotonic() - quiet > in_flight.QUIET and self._idle
                for queue, its in tasks.items():
                    yield from ((queue, *done) for done in its.stood_still(idle))
        finally:
            for its in tasks.values() if not self._watch.lost else ():
                its.cancel()

    def _tasks(self, queue: WorkQueue) -> Tasks:
        """The tasks of a queue; those that wait for their files take a part of a processor, and so of the window."""
        sent = Sent([self._ray.put(queue.fn)], [self._own] if self._own else [], self.settings)
        cpus = WAITING if queue.fetches and not self.prefetch_depth else 1

        def task(memory: int, **elsewhere: Any) -> Any:
            return self._task.options(num_cpus=cpus, memory=min(memory, self.largest_memory), **elsewhere)

        anywhere = cache(task)  # which takes Ray as long as the rest of sending a task

        def submit(batch: list[Any], pause: float) -> Any:
            elsewhere = self._elsewhere()
            chosen = task(queue.memory, **elsewhere) if elsewhere else anywhere(queue.memory)
            return chosen.remote((sent, batch, pause))

        # What a task fetches ahead is for one that begins after it, and must not be done by then.
        batches = Batches(queue.items, 1) if self.prefetch_depth else Batches(queue.items)
        return Tasks(self._ray, queue.name, submit, self.leave, batches, 1 if self._bounded else cpus)

    @property
    def reachable_at(self) -> str:
        """The address at which the cluster's machines reach this process; empty where they cannot, or need not."""
        outside = (self.address or "").startswith("ray://")
        return "" if outside or not self.address else self._ray.util.get_node_ip_address()

    def close(self) -> None:
        """Leave the cluster; end it where it is this machine's own."""
        self._watch.stop()
        self._ray.shutdown()
        self._words.keep()


@dataclass(frozen=True)
class Reads:
    """Work that does nothing: to read it, a worker must import all that the stages need."""

    stages: tuple[Stage, ...]

    def __call__(self, item: str) -> None:
        """Nothing: the work was to be read."""
        return None


def run_task(task: tuple[Sent, list[Any], float]) -> Outcomes:
    """Work on a batch, after a pause. What is sent is read once a worker and queue, not once a task.

    Ray takes a tenth of a millisecond for each argument of a task: there is one.
    """
    import ray

    sent, batch, pause = task
    time.sleep(pause)
    os.environ.update(sent.settings)
    if sent.own and _own != sent.own:
        sys.path[:0] = unpack(ray.get(sent.own[0]))
        _own[:] = sent.own
    (reference,) = sent.function
    if reference not in _functions:
        if len(_functions) == KEPT:
            del _functions[next(iter(_functions))]
        _functions[reference] = ray.get(reference)
    began, machine = time.monotonic(), ray.get_runtime_context().get_node_id()
    return Outcomes([attempt(_functions[reference], item) for item in batch], time.monotonic() - began, machine)


_functions: dict[Any, Any] = {}  # in a worker: what the references of the last queues refer to
_own: list[Any] = []  # in a worker: the reference to the user's own code that is unpacked
