"""The driver of a snapshot without its machines: memory, CPU time, requests to the store, and how long a resume plans.

`python -m benchmarks.simulate FILES NODES` runs the real plan, ledger and receipts of the RefinedWeb recipe on a list
of FILES WARC files, with a runner whose tasks are done at once and a store that keeps no bytes. What the driver spends
on Ray for a task is measured beside it. Prints the figures, and writes those of 90,000 files to
benchmarks/simulate.json, from which `python -m benchmarks.scale` takes them.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.fs as pafs

from benchmarks.scale import FILES, SIMULATED, costs, unit_costs
from benchmarks.simulated_store import BASE, CountingStore, Enough, InstantRunner, Shards, templates
from dedup import routing
from pipeline import store
from pipeline.ledger import Ledger
from pipeline.ray_runner import Ray
from pipeline.receipts import Receipt
from pipeline.run import PLAN, check_gathered, described, documents, plan, released_after, run_stage
from pipeline.runner import WorkQueue
from pipeline.scheduler import Scheduler
from pipeline.stats import Size, Stats, Step
from pipeline.store import FileInfo
from recipes.refinedweb import recipe

HALF = "repeats.minimizers"  # the stage in whose middle the run is ended
CORES = 32  # of a machine
CLEAN_BYTES = 7_750_000  # of a shard that is published: docs/scale.md, `clean`
RAY_SHARDS, IN_FLIGHT = 4_000, 1_000


def silent(stage: Any, total: int, done: int, receipt: Any) -> None:
    """Nobody watches."""


def drive(stages: Sequence[Any], ledger: Ledger, runner: InstantRunner) -> None:
    """All that `pipeline.run.run` does, but for the lease of the root."""
    stats: dict[str, Stats] = {}
    store.write_json(ledger.root, PLAN, {"stages": described(stages, documents(*stages[-1:]))})
    done_with = released_after(stages)
    scheduler = Scheduler(stages, ledger, runner)
    for stage in stages:
        stats[stage.name] = run_stage(stage, scheduler, silent)
        check_gathered(stage, stages, stats)
        for name in done_with[stage.name]:
            ledger.release(name)
    ledger.sweep()


def snapshot(folder: Path, files: int) -> Path:
    """A list of so many WARC files."""
    names = (f"crawl-data/CC-MAIN-2024-10/segments/{n % 100}/warc/CC-MAIN-{n:05d}.warc.gz" for n in range(files))
    path = folder / "warc.paths"
    path.write_text("\n".join(names))
    return path


def sampled(folder: Path) -> str:
    """The root of a real run on the sample, with the stages that only many inputs need; in a process of its own."""
    root = str(folder / "sample")
    words = ["run", "recipes.refinedweb", "--runner", "local", "--root", root, "snapshot=sample", "files=1"]
    code = f"from dedup import routing; routing.FEW_BUCKETS = 0; from mews.__main__ import main; main({words})"
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return root


def shard_seconds() -> dict[str, float]:
    """How long a shard of each stage takes on one core, by `benchmarks.scale`."""
    return {c.unit.name: 3600 * c.hours / c.tasks for c in costs(unit_costs())}


def simulate(files: int) -> dict[str, Any]:
    """A run that is ended in the middle, a second one that goes on to the end, and what they took of the driver."""
    routing.FEW_BUCKETS = 0  # the stages that only many inputs need are there for few, too
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        stages = plan(*recipe(snapshot=str(snapshot(folder, files))))
        shards = Shards(templates(sampled(folder), {"clean": CLEAN_BYTES}))
        (folder / "plans").mkdir()
        counting = CountingStore(shards, folder / "plans")
        opened = pafs.PyFileSystem(counting), BASE
        store.open_root = lambda root: opened  # type: ignore[assignment]
        began = time.process_time()
        seconds = shard_seconds()
        first = InstantRunner(shards, seconds, {HALF: files // 2})
        with suppress(Enough):
            drive(stages, Ledger(BASE), first)
        before = counting.requests.copy()
        resumed, at = time.process_time(), []

        def begun() -> None:
            if not at:
                at.append((time.process_time() - resumed, counting.requests - before))

        second = InstantRunner(shards, seconds, first=begun)
        drive(stages, Ledger(BASE), second)
        (resume, asked), cpu = at[0], time.process_time() - began
    return {
        "files": files,
        "stages": len(stages),
        "shards": first.made + second.made,
        "tasks": first.tasks + second.tasks,
        "cpu_s": round(cpu, 1),
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "resume_s": round(resume, 1),
        "resume_requests": dict(sorted(asked.items())),
        "requests": dict(sorted(counting.requests.items())),
    }


@dataclass(frozen=True)
class Answer:
    """Work that is done at once: its answer is as large as that of a shard."""

    receipt: Receipt

    def __call__(self, item: tuple[str, str, str]) -> Receipt:
        return self.receipt


class OfCluster(Ray):
    """The runner of this machine, which sends what one of a cluster does: batches, or many tasks that are in flight."""

    def __init__(self, in_batches: bool):
        super().__init__(workers=1)
        self.prefetch_depth = 0 if in_batches else 1  # with which there are no batches
        self._in_flight = 2 if in_batches else IN_FLIGHT  # few of large batches, for which the shards here suffice

    @property
    def window(self) -> int:
        """Tasks in flight."""
        return self._in_flight


def driver_seconds(in_batches: bool) -> float:
    """CPU seconds that the driver spends on Ray for a shard, in a task of its own or of a batch."""
    stats = Stats(steps={f"step{n}": Step(Size(1000, 1000), {"reason": Size(1000, 1000)}) for n in range(3)})
    receipt = Receipt("stage", "shard", "0" * 65, "0" * 32, stats, {"a/file": FileInfo("0" * 32, 1000, 1000)})
    items = [(f"shard-{n:05d}-{'0' * 12}", "0" * 65, "") for n in range(RAY_SHARDS)]
    ray = OfCluster(in_batches)
    try:
        list(ray.map([WorkQueue("begin", Answer(receipt), deque(items[:200]))]))
        began = time.process_time()
        list(ray.map([WorkQueue("all", Answer(receipt), deque(items))]))
        return (time.process_time() - began) / RAY_SHARDS
    finally:
        ray.close()


def measured_apart(in_batches: bool) -> float:
    """`driver_seconds`, in a process of its own."""
    code = f"from benchmarks.simulate import driver_seconds; print(driver_seconds({in_batches}))"
    return float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)


def main(files: int, nodes: int) -> None:
    """Print what `simulate` found, and keep it when it is of a whole snapshot."""
    found = simulate(files)
    alone, together = measured_apart(False), measured_apart(True)
    found |= {"ray_task_ms": round(1000 * (alone - together), 2), "ray_shard_ms": round(1000 * together, 3)}
    hours = sum(cost.hours for cost in costs(unit_costs())) * files / FILES
    wall = 3600 * hours / nodes / CORES
    spent = found["cpu_s"] + (found["tasks"] * found["ray_task_ms"] + found["shards"] * found["ray_shard_ms"]) / 1000
    found |= {"nodes": nodes, "wall_h": round(wall / 3600, 2), "cpu_share": round(spent / wall, 3)}
    for name, value in found.items():
        print(f"{name:16} {value}")
    if files == FILES:
        SIMULATED.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
