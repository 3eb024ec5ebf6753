"""The worker's side of the extraction process: ask for a page, get an answer whatever the page does.

CPU time is limited by the kernel (a profiling timer whose signal is left at its default action, so it ends even C
code that never returns), memory by the address space, and what uses neither by a watchdog on the wall clock.
"""

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.errors import MewsError
from stages.extract.frames import NUMBER, READY, read_exactly, receive, send

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 300.0  # importing the extractors takes half a second; a loaded machine may take its time
# glibc keeps and reuses the memory of one page for the next instead of returning it to the kernel: 7 % faster
MALLOC = {"MALLOC_TRIM_THRESHOLD_": str(256 << 20), "MALLOC_TOP_PAD_": str(64 << 20)}


@dataclass(frozen=True)
class Caps:
    """What one page may cost: seconds of CPU, bytes of memory above an idle process, seconds on the wall clock."""

    cpu_seconds: float = 10.0
    memory: int = 1 << 30
    wall_seconds: float = 600.0


@dataclass
class Server:
    """A process that answers pages: its pid, our end of its socket, and whether it took too long."""

    pid: int
    socket: socket.socket
    overdue: bool = False


@dataclass
class Sandbox:
    """One extraction process and its current server. Not for use by two processes: see `sandbox_for`."""

    caps: Caps
    control: socket.socket | None = None
    process: subprocess.Popen[bytes] | None = None
    server: Server | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, html: bytes, **request: Any) -> dict[str, Any]:
        """What `stages.extract.page.answer` says of the page, or {"error": "timeout" | "crash"} when it could not.

        A crash must happen twice: a server that something else ended costs no page.
        """
        with self.lock:
            request["cpu_seconds"] = self.caps.cpu_seconds
            answer = self._try(html, request)
            return self._try(html, request) if answer == {"error": "crash"} else answer

    def _try(self, html: bytes, request: dict[str, Any]) -> dict[str, Any]:
        server = self.server = self.server or self._fork(request["extractor"])
        said = self._talk(server, html, request)
        if said is None:
            return {"error": self._reap(server)}
        answer = json.loads(said)
        if answer.pop("last"):
            self._reap(server)
        return answer

    def _talk(self, server: Server, html: bytes, request: dict[str, Any]) -> bytes | None:
        """The server's answer, None when it ended before that; _reap says why."""
        try:
            send(server.socket, json.dumps(request).encode(), html)
            return receive(server.socket)
        except (BrokenPipeError, ConnectionResetError):
            return None
        except TimeoutError:
            server.overdue = True
            os.kill(server.pid, signal.SIGKILL)
            return None

    def _fork(self, extractor: str) -> Server:
        """A fresh server on a fresh socket; a fresh process too when the old one is gone."""
        ours, theirs = socket.socketpair()
        with theirs:
            for _ in range(2):
                control = self.control or self._start(extractor)
                try:
                    socket.send_fds(control, [b"+"], [theirs.fileno()])
                    pid = self._number(control)
                except (BrokenPipeError, ConnectionResetError):
                    pid = None
                if pid is not None:
                    ours.settimeout(self.caps.wall_seconds)
                    return Server(pid, ours)
                self.close()
        raise MewsError("extraction: no server could be started; free memory or processes on this machine")

    def _start(self, extractor: str) -> socket.socket:
        from stages.extract import worker  # not at the top: `python -m` runs a module that nothing has imported

        ours, theirs = socket.socketpair()
        ours.settimeout(START_SECONDS)
        paths = [str(ROOT), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", worker.__name__, str(theirs.fileno()), str(self.caps.memory), extractor],
                env={**MALLOC, **os.environ, "PYTHONPATH": os.pathsep.join(paths)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        if read_exactly(ours, NUMBER.size) != READY:
            raise MewsError("extraction: `python -m stages.extract.worker` does not start; what it printed says why")
        self.control = ours
        return ours

    def _number(self, control: socket.socket) -> int | None:
        said = read_exactly(control, NUMBER.size)
        return None if said is None else NUMBER.unpack(said)[0]

    def _reap(self, server: Server) -> str:
        """Collect the exit status of a server that ended and name the cause."""
        server.socket.close()
        self.server = None
        assert self.control is not None
        try:
            status = self._number(self.control)
        except ConnectionResetError:
            status = None
        if status is None:
            self.close()
            return "crash"
        ended_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        return "timeout" if server.overdue or ended_by == signal.SIGPROF else "crash"

    def close(self) -> None:
        """End the server and its process."""
        if self.server:
            self.server.socket.close()
        if self.control:
            self.control.close()
        if self.process:
            self.process.wait()
        self.server = self.control = self.process = None


def sandbox_for(caps: Caps) -> Sandbox:
    """This process's sandbox for these caps, started when first asked."""
    return _sandbox(caps, os.getpid())


@cache
def _sandbox(caps: Caps, pid: int) -> Sandbox:
    made = Sandbox(caps)
    atexit.register(lambda: os.getpid() == pid and made.close())
    return made
