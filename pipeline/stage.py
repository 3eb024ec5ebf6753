"""Stages: what turns a source into a store of shards. A recipe is made of these, and prints itself."""

import dataclasses
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Protocol, runtime_checkable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import parquet, store
from pipeline.chain import QUARANTINE, TransformChain, output_schema, rejects_schema
from pipeline.columns import conform, put
from pipeline.errors import RowsLost, SchemaChanged, UsageError
from pipeline.fingerprint import digest, fingerprint, hash64
from pipeline.ledger import Ledger, Receipt, receipt_name, write_receipt
from pipeline.protocols import Transform
from pipeline.stats import PRETOKENS, Stats


@runtime_checkable
class Stage(Protocol):
    """What the engine runs: `items` are the shards to make, `reads` digests all that one of them is made from."""

    @property
    def name(self) -> str: ...
    @property
    def schema(self) -> pa.Schema: ...
    def inputs(self) -> "tuple[Stage, ...]": ...
    def items(self, ledger: Ledger) -> list[str]: ...
    def code_digest(self) -> str: ...
    def input_digest(self, item: str, ledger: Ledger) -> str: ...
    def make(self, item: str, root: str, mark: str) -> Receipt: ...


@dataclass(frozen=True)
class Source:
    """Where documents come from: names, and what reads one of them as tables of `schema` (plus `reason`, `error`).

    `version` tells whether a named input changed: by default its name alone, since a crawl's files never change.
    """

    list: tuple[str, ...]
    read: Callable[[str], Iterator[pa.Table]]
    schema: pa.Schema
    version: Callable[[str], str] = str

    def __getstate__(self) -> dict[str, object]:
        """What goes over the wire: the fields, and not what was made of them."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    def __repr__(self) -> str:
        return f"Source({len(self.list)} inputs, read={self.read!r})"

    def shards(self) -> dict[str, str]:
        """Shard names and the inputs that they are read from, in the order of the list."""
        return self._shards

    @cached_property
    def _shards(self) -> dict[str, str]:
        shards = {shard_name(item): item for item in self.list}
        if len(shards) < len(set(self.list)):
            first = next(item for item in self.list if shards[shard_name(item)] != item)
            raise UsageError(f"{first} and {shards[shard_name(first)]} would be one shard; rename one of them")
        return shards

    def prefetch(self, shard: str) -> None:
        """Tell a reader that can fetch ahead (`read.prefetch(name)`) which input it will be asked for soon."""
        fetch = getattr(self.read, "prefetch", None)
        if fetch:
            fetch(self.shards()[shard])


def shards_of(source: "Source | Stage", ledger: Ledger) -> list[str]:
    """Names of the shards that a source or stage has, in order."""
    return list(source.shards()) if isinstance(source, Source) else ledger.shards(source.name)


def tables_of(source: "Source | Stage", shard: str, root: str) -> Iterator[pa.Table]:
    """The rows of one shard of a source or stage, in batches."""
    if isinstance(source, Source):
        return source.read(source.shards()[shard])
    return parquet.read_batches(root, f"{source.name}/{shard}.parquet")


def shard_name(item: str) -> str:
    """A file name for an input: its last part, made harmless, and a digest of the whole name."""
    stem = re.sub(r"(\.(warc|wet|arc|gz|zst|parquet|jsonl?))+$", "", item.rstrip("/").rpartition("/")[2])
    safe = re.sub(r"[^A-Za-z0-9_-]+", "-", stem)[:80].strip("-")
    return f"{safe or 'shard'}-{digest(item)[:12]}"


@dataclass(frozen=True)
class Map:
    """A shard in, a shard out, through transforms.

    `verdicts` is a stage with a shard of the same name for each shard: its rows are joined by `id` as columns, and
    its non-null `reason` drops a row. `where` reads only rows whose columns have these values. `rejects` is the share
    of dropped rows to keep for looking at (chosen by a hash of their id; all are counted either way). A Map that only
    finds something out may leave out to count `tokens`, which costs a second for 35 MB of text.
    """

    name: str
    source: "Source | Stage"
    transforms: tuple[Transform, ...] = ()
    verdicts: "Stage | None" = None
    where: Mapping[str, str] | None = None
    rejects: float = 1.0
    tokens: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.rejects <= 1:
            raise UsageError(f"stage {self.name}: rejects={self.rejects}; give the share to keep, 0 to 1")

    @property
    def schema(self) -> pa.Schema:
        return output_schema(self.transforms, self._joined_schema())

    def _joined_schema(self) -> pa.Schema:
        joined = self.source.schema
        for field in self.verdicts.schema if self.verdicts else ():
            joined = joined.append(field) if field.name not in ("id", "reason") else joined
        return joined

    def inputs(self) -> "tuple[Stage, ...]":
        stages = (self.source, self.verdicts)
        return tuple(s for s in stages if s is not None and not isinstance(s, Source))

    def documents(self) -> "tuple[Stage, ...]":
        """Where its documents come from: not the verdicts."""
        return () if isinstance(self.source, Source) else (self.source,)

    def items(self, ledger: Ledger) -> list[str]:
        return shards_of(self.source, ledger)

    def code_digest(self) -> str:
        reader = self.source.read if isinstance(self.source, Source) else None
        return fingerprint(("map", reader, self.transforms, self.where, self.rejects))

    def input_digest(self, item: str, ledger: Ledger) -> str:
        if isinstance(self.source, Source):
            path = self.source.shards()[item]
            return digest(path, self.source.version(path))
        return digest(*(ledger.digest(stage.name, item) for stage in self.inputs()))

    def make(self, item: str, root: str, mark: str) -> Receipt:
        started, schema = time.perf_counter(), self.schema
        with shard_files(root, self.name, item) as files:
            reject, quarantine = partial(self._reject, files, schema), partial(_quarantine, files)
            count = PRETOKENS if self.tokens else None
            chain = TransformChain(self.transforms, reject, quarantine, count, self._first())
            data = files.open(f"{self.name}/{item}.parquet", schema)
            for table in self._tables(item, root):
                kept = chain.apply(table)
                if kept.schema.names != schema.names:
                    raise SchemaChanged(
                        f"stage {self.name} promised columns {schema.names} and gave {kept.schema.names}"
                    )
                data.write(kept)
            stats = dataclasses.replace(chain.finish(), rows_out=data.rows)
        return commit_receipt(root, self.name, item, mark, stats, files.made, started)

    def _first(self) -> str:
        """The step that judges before any transform does: the verdicts, or the reader."""
        return self.verdicts.name if self.verdicts else "read"

    def _tables(self, item: str, root: str) -> Iterator[pa.Table]:
        tables = tables_of(self.source, item, root)
        verdicts = parquet.read_table(root, f"{self.verdicts.name}/{item}.parquet") if self.verdicts else None
        for table in tables:
            for column, value in (self.where or {}).items():
                table = table.filter(pc.equal(table[column], value))
            yield table if verdicts is None else join_verdicts(table, verdicts)

    def _reject(self, files: "ShardFiles", schema: pa.Schema, table: pa.Table) -> None:
        """Keep the dropped rows that the hash of their id chooses."""
        if self.rejects < 1:
            table = table.filter(pa.array(hash64(table["id"]) < np.uint64(int(self.rejects * (2**64 - 1)))))
        if table.num_rows:
            rejects = rejects_schema(schema)
            files.open(f"{self.name}.rejects/{files.shard}.parquet", rejects).write(conform(table, rejects))


def _quarantine(files: "ShardFiles", table: pa.Table) -> None:
    if table.num_rows:
        files.open(f"quarantine/{files.stage}/{files.shard}.parquet", QUARANTINE).write(conform(table, QUARANTINE))


def join_verdicts(table: pa.Table, verdicts: pa.Table) -> pa.Table:
    """The rows with the verdicts' columns, by `id`; null where there is no verdict."""
    found = verdicts.take(pc.index_in(table["id"], value_set=verdicts["id"].combine_chunks()))
    for name in verdicts.column_names:
        table = table if name == "id" else put(table, name, found[name])
    return table


class ShardFiles:
    """The files of one shard, each opened when its first rows come."""

    def __init__(self, root: str, stage: str, shard: str, stack: ExitStack):
        self.root, self.stage, self.shard, self._stack = root, stage, shard, stack
        self.made: dict[str, store.FileInfo] = {}
        self._writers: dict[str, parquet.ShardWriter] = {}

    def open(self, name: str, schema: pa.Schema) -> parquet.ShardWriter:
        if name not in self._writers:
            self._writers[name] = self._stack.enter_context(parquet.writing(self.root, name, schema, self.made))
        return self._writers[name]


@contextmanager
def shard_files(root: str, stage: str, shard: str) -> Iterator[ShardFiles]:
    """The files of a shard that is made anew: its old receipt goes first, files it no longer has go last."""
    store.remove(root, receipt_name(stage, shard))
    with ExitStack() as stack:
        files = ShardFiles(root, stage, shard, stack)
        yield files
    for name in (f"{stage}.rejects/{shard}.parquet", f"quarantine/{stage}/{shard}.parquet"):
        if name not in files.made:
            store.remove(root, name)


def commit_receipt(
    root: str, stage: str, shard: str, mark: str, stats: Stats, made: Mapping[str, store.FileInfo], started: float
) -> Receipt:
    """Write and return the receipt of a shard; its digest is that of the shard's data file."""
    data = next(of for name, of in made.items() if name.startswith(f"{stage}/") and f"/{shard}." in name)
    stats = dataclasses.replace(stats, bytes=data.bytes, seconds=round(time.perf_counter() - started, 3))
    if not stats.conserved():
        raise RowsLost(
            f"stage {stage}, shard {shard}: of {stats.rows_in} rows {stats.rows_out} went out; reasons do not add up"
        )
    return write_receipt(root, Receipt(stage, shard, mark, data.digest, stats, made))
