"""Pages of others as sources: folders of Parquet or JSONL (plain, gzip or zstd) with their own column names."""

import gzip
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import xxhash
import zstandard

from pipeline.errors import BadInput, UsageError
from pipeline.stage import Source

SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("url", pa.string()),
        ("language", pa.string()),
        ("text", pa.string()),
        ("cluster", pa.int64()),
    ]
)
ENDINGS = (".parquet", ".jsonl", ".jsonl.gz", ".jsonl.zst", ".json.gz", ".ndjson")
BATCH = 1_000  # rows a table


@dataclass(frozen=True)
class Read:
    """A file to tables of `SCHEMA`; `columns` maps our names to the file's, where they differ.

    `where` keeps rows whose column has one of these values. A row without id gets one from its text.
    """

    columns: Mapping[str, str]
    where: Mapping[str, tuple[str, ...]]

    def __call__(self, path: str) -> Iterator[pa.Table]:
        wanted = {*self.where, *(self.columns.get(ours, ours) for ours in SCHEMA.names)}
        for table in _parquet(path, wanted) if path.endswith(".parquet") else _lines(path, wanted):
            for column, values in self.where.items():
                table = table.filter(pc.is_in(table[column], value_set=pa.array(values)))
            yield self._named(table, path)

    def _named(self, table: pa.Table, path: str) -> pa.Table:
        found = {ours: self.columns.get(ours, ours) for ours in SCHEMA.names}
        if found["text"] not in table.column_names:
            raise BadInput(_no_text(path, found["text"], table.column_names))
        none = {f.name: pa.nulls(table.num_rows, f.type) for f in SCHEMA}
        columns = {
            f.name: table[found[f.name]] if found[f.name] in table.column_names else none[f.name] for f in SCHEMA
        }
        given = columns["id"].to_pylist()
        texts = columns["text"].to_pylist()
        ids = [str(i) if i is not None else _content_id(t) for i, t in zip(given, texts, strict=True)]
        named = pa.table(columns | {"id": pa.array(ids, pa.string())}).cast(SCHEMA)
        ill = table["error"] if "error" in table.column_names else pa.nulls(table.num_rows, pa.string())
        return named.append_column("error", pc.cast(ill, pa.string()))


def _content_id(text: str | None) -> str:
    return xxhash.xxh3_128_hexdigest(text or "")


def _parquet(path: str, wanted: set[str]) -> Iterator[pa.Table]:
    with parquet(path) as file:
        columns = [name for name in file.schema_arrow.names if name in wanted]
        for batch in file.iter_batches(batch_size=BATCH, columns=columns):
            yield pa.Table.from_batches([batch])


def parquet(path: str) -> pq.ParquetFile:
    """A Parquet file. Raises BadInput when it is none."""
    try:
        return pq.ParquetFile(path)
    except pa.ArrowInvalid as error:
        raise BadInput(f"{path} is no Parquet file: {' '.join(str(error).split())[:200]}") from None


def _no_text(path: str, wanted: str, names: list[str]) -> str:
    return f"{path} has no column {wanted}, only {', '.join(names)}; say which is the text: columns=text=NAME"


def _lines(path: str, wanted: set[str]) -> Iterator[pa.Table]:
    """Lines end at \\n only: a text may hold other line separators. A line that is no JSON object is quarantined."""
    with opened(path) as stream:
        while lines := list(islice(stream, BATCH)):
            rows = [_object(line) for line in lines if line.strip()]
            names = dict.fromkeys(key for row in rows for key in row if key in wanted)
            yield pa.table({n: pa.array([_plain(row.get(n)) for row in rows], pa.string()) for n in [*names, "error"]})


def _object(line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError:
        row = None
    return row if isinstance(row, dict) else {"error": "mixture:not_json"}


def _plain(value: Any) -> str | None:
    """A scalar as a string; null for what is none."""
    return None if value is None or isinstance(value, dict | list) else str(value)


def opened(path: str) -> Any:
    """A file's bytes, unpacked by its ending."""
    if path.endswith(".gz"):
        return gzip.open(path, "rb")
    if path.endswith(".zst"):
        return io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(open(path, "rb"), closefd=True))
    return open(path, "rb")


def folder(
    path: str, columns: Mapping[str, str] | None = None, where: Mapping[str, tuple[str, ...]] | None = None
) -> Source:
    """The files of a folder (or one file) as a source, in the order of their names. Raises UsageError on none.

    A RefinedWeb shard's text is found under `content` by itself.
    """
    base = Path(path).resolve()
    files = [base] if base.is_file() else sorted(f for f in base.rglob("*") if f.name.endswith(ENDINGS))
    files = [f for f in files if not any(part.startswith((".", "_")) for part in f.relative_to(base).parts)]
    if not files:
        raise UsageError(f"no Parquet or JSONL file in {path}")
    known = dict(columns or {})
    if unknown := sorted(set(known) - set(SCHEMA.names)):
        raise UsageError(f"columns= names {', '.join(unknown)}; ours are {', '.join(SCHEMA.names)}")
    if files[0].name.endswith(".parquet"):
        names = parquet(str(files[0])).schema_arrow.names
        known.setdefault("text", "content" if "content" in names and "text" not in names else "text")
        if known["text"] not in names:
            raise UsageError(_no_text(str(files[0]), known["text"], names))
    return Source(tuple(map(str, files)), Read(known, dict(where or {})), SCHEMA, version)


def size(source: Source) -> int:
    """Bytes on disk of a folder's files."""
    return sum(Path(path).stat().st_size for path in source.list)


def version(path: str) -> str:
    """Size and time of change: what tells that a file was replaced."""
    stat = Path(path).stat()
    return f"{path}:{stat.st_size}:{stat.st_mtime_ns}"
