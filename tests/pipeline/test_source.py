"""Sources: a shard for each input, under a name that fits a file."""

import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline import source as sources
from pipeline.errors import UsageError
from pipeline.run import run
from pipeline.runner import Local
from pipeline.shuffle import Gather, Scatter
from pipeline.source import Source, shard_name
from pipeline.stage import Map
from tests.helpers import toy


@pytest.mark.parametrize(
    ("item", "stem"),
    [
        ("crawl/CC-MAIN-1.warc.gz", "CC-MAIN-1"),
        ("s3://bucket/a b/pages.jsonl.zst/", "pages"),
        ("x.parquet", "x"),
        ("ü.txt", "txt"),
        ("---", "shard"),
        ("a" * 200, "a" * 80),
    ],
)
def test_a_shard_is_named_after_its_input(item: str, stem: str):
    name, _, digest = shard_name(item).rpartition("-")
    assert name == stem and len(digest) == 12 and set(digest) <= set("0123456789abcdef")


def test_inputs_of_one_file_name_are_shards_of_their_own():
    assert len({shard_name(item) for item in ("a/x.txt", "b/x.txt", "x.txt")}) == 3
    assert shard_name("a/x.txt") == shard_name("a/x.txt")


def test_inputs_that_would_share_a_shard_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sources, "shard_name", lambda item: "same")
    with pytest.raises(UsageError, match="a and b would be one shard; rename one of them"):
        Source(("a", "b"), iter, toy.SCHEMA).shards()
    assert Source(("a", "a"), iter, toy.SCHEMA).shards() == {"same": "a"}, "an input that is named twice is one shard"


def test_shards_are_in_the_order_of_the_list():
    source = Source(("c", "a", "b"), iter, toy.SCHEMA)
    assert list(source.shards().values()) == ["c", "a", "b"]


def test_the_names_of_a_source_are_not_sent_twice():
    source = Source(tuple(f"file {n}" for n in range(1000)), toy.Read("x"), toy.SCHEMA)
    before = len(pickle.dumps(source))
    source.shards()
    assert len(pickle.dumps(source)) == before
    assert pickle.loads(pickle.dumps(source)) == source
    assert repr(source) == "Source(1000 inputs, read=Read(folder='x'))"


@dataclass(frozen=True)
class Noted:
    """A reader that notes what it is asked for."""

    log: str

    def __call__(self, name: str) -> Iterator[pa.Table]:
        self.note(f"read {name}")
        yield toy.SCHEMA.empty_table()

    def fetch(self, name: str) -> None:
        self.note(f"fetch {name}")

    def note(self, line: str) -> None:
        with open(self.log, "a") as log:
            log.write(f"{line}\n")


@pytest.mark.parametrize("kind", ["map", "scatter"])
def test_the_next_input_is_fetched_while_one_is_read(tmp_path: Path, kind: str):
    read = Noted(str(tmp_path / "log"))
    source = Source(("a", "b", "c"), read, toy.SCHEMA, prefetch=read.fetch)
    stages = {"map": Map("read", source), "scatter": Scatter("sent", source, toy.by_text, "key", 1)}
    run(stages[kind], root=str(tmp_path / "out"), runner=Local())
    assert (tmp_path / "log").read_text().split("\n")[:-1] == ["fetch b", "read a", "fetch c", "read b", "read c"]


def test_a_source_that_cannot_fetch_is_only_read(tmp_path: Path):
    read = Noted(str(tmp_path / "log"))
    pages = Map("read", Source(("a", "b"), read, toy.SCHEMA))
    run(Gather("all", Scatter("sent", pages, toy.by_text, "key", 1), list_of_rows), root=str(tmp_path), runner=Local())
    assert (tmp_path / "log").read_text().split("\n")[:-1] == ["read a", "read b"]


def list_of_rows(table: pa.Table) -> pa.Table:
    return table
