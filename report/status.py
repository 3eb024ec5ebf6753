"""How far a run is: shards, rows and bytes of every stage, how fast it goes, what is left, and what failed.

All of it is read from the root: from any machine, and also while the run goes on.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import pyarrow.fs as pafs
from rich.console import Console

from pipeline import store
from pipeline.funnel import read_plan
from pipeline.heartbeat import OLD, ShardUnderWay, shards_under_way
from pipeline.receipts import read_receipts
from pipeline.record import sums
from pipeline.run import PLAN
from pipeline.stats import Stats, add
from pipeline.view import planned
from report.tables import aligned
from report.terminal import print_line

HEAD = ("stage", "kind", "made", "of", "rows", "dropped", "size", "rows/s", "left", "failed")
SLOW = 3.0  # times as long as a shard usually takes
TEXT = (True, True, *[False] * (len(HEAD) - 2))


class StageStatus(NamedTuple):
    """A stage of a run. `shards` is None as long as nobody knows yet how many it will have.

    `rows` went in, `dropped` of them left or are in quarantine, `bytes` are stored; `seconds` are those of all
    workers together. Of the stage in hand `speed` is rows a second and `left` the seconds that its other shards will
    take (None where that is not known), and `under_way` are the rows that workers have read of shards that are not
    made yet. `slow` are those of these shards that take much longer than others did, or of which nothing was heard for
    a minute: shard, rows, seconds, host, silent (seconds).
    """

    stage: str
    kind: str
    made: int
    shards: int | None
    failed: list[str]
    rows: int = 0
    dropped: int = 0
    bytes: int = 0
    seconds: float = 0.0
    speed: float | None = None
    left: float | None = None
    under_way: int = 0
    slow: Sequence[dict[str, Any]] = ()

    @property
    def done(self) -> bool:
        """Whether all shards are made."""
        return self.made == self.shards


def status(root: str, clock: Callable[[], float] = time.time) -> list[StageStatus]:
    """The stages of a run in order, from its plan and its receipts. Raises UsageError when there was no run."""
    stages = [_stage(root, stage["name"], stage["kind"]) for stage in read_plan(root)["stages"]]
    began = max([_written(root, "", PLAN), *(_latest(root, each.stage) for each in stages if each.done)])
    return [_in_hand(root, each, clock, began) if each.shards and not each.done else each for each in stages]


def time_left(stages: Sequence[StageStatus]) -> float | None:
    """The seconds that the run will still take; None as long as that is not known.

    Of the stage in hand it is what its shards took, and of those that have not begun what `seconds_of` says. The first
    stage reads the crawl, and is like no other.
    """
    waiting = [each for each in stages if not each.done]
    current = next((each for each in waiting if each.left is not None), None)
    if not waiting or current is None:
        return None if waiting else 0.0
    finished = [(each.kind, each.seconds) for each in stages[1:] if each.done]
    rest = seconds_of([each.kind for each in waiting if each is not current], finished)
    return None if rest is None else (current.left or 0.0) + rest / _parallel(current)


def seconds_of(waiting: Sequence[str], finished: Sequence[tuple[str, float]]) -> float | None:
    """The seconds of one worker that stages of these kinds will take, going by the finished ones (kind, seconds).

    A stage is taken to cost what the others of its kind did on average, and if there is none, what any did. None when
    nothing is known, of stages of which some are to come.
    """
    if waiting and not finished:
        return None
    costs = [[s for kind, s in finished if kind == each] or [s for _, s in finished] for each in waiting]
    return sum(sum(cost) / len(cost) for cost in costs)


def _parallel(stage: StageStatus) -> float:
    """How many workers were at work at a time."""
    return max(1.0, stage.seconds * (stage.speed or 0.0) / max(stage.rows, 1))


def _stage(root: str, name: str, kind: str) -> StageStatus:
    shards = planned(root, name)
    if not shards and not store.exists(root, f"plan/{name}.json"):
        return StageStatus(name, kind, 0, None, [])
    failed = [file.removesuffix(".txt") for file in store.listing(root, f"failures/{name}")]
    whole = sums(root, name)
    receipts = [] if whole else read_receipts(root, name, shards)
    stats = whole or add(receipt.stats for receipt in receipts)
    made = len(set(shards) & set(_receipts(root, name)))
    return StageStatus(
        name, kind, made, len(shards), failed, stats.rows_in, _dropped(stats), stats.bytes, stats.seconds
    )


def _dropped(stats: Stats) -> int:
    return sum(size.rows for size in stats.dropped.values()) + sum(stats.quarantined.values())


def _in_hand(root: str, stage: StageStatus, clock: Callable[[], float], began: float) -> StageStatus:
    """A stage that is under way, with its speed; of one that nobody is at work on, that is not known."""
    elapsed = clock() - began
    made = _receipts(root, stage.stage)
    recent = sum(at > began for at in made.values())
    told = [shard for shard in shards_under_way(root, stage.stage, clock) if shard.shard not in made]
    under_way = sum(shard.rows for shard in told if shard.silent < OLD)
    usual = stage.seconds / stage.made if stage.made else None
    stage = stage._replace(slow=[shard._asdict() for shard in told if _is_slow(shard, usual)])
    size = stage.rows / stage.made if stage.made else 0  # rows of a shard
    done = recent * size + under_way
    if not done or elapsed <= 0:
        return stage
    rest = ((stage.shards or 0) - stage.made) * size - under_way
    left = max(0.0, rest * elapsed / done) if size else None
    return stage._replace(speed=done / elapsed, left=left, under_way=under_way)


def _is_slow(shard: ShardUnderWay, usual: float | None) -> bool:
    """Whether a shard takes much longer than others usually do, or its worker has fallen silent."""
    return shard.silent >= OLD or (usual is not None and shard.seconds > SLOW * usual and shard.seconds > OLD)


def _receipts(root: str, stage: str) -> dict[str, float]:
    """When each receipt of a stage was written, by shard."""
    return {name.removesuffix(".json"): at for name, at in _times(root, f"receipts/{stage}").items()}


def _latest(root: str, stage: str) -> float:
    return max(_receipts(root, stage).values(), default=0.0)


def _written(root: str, folder: str, name: str) -> float:
    return _times(root, folder).get(name, 0.0)


def _times(root: str, folder: str) -> dict[str, float]:
    """When each file of a folder was written, in seconds since 1970."""
    filesystem, path = store.locate(root, folder)
    infos = filesystem.get_file_info(pafs.FileSelector(path.rstrip("/"), allow_not_found=True))
    return {info.base_name: (info.mtime_ns or 0) / 1e9 for info in infos if info.type == pafs.FileType.File}


def print_status(stages: Sequence[StageStatus], console: Console) -> None:
    """A line for each stage and one for the run, then the failed shards."""
    done, left = sum(each.done for each in stages), time_left(stages)
    rest = "" if left == 0 else f", {duration(left)} left" if left is not None else ", the time left is not known yet"
    print_line(f"{done} of {len(stages)} stages are done{rest}", console)
    for line in aligned([HEAD, *map(_row, stages)], TEXT):
        print_line(f"  {line}", console)
    for each in stages:
        for slow in each.slow:
            print_line(slow_line(each.stage, slow), console)
        for shard in each.failed:
            print_line(
                f"{each.stage}/{shard} failed; failures/{each.stage}/{shard}.txt in the root has the error", console
            )


def slow_line(stage: str, slow: Mapping[str, Any]) -> str:
    """A slow shard in words."""
    silent = f", nothing heard for {duration(slow['silent'])}" if slow["silent"] >= OLD else ""
    took = f"{slow['rows']:,} rows in {duration(slow['seconds'])}"
    return f"{stage}/{slow['shard']} is slow: {took} on {slow['host']}{silent}"


def _row(stage: StageStatus) -> tuple[str, ...]:
    numbers = [stage.rows + stage.under_way, stage.dropped]
    return (
        stage.stage,
        stage.kind,
        f"{stage.made:,}{'+' if stage.under_way else ''}",
        "?" if stage.shards is None else f"{stage.shards:,}",
        *(f"{number:,}" if number else "" for number in numbers),
        size_of(stage.bytes),
        "" if stage.speed is None else f"{stage.speed:,.0f}",
        "" if stage.left is None else duration(stage.left),
        f"{len(stage.failed):,}" if stage.failed else "",
    )


def size_of(number: int) -> str:
    """1.2 GB for a number of bytes; nothing for none."""
    unit = next(((scale, name) for scale, name in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB")) if number >= scale), None)
    return f"{number / unit[0]:,.1f} {unit[1]}" if unit else f"{number / 1e3:,.1f} kB" if number else ""


def duration(seconds: float) -> str:
    """5 s, 3 min or 2 h 5 min."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"
