"""The texts of files alone: of all good rows, or every string that a file of evaluation items holds."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.columns import without_reserved
from pipeline.errors import UsageError
from pipeline.stage import Source
from readers import stored
from readers.json_lines import as_utf8, json_value, numbered_lines
from readers.listing import ENDINGS, Fetch, Folder, listed
from readers.reader import FileReader
from readers.rows import SOURCE_ID, TEXT, rows_schema
from readers.unpack import ENDINGS as PACKED
from readers.unpack import unpacked

FIELDS = (SOURCE_ID, TEXT)
KINDS = (".jsonl", ".ndjson", ".json", ".txt", ".parquet")


@dataclass
class Unread:
    """Rows that could not be read: how many by what is wrong with them, and where the first is."""

    rows: Counter[str] = field(default_factory=Counter)
    first: str = ""

    def good(self, source: Source) -> Iterator[pa.Table]:
        """The good rows of a source, shard after shard; counts the others."""
        for name in source.list:
            for table in source.read(name):
                good = pc.is_null(table["error"])
                bad = table.filter(pc.invert(good))
                if bad.num_rows:
                    self.rows.update(bad["error"].to_pylist())
                    self.first = self.first or f"{bad['error_place'][0]}: {bad['error_message'][0]}".strip(": ")
                yield without_reserved(table.filter(good) if bad.num_rows else table)

    def __str__(self) -> str:
        """One line; "" when every row was read."""
        said = ", ".join(f"{number:,} {code}" for code, number in sorted(self.rows.items()))
        return f"{self.rows.total():,} rows could not be read ({said}; the first is {self.first})" if said else ""


def folder_texts(address: str, unread: Unread, fetch: Fetch | None = None) -> Iterator[str]:
    """The texts at an address: that of each .txt file, and those of the good rows of Parquet and JSON Lines.

    `unread` counts the rows that are left out. Raises UsageError when there is nothing to read.
    """
    stage = stored.stage_at(address)
    if stage:
        yield from _texts(stored.stage_source(*stage, FIELDS), unread)
        return
    folder, files = listed(address, fetch, (*ENDINGS, ".txt"))
    names = [file.name for file in files if not file.name.lower().endswith(".txt")]
    yield from _texts(Source(tuple(names), FileReader(folder, FIELDS), rows_schema(FIELDS)), unread)
    for file in files:
        if file.name.lower().endswith(".txt"):
            with folder.open(file.name) as stream:
                yield b"".join(as_utf8([stream.read()])).decode("utf-8-sig", "replace")


def _texts(source: Source, unread: Unread) -> Iterator[str]:
    for table in unread.good(source):
        yield from table["text"].to_pylist()


def strings(folder: Folder, name: str) -> Iterator[str]:
    """Every string in a file: .jsonl and .json (in all values), .parquet, or .txt (a string a line), packed or not.

    Raises UsageError, with the line, when there is something that cannot be read, since none of it may be missed.
    """
    kind = next((k for k in KINDS if name.lower().removesuffix(_packed(name)).endswith(k)), None)
    if kind is None:
        raise UsageError(f"{folder.shown(name)}: take .jsonl, .json, .txt or .parquet, compressed or not")
    with folder.open(name) as file:
        values = _parquet(file, folder.shown(name)) if kind == ".parquet" else _values(file, folder.shown(name), kind)
        for value in values:
            yield from _strings(value)


def _packed(name: str) -> str:
    return next((ending for ending in PACKED if name.lower().endswith(ending)), "")


def _values(file: pa.NativeFile, shown: str, kind: str) -> Iterator[Any]:
    pieces = as_utf8(unpacked(cast(BinaryIO, file), shown))
    if kind == ".json":
        yield _parsed(b"".join(pieces), shown)
        return
    for number, line in numbered_lines(pieces):
        if line is None:
            raise UsageError(f"{shown}, line {number}: too long")
        if line.strip():
            yield (
                line.decode("utf-8-sig", "replace").rstrip("\r")
                if kind == ".txt"
                else _parsed(line, f"{shown}, line {number}")
            )


def _parsed(data: bytes, where: str) -> Any:
    try:
        return json_value(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{where} is no JSON: {' '.join(str(error).split())[:100]}") from None


def _parquet(file: pa.NativeFile, shown: str) -> Iterator[Any]:
    try:
        for batch in pq.ParquetFile(file).iter_batches(batch_size=1_000):
            yield batch.to_pylist()
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise UsageError(f"{shown} cannot be read: {' '.join(str(error).split())[:200]}") from None


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value if value.isascii() else value.encode("utf-8", "replace").decode()
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)
