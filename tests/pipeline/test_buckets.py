"""Files of rows by bucket: any bucket is read by itself, with few bytes of the others."""

from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from pipeline import buckets as bucketed


@pytest.mark.parametrize("count", [0, 1, 9_000])
def test_a_file_of_buckets_of_any_number(tmp_path: Path, count: int):
    """Nine thousand have an index longer than the tail that is read at once."""
    table = pa.table({"key": pa.array(range(0, 3 * count, 3), pa.uint64()), "words": [["a", None]] * count})
    made = bucketed.write(str(tmp_path), "made.buckets", table, table["key"].to_pylist(), list(range(count)))
    assert (made.rows, made.bytes) == (count, (tmp_path / "made.buckets").stat().st_size)
    assert pa.concat_tables(bucketed.read_all(str(tmp_path), "made.buckets")).equals(table)
    for bucket in {0, 3 * count - 3} if count else ():
        found = bucketed.read_bucket(str(tmp_path), "made.buckets", bucket)
        assert found and found[0].to_pylist() == [{"key": bucket, "words": ["a", None]}]
        assert found[1] == 1
    assert bucketed.read_bucket(str(tmp_path), "made.buckets", 1) is None
    assert bucketed.read_bucket(str(tmp_path), "made.buckets", 2**64 - 1) is None


def test_reading_a_bucket_reads_little_of_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What a Gather reads of a file must not grow with the file's other buckets: there are thousands."""
    rows = np.random.default_rng(1).integers(0, 2**64, 2_000_000, np.uint64)
    bucketed.write(str(tmp_path), "made.buckets", pa.table({"n": rows}), range(1_000), range(0, 2_000_000, 2_000))
    spied: list[int] = []
    monkeypatch.setattr(bucketed.store, "locate", lambda root, name: (Spied(spied), f"{root}/{name}"))
    assert bucketed.read_bucket(str(tmp_path), "made.buckets", 500) is not None
    assert len(spied) == 2 and sum(spied) < 150_000 < (tmp_path / "made.buckets").stat().st_size / 100


class Spied:
    """A file system that notes how much of its files is read."""

    def __init__(self, spied: list[int]):
        self.spied = spied

    @contextmanager
    def open_input_file(self, path: str):
        with pa.OSFile(path) as self.file:
            yield self

    def size(self) -> int:
        return self.file.size()

    def read_at(self, length: int, start: int) -> bytes:
        self.spied.append(length)
        return self.file.read_at(length, start)


def test_the_index_counts_the_rows_of_each_bucket(tmp_path: Path):
    table = pa.table({"n": range(10)})
    bucketed.write(str(tmp_path), "made.buckets", table, [3, 7, 2**64 - 1], [0, 4, 9])
    found, rows = bucketed.counts(str(tmp_path), "made.buckets")
    assert found.tolist() == [3, 7, 2**64 - 1] and rows.tolist() == [4, 5, 1]
    read = bucketed.read_bucket(str(tmp_path), "made.buckets", 7)
    assert read and read[0]["n"].to_pylist() == [4, 5, 6, 7, 8] and read[1] == 5
    whole = list(bucketed.read_all(str(tmp_path), "made.buckets"))
    assert [part.num_rows for part in whole] == [0, 4, 5, 1], "first an empty table, which has the schema"


def test_a_file_is_an_arrow_stream(tmp_path: Path):
    table = pa.table({"n": range(10)})
    bucketed.write(str(tmp_path), "made.buckets", table, [3, 7], [0, 4])
    with pa.OSFile(str(tmp_path / "made.buckets")) as file, pa.ipc.open_stream(file) as stream:
        assert stream.read_all().equals(table)


def test_what_is_not_there_is_said_so(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        bucketed.read_bucket(str(tmp_path), "nothing.buckets", 1)
