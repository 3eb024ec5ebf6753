"""Small corpora on disk, and what a stage says of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import parquet, store
from pipeline.hashing import file_digest
from pipeline.run import run
from pipeline.runner import Local
from pipeline.stage import Map, Source, Stage

PAGES = pa.schema([("id", pa.string()), ("url", pa.string()), ("timestamp", pa.timestamp("s")), ("text", pa.string())])


@dataclass(frozen=True)
class ReadParquet:
    def __call__(self, path: str) -> Iterator[pa.Table]:
        yield pq.read_table(path)


@dataclass(frozen=True)
class Corpus:
    """Pages (rows of `PAGES`, missing values empty) written to shards, and a run over them."""

    folder: Path

    def source(self, *shards: list[dict]) -> Map:
        """The stage "pages" over these shards."""
        self.folder.mkdir(parents=True, exist_ok=True)
        paths = []
        for number, rows in enumerate(shards):
            path = self.folder / f"part{number}.parquet"
            full = [{"url": f"http://host.example/{row['id']}", "timestamp": 0, **row} for row in rows]
            pq.write_table(pa.Table.from_pylist(full, PAGES), path)
            paths.append(str(path))
        return Map("pages", Source(tuple(paths), ReadParquet(), PAGES, version=_bytes))

    def verdicts(self, goal: Stage, root: str = "run") -> dict[str, dict]:
        """The verdicts of a stage by id, after a run."""
        where = str(self.folder / root)
        run(goal, root=where, runner=Local())
        shards = store.listing(where, goal.name)
        rows = [row for shard in shards for row in parquet.read_table(where, f"{goal.name}/{shard}").to_pylist()]
        assert len({row["id"] for row in rows}) == len(rows)
        return {row["id"]: row for row in rows}

    def dropped(self, goal: Stage, root: str = "run") -> set[str]:
        return {id for id, row in self.verdicts(goal, root).items() if row["reason"]}


def _bytes(path: str) -> str:
    return file_digest(path)


@pytest.fixture
def corpus(tmp_path) -> Corpus:
    return Corpus(tmp_path / "corpus")


@pytest.fixture
def another(tmp_path) -> Callable[[str], Corpus]:
    return lambda name: Corpus(tmp_path / name)
