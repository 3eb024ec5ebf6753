"""Mutation testing: how many small changes to a room's code its own tests notice.

`python -m benchmarks.mutants ROOM ...` changes one operator, constant or call at a time (mutmut), runs the tests of the
same room on each change, and prints a table. Tests see no data from outside the repository. What survives is written to
out/mutants/ROOM.txt, as diffs. With `--sample N`, N changes of each room are tried that a seed chooses among all.
Exits 1 when a room is below `FLOOR`.
"""

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

REPO_ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("text", "filters", "dedup", "pipeline")
FLOOR = 0.85
# Not run: tests whose work is done by other processes, of which mutmut does not learn what they reach; tests of frames,
# of signals that are swallowed, or that compile a function, which see what mutmut wraps around each function; and two
# that take a minute each.
NOT_RUN = {
    "pipeline": (
        "test_ray.py",
        "test_cluster.py",
        "test_reads.py::test_a_data_file_that_changes_makes_again_what_was_made_with_it",
        "test_standstill.py::test_work_that_goes_on_is_left_alone",
        "test_fingerprint.py::test_another_process_says_the_same",
        "test_guard.py::test_a_function_that_cannot_even_be_called_has_no_line",
        "test_limit.py::test_what_never_ends_is_ended[swallows_again_and_again]",
        "test_limit.py::test_what_never_ends_is_ended[swallows_at_two_levels]",
        "test_limit.py::test_what_never_ends_is_ended[suppresses]",
        "test_hashing.py::test_mix64_serves_kernels",
        "test_laws.py::test_killed_at_any_moment_and_started_again_gives_the_same_bytes",
        "test_laws.py::test_memory_does_not_grow_with_the_shard",
    )
}
# Code that only runs in other processes; an audit hook, which would also act on what mutmut itself does; and protocols,
# which objects no longer have with what mutmut adds to them.
NOT_MUTATED = {"pipeline": ("pipeline/ray_runner.py", "pipeline/reads.py", "pipeline/protocols.py")}
UNDER_TEST = "MUTANT_UNDER_TEST"  # the variable in which mutmut says what is tried
PYTEST = ("-p", "no:cacheprovider", "-p", "no:xdist", "-p", "benchmarks.mutants", "--timeout", "180")
SUMMARY = ("killed", "survived", "timeout", "no_tests", "suspicious", "segfault", "total")


def pytest_configure() -> None:
    """As a plugin of pytest: while mutmut notes which tests reach which code, only its own process does so.

    Processes that a test starts would look for mutmut's settings in the folder that they run in. Of a change under test
    they know, and have it.
    """
    if os.environ.get(UNDER_TEST) == "stats":
        del os.environ[UNDER_TEST]


def config(room: str) -> str:
    """The mutmut section of setup.cfg for one room."""
    others = sorted(path.name for path in REPO_ROOT.iterdir() if (path / "__init__.py").exists() and path.name != room)
    left_out = [f"--{'deselect' if '::' in test else 'ignore'}=tests/{room}/{test}" for test in NOT_RUN.get(room, ())]
    lists = {
        "source_paths": [room],
        "do_not_mutate": list(NOT_MUTATED.get(room, ())),
        "pytest_add_cli_args_test_selection": [f"tests/{room}"],
        "pytest_add_cli_args": [*PYTEST, *left_out],
        "also_copy": [*others, "tests", "constraints.txt", "docs", "README.md"],
    }
    return "\n[tool.mutmut]\n" + "".join(f"{name} = {json.dumps(values)}\n" for name, values in lists.items())


def sampled(room: str, checkout: Path, size: int) -> list[str]:
    """The names of so many changes, drawn with the seed 0; the changes are made, and none is tried yet."""
    subprocess.run([sys.executable, "-m", "mutmut", "run", "none"], cwd=checkout, capture_output=True)
    found = (json.loads(file.read_text()) for file in sorted((checkout / "mutants" / room).rglob("*.meta")))
    names = [name for meta in found for name in meta["exit_code_by_key"]]
    return random.Random(0).sample(names, min(size, len(names)))


def try_room(room: str, base: Path, sample: int = 0) -> dict[str, int]:
    """Mutates a copy of the checkout; returns how many changes were killed, survived, and so on."""
    checkout = base / room
    subprocess.run(["git", "clone", "-q", str(REPO_ROOT), str(checkout)], check=True)
    project = checkout / "pyproject.toml"
    project.write_text(project.read_text() + config(room))
    command = [sys.executable, "-m", "mutmut"]
    with (base / f"{room}.log").open("w") as log:
        names = sampled(room, checkout, sample) if sample else []
        subprocess.run([*command, "run", "--max-children", "2", *names], cwd=checkout, stdout=log, stderr=log)
    results = subprocess.run([*command, "results"], cwd=checkout, capture_output=True, text=True).stdout
    subprocess.run([*command, "export-cicd-stats"], cwd=checkout, capture_output=True, check=True)
    write_survivors(room, checkout, results)
    stats = json.loads((checkout / "mutants" / "mutmut-cicd-stats.json").read_text())
    if not any(stats[name] for name in SUMMARY[:-1]):
        said = (base / f"{room}.log").read_text().splitlines()[-20:]
        sys.exit("\n".join([*said, f"error: {room} was not tried: its tests fail where nothing is changed"]))
    return stats


def write_survivors(room: str, checkout: Path, results: str) -> None:
    """Diffs of what no test noticed, in out/mutants/ROOM.txt."""
    names = re.findall(r"^\s*(\S+): (?:survived|no tests)", results, re.MULTILINE)
    show = [sys.executable, "-m", "mutmut", "show"]
    diffs = [subprocess.run([*show, name], cwd=checkout, capture_output=True, text=True).stdout for name in names]
    out = REPO_ROOT / "out" / "mutants" / f"{room}.txt"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text("\n".join(diffs))


def main() -> int:
    """Try the rooms of the command line, and print a line for each."""
    parser = argparse.ArgumentParser()
    parser.add_argument("rooms", nargs="*", default=list(ROOMS))
    parser.add_argument("--sample", type=int, default=0, help="changes tried in each room; 0: all")
    chosen = parser.parse_args()
    base = Path(tempfile.mkdtemp(prefix="mutants-"))
    print("room       " + "".join(f"{name:>12}" for name in (*SUMMARY, "share")))
    below = 0
    for room in chosen.rooms:
        stats = try_room(room, base, chosen.sample)
        caught = stats["killed"] + stats["timeout"] + stats["segfault"]
        share = caught / max(sum(stats[name] for name in SUMMARY[:-1]), 1)
        below += share < FLOOR
        print(f"{room:<11}" + "".join(f"{stats[name]:>12,}" for name in SUMMARY) + f"{share:>12.1%}", flush=True)
    shutil.rmtree(base)
    return int(below > 0)


if __name__ == "__main__":
    sys.exit(main())
