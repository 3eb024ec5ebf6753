"""Progress: a line at the end of each stage and every so often, off a terminal too."""

import io
import threading
from dataclasses import dataclass, field

import pytest
from rich.console import Console

from pipeline import store
from pipeline.receipts import Receipt
from pipeline.stats import Stats
from report.progress import EVERY, Progress


@dataclass
class Named:
    name: str
    kind: str = "map"


THREE = [Named("raw"), Named("filtered"), Named("clean")]


@dataclass
class Clock:
    """A clock that stands until it is set."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Watched:
    """A Progress on a console that is no terminal (or is one), and what it printed."""

    terminal: bool = False
    every: float = 1e9
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.file = io.StringIO()
        self.console = Console(file=self.file, force_terminal=self.terminal, width=120)
        self.progress = Progress(self.console, THREE, self.every, self.clock)

    def stage(self, name: str, total: int, done: int = 0) -> None:
        self.progress(Named(name), total, done, None)  # type: ignore[arg-type]

    def receipt(self, name: str, total: int, done: int, rows: tuple[int, int], kind: str = "map") -> None:
        receipt = Receipt(name, f"s{done}", "mark", "digest", Stats(kind, *rows))
        self.progress(Named(name), total, done, receipt)  # type: ignore[arg-type]

    @property
    def lines(self) -> list[str]:
        return self.file.getvalue().splitlines()


def test_a_stage_leaves_a_line_when_the_next_begins():
    watched = Watched()
    with watched.progress:
        watched.stage("raw", 2)
        watched.clock.now += 10
        watched.receipt("raw", 2, 1, (500, 400))
        watched.receipt("raw", 2, 2, (500, 350))
        assert watched.lines == []
        watched.stage("filtered", 2)
        assert watched.lines == ["1/3 raw                        2 made in 0:00:10, 100 rows/s, 250 dropped"]


def test_the_last_stage_leaves_its_line_at_the_end():
    watched = Watched()
    with watched.progress:
        watched.stage("near", 1)
        watched.clock.now += 2
        watched.receipt("near", 1, 1, (50, 10), "gather")
    assert watched.lines == ["1/3 near                       1 made in 0:00:02, 25 rows/s"], "a Gather drops nothing"


def test_a_stage_that_was_made_before_leaves_no_line():
    watched = Watched()
    with watched.progress:
        watched.stage("raw", 2, 2)
        watched.stage("filtered", 2, 1)
        watched.clock.now += 1
        watched.receipt("filtered", 2, 2, (10, 10))
    assert watched.lines == ["2/3 filtered                   1 made in 0:00:01, 10 rows/s"]


def test_a_failed_run_leaves_the_line_of_its_stage():
    watched = Watched()
    with pytest.raises(ValueError, match="so"), watched.progress:
        watched.stage("raw", 2)
        watched.clock.now += 1
        watched.receipt("raw", 2, 1, (10, 10))
        raise ValueError("so")
    assert watched.lines == ["1/3 raw                        1 made in 0:00:01, 10 rows/s"]


@pytest.mark.parametrize(
    ("made", "seconds", "line"),
    [
        (0, 40, "1/3 raw                        1 of 5 shards, 0:00:40, 0 rows/s"),
        (2, 40, "1/3 raw                        3 of 5 shards, 0:00:40, 5 rows/s, 20 dropped, 0:00:40 left"),
        (4, 60, "1/3 raw                        5 of 5 shards, 0:01:00, 7 rows/s, 40 dropped"),
    ],
)
def test_the_line_of_a_stage_in_hand_tells_what_is_left(made: int, seconds: int, line: str):
    watched = Watched()
    watched.stage("raw", 5, 1)
    watched.clock.now += seconds
    for number in range(made):
        watched.receipt("raw", 5, 2 + number, (100, 90))
    assert watched.progress.line() == line


def test_rows_within_a_shard_count(tmp_path):
    """Two of five shards of 100 rows are made in 40 s, and 50 rows of another."""
    watched = Watched()
    watched.progress = Progress(watched.console, THREE, 1e9, watched.clock, str(tmp_path))
    (tmp_path / "progress/raw").mkdir(parents=True)
    (tmp_path / "progress/raw/s3.json").write_text('{"rows": 50, "seconds": 9, "host": "h"}')
    watched.stage("raw", 5)
    watched.clock.now += 40
    watched.receipt("raw", 5, 1, (100, 90))
    watched.receipt("raw", 5, 2, (100, 90))
    watched.progress._ask_workers()
    assert watched.progress.line() == (
        "1/3 raw                        2 of 5 shards, 0:00:40, 6 rows/s, 20 dropped, 0:00:40 left"
    )


def test_the_time_left_of_the_whole_run(tmp_path):
    """Two workers. `filtered` has cost 60 s of one, so `clean` will cost as much; the first stage tells nothing."""
    watched = Watched()
    stages = [*THREE[:2], Named("near", "gather"), THREE[2], Named("card", "make")]
    watched.progress = Progress(watched.console, stages, 1e9, watched.clock, str(tmp_path))
    for name, seconds in (("raw", 1_000.0), ("filtered", 60.0)):
        stats = Stats("map", 10, 10, seconds=seconds)
        store.write_json(str(tmp_path), f"plan/{name}.sums.json", stats.to_json())
        watched.stage(name, 2)
        if name == "filtered":
            watched.clock.now += 30
            watched.receipt("filtered", 2, 1, (10, 10))
            assert watched.progress.line().endswith("0:00:30 left"), "nothing is known of the others"
    watched.progress(Named("near", "gather"), 4, 0, None)
    watched.clock.now += 10
    stats = Stats("gather", 10, 10, seconds=20.0)
    watched.progress(Named("near", "gather"), 4, 1, Receipt("near", "s1", "mark", "digest", stats))
    # 30 s for the other three shards; 60 s each for clean, and for card, of whose kind none is finished: by two workers
    assert watched.progress.line().endswith(", 0:00:30 left, 0:01:30 of the run")


def test_before_a_shard_is_made_rows_tell_the_speed(tmp_path):
    watched = Watched()
    watched.progress = Progress(watched.console, THREE, 1e9, watched.clock, str(tmp_path))
    (tmp_path / "progress/raw").mkdir(parents=True)
    (tmp_path / "progress/raw/s1.json").write_text('{"rows": 500, "seconds": 9, "host": "h"}')
    watched.stage("raw", 2)
    watched.clock.now += 100
    watched.progress._ask_workers()
    assert watched.progress.line() == "1/3 raw                        0 of 2 shards, 0:01:40, 5 rows/s"


def test_between_stages_there_is_no_line():
    assert Watched().progress.line() == ""


def test_off_a_terminal_a_line_comes_while_a_shard_takes_its_time():
    printed = threading.Event()

    class Told(io.StringIO):
        def write(self, text: str) -> int:
            printed.set()
            return super().write(text)

    watched = Watched(every=0.01)
    watched.file = Told()
    watched.progress = Progress(Console(file=watched.file, width=120), THREE, 0.01, watched.clock)
    with watched.progress:
        watched.stage("raw", 2)
        assert printed.wait(60), "no line came"
    assert watched.lines[0] == "1/3 raw                        0 of 2 shards, 0:00:00, 0 rows/s"


def test_a_line_comes_every_half_minute():
    assert EVERY == 30


def test_on_a_terminal_the_live_line_moves_and_goes():
    watched = Watched(terminal=True)
    with watched.progress:
        watched.stage("raw", 2)
        watched.receipt("raw", 2, 1, (10, 10))
        watched.progress._live.refresh()  # type: ignore[union-attr]
        assert "1/3 raw" in watched.file.getvalue() and "1/2" in watched.file.getvalue()
    assert "1 made in 0:00:00" in watched.file.getvalue()
