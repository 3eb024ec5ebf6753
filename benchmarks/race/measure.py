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
        seen |= seconds_by_process(os.getpid())
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


def seconds_by_process(root: int) -> dict[tuple[int, str], float]:
    """Seconds of processors that each process below this one has had so far, by its id and when it began."""
    found: dict[int, tuple[int, tuple[int, str], float]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            fields = stat.read_text().rpartition(")")[2].split()
            pid, seconds = int(stat.parent.name), (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
            found[pid] = int(fields[1]), (pid, fields[19]), seconds
    tree = {root}
    while more := {pid for pid, (parent, *_) in found.items() if parent in tree} - tree:
        tree |= more
    return {found[pid][1]: found[pid][2] for pid in tree - {root}}


if __name__ == "__main__":
    sys.exit(_watch({int(core) for core in sys.argv[1].split(",")}, sys.argv[2:]))
