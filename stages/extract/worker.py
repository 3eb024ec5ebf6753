"""The process that pages are extracted in, so that no page can hurt the worker that asked.

`python -m stages.extract.worker CONTROL MEMORY EXTRACTOR` loads what the extractor needs once and then, for every
socket that it gets over its control socket, forks a server that answers pages on that socket, with any extractor. It
reports each server's pid and its end. A server ends when its socket is closed; this process ends when the control
socket is. So when the parent dies, by whatever signal, nothing is left behind, and there is no file to clean.
"""

import gc
import json
import os
import resource
import signal
import socket
import sys
import time
from typing import Any

from pipeline.garbage import loading
from stages.extract.frames import NUMBER, READY, receive, send

RETIRE_PAGES = 5_000
RETIRE_BYTES = 640 << 20  # resident memory that is worth a fresh server (about 10 ms)
COLLECT_PAGES = 50


def main(control: socket.socket, memory: int, extractor: str) -> None:
    """Fork a server for every socket that comes over `control`; `memory` is in bytes, see `limit_memory`."""
    with loading():
        from stages.extract import page

        page.warm([extractor])
    for number in (signal.SIGPROF, signal.SIGPIPE, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)  # what the parent ignores is ignored here too, until told otherwise
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent; we end when it does
    settle_memory()
    control.sendall(READY)
    while True:
        _, sockets, _, _ = socket.recv_fds(control, 1, 1)
        if not sockets:
            return
        pid = os.fork()
        if not pid:
            control.close()
            serve_and_exit(socket.socket(fileno=sockets[0]), memory)
        os.close(sockets[0])
        control.sendall(NUMBER.pack(pid))
        _, status = os.waitpid(pid, 0)
        control.sendall(NUMBER.pack(status))


def settle_memory() -> None:
    """Keep what was made so far out of garbage collection, which runs by hand from here on."""
    gc.disable()
    gc.collect()
    gc.freeze()


def serve_and_exit(sock: socket.socket, memory: int) -> None:
    """Serve and leave without the parent's clean-up: nothing may return into the loop of `main`."""
    code = 1
    try:
        limit_memory(memory)
        serve(sock)
        code = 0
    finally:
        os._exit(code)


def serve(sock: socket.socket) -> None:
    """Answer pages until the socket is closed."""
    from stages.extract import page

    pages = 0
    while (request := receive(sock)) is not None and (html := receive(sock)) is not None:
        asked = json.loads(request)
        signal.setitimer(signal.ITIMER_PROF, asked.pop("cpu_seconds"))
        started = time.process_time()
        answer: dict[str, Any] = page.answer(html, **asked)
        signal.setitimer(signal.ITIMER_PROF, 0)
        answer["cpu"] = time.process_time() - started
        pages += 1
        answer["last"] = pages >= RETIRE_PAGES or resident() > RETIRE_BYTES
        send(sock, json.dumps(answer).encode())
        if pages % COLLECT_PAGES == 0:
            gc.collect(0)


def limit_memory(extra: int) -> None:
    """Allow `extra` bytes of address space above what is mapped now; no core files."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with open("/proc/self/statm") as statm:
            mapped = int(statm.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (mapped + extra, mapped + extra))


def resident() -> int:
    """The most memory that was ever resident, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


if __name__ == "__main__":
    try:
        main(socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2]), sys.argv[3])
    except (BrokenPipeError, ConnectionResetError):
        sys.exit(0)  # the parent is gone, and so are we
