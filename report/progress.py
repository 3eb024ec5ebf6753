"""Progress of a run: a live line on a terminal; elsewhere a line every half minute and one at the end of each stage."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as LiveLine

from pipeline.heartbeat import rows_under_way
from pipeline.receipts import Receipt
from pipeline.record import sums
from pipeline.stage import Stage
from report.status import seconds_of
from report.terminal import print_line

EVERY = 30.0  # seconds between two lines when nobody looks at a terminal
LIVE = 5.0  # seconds between two looks at what workers tell, on a terminal


@dataclass
class Current:
    """The stage in hand: its place in the plan, its shards, and what the receipts of this run say."""

    name: str
    number: int
    total: int
    done: int
    began: float
    made: int = 0
    rows: int = 0
    dropped: int = 0
    seconds: float = 0.0  # of all workers, for the shards that were made
    kind: str = ""
    under_way: int = 0  # rows of shards that are not made yet, as workers tell

    def add(self, receipt: Receipt, done: int) -> None:
        """Count a shard that was just made; `done` are all that are made."""
        self.done, self.made = done, self.made + 1
        self.rows += receipt.stats.rows_in
        self.seconds += receipt.stats.seconds
        if receipt.stats.kind == "map":
            self.dropped += receipt.stats.rows_in - receipt.stats.rows_out

    def speed(self, now: float) -> str:
        """Rows a second and rows dropped: "1,200 rows/s, 340 dropped"."""
        speed = f"{(self.rows + self.under_way) / max(now - self.began, 1e-9):,.0f} rows/s"
        return f"{speed}, {self.dropped:,} dropped" if self.dropped else speed

    def left(self, now: float) -> float | None:
        """Seconds for the other shards if they take as long as those that were made; None before any was."""
        if not self.made:
            return None
        rest = self.total - self.done - self.part()
        return (now - self.began) / (self.made + self.part()) * rest

    def parallel(self, now: float) -> float:
        """How many workers were at work at a time; at least one."""
        return max(1.0, self.seconds / max(now - self.began, 1e-9))

    def part(self) -> float:
        """The shards that are under way, in whole ones of the size of those that were made; 0 before any was."""
        return min(self.under_way * self.made / self.rows, self.total - self.done) if self.rows else 0.0


class Progress:
    """Called by `run` for each stage and receipt; a context manager around the run.

    `stages` are those of the plan in order, and `root` where workers tell how far they are within a shard. `clock`
    gives seconds; `every` is the time between two lines off a terminal, which a thread of its own prints, so that they
    come also while one shard takes an hour. On a terminal that thread moves the live line.
    """

    def __init__(
        self,
        console: Console,
        stages: Sequence[Stage],
        every: float = EVERY,
        clock: Callable[[], float] = time.monotonic,
        root: str = "",
    ):
        self._console, self._stages, self._clock, self._root = console, stages, clock, root
        self._every = min(every, LIVE) if console.is_terminal else every
        self._now: Current | None = None
        self._begun = 0
        self._finished: list[tuple[str, float]] = []  # kind, and seconds of one worker
        self._over = threading.Event()
        self._lock = threading.RLock()
        self._live = _live_line(console) if console.is_terminal else None

    def __enter__(self) -> "Progress":
        if self._live:
            self._live.start()
        threading.Thread(target=self._beat, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._end_stage()
        if self._live:
            self._live.stop()

    def __call__(self, stage: Stage, total: int, done: int, receipt: Receipt | None) -> None:
        """Take in that a stage begins, or that one of its shards was made (`pipeline.run.Progress`)."""
        with self._lock:
            if self._now is None or stage.name != self._now.name:
                self._note_cost()
                self._end_stage()
                self._begun += 1
                self._now = Current(stage.name, self._begun, total, done, self._clock(), kind=stage.kind)
            if receipt is not None:
                self._now.add(receipt, done)
            self._show(self._now)

    def line(self) -> str:
        """The state of the stage in hand in one line; "" between stages."""
        with self._lock:
            if self._now is None:
                return ""
            stage, now = self._now, self._clock()
            made = f"{stage.done:,} of {stage.total:,} shards, {_time(now - stage.began)}"
            return f"{self._title(stage)} {made}, {stage.speed(now)}{self._left(stage, now)}"

    def _left(self, stage: Current, now: float) -> str:
        """What is left of the stage in hand, and of the whole run as far as that is known."""
        left = stage.left(now)
        if left is None or stage.done >= stage.total:
            return ""
        waiting = [each.kind for each in self._stages[stage.number :]]
        rest = seconds_of(waiting, self._finished) if waiting else None
        whole = "" if rest is None else f", {_time(left + rest / stage.parallel(now))} of the run"
        return f", {_time(left)} left{whole}"

    def _note_cost(self) -> None:
        """Take down what the stage in hand cost, which is finished; the first stage of a plan is like no other."""
        if self._now is None or self._now.number == 1 or not self._root:
            return
        try:
            said = sums(self._root, self._now.name)
        except OSError as error:
            self._console.log(f"the cost of {self._now.name} cannot be read: {error}")
            return
        if said:
            self._finished.append((self._now.kind, said.seconds))

    def _beat(self) -> None:
        while not self._over.wait(self._every):
            self._ask_workers()
            if self._live:
                with self._lock:
                    if self._now:
                        self._show(self._now)
            elif line := self.line():
                print_line(line, self._console)

    def _ask_workers(self) -> None:
        """Take in what workers tell of the shards that they make. An object store may be out of reach for a moment."""
        stage = self._now
        if stage is None or not self._root:
            return
        try:
            stage.under_way = rows_under_way(self._root, stage.name)
        except OSError as error:
            self._console.log(f"progress of {stage.name} cannot be read: {error}")

    def _show(self, stage: Current) -> None:
        """Bring the live line up to date."""
        if self._live:
            task = next(iter(self._live.task_ids), None)
            task = self._live.add_task("", note="") if task is None else task
            now = self._clock()
            note = stage.speed(now) + self._left(stage, now)
            self._live.update(task, description=self._title(stage), total=stage.total,
                              completed=stage.done + stage.part(), note=note)  # fmt: skip

    def _end_stage(self) -> None:
        """Leave one line behind for a stage that made something."""
        with self._lock:
            stage, self._now = self._now, None
        if stage is None:
            return
        if self._live:
            for task in self._live.task_ids:
                self._live.remove_task(task)
        if stage.made:
            now = self._clock()
            took = _time(now - stage.began)
            print_line(f"{self._title(stage)} {stage.made:,} made in {took}, {stage.speed(now)}", self._console)

    def _title(self, stage: Current) -> str:
        return f"{stage.number}/{len(self._stages)} {stage.name:<26}"


def _live_line(console: Console) -> LiveLine:
    columns = (TextColumn("{task.description:<30}"), BarColumn(20), MofNCompleteColumn())
    return LiveLine(*columns, TextColumn("{task.fields[note]}"), console=console, transient=True)


def _time(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds)))
