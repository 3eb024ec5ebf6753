"""What a run stored of its pages, stage by stage and shard by shard; and the receipts of all shards of a stage."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Literal

import pyarrow as pa

from pipeline import parquet, store
from pipeline.errors import BadInput
from pipeline.receipts import read_receipts, receipted
from pipeline.record import record_name
from pipeline.shard import quarantine_name, rejects_name
from pipeline.stats import Stats
from pipeline.view import planned, view_of

Columns = Sequence[str] | None


def kept_rows(
    root: str, stage: str, shard: str, columns: Columns = None, ids: Collection[str] | None = None
) -> Iterator[pa.Table]:
    """The rows that a stage kept of a shard; of `columns` those that there are. Nothing where the shard is not made.

    With `ids`, here and below, only the rows that have one of these.
    """
    try:
        yield from view_of(root, stage).read(root, shard, columns, ids=ids)
    except FileNotFoundError:
        return


def dropped_rows(
    root: str, stage: str, shard: str, columns: Columns = None, ids: Collection[str] | None = None
) -> Iterator[pa.Table]:
    """The rows that a stage dropped of a shard and that the run was asked to keep, with `reason` and `measured`."""
    return _rows(root, rejects_name(stage, shard), columns, ids)


def quarantined_rows(
    root: str, stage: str, shard: str, columns: Columns = None, ids: Collection[str] | None = None
) -> Iterator[pa.Table]:
    """The rows of a shard on which a stage failed, with `error` and where they lie in the WARC."""
    return _rows(root, quarantine_name(stage, shard), columns, ids)


Where = Literal["kept", "dropped", "quarantined"]
STORED_ROWS: Mapping[Where, Callable[..., Iterator[pa.Table]]] = {
    "kept": kept_rows,
    "dropped": dropped_rows,
    "quarantined": quarantined_rows,
}


def rows_of_ids(
    where: Where, root: str, stage: str, shard: str, ids: Collection[str], columns: Columns = None
) -> list[dict[str, Any]]:
    """The rows of a shard that have one of the ids."""
    return [row for table in STORED_ROWS[where](root, stage, shard, columns, ids) for row in table.to_pylist()]


def _rows(root: str, name: str, columns: Columns, ids: Collection[str] | None) -> Iterator[pa.Table]:
    if store.exists(root, name):
        needed = None if columns is None else {*columns, *(["id"] if ids is not None else [])}
        for table in parquet.read_batches(root, name, columns=needed, ids=ids):
            yield table if columns is None else table.select([c for c in table.column_names if c in columns])


def stored_columns(root: str, stage: str) -> list[str]:
    """The columns of the files that a stage wrote; none before it wrote one, of a view, and of what is no Parquet.

    A stage's `schema` says the same, but runs its functions on no rows, for which kernels are loaded.
    """
    view, made = view_of(root, stage), set(receipted(root, stage))
    shard = next((shard for shard in planned(root, stage) if shard in made), None)
    try:
        return [] if view.joins or shard is None else parquet.schema_of(root, f"{view.store}/{shard}.parquet").names
    except FileNotFoundError:
        return []


def shard_stats(root: str, stage: str) -> dict[str, Stats]:
    """What the receipt of each made shard of a stage counts, by shard, in the order of the plan.

    Of a finished stage this reads one file, and else one for each shard.
    """
    shards = planned(root, stage)
    try:
        table = parquet.read_table(root, record_name(stage)).select(["shard", "stats"])
    except (BadInput, OSError, KeyError):
        return {receipt.shard: receipt.stats for receipt in read_receipts(root, stage, shards)}
    found = {row["shard"]: Stats.from_json(json.loads(row["stats"])) for row in table.to_pylist()}
    return {shard: found[shard] for shard in shards if shard in found}


def bytes_of_shards(stages: Mapping[str, Mapping[str, Stats]]) -> dict[str, int]:
    """The bytes of each shard in all stages together, from what the receipts of each stage count."""
    sizes: dict[str, int] = {}
    for shards in stages.values():
        for shard, stats in shards.items():
            sizes[shard] = sizes.get(shard, 0) + stats.bytes
    return sizes
