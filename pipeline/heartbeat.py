"""What a worker tells while it makes a shard: how many rows it has read so far, since when, and where. Never a row.

The files lie in `progress/<stage>/` and go when their shard is made. What a killed worker left is old, and counts for
nothing.
"""

import socket
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import pyarrow as pa
import pyarrow.fs as pafs

from pipeline import store

EVERY = 10.0  # seconds between two files of a worker
OLD = 60.0  # seconds after which nobody is at work on a shard


def progress_folder(stage: str) -> str:
    """The folder of what workers tell of a stage, below the root."""
    return f"progress/{stage}"


@dataclass
class Heartbeat:
    """Tells, at most every ten seconds, how many rows of a shard are done. `clock` gives seconds."""

    root: str
    stage: str
    shard: str
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self._rows, self._told, self._began = 0, False, self.clock()
        self._last = self._began

    @property
    def _name(self) -> str:
        return f"{progress_folder(self.stage)}/{self.shard}.json"

    def add(self, rows: int) -> None:
        """So many more rows are done."""
        self._rows += rows
        if self.clock() - self._last >= EVERY:
            self._last, self._told = self.clock(), True
            told = {"rows": self._rows, "seconds": self._last - self._began, "host": socket.gethostname()}
            store.write_json(self.root, self._name, told)

    def end(self) -> None:
        """The shard is made, or given up: what was told of it goes."""
        if self._told:
            store.remove(self.root, self._name)


def with_heartbeat(tables: Iterable[pa.Table], root: str, stage: str, shard: str) -> Iterator[pa.Table]:
    """The tables of a shard; what was told of it goes when they end, or when nobody asks for more."""
    heartbeat = Heartbeat(root, stage, shard)
    try:
        for table in tables:
            yield table
            heartbeat.add(table.num_rows)
    finally:
        heartbeat.end()


class ShardUnderWay(NamedTuple):
    """A shard that is being made: rows read, the seconds that took, the machine, and seconds since it was heard of."""

    shard: str
    rows: int
    seconds: float
    host: str
    silent: float


def shards_under_way(root: str, stage: str, now: Callable[[], float] = time.time) -> list[ShardUnderWay]:
    """What workers told of the shards of a stage, also of those whose worker was killed or stands still since."""
    filesystem, path = store.locate(root, progress_folder(stage))
    found = list[ShardUnderWay]()
    for info in filesystem.get_file_info(pafs.FileSelector(path, allow_not_found=True)):
        shard, json, _ = info.base_name.rpartition(".json")
        told = store.read_json(root, f"{progress_folder(stage)}/{info.base_name}") if json and info.mtime_ns else None
        if isinstance(told, dict) and {*told} == {"rows", "seconds", "host"}:
            found.append(ShardUnderWay(shard, **told, silent=now() - (info.mtime_ns or 0) / 1e9))
    return sorted(found)


def rows_under_way(root: str, stage: str, now: Callable[[], float] = time.time) -> int:
    """The rows that workers have read of shards of a stage that are not made yet, as far as they told of late."""
    return sum(shard.rows for shard in shards_under_way(root, stage, now) if shard.silent < OLD)
