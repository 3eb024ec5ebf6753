"""Whether a page costs the same in one file and in fifty, what a second worker and a second run take.

`python -m benchmarks.growth FOLDER` runs the RefinedWeb recipe on 1, 10 and 50 WARC files of as many pages each, drawn
from the WARC files of a folder, and writes benchmarks/growth.json; `python -m benchmarks.scale` shows it.
"""

import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.race import mixture
from benchmarks.race.measure import Spent, spent

FOUND = Path(__file__).with_name("growth.json")
FILES = (1, 10, 50)
PAGES = 40  # of a file
REPO_ROOT = Path(__file__).resolve().parent.parent


def measure(data: Path) -> dict[str, Any]:
    """Seconds of CPU and of the clock of every run, by the number of files, or by what else was tried."""
    pages = mixture.members(mixture.archives(data))
    cores = sorted(os.sched_getaffinity(0))[:2]
    with tempfile.TemporaryDirectory() as place:
        folders = {
            count: mixture.write(pages[: count * PAGES], Path(place, f"files-{count}"), count) for count in FILES
        }
        runs = {
            str(count): _run(folder, Path(place, f"root-{count}"), cores[:1], "local")
            for count, folder in folders.items()
        }
        most = folders[FILES[-1]]
        runs["again"] = _run(most, Path(place, f"root-{FILES[-1]}"), cores[:1], "local")
        tiny = mixture.write(pages[:2], Path(place, "tiny"), 2)
        for workers in (1, 2):
            start = _run(tiny, Path(place, f"tiny-{workers}"), cores, "ray", workers)
            whole = _run(most, Path(place, f"ray-{workers}"), cores, "ray", workers)
            runs[f"workers_{workers}"] = Spent(whole.cpu - start.cpu, whole.wall - start.wall, whole.megabytes)
    return {"pages": PAGES, **{name: asdict(run) for name, run in runs.items()}}


def _run(folder: Path, root: Path, cores: list[int], runner: str, workers: int = 1) -> Spent:
    command = [sys.executable, "-m", "mews", "run", "recipes.refinedweb", f"snapshot={folder}", "--root", str(root)]
    command += ["--runner", runner, "--workers", str(workers)]
    return spent(command, cores, root.with_suffix(".log"), {"PYTHONPATH": str(REPO_ROOT)})


def section(found: dict[str, Any]) -> str:
    """What more files, a second worker and a second run take, as it stands in docs/scale.md."""
    start = found["1"]["cpu"]
    each = [(found[str(count)]["cpu"] - start) / (found["pages"] * (count - 1)) for count in FILES[1:]]
    one, two = found["workers_1"], found["workers_2"]
    return GROWTH.format(
        pages=found["pages"],
        first=f"{start:.1f}",
        files=" and ".join(map(str, FILES[1:])),
        each=" and ".join(f"{1000 * seconds:.1f}" for seconds in each),
        again=f"{found['again']['cpu']:.1f}",
        times=f"{one['wall'] / two['wall']:.2f}",
        cpu_of_one=f"{one['cpu']:.0f}",
        cpu_of_two=f"{two['cpu']:.0f}",
        largest=f"{max(run['megabytes'] for run in (found[str(count)] for count in FILES)):.0f}",
    )


GROWTH = """
## Growth

`python -m benchmarks.growth FOLDER` runs the recipe on files of {pages} real pages each, on one core. One file takes
{first} s of CPU, most of it start-up; every further page takes {each} ms with {files} files. The largest process had
{largest} MB. A second run, which finds everything made, takes {again} s. Two workers on two cores are {times} times as
fast as one, Ray's start aside, and take {cpu_of_two} s of CPU in place of {cpu_of_one}. Beside one worker Ray's own
processes have a core to themselves, so that twice as fast is out of reach on two cores.
"""


if __name__ == "__main__":
    found = measure(Path(sys.argv[1]))
    FOUND.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))
