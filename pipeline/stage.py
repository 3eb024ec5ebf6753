"""Stages: what turns a source into a store of shards. A recipe is made of these, and prints itself."""

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Protocol

import numpy as np
import pyarrow as pa

from pipeline import reads
from pipeline.chain import LEAVING, TransformChain, conform, output_schema, rejects_schema
from pipeline.errors import SchemaChanged, UsageError
from pipeline.hashing import digest, hash64
from pipeline.ledger import Ledger
from pipeline.receipts import Receipt, inputs_of
from pipeline.shard import ShardFiles, commit_receipt, rejects_name, shard_files
from pipeline.stats import Stats
from pipeline.transform import Transform
from pipeline.view import Join, View, join_verdicts


class Stage(Protocol):
    """What the engine runs: a name, the shards that it is to have, and how one of them is made.

    Stages are frozen dataclasses, and small: they are compared, sent to workers, and made anew by each run.
    """

    @property
    def name(self) -> str:
        """The name of its store, unique in a recipe: the folder below the root."""
        ...

    @property
    def kind(self) -> str:
        """What it is called in the plan: "map", "scatter", "gather", "make"."""
        ...

    @property
    def schema(self) -> pa.Schema:
        """The columns of its rows."""
        ...

    @property
    def view(self) -> View:
        """Where its rows lie: in files of its own, or in those of a stage that it reads."""
        ...

    def inputs(self) -> "tuple[Stage, ...]":
        """The stages that it reads, which must be finished before."""
        ...

    def documents(self) -> "tuple[Stage, ...]":
        """Those of its inputs that its documents come from: not verdicts, nor what is made beside."""
        ...

    def items(self, ledger: Ledger) -> list[str]:
        """Names of its shards, in order; `ledger` knows those of its inputs. They become names of files."""
        ...

    def code(self) -> object:
        """All that changes what it makes, apart from its inputs: values, functions, and objects that hold these.

        `fingerprint` digests it; a shard that was made by other code is made again.
        """
        ...

    def input_digest(self, item: str, ledger: Ledger) -> str:
        """A digest of all that one shard is read from."""
        ...

    def prefetch(self, item: str) -> None:
        """Begin to fetch what a shard is read from, without waiting: this process makes it after the present one."""
        ...

    def make(self, item: str, root: str, made_from: str) -> Receipt:
        """Make one shard, on a worker, and write its receipt, which says what it was `made_from`.

        An exception fails the shard, and the stage after its other shards have finished.
        """
        ...


class Reader(Protocol):
    """What reads an input of a `Source`: a function, or a frozen dataclass with `__call__`."""

    def __call__(self, name: str, /) -> Iterator[pa.Table]:
        """The rows of an input, in tables of the source's schema, in order.

        They may have the columns `reason` (why a row is dropped) and `error` (why it is put into quarantine). An
        exception fails the shard.
        """
        ...


@dataclass(frozen=True)
class Source:
    """Where documents come from: names of inputs, and what reads one of them as tables of `schema`.

    `version` tells whether a named input changed: by default its name alone, since a crawl's files never change.
    `prefetch`, where it is given, begins to fetch an input that will be read soon.

        Source(("a.txt", "b.txt"), read_lines, pa.schema([("id", pa.string()), ("text", pa.string())]))
    """

    list: tuple[str, ...]
    read: Reader
    schema: pa.Schema
    version: Callable[[str], str] = str
    prefetch: Callable[[str], None] | None = None

    def __getstate__(self) -> dict[str, object]:
        """What goes over the wire: the fields, and not what was made of them."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    def __repr__(self) -> str:
        return f"Source({len(self.list)} inputs, read={self.read!r})"

    def shards(self) -> dict[str, str]:
        """Shard names and the inputs that they are read from, in the order of the list.

        Raises UsageError when two inputs would be one shard.
        """
        return self._shards

    @cached_property
    def _shards(self) -> dict[str, str]:
        shards = {shard_name(item): item for item in self.list}
        if len(shards) < len(set(self.list)):
            first = next(item for item in self.list if shards[shard_name(item)] != item)
            raise UsageError(f"{first} and {shards[shard_name(first)]} would be one shard; rename one of them")
        return shards

    def fetch_ahead(self, shard: str) -> None:
        """Begin to fetch the input of a shard, if that can be done."""
        if self.prefetch:
            self.prefetch(self.shards()[shard])


def shards_of(source: "Source | Stage", ledger: Ledger) -> list[str]:
    """Names of the shards that a source or stage has, in order."""
    return list(source.shards()) if isinstance(source, Source) else ledger.shards(source.name)


def tables_of(source: "Source | Stage", shard: str, root: str) -> Iterator[pa.Table]:
    """The rows of one shard of a source or stage, in batches; of a view joined, and without those it drops."""
    if isinstance(source, Source):
        return reads.unwatched(source.read(source.shards()[shard]))
    return source.view.read(root, shard)


def source_digest(source: "Source | Stage", shard: str, ledger: Ledger) -> str:
    """A digest of one shard of a source or stage."""
    if isinstance(source, Source):
        path = source.shards()[shard]
        return digest(path, source.version(path))
    return ledger.digest(source.name, shard)


def stages_among(*sources: "Source | Stage | None") -> "tuple[Stage, ...]":
    """Those of the sources that are stages."""
    return tuple(source for source in sources if source is not None and not isinstance(source, Source))


def fetch_ahead(source: "Source | Stage", shard: str) -> None:
    """Begin to fetch a shard of a source; the shards of stages are read where they are."""
    if isinstance(source, Source):
        source.fetch_ahead(shard)


def reader_of(source: "Source | Stage") -> Reader | None:
    """The code that reads a source, which counts as that of the stage that reads it; None of a stage."""
    return source.read if isinstance(source, Source) else None


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

    A Map of a stage that has no transforms writes no copy of the rows that stay: it is a view of that stage.

        Map("filtered", raw, (screen(short),))
        Map("unique", filtered, verdicts=urls.repeated("urls", filtered))
    """

    name: str
    source: Source | Stage
    transforms: tuple[Transform, ...] = ()
    verdicts: Stage | None = None
    where: Mapping[str, str] | None = None
    rejects: float = 1.0
    tokens: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.rejects <= 1:
            raise UsageError(f"stage {self.name}: rejects={self.rejects}; give the share to keep, 0 to 1")

    @property
    def kind(self) -> str:
        return "map"

    @property
    def schema(self) -> pa.Schema:
        table = self.source.schema.empty_table()
        if self.verdicts:
            table = join_verdicts(table, self.verdicts.schema.empty_table())
        table = table.drop_columns([name for name in LEAVING if name in table.column_names])
        with reads.watching():
            return output_schema(self.transforms, table.schema)

    @property
    def view(self) -> View:
        if self.transforms or isinstance(self.source, Source):
            return View(self.name)
        return self.source.view.through(self._join)

    @property
    def _join(self) -> Join:
        return Join(self.verdicts.name if self.verdicts else "", tuple((self.where or {}).items()))

    def inputs(self) -> tuple[Stage, ...]:
        return stages_among(self.source, self.verdicts)

    def documents(self) -> tuple[Stage, ...]:
        return stages_among(self.source)

    def items(self, ledger: Ledger) -> list[str]:
        return shards_of(self.source, ledger)

    def code(self) -> object:
        return Map, reader_of(self.source), self.transforms, self.where, self.rejects

    def input_digest(self, item: str, ledger: Ledger) -> str:
        verdicts = [ledger.digest(self.verdicts.name, item)] if self.verdicts else []
        return digest(source_digest(self.source, item, ledger), *verdicts)

    def prefetch(self, item: str) -> None:
        fetch_ahead(self.source, item)

    def make(self, item: str, root: str, made_from: str) -> Receipt:
        schema, own, rows = self.schema, self.view.store == self.name, 0
        with shard_files(root, self.name, item) as files:
            chain = TransformChain(self.transforms, partial(self._reject, files, schema), files.quarantine, self.tokens)
            writer = files.rows(schema) if own else None
            for table in self._tables(item, root):
                kept = chain.apply(table, self.verdicts.name if self.verdicts else "read")
                if kept.schema.names != schema.names:
                    raise SchemaChanged(
                        f"stage {self.name} promised columns {schema.names} and gave {kept.schema.names}"
                    )
                rows += kept.num_rows
                if writer:
                    writer.write(kept)
        stats = Stats("map", chain.rows_in, rows, chain.tokens_in, chain.tokens_out,
                      steps=chain.steps, counts=chain.counts)  # fmt: skip
        return commit_receipt(files, made_from, stats, "" if own else self._join.digest(inputs_of(made_from)))

    def _tables(self, item: str, root: str) -> Iterator[pa.Table]:
        verdicts = self._join.read_verdicts(root, item)
        for table in tables_of(self.source, item, root):
            yield self._join.joined(table, verdicts)

    def _reject(self, files: ShardFiles, schema: pa.Schema, table: pa.Table) -> None:
        """Keep the dropped rows that the hash of their id chooses."""
        if self.rejects < 1:
            table = table.filter(pa.array(hash64(table["id"]) < np.uint64(int(self.rejects * (2**64 - 1)))))
        if table.num_rows:
            rejects = rejects_schema(schema)
            files.open(rejects_name(self.name, files.shard), rejects).write(conform(table, rejects))
