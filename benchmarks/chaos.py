"""Histories of faults: a run on a cluster is broken, started again as a person would, and must end well.

`python -m benchmarks.chaos N [FIRST]` plays N histories, the seeds FIRST, FIRST + 1 and so on (0 without FIRST), a
line for each; `python -m benchmarks.chaos 1 SEED` plays one again. A history is one to three faults, each in a run of
its own, and each begins when the run asks its store for the k-th time, not at a time: so it strikes, and a history in
which one does not has failed. After it the same command is given again until it ends well. `chaos_laws` says what must
hold then. Exits 1 when a law was broken.
"""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.chaos_cluster import CLOCKS, MACHINES, Cluster, enter_namespaces
from benchmarks.chaos_laws import broken, files, pages_of, stored
from benchmarks.chaos_store import FAULTS, Proxy, faulty_store
from benchmarks.kills import REPO_ROOT

RECIPE = "tests.helpers.toy"
LONGEST, STILL = 600.0, 150.0  # seconds that a run may take, and that it may ask nothing of its store
RUNS = 12  # until a history must have ended
SIGN = "MEWS_CHAOS"  # a variable that marks the drivers of a history
PROCESSES = ("worker", "raylet", "machine", "driver", "head")
CUT, DISK, CALLS, CLOCK = "cut off", "full disk", "failing calls", "clock"
DEEPEST = 40  # requests of a run before a fault begins; the shortest, which goes on with a run's last stage, has more
TOLD = ("worker", "machine")  # faults that end a task for certain, and that the log must tell
RPC = {"CoreWorkerService.grpc_client.PushTask": 2, "NodeManagerService.grpc_client.RequestWorkerLease": 2}


class World(NamedTuple):
    """What the histories share: the pages, the machines, the store and the bytes of an undisturbed run."""

    folder: Path
    pages: Path
    cluster: Cluster
    proxy: Proxy
    client: Any
    root: str
    calm: dict[str, bytes]


class Ended(NamedTuple):
    """How a run ended: its exit code (None: it had to be killed, as `told` says), and what it told."""

    code: int | None
    told: str


class History:
    """One history, by its seed."""

    def __init__(self, world: World, seed: int):
        self.world, self.seed, self.chance = world, seed, random.Random(seed)
        kinds = (*PROCESSES, *FAULTS, DISK, CALLS, CLOCK, *([CUT] if world.cluster.apart else []))
        first = kinds[seed % len(kinds)]  # so that a row of seeds has each of them
        self.ahead = [first, *(self.chance.choice(kinds) for _ in range(self.chance.choice((0, 0, 1, 2))))]
        self.struck: list[str] = []
        self.done: list[str] = []
        self._roots = 0
        world.proxy.chance = random.Random(seed)

    def play(self) -> list[str]:
        """Which laws the history broke."""
        root, made = self.new_root(), False
        for _ in range(RUNS):
            fault = self.ahead[0] if self.ahead else ""
            if fault == DISK or (made and (fault != "old" or root.startswith("/"))):  # a disk's listings are never old
                root, made = self.new_root(), False
            fault = "" if fault == "old" and not made else fault  # a store has nothing old to list in a first run
            ended, struck = self.run(fault, self.root(root))
            self.done.append(f"{fault or 'calm'}{'' if struck or not fault else ' (missed)'}:{ended.code}")
            if laws := self.ill(fault, struck, ended):
                return laws
            if struck:
                self.struck.append(self.ahead.pop(0))
            if ended.code == 0:
                if laws := self.laws(root):
                    return laws
                if not self.ahead:
                    return []
                made = True
        return [f"it did not end in {RUNS} runs, before {self.ahead} struck"]

    def new_root(self) -> str:
        """The name of a root that nobody has used; on the small disk where the next fault is that it is full."""
        self._roots += 1
        name = f"history{self.seed}-{self._roots}"
        return str(self.world.folder / "disk" / name) if self.ahead[:1] == [DISK] else name

    def root(self, name: str) -> str:
        """The root of a name."""
        return name if name.startswith("/") else self.world.root.format(name)

    def run(self, fault: str, root: str) -> tuple[Ended, bool]:
        """A run that a fault strikes, and whether it did."""
        world = self.world
        world.cluster.mend()
        kth = self.chance.randint(3, DEEPEST)
        world.proxy.arm(fault if fault in FAULTS else "", 1 if fault == "old" else kth, self.chance.uniform(2, 12))
        environment = world.cluster.environment | {SIGN: str(self.seed)}
        if fault == CALLS:
            halves = {"req_failure_prob": 50, "resp_failure_prob": 50}
            failing = {name: {"num_failures": count, **halves} for name, count in RPC.items()}
            environment["RAY_testing_rpc_failure"] = json.dumps(failing)
        disk = world.folder / "disk"
        if fault == DISK:
            full = os.statvfs(disk)
            used = (full.f_blocks - full.f_bfree) * full.f_frsize
            _resize(disk, used + 1024 * self.chance.randint(40, 160))  # a run takes 240
        command = [sys.executable, "-m", "mews", "run", RECIPE, "--root", root, f"folder={world.pages}"]
        log = world.folder / "log"
        with open(log, "w") as told:
            process = subprocess.Popen(command, cwd=REPO_ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=told)
        struck = self.disturb(fault, process, root) if fault in (*PROCESSES, CUT, CLOCK) else False
        ended = self.wait(process, log)
        for name in MACHINES:
            world.cluster.plug_in(name)
        world.cluster.set_clocks()
        if fault == DISK:
            _resize(disk, 256 << 20)
            struck = "No space left" in ended.told
        if fault in FAULTS:
            struck = world.proxy.struck > 0
        world.proxy.arm("", 0, 0)
        return ended, struck or (fault == CALLS and ended.code is not None)

    def disturb(self, fault: str, process: subprocess.Popen[Any], root: str) -> bool:
        """Wait for the run's k-th request, or its first receipt on a disk, and bring a fault over it."""
        cluster, place = self.world.cluster, Path(root, "receipts")
        while process.poll() is None:
            begun = place.exists() if root.startswith("/") else self.world.proxy.reached.is_set()
            busy = [name for name in MACHINES if begun and cluster.tasks(name)]
            if begun and (busy or fault in ("driver", "head", CLOCK)):
                return self.strike(fault, process, self.chance.choice(busy or MACHINES))
            time.sleep(0.05)
        return False

    def strike(self, fault: str, process: subprocess.Popen[Any], name: str) -> bool:
        """Kill or cut off something, or set clocks; `name` is a machine that works on a task."""
        cluster, victim = self.world.cluster, process.pid
        if fault == "raylet":
            cluster.kill_raylet(name)
        elif fault in ("machine", "head"):
            cluster.end("head" if fault == "head" else name)
        elif fault == CUT:
            cluster.cut(name)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(self.chance.choice((2, 15, 40)))
            cluster.plug_in(name)
        elif fault == CLOCK:
            for _ in range(2):
                cluster.set_clocks({name: 3600 * self.chance.uniform(-5, 5) for name in self.chance.sample(CLOCKS, 3)})
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(self.chance.uniform(0.5, 2))
        else:
            if fault == "worker":
                victim = next(iter(cluster.tasks(name)), 0)
            with contextlib.suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL) if victim else None
            return bool(victim)
        return True

    def wait(self, process: subprocess.Popen[Any], log: Path) -> Ended:
        """How a run ended; one that asks nothing for `STILL` seconds, or takes `LONGEST`, is killed."""
        began = moved = time.monotonic()
        seen = (-1, -1)
        while process.poll() is None:
            time.sleep(0.2)
            now, signs = time.monotonic(), (self.world.proxy.asked, log.stat().st_size)
            seen, moved = signs, moved if signs == seen else now
            if now - moved > STILL or now - began > LONGEST:
                process.kill()
                process.wait()
                return Ended(None, log.read_text())
        return Ended(process.returncode, log.read_text())

    def ill(self, fault: str, struck: bool, ended: Ended) -> list[str]:
        """What is wrong with the way a run ended."""
        last = ended.told.strip()[-400:]
        if ended.code is None:
            return [f"it went on for {LONGEST:.0f} seconds, or stood still for {STILL:.0f}: {last}"]
        if ended.code not in (0, -signal.SIGKILL) and "error: " not in ended.told:
            return [f"it ended with {ended.code} and told nothing: {last}"]
        if ended.code and not fault:
            return [f"a run without a fault failed: {last}"]
        if struck and fault in TOLD and "its worker died" not in ended.told and "error: " not in ended.told:
            return [f"the log tells nothing of the {fault} that was killed: {last}"]
        return []

    def laws(self, root: str) -> list[str]:
        """The laws that a finished run breaks."""
        world = self.world
        found = files(Path(root)) if root.startswith("/") else stored(world.client, f"{root}/")
        return broken(world.cluster, self.root(root), found, world.calm, pages_of(world.pages), (SIGN, str(self.seed)))


def _resize(disk: Path, size: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", str(disk)], check=True)


def prepared(folder: Path, apart: bool, proxy: Proxy, client: Any, root: str) -> World:
    """The pages, a disk, the bytes of a calm run, and a cluster."""
    from tests.helpers.runs import make, slow_corpus

    (folder / "disk").mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256m", "none", str(folder / "disk")], check=True)
    pages = slow_corpus(folder / "pages")
    make(folder / "calm", pages)
    return World(folder, pages, Cluster(folder, apart), proxy, client, root, files(folder / "calm"))


def main(histories: int, first: int = 0) -> int:
    """Play histories, a line for each; returns how many broke a law."""
    apart = enter_namespaces(["benchmarks.chaos", str(histories), str(first)])
    bad, struck = 0, Counter[str]()
    with tempfile.TemporaryDirectory() as name, faulty_store("10.78.0.1" if apart else "127.0.0.1") as store:
        world = prepared(Path(name), apart, *store)
        try:
            for seed in range(first, first + histories):
                began, history = time.monotonic(), History(world, seed)
                laws = history.play()
                bad += bool(laws)
                struck.update(history.struck)
                told = f"seed {seed}: {', '.join(history.done)}; {'; '.join(laws) or 'well'}"
                print(f"{told} ({time.monotonic() - began:.0f} s)", flush=True)
        finally:
            for machine in (*MACHINES, "head"):
                world.cluster.end(machine)
            subprocess.run(["umount", "-l", str(world.folder / "disk")])
    print(f"{histories} histories, {bad} broke a law; faults that struck: {dict(sorted(struck.items()))}")
    return bad


if __name__ == "__main__":
    sys.exit(bool(main(*map(int, sys.argv[1:]))))
