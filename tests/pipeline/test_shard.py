"""The files of a shard: the receipt comes last, goes first, and only says what adds up."""

import dataclasses
import json
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline import store
from pipeline.errors import RowsLost
from pipeline.hashing import digest
from pipeline.receipts import receipt_name
from pipeline.shard import commit_receipt, data_names, quarantine_name, rejects_name, shard_files
from pipeline.stats import Stats

NUMBERS = pa.schema([("n", pa.int64())])


def table(*numbers: int) -> pa.Table:
    return pa.table({"n": list(numbers)}, schema=NUMBERS)


def test_a_shard_that_is_made_anew_has_no_receipt_meanwhile(tmp_path: Path):
    root = str(tmp_path)
    store.write_bytes(root, receipt_name("stage", "shard"), b"{}")
    with shard_files(root, "stage", "shard"):
        assert not store.exists(root, receipt_name("stage", "shard"))


def test_files_that_a_shard_no_longer_has_are_deleted_when_it_is_made(tmp_path: Path):
    names = (*data_names("stage", "shard"), rejects_name("stage", "shard"), quarantine_name("stage", "shard"))
    assert names == (
        "stage/shard.parquet", "stage/shard.buckets", "stage.rejects/shard.parquet", "quarantine/stage/shard.parquet"
    )  # fmt: skip
    for name in (*names, "stage/other.parquet"):
        store.write_bytes(str(tmp_path), name, b"old")
    with shard_files(str(tmp_path), "stage", "shard") as files:
        files.rows(NUMBERS).write(table(1))
        assert (tmp_path / names[2]).exists(), "not before it is made"
    left = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    assert left == ["stage/other.parquet", "stage/shard.parquet"]


def test_a_shard_that_fails_leaves_what_was_there_but_its_receipt(tmp_path: Path):
    root = str(tmp_path)
    for name in ("stage/shard.parquet", rejects_name("stage", "shard"), receipt_name("stage", "shard")):
        store.write_bytes(root, name, b"old")
    with pytest.raises(ValueError, match="half"), shard_files(root, "stage", "shard") as files:
        files.rows(NUMBERS).write(table(1))
        raise ValueError("half")
    assert (tmp_path / "stage/shard.parquet").read_bytes() == b"old"
    assert not (tmp_path / receipt_name("stage", "shard")).exists()


def test_a_receipt_names_every_file_and_the_digest_of_the_rows(tmp_path: Path):
    with shard_files(str(tmp_path), "stage", "shard") as files:
        files.rows(NUMBERS).write(table(1, 2))
        files.rows(NUMBERS).write(table(3))
        files.open(rejects_name("stage", "shard"), NUMBERS).write(table(4))
        files.write("stage/notes.txt", b"text")
    receipt = commit_receipt(files, "code-inputs", Stats(rows_in=3, rows_out=3))
    assert {name: made.rows for name, made in receipt.files.items()} == {
        "stage/shard.parquet": 3, "stage.rejects/shard.parquet": 1, "stage/notes.txt": 0
    }  # fmt: skip
    for name, made in receipt.files.items():
        assert made.digest == store.digest_of(str(tmp_path), name)
        assert made.bytes == (tmp_path / name).stat().st_size
    assert receipt.digest == receipt.files["stage/shard.parquet"].digest
    assert receipt.stats.bytes == receipt.files["stage/shard.parquet"].bytes and receipt.stats.seconds >= 0
    assert json.loads((tmp_path / "receipts/stage/shard.json").read_text())["made_from"] == "code-inputs"


def test_rows_may_lie_in_another_folder_than_that_of_the_stage(tmp_path: Path):
    with shard_files(str(tmp_path), "stage", "shard", "stage/data") as files:
        files.rows(NUMBERS).write(table(1))
        files.open("stage.more/shard.parquet", NUMBERS).write(table(2))
    assert files.data == files.made["stage/data/shard.parquet"]


def test_without_rows_the_digest_is_that_of_all_files_or_what_it_is_told_to_be(tmp_path: Path):
    with shard_files(str(tmp_path), "card", "card") as files:
        files.write("published/README.md", b"text")
        files.write("published/stats.json", b"{}")
    digests = [made.digest for made in files.made.values()]
    receipt = commit_receipt(files, "code-inputs", Stats(rows_in=3, rows_out=3))
    assert receipt.digest == digest(*digests) and receipt.stats.bytes == 0
    assert commit_receipt(files, "code-inputs", Stats(), "told").digest == "told"


@pytest.mark.parametrize(
    ("stats", "what"),
    [
        (Stats(rows_in=3, rows_out=2), "of 3 rows 2 went out"),
        (Stats("gather", 3, 1, rows_due=4), "its inputs hold 4 rows for it, and 3 were read"),
        (Stats("make", 3, 1, 70, 69, rows_due=3), "of 70 tokens 69 went out"),
    ],
)
def test_a_receipt_that_does_not_add_up_is_not_written(tmp_path: Path, stats: Stats, what: str):
    with shard_files(str(tmp_path), "stage", "shard") as files:
        files.rows(NUMBERS).write(table(1))
    with pytest.raises(RowsLost, match=f"stage stage, shard shard: {what}"):
        commit_receipt(files, "code-inputs", stats)
    assert not (tmp_path / "receipts").exists()
    fixed = dataclasses.replace(stats, rows_out=stats.rows_in, rows_due=None, tokens_out=stats.tokens_in)
    assert commit_receipt(files, "code-inputs", fixed).stats.rows_in == 3
