"""Kills a run again and again, its driver or one of its workers, and compares what comes out with a calm run's bytes.

`python -m benchmarks.kills SNAPSHOT KILLS [FOLDER]` exits 1 and names the files that differ.
"""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

REPO_ROOT = Path(__file__).resolve().parent.parent
DATA = (".parquet", ".buckets")


def start(root: Path, snapshot: str) -> subprocess.Popen[Any]:
    command = [
        sys.executable,
        "-m",
        "mews",
        "run",
        "recipes.refinedweb",
        "--root",
        str(root),
        f"snapshot={snapshot}",
    ]
    return subprocess.Popen(
        command, cwd=REPO_ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def workers(driver: int) -> list[int]:
    """Ids of the processes of this driver's Ray that work on a task now."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cmdline").read_bytes().startswith(b"ray::run_task") and _descends(int(process.name), driver):
                found.append(int(process.name))
        except OSError:  # it ended while we looked
            continue
    return found


def _descends(process: int, ancestor: int) -> bool:
    while process > 1:
        if process == ancestor:
            return True
        process = int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    return False


def files(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.suffix in DATA}


def main(snapshot: str, kills: int, folder: str | None = None) -> list[str]:
    """Names of the files that are not the calm run's, over every run that came through its kills."""
    base, chance = Path(folder or tempfile.mkdtemp()), random.Random(20)
    began = time.monotonic()
    if start(base / "calm", snapshot).wait():
        sys.exit("error: the calm run failed")
    lasts, calm = time.monotonic() - began, files(base / "calm")
    done, through, different = {"driver": 0, "worker": 0}, 0, set[str]()
    while True:
        driver = start(base / "killed", snapshot)
        if sum(done.values()) < kills:
            _kill(driver, chance, lasts, done)
        if driver.wait() == 0:
            killed = files(base / "killed")
            different |= {name for name in {*calm, *killed} if calm.get(name) != killed.get(name)}
            through += 1
            shutil.rmtree(base / "killed")
            if sum(done.values()) >= kills:
                break
        time.sleep(2)  # what the killed driver started ends by itself
    told = f"{done['driver']} drivers and {done['worker']} workers killed, {through} runs came through"
    print(f"{told}; {len(different)} of {len(calm)} files differ")
    return sorted(different)


def _kill(driver: subprocess.Popen[Any], chance: random.Random, lasts: float, done: dict[str, int]) -> None:
    """Wait for a moment of the run and kill its driver or one of its workers, unless the run ends before."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        driver.wait(chance.uniform(0.2, 0.9) * lasts)
    victims = workers(driver.pid) if chance.random() < 0.5 else []
    if driver.poll() is None:
        os.kill(chance.choice(victims) if victims else driver.pid, signal.SIGKILL)
        done["worker" if victims else "driver"] += 1
        print(f"killed a {'worker' if victims else 'driver'} ({sum(done.values())})", flush=True)


if __name__ == "__main__":
    if names := main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:]):
        sys.exit("\n".join(names))
