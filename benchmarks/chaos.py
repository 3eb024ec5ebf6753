"""Histories of faults: a run is broken again and again, started again as a person would, and must end well.

`python -m benchmarks.chaos N [FIRST]` plays N histories, the seeds FIRST, FIRST + 1 and so on (0 without FIRST), a
line for each; `python -m benchmarks.chaos 1 SEED` plays one again. A history is up to three faults, each in a run of
its own: a worker or the driver is killed, the object store answers 503, 500, 404 for what is there, slowly, or half, or
the disk is full. What must hold in the end: the bytes of an undisturbed run and no other file, every receipt, no
process left behind, and an end within `LONGEST` seconds of each run. Exits 1 when a law was broken.
"""

import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.chaos_store import BUCKET, FAULTS, Proxy, faulty_store
from benchmarks.kills import REPO_ROOT, files, workers
from pipeline.verify import faults

RECIPE = "tests.helpers.toy"
LONGEST = 300.0  # seconds of one run
RUNS = 8  # until a history must have ended
SIGN = "MEWS_CHAOS"  # a variable that marks all processes of a history
PROCESSES = ("driver", "worker")
DISK = "full disk"


class World(NamedTuple):
    """What the histories share: the pages, the store and the bytes of an undisturbed run."""

    folder: Path
    pages: Path
    proxy: Proxy
    client: Any
    root: str
    calm: dict[str, bytes]


def start(world: World, root: str, seed: int, runner: str) -> subprocess.Popen[str]:
    """A run in a process of its own."""
    command = [sys.executable, "-m", "mews", "run", RECIPE, "--root", root, "--runner", runner]
    command += [*(["--workers", "2"] if runner == "ray" else []), f"folder={world.pages}"]
    environment = os.environ | {SIGN: str(seed)}
    return subprocess.Popen(
        command, cwd=REPO_ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def play(world: World, seed: int) -> tuple[list[str], list[str]]:
    """What was done in the history of a seed, and which laws it broke."""
    chance = random.Random(seed)
    if chance.random() < 0.15:
        return full_disk(world, seed)
    ahead = [chance.choice((*PROCESSES, *FAULTS)) for _ in range(chance.randint(1, 3))]
    moments, root, done, told = [chance.uniform(0, 6) for _ in ahead], world.root.format(f"history{seed}"), [], ""
    world.proxy.chance = random.Random(seed)
    for number in range(RUNS):
        before, process = world.proxy.told.total(), start(world, root, seed, "ray")
        if number < len(ahead):
            disturb(world, process, ahead[number], moments[number], chance, lambda: begun(world, f"history{seed}/"))
        code, told = end(process)
        world.proxy.fault = ""
        struck = (
            world.proxy.told.total() - before
        )  # 0 with a fault of the store: it came when the run asked for nothing
        done.append(f"{ahead[number] if number < len(ahead) else 'calm'}:{code} ({struck} wrong answers)")
        if code is None:
            return done, [f"run {number} did not end in {LONGEST:.0f} seconds"]
        if code not in (0, -signal.SIGKILL) and "error: " not in told:
            return done, [f"run {number} ended with {code} and told nothing: {told[-300:]}"]
        if code == 0 and number >= len(ahead) - 1:
            return done, broken(world, root, stored(world, f"history{seed}/"), seed)
    return done, [f"it did not end in {RUNS} runs: {told.strip().splitlines()[-1][:300]}"]


def disturb(
    world: World,
    process: subprocess.Popen[str],
    fault: str,
    moment: float,
    chance: random.Random,
    ready: Callable[[], Any],
) -> None:
    """Bring one fault over a run, `moment` seconds after it began to write."""
    while process.poll() is None and not ready():
        time.sleep(0.2)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(moment)
    if fault in FAULTS:
        world.proxy.fault = fault
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(2, 12))
        world.proxy.fault = ""
    elif process.poll() is None:
        victims = workers(process.pid) if fault == "worker" else []
        with contextlib.suppress(ProcessLookupError):
            os.kill(chance.choice(victims) if victims else process.pid, signal.SIGKILL)


def full_disk(world: World, seed: int) -> tuple[list[str], list[str]]:
    """A history on a disk that is too small for the run, and made larger after its first run."""
    place = world.folder / f"disk{seed}"
    place.mkdir()
    size = random.Random(seed).randint(60, 160)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}k", "none", str(place)]
    if subprocess.run(mount, capture_output=True).returncode:
        return ["full disk: not played, no file system can be mounted here"], []
    try:
        first, told = end(start(world, str(place), seed, "local"))
        subprocess.run(["mount", "-o", "remount,size=64m", str(place)], check=True)
        second, _ = end(start(world, str(place), seed, "local"))
        done = [f"{DISK} of {size} kB:{first}", f"calm:{second}"]
        if second or (first and "error: " not in told):
            return done, [f"the disk: {told[-300:]}"]
        return done, broken(world, str(place), files(place), seed)
    finally:
        subprocess.run(["umount", str(place)], check=True)


def end(process: subprocess.Popen[str]) -> tuple[int | None, str]:
    """The exit code of a run, None when it does not end, and what it told."""
    try:
        told = process.communicate(timeout=LONGEST)[1]
        return process.returncode, told
    except subprocess.TimeoutExpired:
        process.kill()
        return None, process.communicate()[1]


def begun(world: World, prefix: str) -> bool:
    """Whether a run has a receipt."""
    listed = world.client.list_objects_v2(Bucket=BUCKET, Prefix=f"{prefix}receipts/", MaxKeys=1)
    return bool(listed.get("KeyCount"))


def stored(world: World, prefix: str) -> dict[str, bytes]:
    """The data of a run in the store, read around the proxy."""
    pages = world.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
    keys = [found["Key"] for page in pages for found in page.get("Contents", ())]
    return {
        key.removeprefix(prefix): world.client.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        for key in keys
        if key.endswith((".parquet", ".buckets"))
    }


def broken(world: World, root: str, found: dict[str, bytes], seed: int) -> list[str]:
    """The laws that the end of a history breaks."""
    names = {*found, *world.calm}
    other = sorted(name for name in names if found.get(name) != world.calm.get(name))
    laws = [f"other bytes: {', '.join(other[:5])}"] if other else []
    laws += [f"receipt: {fault}" for fault in list(faults(root))[:3]]
    deadline = time.monotonic() + 90
    while (left := sorted(marked(seed))) and time.monotonic() < deadline:
        time.sleep(1)
    return laws + ([f"processes left: {left}"] if left else [])


def marked(seed: int) -> Iterator[int]:
    """Ids of the processes of a history."""
    sign = f"{SIGN}={seed}\0".encode()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if sign in (process / "environ").read_bytes():
                yield int(process.name)


def main(histories: int, first: int = 0) -> int:
    """Play histories, a line for each; returns how many broke a law."""
    from tests.helpers.runs import slow_corpus

    bad = 0
    with tempfile.TemporaryDirectory() as name, faulty_store() as (proxy, client, root):
        folder = Path(name)
        world = World(folder, slow_corpus(folder / "pages"), proxy, client, root, {})
        if end(start(world, str(folder / "calm"), -1, "local"))[0]:
            sys.exit("error: the calm run failed")
        world = world._replace(calm=files(folder / "calm"))
        for seed in range(first, first + histories):
            began = time.monotonic()
            done, laws = play(world, seed)
            bad += bool(laws)
            print(
                f"seed {seed}: {', '.join(done)}; {'; '.join(laws) or 'well'} ({time.monotonic() - began:.0f} s)",
                flush=True,
            )
        print(f"{histories} histories, {bad} broke a law; wrong answers: {dict(sorted(proxy.told.items()))}")
    return bad


if __name__ == "__main__":
    sys.exit(bool(main(*map(int, sys.argv[1:]))))
