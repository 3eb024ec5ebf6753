"""The memory that a task asks for: that of a bucket, by what the Scatters of a Gather sent, or of a Scatter's file."""

from typing import Any

import pyarrow as pa
import pytest

from pipeline import memory, parts
from pipeline.memory import memory_of, row_width
from pipeline.shuffle import Gather, Scatter
from pipeline.stage import Map, Source
from tests.helpers import toy

SOURCE = Source(("a", "b"), toy.Read(""), toy.SCHEMA)
SENT = tuple(Scatter(name, SOURCE, toy.by_text, "key", 4) for name in ("s", "t"))


class Sizes:
    """A ledger that knows the rows and bytes of two Scatters."""

    def __init__(self, **sizes: tuple[int, int]):
        self._sizes = sizes

    def sizes(self, stage: str) -> list[tuple[str, int, int]]:
        rows, size = self._sizes[stage]
        return [("one", rows - 10, size - 10), ("two", 10, 10)]


def asked(**sizes: tuple[int, int]) -> int:
    ledger: Any = Sizes(**sizes)
    return memory_of(Gather("g", tuple(s for s in SENT if s.name in sizes), toy.all_but_first), ledger)


@pytest.fixture
def no_least(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(memory, "LEAST", 0)


def test_rows_count_by_their_width_and_texts_by_the_bytes_of_their_files(no_least):
    assert asked(s=(1000, 50)) == 20_000, "1,000 rows of 8 + 4 + 8 bytes, four times, in four buckets"
    assert asked(s=(1000, 50_000)) == 100_000, "twice the bytes of the files"


def test_all_scatters_of_a_gather_count(no_least):
    assert asked(s=(1000, 50), t=(500, 50)) == 30_000


def test_a_small_bucket_asks_for_nothing():
    assert asked(s=(13_421_772, 50)) == 0
    assert asked(s=(13_421_773, 50)) == 268_435_460
    assert asked(s=(20, 134_217_728)) == 0 and asked(s=(20, 134_217_729)) == 268_435_458


class Shards:
    """A ledger that knows the rows of the shards of a stage."""

    def __init__(self, *rows: int):
        self._rows = rows

    def sizes(self, stage: str) -> list[tuple[str, int, int]]:
        return [(f"{stage}{n}", rows, 1) for n, rows in enumerate(self._rows)]


def asked_by_a_file(*rows: int, sends: int = 1) -> int:
    ledger: Any = Shards(*rows)
    return memory_of(Scatter("s", Map("m", SOURCE), toy.by_text, "key", 4, sends=sends), ledger)


def test_the_largest_file_of_a_scatter_counts_twice(no_least, monkeypatch: pytest.MonkeyPatch):
    assert asked_by_a_file(100, 50, 60) == 4_000, "100 rows of 20 bytes"
    assert asked_by_a_file(100, 50, 60, sends=450) == 1_800_000
    monkeypatch.setattr(parts, "FILES", 2)
    assert asked_by_a_file(100, 50, 60, 70, 80) == 6_000, "two shards a file"
    assert asked_by_a_file() == 0


def test_a_small_file_asks_for_nothing():
    assert asked_by_a_file(6_710_886) == 0 and asked_by_a_file(6_710_887) == 268_435_480


def test_other_stages_ask_for_nothing(no_least):
    ledger: Any = Sizes()
    assert memory_of(Map("m", SOURCE), ledger) == memory_of(SENT[0], ledger) == 0


def test_the_width_of_a_row():
    kinds = {"a": pa.uint64(), "b": pa.int16(), "c": pa.string(), "d": pa.bool_()}
    assert row_width(pa.schema(list(kinds.items()))) == 14
