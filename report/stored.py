"""What a run stored of its pages, stage by stage and shard by shard; and the receipts of all shards of a stage."""

import json
from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa

from pipeline import parquet, store
from pipeline.errors import BadInput
from pipeline.ledger import planned, read_receipts, record_name
from pipeline.stats import Stats


def kept_rows(root: str, stage: str, shard: str, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
    """The rows that a stage kept of a shard; of `columns` those that there are. Nothing where the shard is not made."""
    return _rows(root, f"{stage}/{shard}.parquet", columns)


def dropped_rows(root: str, stage: str, shard: str, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
    """The rows that a stage dropped of a shard and that the run was asked to keep, with `reason` and `measured`."""
    return _rows(root, f"{stage}.rejects/{shard}.parquet", columns)


def quarantined_rows(root: str, stage: str, shard: str, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
    """The rows of a shard on which a stage failed, with `error` and where they lie in the WARC."""
    return _rows(root, f"quarantine/{stage}/{shard}.parquet", columns)


def _rows(root: str, name: str, columns: Sequence[str] | None) -> Iterator[pa.Table]:
    if not store.exists(root, name):
        return
    with parquet.open_file(root, name) as file:
        wanted = None if columns is None else [c for c in columns if c in file.schema_arrow.names]
        for group in range(file.num_row_groups):
            for batch in file.iter_batches(batch_size=2_000, row_groups=[group], columns=wanted):
                yield pa.Table.from_batches([batch])


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
