# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
"""The Ray runner: the only file that imports Ray. Only item names go out and receipts come back."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from pipeline.batches import Batches
from pipeline.errors import MewsError, RunnerLost, UsageError
from pipeline.in_flight import HeadWatch
from pipeline.last_words import LastWords
from pipeline.ray_access import check_cluster
from pipeline.ray_settings import RAY_ENV, choose_own_cluster, joined_cluster, this_machine
from pipeline.ray_tasks import Outcomes, Tasks
from pipeline.runner import Failed, attempt, one_line
from pipeline.shipping import own_folders, pack_folder, unpack
from pipeline.source import Stage

R = TypeVar("R")
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

    @property
    def _machines(self) -> dict[str, dict[str, float]]:
        """The resources of the machines that can run a task, by their ids. A head is often told to run none."""
        alive = {node["NodeID"]: node["Resources"] for node in self._ray.nodes() if node["Alive"]}
        return {name: has for name, has in alive.items() if has.get("CPU", 0) >= 1}

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

    def map(
        self, fn: Callable[[Any], R], items: Sequence[Any], *, memory: int = 0, fetches: bool = False
    ) -> Iterator[tuple[Any, R | Failed]]:
        """As `Runner.map`; at most `window` tasks are in flight, each with the items that `Batches` chooses.

        When a batch comes to nothing, as by a worker that died, each of its items becomes a task of its own.
        """
        sent = Sent([self._ray.put(fn)], [self._own] if self._own else [], self.settings)
        cpus = WAITING if fetches and not self.prefetch_depth else 1
        needs = {"num_cpus": cpus, "memory": min(memory, self.largest_memory)}
        anywhere = self._task.options(**needs)  # which takes Ray as long as the rest of sending a task

        def submit(batch: list[Any], pause: float) -> Any:
            elsewhere = self._elsewhere()
            task = self._task.options(**needs, **elsewhere) if elsewhere else anywhere
            return task.remote((sent, batch, pause))

        # What a task fetches ahead is for one that begins after it, and must not be done by then.
        batches = Batches(items, 1) if self.prefetch_depth else Batches(items)
        tasks = Tasks(self._ray, submit, self.leave, batches)
        try:
            while tasks:
                tasks.send_out(self.window if self._bounded else int(self.window / cpus))
                self._watch.check()
                yield from tasks.came_back()
                yield from tasks.stood_still()
        finally:
            if not self._watch.lost:
                tasks.cancel()

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


class Sent(NamedTuple):
    """What all tasks of a stage get: references in lists, which Ray sends on without reading them, to a function and to
    the user's own code, and variables of the environment.
    """

    function: list[Any]
    own: list[Any]
    settings: dict[str, str]


@dataclass(frozen=True)
class Reads:
    """Work that does nothing: to read it, a worker must import all that the stages need."""

    stages: tuple[Stage, ...]

    def __call__(self, item: str) -> None:
        """Nothing: the work was to be read."""
        return None


def run_task(task: tuple[Sent, list[Any], float]) -> Outcomes:
    """Work on a batch, after a pause. What is sent is read once a worker and stage, not once a task.

    Ray takes a tenth of a millisecond for each argument of a task: there is one.
    """
    import ray

    sent, batch, pause = task
    time.sleep(pause)
    os.environ.update(sent.settings)
    if sent.own and _own != sent.own:
        sys.path[:0] = unpack(ray.get(sent.own[0]))
        _own[:] = sent.own
    if _function[:1] != sent.function:
        _function[:] = [sent.function[0], ray.get(sent.function[0])]
    began, machine = time.monotonic(), ray.get_runtime_context().get_node_id()
    return Outcomes([attempt(_function[1], item) for item in batch], time.monotonic() - began, machine)


_function: list[Any] = []  # in a worker: the reference, and what it refers to
_own: list[Any] = []  # in a worker: the reference to the user's own code that is unpacked
