"""An object store that holds the shards of a snapshot without their bytes, counts requests, and a runner to fill it."""

import dataclasses
import io
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.fs as pafs

from pipeline.batches import Batches
from pipeline.funnel import read_plan
from pipeline.hashing import digest
from pipeline.ray_tasks import AT_ONCE
from pipeline.receipts import Receipt, read_receipt, receipted
from pipeline.runner import WorkQueue
from pipeline.store import FileInfo

BASE = "snapshot"
PAGE = 1_000  # names in an answer to a listing
TASK = 0.001  # seconds in which Ray sends a task


class Shards:
    """Which shards of which stages are made, and their receipts, made up after those of a real run by stage."""

    def __init__(self, templates: Mapping[str, Receipt]):
        self.templates = templates
        self.names: list[str] = []
        self._index: dict[str, int] = {}
        self._made: dict[str, bytearray] = {}
        self._marks: dict[str, str] = {}
        self._marked = ""

    def add(self, stage: str, shard: str, made_from: str) -> None:
        """Note that a shard is made; what it was made from is remembered of the stage in hand only."""
        if stage != self._marked:
            self._marked, self._marks = stage, {}
        self._marks[shard] = made_from
        number = self._index.setdefault(shard, len(self.names))
        if number == len(self.names):
            self.names.append(shard)
        flags = self._made.setdefault(stage, bytearray())
        flags.extend(bytes(max(0, number + 1 - len(flags))))
        flags[number] = 1

    def made(self, stage: str) -> Iterator[str]:
        """Names of the shards of a stage."""
        return (self.names[number] for number, flag in enumerate(self._made.get(stage, b"")) if flag)

    def has(self, stage: str, shard: str) -> bool:
        """Whether a shard is made."""
        number, flags = self._index.get(shard), self._made.get(stage, b"")
        return number is not None and number < len(flags) and bool(flags[number])

    def receipt(self, stage: str, shard: str, rows: int | None = None) -> Receipt:
        """A receipt as the template has it; `rows` are those that a Gather got."""
        template = self.templates[stage]
        files = {name.replace(template.shard, shard): info for name, info in template.files.items()}
        stats = template.stats
        if rows is not None:
            stats = dataclasses.replace(stats, rows_in=rows, rows_due=rows)
        mark = self._marks.get(shard, "") if stage == self._marked else ""
        return Receipt(stage, shard, mark, digest(stage, shard), stats, files)

    def files(self, folder: str) -> dict[str, int]:
        """What a folder of the store holds: names with bytes."""
        if folder.startswith("receipts/"):
            return {f"{shard}.json": 1_000 for shard in self.made(folder.partition("/")[2])}
        found: dict[str, int] = {}
        for stage, template in self.templates.items():
            for name, info in template.files.items():
                place, _, file = name.rpartition("/")
                if place == folder:
                    found |= {file.replace(template.shard, shard): info.bytes for shard in self.made(stage)}
        return found


class CountingStore(pafs.FileSystemHandler):  # pyright: ignore[reportUntypedBaseClass]
    """A file system for pyarrow: plans lie in a folder, all else in `Shards`; `requests` counts as a store bills."""

    def __init__(self, shards: Shards, folder: Path):
        self.shards, self.requests = shards, Counter[str]()
        self._disk = pafs.SubTreeFileSystem(str(folder), pafs.LocalFileSystem())

    def get_type_name(self) -> str:
        return "simulated"

    def normalize_path(self, path: str) -> str:
        return path

    def get_file_info(self, paths: Sequence[str]) -> list[pafs.FileInfo]:
        self.requests["HEAD"] += len(paths)
        return [self._info(path.removeprefix(f"{BASE}/")) for path in paths]

    def _info(self, name: str) -> pafs.FileInfo:
        kind, stage, shard = [*name.split("/"), "", ""][:3]
        if kind == "receipts":
            there = self.shards.has(stage, shard.removesuffix(".json"))
            return pafs.FileInfo(name, pafs.FileType.File if there else pafs.FileType.NotFound)
        return self._disk.get_file_info(name)

    def get_file_info_selector(self, selector: pafs.FileSelector) -> list[pafs.FileInfo]:
        folder = selector.base_dir.removeprefix(f"{BASE}/")
        held = self.shards.files(folder) if not folder.startswith(("plan", "failures")) else {}
        self.requests["LIST"] += 1 + len(held) // PAGE
        if held:
            kind = pafs.FileType.File
            return [pafs.FileInfo(f"{selector.base_dir}/{name}", kind, size=size) for name, size in held.items()]
        found = self._disk.get_file_info(pafs.FileSelector(folder, allow_not_found=True, recursive=selector.recursive))
        return [pafs.FileInfo(f"{BASE}/{info.path}", info.type, size=info.size) for info in found]

    def open_input_stream(self, path: str) -> pa.NativeFile:
        self.requests["GET"] += 1
        name = path.removeprefix(f"{BASE}/")
        if not name.startswith("receipts/"):
            return self._disk.open_input_stream(name)
        _, stage, file = name.split("/")
        return pa.PythonFile(io.BytesIO(self.shards.receipt(stage, file.removesuffix(".json")).to_json()), mode="r")

    def open_input_file(self, path: str) -> pa.NativeFile:
        self.requests["GET"] += 1
        return self._disk.open_input_file(path.removeprefix(f"{BASE}/"))

    def open_output_stream(self, path: str, metadata: Any) -> pa.NativeFile:
        self.requests["PUT"] += 1
        name = path.removeprefix(f"{BASE}/")
        if "/" in name:
            self._disk.create_dir(name.rpartition("/")[0], recursive=True)
        return self._disk.open_output_stream(name)

    def delete_file(self, path: str) -> None:
        self.requests["DELETE"] += 1
        self._disk.delete_file(path.removeprefix(f"{BASE}/"))

    def _never(self, *arguments: Any) -> Any:
        raise NotImplementedError("a run asks a store for nothing of the kind")

    create_dir = delete_dir = delete_dir_contents = delete_root_dir_contents = _never
    move = copy_file = open_append_stream = _never


class Enough(Exception):
    """The simulation is where it was to be ended."""


class InstantRunner:
    """A Runner whose tasks are done at once: a receipt for each, and nothing else.

    `seconds` says how long a shard of each stage takes, `most` of a stage after how many shards Enough is raised.
    `first` is called when the first task goes out. `tasks` and `made` count what a Ray runner would send.
    """

    prefetch_depth = largest_memory = 0

    def __init__(
        self,
        shards: Shards,
        seconds: Mapping[str, float],
        most: Mapping[str, int] | None = None,
        first: Callable[[], None] | None = None,
    ):
        self._shards, self._seconds, self._most, self._first = shards, seconds, most or {}, first
        self.tasks = self.made = 0

    def prepare(self, stages: Sequence[Any]) -> None:
        """All is there."""

    def map(self, queues: Sequence[WorkQueue]) -> Generator[tuple[WorkQueue, Any, Any]]:
        """As `Runner.map`: what is done at once leaves no time for the stages that follow."""
        while queue := next((each for each in queues if each.items), None):
            yield from ((queue, *done) for done in self._done(queue))

    def _done(self, queue: WorkQueue) -> Iterator[tuple[Any, Receipt]]:
        """All items of a queue."""
        work: Any = queue.fn
        stage, batches, sent = work.keywords["stage"], Batches(queue.items), 0
        numbers, shards = count(), len(queue.items)
        rows, each, most = self._gathered(stage, shards), self._seconds[stage.name], self._most.get(stage.name)
        while batches:
            batch = batches.take()
            sent, self.tasks = sent + 1, self.tasks + 1
            if sent >= max(AT_ONCE, each / TASK):  # so many go out before the first is done
                batches.came_back(len(batch), len(batch) * each)
            for item in batch:
                if self._first:
                    self._first()
                number = next(numbers)
                if most is not None and number >= most:
                    raise Enough
                shard, made_from, _ = item
                self._shards.add(stage.name, shard, made_from)
                self.made += 1
                yield item, self._shards.receipt(stage.name, shard, None if rows is None else rows[number])

    def _gathered(self, stage: Any, shards: int) -> list[int] | None:
        """The rows of each shard of a Gather, which together are those that its Scatters sent."""
        if stage.kind != "gather":
            return None
        sent = sum(
            self._shards.templates[scatter.name].stats.rows_out * sum(1 for _ in self._shards.made(scatter.name))
            for scatter in stage.sources
        )
        return [sent // shards + (number < sent % shards) for number in range(shards)]


def templates(root: str, sizes: Mapping[str, int]) -> dict[str, Receipt]:
    """A receipt of each stage of a real run; `sizes` are the bytes of a shard where they are to be others."""
    found = {}
    for name in (stage["name"] for stage in read_plan(root)["stages"]):
        receipt = read_receipt(root, name, receipted(root, name)[0])
        assert receipt
        if size := sizes.get(name):
            files = {file: FileInfo(info.digest, info.rows, size) for file, info in receipt.files.items()}
            receipt = dataclasses.replace(receipt, files=files, stats=dataclasses.replace(receipt.stats, bytes=size))
        found[name] = receipt
    return found
