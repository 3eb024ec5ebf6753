"""A stage of a run as a source: the shards of its plan, and not what else lies in its folder."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from pipeline import store
from pipeline.errors import BadInput, UsageError
from pipeline.receipts import read_receipts
from pipeline.root import redact
from pipeline.stage import Source
from pipeline.view import plan_name, planned, view_of
from readers import parquet_rows
from readers.listing import WEB, Folder, parent
from readers.rows import Found, rows_schema
from readers.values import Field


def stage_at(address: str) -> tuple[str, str] | None:
    """The root and the name of the stage whose folder this is; None for others. Raises UsageError on a root itself."""
    if address.startswith(WEB):
        return None
    if store.exists(address, "plan.json") and store.listing(address, "plan"):
        raise UsageError(f"{redact(address)} is the root of a run: give one of its stages, as in ROOT/clean")
    root, stage = parent(address)
    return (root, stage) if stage and store.exists(root, plan_name(stage)) else None


def stage_source(root: str, stage: str, fields: tuple[Field, ...]) -> Source:
    """The rows of a stage, with the shards of its plan. Raises UsageError when some of them are not made yet."""
    shards = planned(root, stage)
    made = {receipt.shard: receipt.digest for receipt in read_receipts(root, stage, shards)}
    if missing := len(shards) - len(made):
        where = f"stage {stage} of {redact(root)}"
        raise UsageError(f"{where} lacks {missing} of {len(shards)} shards: run its recipe to the end first")
    reader = StageReader(Folder(root), stage, fields)
    if shards:
        reader.look(shards[0])
    return Source(tuple(shards), reader, rows_schema(fields), made.__getitem__)


@dataclass(frozen=True)
class StageReader:
    """Reads a shard of a stage by its name, as `FileReader` does a file.

    `id` is the stage's own, which is unique already, or "<shard>:<row>" in published shards, which have none.
    """

    root: Folder
    stage: str
    fields: tuple[Field, ...]

    def __call__(self, shard: str) -> Iterator[pa.Table]:
        """The rows of a shard, in tables."""
        first = 0
        for table in self._tables(shard):
            ids = [f"{shard}:{first + n}" for n in range(table.num_rows)]
            own = table["id"].combine_chunks() if "id" in table.column_names else pa.array(ids, pa.string())
            columns = parquet_rows.columns_of(table.schema, self.fields, self.shown)
            yield parquet_rows.table_of(table, self.fields, columns, own, self._place(shard, first))
            first += table.num_rows

    def _place(self, shard: str, first: int) -> Callable[[int], str]:
        return lambda row: f"{self.shown}, shard {shard}, row {first + row}"

    @property
    def shown(self) -> str:
        """What messages call the stage."""
        return f"stage {self.stage} of {redact(self.root.address)}"

    def look(self, shard: str) -> Found:
        """What a shard has for the fields. Raises BadInput when a required one has no column."""
        columns = next(self._tables(shard)).schema
        return Found(columns.names, parquet_rows.columns_of(columns, self.fields, self.shown))

    def _tables(self, shard: str) -> Iterator[pa.Table]:
        view = view_of(self.root.address, self.stage)
        if not store.exists(self.root.address, f"{view.store}/{shard}.parquet"):
            raise BadInput(f"{self.shown} holds no rows: give a stage of pages, as in ROOT/clean")
        yield from view.read(self.root.address, shard, rows=1_000)
