"""What earlier runs left behind, as sources for a later one."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.members import numbers
from pipeline import buckets as bucketed
from pipeline import parquet, store
from pipeline.errors import UsageError
from pipeline.receipts import read_receipt, receipted
from pipeline.stage import Source

MARK = "::"  # between the root of an earlier run and the name of a shard


def earlier(roots: tuple[str, ...], stage: str, verdicts: str | None = None) -> Source:
    """The shards of a stage of earlier runs, without the rows that the verdicts there drop.

    Each input is "<root>::<shard>", so stages of one run give equally named shards. Raises UsageError when a root
    holds no such stage.
    """
    inputs = tuple(f"{root}{MARK}{shard}" for root in roots for shard in _shards(root, stage))
    root, _, shard = inputs[0].partition(MARK)
    schema = next(_tables(root, stage, shard)).schema
    return Source(inputs, Reader(stage, verdicts), schema, Version(stage))


def _tables(root: str, stage: str, shard: str) -> Iterator[pa.Table]:
    """The rows of a shard of a Scatter or of another stage; one empty table when there are none."""
    sent = f"{stage}/{shard}{bucketed.SUFFIX}"
    if store.exists(root, sent):
        yield from bucketed.read_all(root, sent)
        return
    name = f"{stage}/{shard}.parquet"
    with parquet.open_file(root, name) as file:
        yield file.schema_arrow.remove_metadata().empty_table()
    for table in parquet.read_batches(root, name, rows=50_000):
        yield table.replace_schema_metadata(None)


def _shards(root: str, stage: str) -> list[str]:
    shards = receipted(root, stage)
    if not shards:
        raise UsageError(
            f"{store.redact(root)} holds no stage {stage}; seen= takes the root of an earlier run of the same recipe"
        )
    return shards


@dataclass(frozen=True)
class Reader:
    stage: str
    verdicts: str | None

    def __call__(self, item: str) -> Iterator[pa.Table]:
        root, _, shard = item.partition(MARK)
        dropped = self._dropped(root, shard)
        for table in _tables(root, self.stage, shard):
            doc = table["doc"].to_numpy() if "doc" in table.column_names else numbers(table["id"])
            yield table.filter(pa.array(~np.isin(doc, dropped)))

    def _dropped(self, root: str, shard: str) -> np.ndarray:
        if self.verdicts is None:
            return np.empty(0, np.uint64)
        table = parquet.read_table(root, f"{self.verdicts}/{shard}.parquet")
        return numbers(table.filter(pc.is_valid(table["reason"]))["id"])


@dataclass(frozen=True)
class Version:
    """The digest of the shard as its receipt has it."""

    stage: str

    def __call__(self, item: str) -> str:
        root, _, shard = item.partition(MARK)
        receipt = read_receipt(root, self.stage, shard)
        return f"{item} {receipt.digest if receipt else 'gone'}"
