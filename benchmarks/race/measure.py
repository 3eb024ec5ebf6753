"""The processor time of a command with all the processes that it starts, those that outlive their parent as well."""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
LOOK = 0.25  # seconds between two looks at the processes


@dataclass(frozen=True)
class Spent:
    """Seconds of processors (user and system), seconds of the clock, and the largest process in MB."""

    cpu: float
    wall: float
    megabytes: float


def spent(
    command: Sequence[str], cores: Sequence[int], log: Path, environment: Mapping[str, str] | None = None
) -> Spent:
    """What a command took on these cores. Raises RuntimeError with the end of its log when it fails.

    A process of its own starts the command and inherits its orphans, so that none is left out. It also looks at each
    process now and then: of those whose parents do not wait for them, as Ray's do not, the kernel tells nobody what
    they took. Linux only.
    """
    places = ",".join(map(str, cores))
    with log.open("wb") as file:
        done = subprocess.run(
            [sys.executable, __file__, places, *command],
            stdout=subprocess.PIPE,
            stderr=file,
            env={**os.environ, **(environment or {})},
            check=False,
        )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{log.read_text(errors='replace')[-2_000:]}")
    return Spent(**json.loads(done.stdout))


def _watch(cores: set[int], command: Sequence[str]) -> int:
    """Run a command, wait for it and for all that it leaves behind, and print what they took."""
    import resource

    if ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError("prctl(PR_SET_CHILD_SUBREAPER) is refused")
    os.sched_setaffinity(0, cores)
    started, seen = time.monotonic(), dict[tuple[int, str], float]()
    process = subprocess.Popen(command, stdout=sys.stderr, start_new_session=True)
    while process.poll() is None:
        tree = process_tree(me := os.getpid())
        seen |= {(pid, each.began): each.seconds for pid, each in tree.items() if pid != me}
        with suppress(subprocess.TimeoutExpired):
            process.wait(LOOK)
    code = process.wait()
    wall = time.monotonic() - started
    if code:  # what it left behind may wait for it for ever
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    while True:
        try:
            os.wait()
        except ChildProcessError:
            break
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = max(used.ru_utime + used.ru_stime, sum(seen.values()))
    print(json.dumps(asdict(Spent(cpu, wall, used.ru_maxrss / 1024))))
    return code


class Process(NamedTuple):
    """A process: its parent, when it began, and seconds of processors that it had, and that its dead children had."""

    parent: int
    began: str
    seconds: float
    of_children: float


def process_tree(root: int) -> dict[int, Process]:
    """A process and all that live below it, by their ids."""
    found: dict[int, Process] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            fields = stat.read_text().rpartition(")")[2].split()
            own, of_children = (sum(map(int, fields[at : at + 2])) / os.sysconf("SC_CLK_TCK") for at in (11, 13))
            found[int(stat.parent.name)] = Process(int(fields[1]), fields[19], own, of_children)
    tree = {root}
    while more := {pid for pid, process in found.items() if process.parent in tree} - tree:
        tree |= more
    return {pid: found[pid] for pid in tree}


if __name__ == "__main__":
    sys.exit(_watch({int(core) for core in sys.argv[1].split(",")}, sys.argv[2:]))
