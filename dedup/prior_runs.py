"""What earlier runs left behind, as sources for a later one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.arrays import numpy_column
from dedup.members import page_numbers
from pipeline import buckets as bucketed
from pipeline import parquet, store
from pipeline.errors import UsageError
from pipeline.hashing import digest
from pipeline.parts import is_part, members_of
from pipeline.receipts import read_receipt, receipted
from pipeline.root import redact
from pipeline.stage import Source
from pipeline.view import planned, view_of

MARK = "::"  # between the root of a prior run and the name of a shard


def prior_shards(roots: tuple[str, ...], stage: str, verdicts: str | None = None) -> Source:
    """The shards of a stage of prior runs, without the pages that the verdicts of the stage `verdicts` there drop.

    Each input is named "<root>::<shard>", so all stages of a run have equally named shards. Raises UsageError when a
    root holds no such stage.
    """
    inputs = tuple(f"{root}{MARK}{shard}" for root in roots for shard in _shards(root, stage))
    root, _, shard = inputs[0].partition(MARK)
    schema = next(_tables(root, stage, shard)).schema
    return Source(inputs, PriorReader(stage, verdicts), schema, PriorDigest(stage, verdicts))


def _tables(root: str, stage: str, shard: str) -> Iterator[pa.Table]:
    """The rows of a shard, of a Scatter or of another stage; the first table may be empty, and has their schema."""
    sent = f"{stage}/{shard}{bucketed.SUFFIX}"
    if store.exists(root, sent):
        yield from bucketed.read_all(root, sent)
        return
    for table in view_of(root, stage).read(root, shard, rows=50_000):
        yield table.replace_schema_metadata(None)


def _shards(root: str, stage: str) -> list[str]:
    shards = receipted(root, stage)
    if not shards:
        raise UsageError(
            f"{redact(root)} holds no stage {stage}; prior_runs= takes roots of earlier runs of the same recipe"
        )
    return shards


@dataclass(frozen=True)
class PriorReader:
    """Reads a shard of a prior run, without the pages (by the column `doc`) that the verdicts there drop."""

    stage: str
    verdicts: str | None

    def __call__(self, item: str) -> Iterator[pa.Table]:
        """The rows of an input, in tables."""
        root, _, shard = item.partition(MARK)
        if self.verdicts is None:
            yield from _tables(root, self.stage, shard)
            return
        dropped = np.concatenate([self._dropped(root, each) for each in _judged(root, self.verdicts, shard)])
        for table in _tables(root, self.stage, shard):
            yield table.filter(pa.array(~np.isin(numpy_column(table, "doc"), dropped)))

    def _dropped(self, root: str, shard: str) -> np.ndarray:
        judged = parquet.read_table(root, f"{self.verdicts}/{shard}.parquet")
        return page_numbers(judged.filter(pc.is_valid(judged["reason"]))["id"], shard)


def _judged(root: str, verdicts: str, shard: str) -> Sequence[str]:
    """The shards of verdicts on a shard, which may be one of several."""
    return members_of(shard, planned(root, verdicts) if is_part(shard) else ())


@dataclass(frozen=True)
class PriorDigest:
    """A digest of what is read for an input: the shard, and the verdicts on it, as their receipts have them."""

    stage: str
    verdicts: str | None

    def __call__(self, item: str) -> str:
        """A digest of an input."""
        root, _, shard = item.partition(MARK)
        judged = _judged(root, self.verdicts, shard) if self.verdicts else ()
        receipts = [read_receipt(root, self.stage, shard), *(read_receipt(root, f"{self.verdicts}", s) for s in judged)]
        return digest(item, *(receipt.digest if receipt else "gone" for receipt in receipts))
