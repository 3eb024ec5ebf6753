"""Stages: what turns a source into a store of shards. A recipe is made of these, and prints itself."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa

from pipeline import reads
from pipeline.chain import TOKENS, TransformChain, named_steps, output_schema, rejects_schema
from pipeline.columns import conform, put, without_reserved
from pipeline.errors import SchemaChanged, UsageError
from pipeline.hashing import digest, hash64
from pipeline.heartbeat import with_heartbeat
from pipeline.ledger import Ledger
from pipeline.protocols import Transform
from pipeline.receipts import Receipt, inputs_of
from pipeline.shard import ShardFiles, commit_receipt, rejects_name, shard_files
from pipeline.source import (
    Source,
    Stage,
    fetch_ahead,
    reader_of,
    shard_name,
    shards_of,
    source_digest,
    stages_among,
    tables_of,
)
from pipeline.stats import PRETOKENS, TextCount
from pipeline.view import Join, View, join_verdicts

__all__ = ["Map", "Source", "Stage", "shard_name"]


@dataclass(frozen=True)
class Map:
    """A shard in, a shard out, through transforms.

    `verdicts` is a stage with a shard of the same name for each shard: its rows are joined by `id` as columns, and
    its non-null `reason` drops a row. `where` reads only rows whose columns have these values. `rejects` is the share
    of dropped rows to keep for looking at (chosen by a hash of their id; all are counted either way). A Map that only
    finds something out may leave out to count `tokens`, which costs a second for 35 MB of text. `tokens` may also be a
    `TextCount`, of a tokenizer for one; else pre-tokens are counted. What it counts is then a column `tokens` of the
    stage, so that a stage that counts in the same way counts only texts that have changed.

    A Map of a stage that has no transforms writes no copy of the rows that stay: it is a view of that stage. With
    `copy` it writes them all the same, as it does when it is the goal of a run.

        Map("filtered", raw, (screen(short),))
        Map("unique", filtered, verdicts=urls.repeated("urls", filtered))
    """

    name: str
    source: Source | Stage
    transforms: tuple[Transform, ...] = ()
    verdicts: Stage | None = None
    where: Mapping[str, str] | None = None
    rejects: float = 1.0
    tokens: TextCount | bool = True
    copy: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.rejects <= 1:
            raise UsageError(f"stage {self.name}: rejects={self.rejects}; give the share to keep, 0 to 1")

    @property
    def kind(self) -> str:
        """What the plan calls it."""
        return "map"

    @property
    def schema(self) -> pa.Schema:
        """The columns of its rows."""
        table = self.source.schema.empty_table()
        if self.verdicts:
            table = join_verdicts(table, self.verdicts.schema.empty_table())
        with reads.watching():
            made = output_schema(self.transforms, without_reserved(table).schema)
        return put(made.empty_table(), TOKENS, pa.array([], pa.int64())).schema if self._carries else made

    @property
    def view(self) -> View:
        """Where its rows lie."""
        if self.transforms or self.copy or isinstance(self.source, Source):
            return View(self.name)
        return self.source.view.through(self._join)

    @property
    def steps(self) -> list[list[str]]:
        """The names, in the funnel, of the steps of each transform."""
        return named_steps(self._first, self.transforms)[1]

    @property
    def _first(self) -> str:
        """The step before all transforms: the verdicts, or the reader."""
        return self.verdicts.name if self.verdicts else "read"

    @property
    def _join(self) -> Join:
        return Join(self.verdicts.name if self.verdicts else "", tuple((self.where or {}).items()))

    @property
    def _count(self) -> TextCount | None:
        if isinstance(self.tokens, TextCount):
            return self.tokens
        return PRETOKENS if self.tokens else None

    @property
    def _carried(self) -> bool:
        """Whether the stage before has the tokens of its texts in a column, counted in the same way."""
        return isinstance(self.source, Map) and self.source._carries and self.source.tokens == self.tokens

    @property
    def _carries(self) -> bool:
        """Whether its rows have the tokens of their texts in a column: a view has those of the stage that it shows."""
        return isinstance(self.tokens, TextCount) and (self.view.store == self.name or self._carried)

    def as_goal(self) -> "Map":
        """The stage as it is made when a run is for it."""
        return dataclasses.replace(self, copy=True) if self.view.store != self.name else self

    def inputs(self) -> tuple[Stage, ...]:
        """The stages that it reads."""
        return stages_among(self.source, self.verdicts)

    def documents(self) -> tuple[Stage, ...]:
        """Those of its inputs that its documents come from."""
        return stages_among(self.source)

    def items(self, ledger: Ledger) -> Sequence[str]:
        """Names of its shards, in order."""
        return shards_of(self.source, ledger)

    def code(self) -> object:
        """What changes its rows, apart from its inputs."""
        counted = (TOKENS, self.tokens.unit, self.tokens.of) if isinstance(self.tokens, TextCount) else ()
        return Map, reader_of(self.source), self.transforms, self.where, self.rejects, self.copy, *counted

    def input_digest(self, item: str, ledger: Ledger) -> str:
        """A digest of all that a shard is read from."""
        verdicts = [ledger.digest(self.verdicts.name, item)] if self.verdicts else []
        return digest(source_digest(self.source, item, ledger), *verdicts)

    def prefetch(self, item: str) -> None:
        """Begin to fetch what the shard is read from."""
        fetch_ahead(self.source, item)

    def make(self, item: str, root: str, made_from: str) -> Receipt:
        """Make one shard."""
        schema, own, rows = self.schema, self.view.store == self.name, 0
        with shard_files(root, self.name, item) as files:
            chain = TransformChain(
                self.transforms,
                partial(self._reject, files, schema),
                files.quarantine,
                self._count,
                self._first,
                self._carried,
                self._carries,
            )
            writer = files.rows(schema) if own else None
            for table in self._tables(item, root):
                kept = chain.apply(table)
                if kept.schema.names != schema.names:
                    raise SchemaChanged(
                        f"stage {self.name} promised columns {schema.names} and gave {kept.schema.names}"
                    )
                rows += kept.num_rows
                if writer:
                    writer.write(kept)
            stats = dataclasses.replace(chain.finish(), rows_out=rows)
        return commit_receipt(files, made_from, stats, "" if own else self._join.digest(inputs_of(made_from)))

    def _tables(self, item: str, root: str) -> Iterator[pa.Table]:
        verdicts = self._join.read_verdicts(root, item)
        for table in with_heartbeat(tables_of(self.source, item, root), root, self.name, item):
            yield self._join.joined(table, verdicts)

    def _reject(self, files: ShardFiles, schema: pa.Schema, table: pa.Table) -> None:
        """Keep the dropped rows that the hash of their id chooses."""
        if self.rejects < 1:
            table = table.filter(pa.array(hash64(table["id"]) < np.uint64(int(self.rejects * (2**64 - 1)))))
        if table.num_rows:
            rejects = rejects_schema(schema)
            files.open(rejects_name(self.name, files.shard), rejects).write(conform(table, rejects))
