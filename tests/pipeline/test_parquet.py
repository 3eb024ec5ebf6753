"""Parquet files: row groups whose bounds depend on the rows alone, and files that are whole or not there."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import parquet
from pipeline.errors import BadInput

NUMBERS = pa.schema([("n", pa.int64())])
TEXTS = pa.schema([("id", pa.int64()), ("text", pa.string())])


def groups(path: Path) -> list[int]:
    """Rows of each row group of a file."""
    with pq.ParquetFile(path) as file:
        return [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]


def write(folder: Path, name: str, table: pa.Table, batch: int) -> list[int]:
    """Write a table in batches; returns the rows of each row group."""
    with parquet.writing_rows(str(folder), name, table.schema, {}) as writer:
        for start in range(0, table.num_rows, batch):
            writer.write(table.slice(start, batch))
    return groups(folder / name)


@pytest.mark.parametrize("batch", [1_000, 2_000, 777, 50_000, 19_999])
def test_a_group_ends_after_20000_rows_however_they_come(tmp_path: Path, batch: int):
    table = pa.table({"n": range(50_000)}, schema=NUMBERS)
    assert write(tmp_path, "made", table, batch) == [20_000, 20_000, 10_000]
    assert pq.read_table(tmp_path / "made").equals(table)


@pytest.mark.parametrize("batch", [7, 100, 150, 2_000])
def test_a_group_ends_at_32_megabytes_however_they_come(tmp_path: Path, batch: int):
    """Rows of 100,000 letters: 336 of them are 32 MiB, and the size is looked at after every hundred rows."""
    texts = [f"{n:05d}" * 20_000 for n in range(900)]
    table = pa.table({"id": range(900), "text": texts}, schema=TEXTS)
    assert write(tmp_path, "made", table, batch) == [400, 400, 100]
    assert pq.read_table(tmp_path / "made").equals(table)


def test_a_null_bitmap_or_a_slice_of_other_buffers_moves_no_bound(tmp_path: Path):
    texts = ["x" * 100_000] * 700
    plain = pa.table({"id": range(700), "text": texts}, schema=TEXTS)
    sliced = pa.table({"id": range(-9, 709), "text": ["y" * 9_000_000] * 9 + texts + [None] * 9}, schema=TEXTS)
    assert write(tmp_path, "a", plain, 100) == write(tmp_path, "b", sliced.slice(9, 700), 100) == [400, 300]


def test_the_size_of_a_column_is_that_of_its_values():
    assert parquet.payload(pa.chunked_array([[1, 2, None]])) == 3 * 8
    assert parquet.payload(pa.chunked_array([["ab", None, "é"]])) == 3 * 4 + 4
    assert parquet.payload(pa.chunked_array([[b"ab", b""]], pa.large_binary())) == 2 * 4 + 2
    assert parquet.payload(pa.chunked_array([[b"ab", None]], pa.binary())) == 2 * 4 + 2
    assert parquet.payload(pa.chunked_array([["abc", ""]], pa.large_string())) == 2 * 4 + 3
    assert parquet.payload(pa.chunked_array([[["ab"], None, ["c", "d"]]])) == 3 * 4 + 3 * 4 + 4
    assert parquet.payload(pa.chunked_array([[[1, 2], [3]]], pa.large_list(pa.int32()))) == 2 * 4 + 3 * 4
    assert parquet.payload(pa.chunked_array([[[1, 2]]], pa.list_(pa.int32(), 2))) == 4 + 2 * 4
    structs = pa.chunked_array([[{"start": 1, "end": 2}, None]], pa.struct({"start": pa.int64(), "end": pa.int64()}))
    assert parquet.payload(structs) == 2 * 2 * 8
    assert parquet.payload(pa.chunked_array([[True] * 16])) == 2
    assert parquet.payload(pa.chunked_array([["ab", "ab"]]).dictionary_encode()) > 0
    assert parquet.payload(pa.chunked_array([], pa.string())) == 0


def test_columns_come_in_the_order_of_the_schema_and_in_its_types(tmp_path: Path):
    with parquet.writing_rows(str(tmp_path), "made", TEXTS, made := {}) as writer:
        rows = {"text": pa.array(["a"], pa.large_string()), "more": [1], "id": pa.array([1], pa.int8())}
        writer.write(pa.table(rows))
    assert pq.read_table(tmp_path / "made").equals(pa.table({"id": [1], "text": ["a"]}, schema=TEXTS))
    assert (made["made"].rows, made["made"].bytes) == (1, (tmp_path / "made").stat().st_size)


def test_a_file_that_fails_while_it_is_written_is_not_there(tmp_path: Path):
    made = {}
    with pytest.raises(ValueError, match="half"), parquet.writing_rows(str(tmp_path), "made", NUMBERS, made) as writer:
        writer.write(pa.table({"n": range(30_000)}, schema=NUMBERS))
        raise ValueError("half")
    assert list(tmp_path.iterdir()) == [] and made == {}


def test_batches_are_in_order_and_never_over_a_group(tmp_path: Path):
    write(tmp_path, "made", pa.table({"n": range(25_000)}, schema=NUMBERS), 5_000)
    tables = list(parquet.read_batches(str(tmp_path), "made", 9_000))
    assert [table.num_rows for table in tables] == [9_000, 9_000, 2_000, 5_000]
    assert pa.concat_tables(tables)["n"].to_pylist() == list(range(25_000))


def test_of_columns_those_that_there_are(tmp_path: Path):
    write(tmp_path, "made", pa.table({"id": [1], "text": ["a"]}, schema=TEXTS), 1)
    assert next(parquet.read_batches(str(tmp_path), "made", columns={"text", "url"})).column_names == ["text"]


def test_an_empty_file_gives_an_empty_table(tmp_path: Path):
    write(tmp_path, "made", TEXTS.empty_table(), 1)
    assert list(parquet.read_batches(str(tmp_path), "made")) == [TEXTS.empty_table()]
    assert next(parquet.read_batches(str(tmp_path), "made", columns=["id"])).schema.names == ["id"]
    assert parquet.read_table(str(tmp_path), "made").equals(TEXTS.empty_table())


def test_what_is_not_there_is_said_so(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        parquet.read_table(str(tmp_path), "nothing")


@pytest.mark.parametrize(("content", "why"), [(b"", "file size is 0 bytes"), (b"PAR1 no more", "magic bytes not")])
def test_a_file_that_is_cut_is_named_with_what_helps(tmp_path: Path, content: bytes, why: str):
    (tmp_path / "made").write_bytes(content)
    with pytest.raises(BadInput) as caught:
        parquet.read_table(str(tmp_path), "made")
    said = str(caught.value)
    assert said.startswith(f"made in {tmp_path} is cut or damaged (") and why in said and "\n" not in said
    assert said.endswith("); mews verify --mend forgets it, and the next run makes it anew")


def test_rows_with_some_ids_are_read_in_order(tmp_path):
    """Of three row groups two have such a row."""
    table = pa.table({"id": [f"p{n}" for n in range(50_000)], "text": ["text"] * 50_000})
    with parquet.writing_rows(str(tmp_path), "x.parquet", table.schema, {}) as writer:
        writer.write(table)
    found = list(parquet.read_batches(str(tmp_path), "x.parquet", 100_000, ids=["p49999", "p45000", "p7"]))
    assert [table["id"].to_pylist() for table in found] == [["p7"], ["p45000", "p49999"]]
    assert list(parquet.read_batches(str(tmp_path), "x.parquet", ids=["nobody"])) == []


def test_rows_with_some_ids_come_with_the_columns_that_are_asked_for(tmp_path):
    table = pa.table({"id": ["a", "b", "c"], "text": ["x", "y", "z"], "url": [None, None, "u"]})
    with parquet.writing_rows(str(tmp_path), "x.parquet", table.schema, {}) as writer:
        writer.write(table)
    (found,) = parquet.read_batches(str(tmp_path), "x.parquet", columns=["id", "url", "none"], ids={"c", "a"})
    assert found.to_pydict() == {"id": ["a", "c"], "url": [None, "u"]}
    batches = parquet.read_batches(str(tmp_path), "x.parquet", 2, ids={"c"})
    assert [batch["id"].to_pylist() for batch in batches] == [["c"]], "batches without such a row are left out"


def test_groups_are_read_whose_bounds_hold_a_value(tmp_path):
    """Of three groups of 20,000 rows; numbers are beyond those that have a sign."""
    base = 2**63
    table = pa.table({"n": [0] * 50_000, "key": pa.array(range(base, base + 50_000), pa.uint64())})
    with parquet.writing_rows(str(tmp_path), "x.parquet", table.schema, {}) as writer:
        writer.write(table)

    def begins(*values: int) -> list[int]:
        found = parquet.read_between(str(tmp_path), "x.parquet", "key", [base + value for value in values])
        return [table["key"][0].as_py() - base for table in found]

    assert begins(0) == begins(19_999) == [0]
    assert begins(20_000) == begins(39_999) == [20_000]
    assert begins(49_999, 5) == [0, 40_000]
    assert begins(-1) == begins(50_000) == begins() == []


@pytest.mark.parametrize("page_index", [False, True])
def test_a_page_index_is_there_when_it_is_asked_for(tmp_path, page_index: bool):
    table = pa.table({"id": ["a"]})
    with parquet.writing_rows(str(tmp_path), "x.parquet", table.schema, {}, page_index) as writer:
        writer.write(table)
    column = pq.ParquetFile(tmp_path / "x.parquet").metadata.row_group(0).column(0)
    assert (column.has_offset_index, column.has_column_index) == (page_index, page_index)
    assert parquet.schema_of(str(tmp_path), "x.parquet") == table.schema


def test_rows_are_packed_with_zstd_at_level_3(tmp_path: Path):
    """And not at level 1, which pyarrow takes by itself: published bytes stay what they were."""
    texts = [f"{n} pages of {n * n} words about {n % 97} and {n % 89} things" for n in range(5_000)]
    table = pa.table({"id": range(5_000), "text": texts}, schema=TEXTS)
    write(tmp_path, "made", table, 5_000)
    sizes = {}
    for level in (1, 3):
        pq.write_table(table, tmp_path / "other", compression="zstd", compression_level=level, row_group_size=5_000)
        sizes[level] = (tmp_path / "other").stat().st_size
    assert (tmp_path / "made").stat().st_size == sizes[3] != sizes[1]
