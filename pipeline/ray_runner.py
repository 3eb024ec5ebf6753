# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
"""The Ray runner: the only file that imports Ray. Only item names go out and receipts come back."""

import logging
import os
import re
import secrets
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from pipeline.errors import MewsError, RunnerLost, UsageError
from pipeline.in_flight import PROBED, TRIES, Flight, HeadWatch
from pipeline.modules import REPO_ROOT
from pipeline.ray_access import check_cluster
from pipeline.runner import Failed, attempt, one_line
from pipeline.shipping import own_folders, pack_folder, unpack
from pipeline.source import Stage

R = TypeVar("R")
log = logging.getLogger(__name__)
# Ray binds to the machine's outward address unless told that it is on a desktop; it must be told before it is imported.
LOOPBACK = "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"
ANSI = re.compile(r"\x1b\[[0-9;]*m")
# A task that alone needs more memory than there is would be tried for ever, and Ray tells a page about each time. A
# worker of a busy machine takes its time to begin.
RAY_ENV = {
    "RAY_task_oom_retries": "5",
    "RAY_DEDUP_LOGS_SKIP_REGEX": ".",
    "RAY_worker_register_timeout_seconds": "300",
}
# What of this folder a cluster's workers do without.
EXCLUDES = [".git", ".venv", "out", "**/__pycache__", "**/*.parquet", "**/*.buckets", "**/*.warc.gz"]


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
                _alone()
            import ray

            ray.init(
                **(_cluster(address) if address else _this_machine(workers)),
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
        self._task = ray.remote(max_retries=3, retry_exceptions=False)(run_task)

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
        """As `Runner.map`; at most `window` tasks are in flight."""
        ray, waiting, flight = self._ray, list(reversed(items)), Flight()
        sent, task = Sent([ray.put(fn)], [self._own] if self._own else []), self._task.options(num_cpus=cpus)

        def send(item: Any, tries: int = 1) -> None:
            flight.send(task.remote(sent, item, self.settings), item, tries)

        try:
            while waiting or flight:
                for _ in range(min(len(waiting), self.window - len(flight))):
                    send(waiting.pop())
                ray.wait(list(flight), num_returns=1, timeout=PROBED)
                self._watch.check()
                done, _ = ray.wait(list(flight), num_returns=len(flight), timeout=0)
                for reference in done:
                    yield flight.land(reference), self._outcome(reference)
                for reference, item, tries, seconds in flight.still():
                    ray.cancel(reference, force=True)
                    if tries < TRIES:
                        log.warning("%s stands still for %.0f min; it is tried elsewhere", _name(item), seconds / 60)
                        send(item, tries + 1)
                    else:
                        yield item, Failed(f"it stood still on {TRIES} workers, for {seconds / 60:.0f} minutes on each")
        finally:
            for reference in () if self._watch.lost else flight:
                ray.cancel(reference, force=True)

    def _outcome(self, reference: Any) -> Any:
        try:
            return self._ray.get(reference)
        except self._ray.exceptions.RayError as error:
            return failure_from(error, self._ray.exceptions)

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


def run_task(sent: Sent, item: Any, settings: dict[str, str]) -> Any:
    """The work of a task. What is sent is read once a worker and stage, not once a task."""
    import ray

    os.environ.update(settings)
    if sent.own and _own != sent.own:
        sys.path[:0] = unpack(ray.get(sent.own[0]))
        _own[:] = sent.own
    if _function[:1] != sent.function:
        _function[:] = [sent.function[0], ray.get(sent.function[0])]
    return attempt(_function[1], item)


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


def _name(item: Any) -> str:
    """What a person calls an item: the shard, which comes first."""
    return str(item[0] if isinstance(item, tuple) else item)


def _alone() -> None:
    """Tell Ray, before it is imported, to begin a cluster that only this process can use."""
    os.environ[LOOPBACK] = "0"
    os.environ.setdefault("RAY_AUTH_MODE", "token")
    os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))  # else Ray writes one into the home folder


def _this_machine(workers: int | None) -> dict[str, Any]:
    """A cluster of one: no dashboard, loopback only, and a small object store, since no data passes through it."""
    # A recipe of one's own is imported there as here.
    paths = dict.fromkeys([str(REPO_ROOT), *map(os.path.abspath, sys.path)])
    return {
        "address": "local",  # and not a cluster of somebody else that happens to run here
        "num_cpus": workers or os.cpu_count(),
        "include_dashboard": False,
        "object_store_memory": 100 << 20,
        "_node_ip_address": "127.0.0.1",
        "runtime_env": {"env_vars": {"PYTHONPATH": os.pathsep.join(paths)}},
    }


def _cluster(address: str) -> dict[str, Any]:
    """A submitted job has its working directory already; a driver that connects by itself brings this one."""
    submitted = "RAY_JOB_CONFIG_JSON_ENV_VAR" in os.environ
    ours = {"working_dir": str(REPO_ROOT), "excludes": EXCLUDES}
    return {"address": address, "runtime_env": None if submitted else ours}
