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
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow.fs as pafs

from benchmarks.scale import FILES, SIMULATED, UNITS, costs
from benchmarks.simulated_store import BASE, CountingStore, Enough, InstantRunner, Shards, templates
from dedup import routing
from pipeline import store
from pipeline.ledger import Ledger
from pipeline.run import PLAN, check_gathered, described, documents, plan, run_stage
from pipeline.stats import Stats
from recipes.refinedweb import recipe

HALF = "repeats.minimizers"  # the stage in whose middle the run is ended
CORES = 32  # of a machine
CLEAN_BYTES = 7_750_000  # of a shard that is published: docs/scale.md, `clean`
RAY_TASKS = 2_000


def silent(stage: Any, total: int, done: int, receipt: Any) -> None:
    """Nobody watches."""


def drive(stages: Sequence[Any], ledger: Ledger, runner: InstantRunner) -> None:
    """All that `pipeline.run.run` does, but for the lease of the root."""
    stats: dict[str, Stats] = {}
    store.write_json(ledger.root, PLAN, {"stages": described(stages, documents(*stages[-1:]))})
    for stage in stages:
        stats[stage.name] = run_stage(stage, ledger, runner, silent)
        check_gathered(stage, stages, stats)
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
        first = InstantRunner(shards, {HALF: files // 2})
        with suppress(Enough):
            drive(stages, Ledger(BASE), first)
        before = counting.requests.copy()
        resumed, at = time.monotonic(), []

        def begun() -> None:
            if not at:
                at.append((time.monotonic() - resumed, counting.requests - before))

        second = InstantRunner(shards, first=begun)
        drive(stages, Ledger(BASE), second)
        (resume, asked), cpu = at[0], time.process_time() - began
    return {
        "files": files,
        "stages": len(stages),
        "tasks": first.tasks + second.tasks,
        "cpu_s": round(cpu, 1),
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "resume_s": round(resume, 1),
        "resume_requests": dict(sorted(asked.items())),
        "requests": dict(sorted(counting.requests.items())),
    }


def ray_seconds() -> float:
    """CPU seconds that the driver spends on Ray for a task: on tasks that do nothing, in a process of its own."""
    code = (
        "import time; from pipeline.ray_runner import Ray, Reads\n"
        f"ray = Ray(workers=1); list(ray.map(Reads(()), [''] * 100)); began = time.process_time()\n"
        f"list(ray.map(Reads(()), [''] * {RAY_TASKS})); print((time.process_time() - began) / {RAY_TASKS}); ray.close()"
    )
    return float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)


def main(files: int, nodes: int) -> None:
    """Print what `simulate` found, and keep it when it is of a whole snapshot."""
    found = simulate(files)
    found["ray_task_ms"] = round(1000 * ray_seconds(), 2)
    hours = sum(cost.hours for cost in costs(json.loads(UNITS.read_text()))) * files / FILES
    wall = 3600 * hours / nodes / CORES
    spent = found["cpu_s"] + found["tasks"] * found["ray_task_ms"] / 1000
    found |= {"nodes": nodes, "wall_h": round(wall / 3600, 2), "cpu_share": round(spent / wall, 3)}
    for name, value in found.items():
        print(f"{name:16} {value}")
    if files == FILES:
        SIMULATED.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
