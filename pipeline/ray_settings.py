"""How Ray is told to begin: on this machine, or as a driver of a cluster. Nothing here imports Ray."""

import os
import secrets
import sys
from typing import Any

from pipeline.modules import REPO_ROOT

# Ray binds to the machine's outward address unless told that it is on a desktop; it must be told before it is imported.
LOOPBACK = "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"
# Ray tells a page about each task that it ends as memory is short. A worker of a busy machine takes its time to begin.
RAY_ENV = {
    "RAY_DEDUP_LOGS_SKIP_REGEX": ".",
    "RAY_worker_register_timeout_seconds": "300",
}
# What of this folder a cluster's workers do without.
EXCLUDES = [".git", ".venv", "out", "**/__pycache__", "**/*.parquet", "**/*.buckets", "**/*.warc.gz"]


def choose_own_cluster() -> None:
    """Tell Ray, before it is imported, to begin a cluster that only this process can use."""
    os.environ[LOOPBACK] = "0"
    os.environ.setdefault("RAY_AUTH_MODE", "token")
    os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))  # else Ray writes one into the home folder


def this_machine(workers: int | None) -> dict[str, Any]:
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


def joined_cluster(address: str) -> dict[str, Any]:
    """A submitted job has its working directory already; a driver that connects by itself brings this one."""
    submitted = "RAY_JOB_CONFIG_JSON_ENV_VAR" in os.environ
    ours = {"working_dir": str(REPO_ROOT), "excludes": EXCLUDES}
    return {"address": address, "runtime_env": None if submitted else ours}
