"""The receipts of a finished stage in one file, and what the driver keeps of each."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from itertools import repeat
from typing import Any, NamedTuple

import pyarrow as pa

from pipeline import parquet, reads, store
from pipeline.errors import BadInput
from pipeline.receipts import Receipt, reads_from_json
from pipeline.stats import Stats


class Entry(NamedTuple):
    """What the driver keeps of a receipt.

    `rows` and `bytes` are of its data (a view has rows and no bytes); `files`, `stats` and `reads` are JSON.
    """

    made_from: str
    digest: str
    rows: int
    bytes: int
    files: str = ""
    stats: str = ""
    reads: str = ""


RECORDED = 5_000  # entries that are written down at once
RECORD = pa.schema([(n, pa.int64() if n in ("rows", "bytes") else pa.string()) for n in ("shard", *Entry._fields)])


def entry_of(receipt: Receipt) -> Entry:
    """What the driver keeps of a receipt."""
    stats = receipt.stats
    files = {name: made.bytes for name, made in receipt.files.items()}
    parts = (json.dumps(part) for part in (files, stats.to_json(), receipt.reads))
    return Entry(receipt.made_from, receipt.digest, stats.rows_out, stats.bytes, *parts)


def reads_changed(said: str, modules: Collection[str]) -> bool:
    """Whether a file that one of the modules read has changed, by `Entry.reads`."""
    return bool(modules) and said not in ("", "{}") and reads.changed(reads_from_json(json.loads(said)), modules)


def recorded_entries(root: str, stage: str) -> dict[str, Entry]:
    """The receipts of a finished stage, by shard; empty before it is finished."""
    columns = _columns(root, stage, RECORD.names)
    return dict(zip(columns.pop("shard"), map(Entry, *columns.values()), strict=True)) if columns else {}


def finished_entries(
    root: str, stage: str, marks: Mapping[str, str], receipts: Set[str], modules: Collection[str]
) -> dict[str, Entry] | None:
    """The shards of a stage that is finished, of which nothing is missing or changed: digests, rows and bytes only.

    None of any other stage. All is compared by column, and no sums are read: 90,000 shards take two seconds.
    """
    columns = _columns(root, stage, [name for name in RECORD.names if name != "stats"])
    if not columns or columns["shard"] != list(marks) or columns["made_from"] != list(marks.values()):
        return None
    if any(reads_changed(said, modules) for said in set(columns["reads"])):
        return None
    if len(all_there(root, zip(columns["shard"], columns["files"], strict=True), receipts)) < len(marks):
        return None
    return dict(zip(marks, map(Entry, repeat(""), columns["digest"], columns["rows"], columns["bytes"]), strict=False))


def _columns(root: str, stage: str, names: Sequence[str]) -> dict[str, list[Any]]:
    """Columns of the record of a stage; empty when it has none that can be read."""
    try:
        with parquet.open_file(root, record_name(stage)) as file:
            table = file.read(columns=list(names))
            return {name: table[name].to_pylist() for name in names}
    except (BadInput, OSError, ValueError, TypeError, KeyError):
        return {}


def write_record(root: str, stage: str, entries: Sequence[tuple[str, Entry]]) -> None:
    """Write the receipts of a finished stage into one file."""
    with parquet.writing_rows(root, record_name(stage), RECORD, {}) as writer:
        for start in range(0, len(entries), RECORDED):
            rows = [{"shard": shard, **entry._asdict()} for shard, entry in entries[start : start + RECORDED]]
            writer.write(pa.Table.from_pylist(rows, RECORD))


def all_there(root: str, shards: Iterable[tuple[str, str]], receipts: Set[str]) -> set[str]:
    """Those of the shards, each with its `Entry.files`, whose receipt and files are there, in their size.

    A listing of each folder tells.
    """
    here: dict[str, dict[str, int]] = {}

    def is_there(name: str, size: int) -> bool:
        folder, _, file = name.rpartition("/")
        if folder not in here:
            here[folder] = store.sizes(root, folder)
        return here[folder].get(file) == size

    return {
        shard
        for shard, files in shards
        if shard in receipts and all(is_there(*file) for file in json.loads(files).items())
    }


def sums_name(stage: str) -> str:
    """The file with the sum of the receipts of a finished stage, below the root."""
    return f"plan/{stage}.sums.json"


def record_name(stage: str) -> str:
    """The file with all receipts of a finished stage, below the root."""
    return f"plan/{stage}.receipts"  # Parquet


def sums(root: str, stage: str) -> Stats | None:
    """The sum of the receipts of a finished stage; None before it is finished, and where another version wrote it."""
    try:
        return Stats.from_json(store.read_json(root, sums_name(stage)))
    except (TypeError, KeyError, AttributeError, ValueError):
        return None
