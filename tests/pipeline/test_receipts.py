"""Receipts: read as they were written, and never half of one."""

import json
from pathlib import Path

import pytest

from pipeline.reads import Read
from pipeline.receipts import (
    Receipt,
    inputs_of,
    made_from,
    read_receipt,
    read_receipts,
    receipt_name,
    receipted,
    write_receipt,
)
from pipeline.stats import Size, Stats, Step
from pipeline.store import FileInfo

STATS = Stats(rows_in=3, rows_out=2, steps={"f": Step(Size(2, 5), {"f:short": Size(1, 1)})}, unit="pretokens")
FILES = {"raw/a.parquet": FileInfo("0" * 32, 2, 99, 120)}
READS = {"./words.txt": Read(("own", "recipe"), "1" * 32)}


def receipt(shard: str) -> Receipt:
    return Receipt("raw", shard, made_from("code", "inputs"), "2" * 32, STATS, FILES, READS)


def test_a_receipt_is_read_as_it_was_written(tmp_path: Path):
    assert write_receipt(str(tmp_path), receipt("a")) == receipt("a")
    assert read_receipt(str(tmp_path), "raw", "a") == receipt("a")
    assert receipt_name("raw", "a") == "receipts/raw/a.json" and receipted(str(tmp_path), "raw") == ["a"]


def test_the_two_digests_that_a_shard_was_made_from_can_be_told_apart():
    assert inputs_of(made_from("0a" * 16, "1b" * 16)) == "1b" * 16


@pytest.mark.parametrize("damage", ["", "{", "[]", "{}", '{"stage": "raw"}', "null", "cut", "files"])
def test_a_damaged_receipt_is_none(tmp_path: Path, damage: str):
    write_receipt(str(tmp_path), receipt("a"))
    path = tmp_path / "receipts/raw/a.json"
    text = path.read_text()
    of_another_version = json.dumps(json.loads(text) | {"files": ["raw/a.parquet"]})
    path.write_text({"cut": text[:-20], "files": of_another_version}.get(damage, damage))
    assert read_receipt(str(tmp_path), "raw", "a") is None
    assert read_receipts(str(tmp_path), "raw", ["a"]) == []


def test_receipts_come_in_the_order_asked_for_without_those_that_are_missing(tmp_path: Path):
    for shard in "cab":
        write_receipt(str(tmp_path), receipt(shard))
    (tmp_path / "receipts/raw/note.txt").write_text("not a receipt")
    assert receipted(str(tmp_path), "raw") == ["a", "b", "c"]
    assert [found.shard for found in read_receipts(str(tmp_path), "raw", ["b", "x", "a"])] == ["b", "a"]
    assert read_receipts(str(tmp_path), "other", ["a"]) == []
    assert read_receipt(str(tmp_path), "raw", "x") is None


def test_a_receipt_is_plain_json(tmp_path: Path):
    said = json.loads(receipt("a").to_json())
    assert said["files"] == {"raw/a.parquet": ["0" * 32, 2, 99, 120]}
    assert said["reads"] == {"./words.txt": [["own", "recipe"], "1" * 32]}
    assert said["stats"]["steps"]["f"]["dropped"] == {"f:short": [1, 1]}
