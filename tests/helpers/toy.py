"""A small corpus and recipe for the engine's tests: text files, a filter, and copies found by Scatter and Gather."""

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from pipeline.doc import Doc
from pipeline.hashing import hash64, shard_key
from pipeline.rules import Rules, least
from pipeline.shuffle import Gather, Scatter
from pipeline.stage import Map, Source, Stage
from pipeline.transform import screen

SCHEMA = pa.schema([("id", pa.string()), ("url", pa.string()), ("warc", pa.string()), ("text", pa.string())])


@dataclass(frozen=True)
class Read:
    """A page a line. The line "<die>" kills the worker once; "<slow>" takes its time; "<ill>" is quarantined."""

    folder: str

    def __call__(self, name: str) -> Iterator[pa.Table]:
        lines = Path(self.folder, name).read_text().splitlines()
        for start in range(0, len(lines), 50):
            yield self._table(name, start, lines[start : start + 50])

    def _table(self, name: str, start: int, lines: list[str]) -> pa.Table:
        if "<die>" in lines and not Path(self.folder, "died").exists():
            Path(self.folder, "died").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.05 * lines.count("<slow>"))
        count = range(start, start + len(lines))
        columns = {"id": [f"{name}:{i}" for i in count], "url": [f"http://{name}/{i}" for i in count]}
        table = pa.table({**columns, "warc": [name] * len(lines), "text": lines}, schema=SCHEMA)
        return table.append_column("error", pa.array([e if e == "<ill>" else None for e in lines], pa.string()))


def characters_of(doc: Doc) -> dict[str, float]:
    """How many characters a text has; raises on "<raise>"."""
    if doc.text == "<raise>":
        raise ValueError("a page that no filter likes")
    return {"characters": len(doc.text)}


def at_least(characters: int) -> Rules:
    """A filter that drops texts of fewer characters."""
    return Rules("toy", characters_of, (least("characters", characters, "short"),))


def by_text(table: pa.Table, shard: str) -> pa.Table:
    shards = pa.array([shard_key(shard)] * table.num_rows, pa.uint64())
    return pa.table({"key": pa.array(hash64(table["text"])), "id": table["id"].combine_chunks(), "shard": shards})


def all_but_first(table: pa.Table) -> pa.Table:
    """Rows whose key was seen before, in the order of ids."""
    table = table.sort_by("id")
    seen, again = set(), []
    for key in table["key"].to_pylist():
        again.append(key in seen)
        seen.add(key)
    return table.filter(pa.array(again, pa.bool_()))


def itself(table: pa.Table, shard: str) -> pa.Table:
    return table


def verdicts(table: pa.Table) -> pa.Table:
    return pa.table({"id": table["id"], "reason": pa.array(["copy:exact"] * table.num_rows, pa.string())})


def recipe(folder: str, characters: int = 3, rejects: float = 1.0) -> Stage:
    names = tuple(sorted(path.name for path in Path(folder).glob("*.txt")))
    pages = Source(names, Read(folder), SCHEMA, version=Version(folder))
    read = Map("read", pages, (screen(at_least(characters)),), rejects=rejects)
    copies = Gather("copies", Scatter("keys", read, by_text, "key", 4), all_but_first)
    home = Gather("verdicts", Scatter("home", copies, itself, "shard", None), verdicts, one_for=read)
    return Map("unique", read, verdicts=home)


@dataclass(frozen=True)
class Version:
    folder: str

    def __call__(self, name: str) -> str:
        return Path(self.folder, name).read_text()


def corpus(folder: Path, files: int = 4, pages: int = 120) -> Path:
    """Files of pages: every tenth is too short, every seventh is in another file too, one in each is ill."""
    folder.mkdir(parents=True, exist_ok=True)
    for f in range(files):
        lines = [f"page {i} of file {f}" if i % 7 else f"page {i} of every file" for i in range(pages)]
        lines[::10] = ["x"] * len(lines[::10])
        lines[5], lines[15] = "<ill>", "<raise>"
        (folder / f"f{f}.txt").write_text("\n".join(lines))
    return folder
