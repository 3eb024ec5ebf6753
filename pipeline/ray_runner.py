"""The Ray runner: the only file that imports Ray. Only item names go out and receipts come back."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pipeline.errors import RunnerLost
from pipeline.runner import Failed, attempt, one_line

R = TypeVar("R")
HOUSE = str(Path(__file__).resolve().parent.parent)
# What a cluster's workers need of this folder, and what they do not.
EXCLUDES = [".git", ".venv", "out", "**/__pycache__", "**/*.parquet", "**/*.warc.gz"]


class Ray:
    """Runs work on Ray: on this machine, or on the cluster at `address`.

    `workers` bounds the tasks that run at a time (default: all CPUs). Twice as many are in flight, so that a worker
    never waits for the driver. A task whose worker died is run again up to three times.
    """

    def __init__(self, address: str | None = None, workers: int | None = None):
        import ray

        self._ray, self._workers = ray, workers
        os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
        try:
            if address or os.environ.get("RAY_ADDRESS"):
                ray.init(address, runtime_env=_runtime(address), log_to_driver=False, configure_logging=False)
            else:
                ray.init(
                    num_cpus=workers or os.cpu_count(),
                    include_dashboard=False,
                    object_store_memory=100 << 20,
                    log_to_driver=False,
                    configure_logging=False,
                    _node_ip_address="127.0.0.1",
                    runtime_env={"env_vars": {"PYTHONPATH": HOUSE}},
                )
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise RunnerLost(f"cannot reach Ray at {address or 'this machine'}: {one_line(error)}") from None
        self._task = ray.remote(max_retries=3, retry_exceptions=False)(attempt)

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
                    flying[self._task.options(num_cpus=cpus).remote(sent, item)] = item
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

    def close(self) -> None:
        self._ray.shutdown()


def _runtime(address: str | None) -> dict[str, Any] | None:
    """A job that was submitted has its working directory already; a driver that connects by itself brings this one."""
    if os.environ.get("RAY_JOB_CONFIG_JSON_ENV_VAR"):
        return None
    return {"working_dir": HOUSE, "excludes": EXCLUDES}
