"""Sources of rows that a test writes down, and verdicts on them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.hashing import shard_key
from pipeline.run import run
from pipeline.runner import Local
from pipeline.shuffle import Gather, Scatter
from pipeline.stage import Source, Stage
from pipeline.stats import Stats
from pipeline.view import planned, view_of

PAGES = pa.schema([("id", pa.string()), ("language", pa.string()), ("text", pa.string())])
VERDICTS = pa.schema([("home", pa.uint64()), ("id", pa.string()), ("reason", pa.string()), ("said", pa.string())])


def pages(*names: str, language: str = "en") -> list[dict[str, str]]:
    """Rows with these ids; the text of each is its id, some words long."""
    return [{"id": name, "language": language, "text": f"the text of {name}"} for name in names]


@dataclass(frozen=True)
class Rows:
    """A reader of rows in JSON files, in tables of two rows."""

    folder: str

    def __call__(self, name: str) -> Iterator[pa.Table]:
        table = pa.Table.from_pylist(json.loads(self.version(name)), PAGES)
        yield from (table.slice(start, 2) for start in range(0, table.num_rows, 2))

    def version(self, name: str) -> str:
        return Path(self.folder, name).read_text()


def source(folder: Path, **rows: list[dict[str, Any]]) -> Source:
    """A source of these rows, by input, which are written to a folder."""
    folder.mkdir(exist_ok=True)
    for name, listed in rows.items():
        (folder / name).write_text(json.dumps(listed))
    reader = Rows(str(folder))
    return Source(tuple(rows), reader, PAGES, version=reader.version)


@dataclass(frozen=True)
class Drop:
    """Rows for a Scatter: a verdict on every page, which drops those that are named."""

    reason: str
    named: tuple[str, ...]

    def __call__(self, table: pa.Table, shard: str) -> pa.Table:
        ids = table["id"].to_pylist()
        reasons = [self.reason if i in self.named else None for i in ids]
        said = [f"{self.reason} {i}" for i in ids]
        homes = pa.array([shard_key(shard)] * len(ids), pa.uint64())
        return pa.table([homes, ids, pa.array(reasons, pa.string()), pa.array(said, pa.string())], schema=VERDICTS)


@dataclass(frozen=True)
class Named:
    """A Gather's function: the verdicts, with a column named after the stage."""

    column: str

    def __call__(self, table: pa.Table) -> pa.Table:
        return table.drop_columns(["home"]).rename_columns(["id", "reason", self.column])


def dropping(name: str, of: Stage | Source, *named: str) -> Gather:
    """A stage of verdicts that drops the named pages, and says something in a column of the stage's name."""
    sent = Scatter(f"{name}.sent", of, Drop(name, named), "home", None, stay=True)
    return Gather(name, sent, Named(name), one_for=of)


def make(root: Path, *goals: Stage) -> dict[str, Stats]:
    """Run here."""
    return run(*goals, root=str(root), runner=Local())


def rows_of(root: Path, stage: str) -> list[dict[str, Any]]:
    """All rows of a stage, as anybody reads them who knows its name."""
    view = view_of(str(root), stage)
    shards = planned(str(root), stage)
    return [row for shard in shards for table in view.read(str(root), shard) for row in table.to_pylist()]


def shout(text: str) -> str:
    """An edit that can be seen."""
    return text.upper()
