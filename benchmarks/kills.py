"""Kills a run again and again, its driver or one of its workers, and compares what comes out with a calm run's bytes.

`python -m benchmarks.kills SNAPSHOT KILLS [FOLDER]` exits 1 and names the files that differ.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent


def start(root: Path, snapshot: str) -> subprocess.Popen:
    command = [
        sys.executable,
        "-m",
        "pipeline",
        "run",
        "recipes.refinedweb",
        "--root",
        str(root),
        f"snapshot={snapshot}",
    ]
    return subprocess.Popen(
        command, cwd=HOUSE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def workers(driver: int) -> list[int]:
    """Ids of the processes of this driver's Ray that work on a task now."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cmdline").read_bytes().startswith(b"ray::attempt") and _descends(int(process.name), driver):
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
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*.parquet"))}


def main(snapshot: str, kills: int, folder: str | None = None) -> Sequence[str]:
    """Names of the files that are not the calm run's."""
    base, chance = Path(folder or tempfile.mkdtemp()), random.Random(20)
    began = time.monotonic()
    if start(base / "calm", snapshot).wait():
        sys.exit("error: the calm run failed")
    lasts = time.monotonic() - began
    done = {"driver": 0, "worker": 0}
    while sum(done.values()) < kills:
        driver = start(base / "killed", snapshot)
        time.sleep(chance.uniform(0.15, 0.9) * lasts / (1 + sum(done.values())))
        victims = workers(driver.pid) if chance.random() < 0.5 else []
        victim = chance.choice(victims) if victims else driver.pid
        if driver.poll() is None:
            os.kill(victim, signal.SIGKILL)
            done["worker" if victims else "driver"] += 1
            print(f"killed a {'worker' if victims else 'driver'} ({sum(done.values())} of {kills})", flush=True)
        driver.wait()
        time.sleep(2)
    if start(base / "killed", snapshot).wait():
        sys.exit("error: the run after the kills failed")
    calm, killed = files(base / "calm"), files(base / "killed")
    different = sorted({name for name in {*calm, *killed} if calm.get(name) != killed.get(name)})
    print(f"{done['driver']} drivers and {done['worker']} workers killed; {len(different)} of {len(calm)} files differ")
    return different


if __name__ == "__main__":
    if names := main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:]):
        sys.exit("\n".join(names))
