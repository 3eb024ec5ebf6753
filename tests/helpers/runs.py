"""Runs of the small recipe of `toy`: here, in a process of its own, and what they leave on disk."""

import subprocess
import sys
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from pipeline.run import run
from pipeline.runner import Local, Runner, WorkQueue
from pipeline.stats import Stats
from tests.helpers import toy


class Spy(Local):
    """A local runner that notes what went out and what came back."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.received: list[Any] = []

    def map(self, queues: Sequence[WorkQueue]) -> Generator[tuple[WorkQueue, Any, Any]]:
        for queue, item, outcome in super().map(queues):
            self.sent.append(item)
            self.received.append(outcome)
            yield queue, item, outcome

    @property
    def shards(self) -> list[str]:
        return [shard for shard, *_ in self.sent]


def make(root: Path | str, folder: Path, runner: Runner | None = None, **arguments: Any) -> dict[str, Stats]:
    """Run the toy recipe on a folder of pages."""
    return run(toy.recipe(str(folder), **arguments), root=str(root), runner=runner or Local())


def data(root: Path) -> dict[str, bytes]:
    """Every data file of a run: shards, rejects and quarantine."""
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*.parquet"))}


def ids(root: Path, pattern: str) -> list[str]:
    """The ids in the files of a pattern."""
    return [i for path in sorted(root.glob(pattern)) for i in pq.read_table(path)["id"].to_pylist()]


def driver(root: Path | str, folder: Path, runner: str, *arguments: str, **options: Any) -> subprocess.Popen:
    """A process that runs the toy recipe with arguments ("characters=1"); `options` are those of Popen."""
    command = [sys.executable, "-m", "mews", "run", "tests.helpers.toy", "--root", str(root)]
    command += ["--runner", runner, f"folder={folder}", *arguments]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **options)


def slow_corpus(folder: Path) -> Path:
    """The toy corpus with pages at the end of each file that take their time."""
    toy.corpus(folder)
    for path in folder.glob("*.txt"):
        path.write_text(path.read_text() + "\n<slow>" * 3)
    return folder
