"""The Ray runner: the only file that imports Ray. Only item names go out and receipts come back."""

import os
import socket
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pipeline.errors import RunnerLost
from pipeline.runner import Failed, attempt, one_line

R = TypeVar("R")
HOUSE = str(Path(__file__).resolve().parent.parent)
# Ray binds to the machine's outward address unless told that it is on a desktop; it must be told before it is imported.
LOOPBACK = "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"
# What of this folder a cluster's workers do without.
EXCLUDES = [".git", ".venv", "out", "**/__pycache__", "**/*.parquet", "**/*.buckets", "**/*.warc.gz"]


class Ray:
    """Runs work on Ray: on this machine, or on the cluster at `address`.

    `workers` bounds the tasks that run at a time (default: all CPUs). Twice as many are in flight, so that a worker
    never waits for the driver. A task whose worker died is run again up to three times. `settings` are environment
    variables of all tasks.
    """

    def __init__(self, address: str | None = None, workers: int | None = None):
        address = address or os.environ.get("RAY_ADDRESS")
        if not address:
            os.environ[LOOPBACK] = "0"
            os.environ.setdefault("RAY_AUTH_MODE", "token")
        import ray

        self._ray, self._workers, self.address = ray, workers, address
        self.settings: dict[str, str] = {}
        try:
            _knock(address)
            ray.init(
                **(_cluster(address) if address else _this_machine(workers)),
                log_to_driver=False,
                configure_logging=False,
            )
        except (OSError, RuntimeError, ValueError) as error:
            raise RunnerLost(f"cannot reach Ray at {address or 'this machine'}: {one_line(error)}") from None
        self.ahead = 0 if address else self.slots
        self._task = ray.remote(max_retries=3, retry_exceptions=False)(_attempt_there)

    @property
    def slots(self) -> int:
        return self._workers or max(1, int(self._ray.cluster_resources().get("CPU", 1)))

    def map(self, fn: Callable[[Any], R], items: Sequence[Any], *, cpus: float = 1) -> Iterator[tuple[Any, R | Failed]]:
        ray, waiting, flying = self._ray, list(reversed(items)), {}
        sent = ray.put(fn)
        try:
            while waiting or flying:
                while waiting and len(flying) < 2 * self.slots:
                    item = waiting.pop()
                    flying[self._task.options(num_cpus=cpus).remote(sent, item, self.settings)] = item
                done, _ = ray.wait(list(flying), num_returns=1)
                for reference in done:
                    yield flying.pop(reference), self._outcome(reference)
        finally:
            for reference in flying:
                ray.cancel(reference, force=True)

    def _outcome(self, reference: Any) -> Any:
        try:
            return self._ray.get(reference)
        except self._ray.exceptions.RayError as error:
            return Failed(f"its worker died more than three times: {one_line(error)}")

    @property
    def reachable_at(self) -> str:
        """The address at which the cluster's machines reach this process; empty where they cannot, or need not."""
        outside = (self.address or "").startswith("ray://")
        return "" if outside or not self.address else self._ray.util.get_node_ip_address()

    def close(self) -> None:
        self._ray.shutdown()


def _attempt_there(fn: Callable[[Any], R], item: Any, settings: dict[str, str]) -> R | Failed:
    os.environ.update(settings)
    return attempt(fn, item)


def _knock(address: str | None) -> None:
    """Raises OSError when nobody listens at host:port; Ray itself would try for minutes."""
    host, colon, port = (address or "").rpartition("://")[2].rpartition(":")
    if colon:
        socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()


def _this_machine(workers: int | None) -> dict[str, Any]:
    """A cluster of one: no dashboard, loopback only, and a small object store, since no data passes through it."""
    return {
        "num_cpus": workers or os.cpu_count(),
        "include_dashboard": False,
        "object_store_memory": 100 << 20,
        "_node_ip_address": "127.0.0.1",
        "runtime_env": {"env_vars": {"PYTHONPATH": HOUSE}},
    }


def _cluster(address: str) -> dict[str, Any]:
    """A submitted job has its working directory already; a driver that connects by itself brings this one."""
    submitted = "RAY_JOB_CONFIG_JSON_ENV_VAR" in os.environ
    return {"address": address, "runtime_env": None if submitted else {"working_dir": HOUSE, "excludes": EXCLUDES}}
