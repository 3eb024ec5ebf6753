"""The head of a Ray cluster of one machine, on loopback, that asks for a token."""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from pipeline.ray_settings import RAY_ENV

# Else Ray takes the outward address of this machine for 127.0.0.1, where the head does not listen.
LOOPBACK = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
REPO_ROOT = Path(__file__).resolve().parents[2]


class Head(NamedTuple):
    """A running head: where drivers reach it, where it takes jobs, and the variables that prove us to it.

    `place` names its folder: Ray sends jobs, and who asks for any cluster, to the one that began last in a folder,
    which is else the same for all of this machine.
    """

    address: str
    dashboard: str
    token: dict[str, str]
    place: dict[str, str]
    process: subprocess.Popen

    @property
    def environment(self) -> dict[str, str]:
        """That of a driver which joins it."""
        return os.environ | self.token | self.place | LOOPBACK | {"RAY_ADDRESS": self.address}


def free_ports(count: int) -> list[int]:
    """Different ports that nobody listens on now."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


@contextmanager
def ray_head(folder: Path, dashboard: bool = False) -> Iterator[Head]:
    """Start a head with two processors; its log goes to `folder`. It ends with the block, and all that it started."""
    port, web, agent, client = free_ports(4)
    token = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    place = {"RAY_TMPDIR": tempfile.mkdtemp(prefix="ray-", dir="/tmp")}  # short: the names of sockets have a limit
    environment = os.environ | RAY_ENV | token | place | LOOPBACK
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # whose `python` jobs take
    start = ["start", "--head", "--block", f"--port={port}", "--node-ip-address=127.0.0.1", "--num-cpus=2"]
    start += [f"--dashboard-port={web}", f"--dashboard-agent-listen-port={agent}", f"--ray-client-server-port={client}"]
    start += ["--disable-usage-stats", "--object-store-memory=100000000", f"--include-dashboard={dashboard}"]
    command = [str(Path(sys.executable).with_name("ray")), *start]
    with open(folder / "log", "w") as log:
        head = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log, start_new_session=True)
    try:
        for each in (port, web) if dashboard else (port,):
            _wait_for(partial(_listens, each), head, folder / "log")
        _wait_for(Path(place["RAY_TMPDIR"], "ray/ray_current_cluster").exists, head, folder / "log")
        yield Head(f"127.0.0.1:{port}", f"http://127.0.0.1:{web}", token, place, head)
    finally:
        end(head)
        shutil.rmtree(place["RAY_TMPDIR"], ignore_errors=True)


def end(head: subprocess.Popen) -> None:
    """End a head, which ends what it started; what is then left of its session is killed."""
    for number in (signal.SIGINT, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(head.pid, number)
            head.wait(60)


def _listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def _wait_for(happened: Callable[[], bool], head: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 120
    while not happened():
        assert head.poll() is None and time.monotonic() < deadline, log.read_text()
        time.sleep(0.2)
