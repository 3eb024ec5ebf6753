"""What is measured beside the race for docs/performance.md: FineWeb's rules, two workers, early steps, differences."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.race.course import OURS, PEERS, Course
from benchmarks.race.differences import counted, reasons
from benchmarks.race.steps import early_steps

UNSAID = "datatrove: its reader gives no such page, or its extraction finds no text"


def extras(folder: Path, data: Path, one: Path, every: Path) -> dict[str, Any]:
    """All of it on the WARC files of a folder; `one` is a folder with one page, `every` one with all, for the steps."""
    runners = (*OURS, *PEERS)
    fineweb = Course(folder, rules="fineweb").rounds(data, 1, runners)[0]
    pair = Course(folder, workers=2)
    two, start = pair.rounds(data, 1, runners)[0], pair.rounds(one, 1, OURS)[0]
    steps, kept, spent = early_steps(every)
    return {
        "fineweb": {runner: asdict(value) for runner, value in fineweb.items()},
        "two_workers": {runner: asdict(value) for runner, value in two.items()},
        "two_workers_start": {runner: asdict(value) for runner, value in start.items()},
        "steps": {"early": [asdict(step) for step in steps], "kept": kept, "extraction": spent},
        "differences": differences(Course(folder, explained=True), data),
    }


def differences(course: Course, data: Path) -> dict[str, Any]:
    """Why pages are kept by one only: the peer's kept less ours with our reasons, and the reverse with the peer's."""
    course.rounds(data, 1, ("faithful", *PEERS))
    ours, why = course.kept("faithful"), reasons(course, "faithful")
    return {
        peer: {
            "only_peer": counted(course.kept(peer) - ours, why, "ours: not read"),
            "only_ours": counted(ours - course.kept(peer), reasons(course, peer), UNSAID),
        }
        for peer in PEERS
    }
