"""Scatter and Gather: every question about the whole corpus, in memory bounded by a bucket.

A Scatter writes one file a shard, its rows by bucket. A Gather reads one bucket out of all of them. 90,000 shards and
1,000 buckets are 90,000 files.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipeline import buckets as bucketed
from pipeline.errors import RowsLost
from pipeline.fingerprint import digest, fingerprint, shard_key
from pipeline.ledger import Ledger, Receipt, planned
from pipeline.stage import Source, Stage, commit_receipt, shard_files, shards_of, tables_of
from pipeline.stats import Stats


@dataclass(frozen=True)
class Scatter:
    """Rows go to the bucket of their key.

    `rows(table, shard)` makes the rows to send of a batch. `key` names a uint64 column of these, spread evenly:
    its bucket is floor(key * buckets / 2**64). With `buckets=None` each distinct key is a bucket of its own, which
    brings rows home: the key is then `shard_key(shard)`. A Scatter of rows that all `stay` in the bucket of their own
    shard is read by its one Gather there, file by file, and not by all of them.
    """

    name: str
    source: "Source | Stage"
    rows: Callable[[pa.Table, str], pa.Table]
    key: str
    buckets: int | None
    stay: bool = False

    @property
    def schema(self) -> pa.Schema:
        return self.rows(self.source.schema.empty_table(), "").schema

    def inputs(self) -> tuple[Stage, ...]:
        return () if isinstance(self.source, Source) else (self.source,)

    def items(self, ledger: Ledger) -> list[str]:
        return shards_of(self.source, ledger)

    def code_digest(self) -> str:
        reader = self.source.read if isinstance(self.source, Source) else None
        return fingerprint(("scatter", bucketed.SUFFIX, reader, self.rows, self.key, self.buckets, self.stay))

    def input_digest(self, item: str, ledger: Ledger) -> str:
        if isinstance(self.source, Source):
            path = self.source.shards()[item]
            return digest(path, self.source.version(path))
        return ledger.digest(self.source.name, item)

    def make(self, item: str, root: str, mark: str) -> Receipt:
        started = time.perf_counter()
        sent = [self.schema.empty_table(), *(self.rows(table, item) for table in tables_of(self.source, item, root))]
        table = pa.concat_tables(sent)
        if self.stay and (table[self.key].to_numpy() != np.uint64(shard_key(item))).any():
            raise RowsLost(f"stage {self.name}: rows of {item} were to stay there, and some have another key")
        bucket = self.bucket(table[self.key].to_numpy())
        order = np.argsort(bucket, kind="stable")
        table = table.take(order)
        buckets, starts = np.unique(bucket[order], return_index=True)
        with shard_files(root, self.name, item) as files:
            name = f"{self.name}/{item}{bucketed.SUFFIX}"
            files.made[name] = bucketed.write(root, name, table, buckets.tolist(), starts.tolist())
        stats = Stats("scatter", table.num_rows, files.made[name].rows)
        return commit_receipt(root, self.name, item, mark, stats, files.made, started)

    def bucket(self, keys: np.ndarray) -> np.ndarray:
        """Bucket of each key (uint64); with `buckets=None` the key itself."""
        if self.buckets is None:
            return keys
        high, low = keys >> np.uint64(32), keys & np.uint64(0xFFFFFFFF)
        n = np.uint64(self.buckets)
        return (high * n + ((low * n) >> np.uint64(32))) >> np.uint64(32)


@dataclass(frozen=True)
class Gather:
    """A bucket in, a shard out: `fn` makes a table of all rows of the bucket, which come in the order of the shards.

    `source` is a Scatter, or several of one schema and number of buckets. With `one_for`, there is a shard for each
    shard of that stage or source (an empty one too), made of the bucket `shard_key(shard)`.
    """

    name: str
    source: Scatter | tuple[Scatter, ...]
    fn: Callable[[pa.Table], pa.Table]
    one_for: "Source | Stage | None" = None

    @property
    def sources(self) -> tuple[Scatter, ...]:
        return self.source if isinstance(self.source, tuple) else (self.source,)

    @property
    def schema(self) -> pa.Schema:
        return self.fn(self.sources[0].schema.empty_table()).schema

    def inputs(self) -> tuple[Stage, ...]:
        homes = () if self.one_for is None or isinstance(self.one_for, Source) else (self.one_for,)
        return (*self.sources, *homes)

    def items(self, ledger: Ledger) -> list[str]:
        if self.one_for is None:
            return [f"bucket-{b:05d}" for b in range(self.sources[0].buckets or 1)]
        return shards_of(self.one_for, ledger)

    def code_digest(self) -> str:
        return fingerprint(("gather", self.fn, [source.name for source in self.sources]))

    def input_digest(self, item: str, ledger: Ledger) -> str:
        parts = [ledger.digest(s.name, item) if s.stay else ledger.whole(s.name) for s in self.sources]
        return digest(*parts)

    def make(self, item: str, root: str, mark: str) -> Receipt:
        started = time.perf_counter()
        bucket = int(item.removeprefix("bucket-")) if self.one_for is None else shard_key(item)
        parts = list(self._parts(item, bucket, root))
        table = pa.concat_tables([self.sources[0].schema.empty_table(), *parts])
        made = self.fn(table)
        with shard_files(root, self.name, item) as files:
            writer = files.open(f"{self.name}/{item}.parquet", self.schema)
            writer.write(made)
        due = sum(part.num_rows for part in parts)
        stats = Stats("gather", table.num_rows, writer.rows, rows_due=due)
        return commit_receipt(root, self.name, item, mark, stats, files.made, started)

    def _parts(self, item: str, bucket: int, root: str) -> Iterator[pa.Table]:
        shards = [(s.name, shard) for s in self.sources for shard in ([item] if s.stay else planned(root, s.name))]
        names = [f"{stage}/{shard}{bucketed.SUFFIX}" for stage, shard in shards]
        with ThreadPoolExecutor(8) as pool:
            yield from filter(None, pool.map(lambda name: bucketed.read_bucket(root, name, bucket), names))
