"""The runs of a race: every runner in every round, one after the other, on the same files."""

import gzip
import json
import os
import shutil
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from benchmarks.race import environments
from benchmarks.race.measure import Spent, spent
from stages.language import installed

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
OURS = ("faithful", "cascade")
PEERS = tuple(environments.PEERS)


@dataclass(frozen=True)
class Course:
    """Runs by name in a folder of their own: `faithful` and `cascade` are ours, the others are peers."""

    folder: Path
    rules: str = "gopher"
    workers: int = 1
    explained: bool = False

    def run(self, runner: str, data: Path) -> Spent:
        """Run one from nothing."""
        shutil.rmtree(self.out(runner), ignore_errors=True)
        self.out(runner).mkdir(parents=True)
        cores = sorted(os.sched_getaffinity(0))[-self.workers :]
        places = {"HF_ASSETS_CACHE": str(self.folder / "assets"), "HF_HOME": str(self.folder / "home")}
        settings = places | {"PYTHONPATH": str(ROOT)} if runner in OURS else places
        return spent(self._command(runner, data), cores, self.folder / f"{runner}.log", settings)

    def out(self, runner: str) -> Path:
        """What a run writes goes here."""
        return self.folder / "runs" / runner

    def _command(self, runner: str, data: Path) -> list[str]:
        if runner in OURS:
            how = ["--runner", "local"] if self.workers == 1 else ["--runner", "ray", "--workers", str(self.workers)]
            said = [f"snapshot={data}", f"rules={self.rules}", f"cascade={runner == 'cascade'}".lower()]
            said += ["rejects=1.0"] if self.explained else []
            python = environments.python_of(environments.OURS, self.folder)
            start = [str(python), "-m", "mews", "run", str(HERE / "ours.py")]
            return [*start, *how, "--root", str(self.out(runner)), *said]
        python = environments.python_of(runner, self.folder)
        said = ["--workers", str(self.workers), "--rules", self.rules, *(["--explained"] if self.explained else [])]
        return [str(python), str(HERE / "peer.py"), str(data), str(self.out(runner)), str(installed()), *said]

    def kept(self, runner: str) -> set[str]:
        """Ids of the pages that its last run kept."""
        if runner in OURS:
            files = (self.out(runner) / "kept").glob("*.parquet")
            return {id for file in files for id in pq.read_table(file, columns=["id"])["id"].to_pylist()}
        return {plain_id(row["id"]) for row in json_rows(self.out(runner) / "kept")}

    def rounds(self, data: Path, count: int, runners: Sequence[str]) -> list[dict[str, Spent]]:
        """What every runner took in every round; the order turns, so that what else the machine does falls on all."""
        done = []
        for number in range(count):
            turn = number % len(runners)
            done.append({runner: self.run(runner, data) for runner in (*runners[turn:], *runners[:turn])})
            told = ", ".join(f"{runner} {done[-1][runner].cpu:.1f} s" for runner in runners)
            print(f"round {number + 1} of {count}: {told}", file=sys.stderr)
        return done


def plain_id(said: str) -> str:
    """A WARC-Record-ID as our rows have it."""
    return said.strip("<>").removeprefix("urn:").removeprefix("uuid:")


def json_rows(folder: Path) -> Iterator[dict[str, Any]]:
    """The rows of datatrove's JSON files."""
    for path in sorted(folder.rglob("*.jsonl.gz")):
        with gzip.open(path, "rt") as lines:
            yield from map(json.loads, lines)


def ratio(
    rounds: Sequence[Mapping[str, Spent]], peer: str, ours: str, start: Mapping[str, float] | None = None
) -> float:
    """The peer's processor seconds over ours: the median of the rounds; without those of the start where given."""
    return statistics.median(ratios(rounds, peer, ours, start))


def ratios(
    rounds: Sequence[Mapping[str, Spent]], peer: str, ours: str, start: Mapping[str, float] | None = None
) -> list[float]:
    """The ratio in each round."""
    start = start or {}
    return [(one[peer].cpu - start.get(peer, 0)) / (one[ours].cpu - start.get(ours, 0)) for one in rounds]
