"""A Ray cluster whose machines can fail: a head that does no work, and three machines of one processor.

Where this machine allows it (`enter_namespaces`), each of them is a network namespace with an address, a folder for Ray
and a shared memory of its own, and nothing of it can be seen from outside. Elsewhere all are processes on loopback.
"""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.kills import REPO_ROOT
from pipeline.ray_settings import LOOPBACK, RAY_ENV

APART = "MEWS_CHAOS_APART"  # set in the namespaces
NODE = "MEWS_CHAOS_NODE"  # marks the processes of a machine
CLOCK = "MEWS_CHAOS_CLOCK"  # names the file that says how far the date of a process is off
PATH = {"PYTHONPATH": f"{REPO_ROOT / 'benchmarks/chaos_clock'}{os.pathsep}{REPO_ROOT}"}
HEAD, MACHINES = "head", ("one", "two", "three")
CLOCKS = (HEAD, *MACHINES, "store")
ADDRESSES = {HEAD: "10.78.0.1", "one": "10.78.0.2", "two": "10.78.0.3", "three": "10.78.0.4"}
# A machine that is out of reach is given up after some seconds, not after a minute.
IMPATIENT = {
    "RAY_health_check_period_ms": "1000",
    "RAY_health_check_timeout_ms": "2000",
    "RAY_health_check_failure_threshold": "4",
}


def enter_namespaces(arguments: list[str]) -> bool:
    """Begin this program anew in namespaces of its own, if that can be done; True when it is in them."""
    if APART in os.environ:
        _network()
        return True
    command = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if shutil.which("ip") and not subprocess.run([*command, "true"], capture_output=True).returncode:
        os.execvpe(command[0], [*command, sys.executable, "-m", *arguments], os.environ | PATH | {APART: "1"})
    return False


def _network() -> None:
    """A bridge that the machines are plugged into, and places of our own for what programs of this machine share."""
    Path("/run/netns").mkdir(parents=True, exist_ok=True)
    Path("/tmp/ray").mkdir(exist_ok=True)
    for place in ("/run/netns", "/tmp/ray", "/dev/shm"):
        _do("mount", "-t", "tmpfs", "none", place)
    _do("ip", "link", "set", "lo", "up")
    _do("ip", "link", "add", "plug", "type", "bridge")
    _do("ip", "address", "add", f"{ADDRESSES[HEAD]}/24", "dev", "plug")
    _do("ip", "link", "set", "plug", "up")
    _do("ip", "route", "add", "default", "dev", "plug")
    for name in MACHINES:
        _do("ip", "netns", "add", name)
        _do("ip", "link", "add", f"to-{name}", "type", "veth", "peer", "name", "out", "netns", name)
        _do("ip", "link", "set", f"to-{name}", "master", "plug", "up")
        for words in (
            "link set lo up",
            f"address add {ADDRESSES[name]}/24 dev out",
            "link set out up",
            f"route add default via {ADDRESSES[HEAD]}",
        ):
            _do("ip", "-n", name, *words.split())


def _do(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


class Cluster:
    """The head and its machines. `mend` begins what is not there; the other methods are the faults."""

    def __init__(self, folder: Path, apart: bool):
        self._folder, self.apart, self._port = folder, apart, 0
        self._started: dict[str, subprocess.Popen[bytes]] = {}
        token = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
        self._environment = os.environ | RAY_ENV | IMPATIENT | token | PATH | ({} if apart else {LOOPBACK: "0"})
        os.environ[CLOCK] = self._clock("store")  # that of this process, where it was begun with `PATH`
        self.set_clocks()

    @property
    def address(self) -> str:
        """Where drivers and machines reach the head."""
        return f"{self.host(HEAD)}:{self._port}"

    @property
    def environment(self) -> dict[str, str]:
        """That of a driver, which runs beside the head."""
        return self._environment | {"RAY_ADDRESS": self.address, CLOCK: self._clock(HEAD)}

    def host(self, name: str) -> str:
        """The address of a machine."""
        return ADDRESSES[name] if self.apart else "127.0.0.1"

    def mend(self) -> None:
        """Begin the machines that are not there, or all of them where the head is not."""
        if not self._raylet(HEAD):
            for name in ADDRESSES:
                self.end(name)
            with socket.socket() as free:
                free.bind((self.host(HEAD), 0))
                self._port = free.getsockname()[1]
            self._start(HEAD, ["--head", f"--port={self._port}", "--num-cpus=0", "--include-dashboard=false"])
            deadline = time.monotonic() + 120
            while socket.socket().connect_ex((self.host(HEAD), self._port)):
                if time.monotonic() > deadline or self._started[HEAD].poll() is not None:
                    sys.exit(f"error: the head does not start: {(self._folder / HEAD).read_text()}")
                time.sleep(0.2)
        for name in MACHINES:
            self.plug_in(name)
            if not self._raylet(name):
                self.end(name)
                self._start(name, [f"--address={self.address}", "--num-cpus=1"])

    def _start(self, name: str, arguments: list[str]) -> None:
        ray = [str(Path(sys.executable).with_name("ray")), "start", "--block", "--disable-usage-stats"]
        ray += [f"--node-ip-address={self.host(name)}", "--object-store-memory=80000000", *arguments]
        if self.apart and name != HEAD:
            own = "mount -t tmpfs none /tmp/ray && mount -t tmpfs none /dev/shm && exec"
            ray = ["ip", "netns", "exec", name, "sh", "-c", f'{own} "$@"', "sh", *ray]
        with open(self._folder / name, "ab") as log:
            environment = self._environment | {NODE: name, CLOCK: self._clock(name)}
            self._started[name] = subprocess.Popen(
                ray, env=environment, cwd=self._folder, stdout=log, stderr=log, start_new_session=True
            )

    def end(self, name: str) -> None:
        """Kill all processes of a machine at once, as when it loses its power."""
        for process in marked(NODE, name):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        if started := self._started.pop(name, None):
            started.wait()

    def _clock(self, name: str) -> str:
        return str(self._folder / f"{name}.clock")

    def set_clocks(self, seconds: Mapping[str, float] | None = None) -> None:
        """Let the clocks of some machines, or of the store, be so many seconds off, and the others right."""
        for name in CLOCKS:
            part = Path(f"{self._clock(name)}.part")
            part.write_text(str((seconds or {}).get(name, 0.0)))
            part.replace(self._clock(name))

    def tasks(self, name: str) -> list[int]:
        """The processes of a machine that work on a task now."""
        return [process for process in marked(NODE, name) if _command(process).startswith(b"ray::run_task")]

    def _raylet(self, name: str) -> list[int]:
        end = b"/raylet/raylet"
        return [process for process in marked(NODE, name) if _command(process).split(b"\0")[0].endswith(end)]

    def kill_raylet(self, name: str) -> None:
        """Kill what manages a machine; its workers end by themselves."""
        for process in self._raylet(name):
            os.kill(process, signal.SIGKILL)

    def cut(self, name: str) -> None:
        """Nothing that a machine sends arrives any more, nor what is sent to it."""
        _do("ip", "link", "set", f"to-{name}", "down")

    def plug_in(self, name: str) -> None:
        """The machine is within reach again."""
        if self.apart:
            _do("ip", "link", "set", f"to-{name}", "up")


def marked(variable: str, value: str) -> Iterator[int]:
    """Ids of the processes in whose environment a variable has a value."""
    sign = f"{variable}={value}\0".encode()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if sign in (process / "environ").read_bytes():
                yield int(process.name)


def _command(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:  # it ended while we looked
        return b""
