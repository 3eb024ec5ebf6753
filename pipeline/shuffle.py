"""Scatter and Gather: every question about the whole corpus, in memory bounded by a bucket.

A Scatter writes files of rows by bucket, of which a Gather reads one out of all files. Object stores charge for each of
these reads: where there are many shards, several go into one file.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import repeat

import numpy as np
import pyarrow as pa

from pipeline import buckets as bucketed
from pipeline import reads
from pipeline.errors import RowsLost, UsageError
from pipeline.hashing import digest, shard_key
from pipeline.ledger import Ledger
from pipeline.parts import is_part, members_of, part_size, parts_of
from pipeline.receipts import Receipt
from pipeline.shard import commit_receipt, shard_files
from pipeline.source import tables_of
from pipeline.stage import Source, Stage, fetch_ahead, reader_of, shards_of, source_digest, stages_among
from pipeline.stats import Stats
from pipeline.view import View, planned

BUCKET = "bucket-"  # begins the names of the shards of a Gather that has one for each bucket


@dataclass(frozen=True)
class Scatter:
    """Rows go to the bucket of their key.

    `rows(table, shard)` makes the rows to send of a batch. `key` names a uint64 column of these, spread evenly: its
    bucket is floor(key * buckets / 2**64). With `buckets=None` each distinct key is a bucket of its own, which brings
    rows home: the key is then `shard_key(shard)`. Rows that all `stay` in the bucket of their own shard are read by the
    one Gather there, file by file.

    A file holds what `merged` shards of the source send, in their order. Memory: its rows, twice; as far as is known,
    one row of the source becomes `sends` of them.
    """

    name: str
    source: Source | Stage
    rows: Callable[[pa.Table, str], pa.Table]
    key: str
    buckets: int | None
    stay: bool = False
    sends: int = 1

    @property
    def kind(self) -> str:
        """What the plan calls it."""
        return "scatter"

    @property
    def schema(self) -> pa.Schema:
        """The columns of its rows."""
        with reads.watching():
            return self.rows(self.source.schema.empty_table(), "").schema

    @property
    def view(self) -> View:
        """Where its rows lie."""
        return View(self.name)

    def as_goal(self) -> "Scatter":
        """The stage as it is made when a run is for it."""
        return self

    def inputs(self) -> tuple[Stage, ...]:
        """The stages that it reads."""
        return stages_among(self.source)

    def documents(self) -> tuple[Stage, ...]:
        """Those of its inputs that its documents come from."""
        return self.inputs()

    def merged(self, shards: int) -> int:
        """How many of so many shards of the source go into one file, a power of two."""
        return 1 if self.stay else part_size(shards, home=self.buckets is None)

    def items(self, ledger: Ledger) -> Sequence[str]:
        """Names of its shards, in order."""
        shards = shards_of(self.source, ledger)
        return parts_of(shards, self.merged(len(shards)))

    def code(self) -> object:
        """What changes its rows, apart from its inputs."""
        return Scatter, reader_of(self.source), self.rows, self.key, self.buckets, self.stay

    def input_digest(self, item: str, ledger: Ledger) -> str:
        """A digest of all that a shard is read from."""
        if not is_part(item):
            return source_digest(self.source, item, ledger)
        members = members_of(item, shards_of(self.source, ledger))
        return digest(*(text for shard in members for text in (shard, source_digest(self.source, shard, ledger))))

    def prefetch(self, item: str) -> None:
        """Begin to fetch what the shard is read from."""
        if not is_part(item):
            fetch_ahead(self.source, item)

    def make(self, item: str, root: str, made_from: str) -> Receipt:
        """Make one shard."""
        members = self._members(item, root) if is_part(item) else [item]
        with shard_files(root, self.name, item) as files:
            sent = (self.rows(table, shard) for shard in members for table in tables_of(self.source, shard, root))
            table = pa.concat_tables([self.schema.empty_table(), *sent])
            if self.stay and (table[self.key].to_numpy() != np.uint64(shard_key(item))).any():
                raise RowsLost(f"stage {self.name}: rows of {item} were to stay there, and some have another key")
            bucket = self.bucket(table[self.key].to_numpy())
            table = table.take(order := np.argsort(bucket, kind="stable"))
            buckets, starts = np.unique(bucket[order], return_index=True)
            name = f"{self.name}/{item}{bucketed.SUFFIX}"
            files.made[name] = bucketed.write(root, name, table, buckets.tolist(), starts.tolist())
        return commit_receipt(files, made_from, Stats("scatter", table.num_rows, files.made[name].rows))

    def _members(self, item: str, root: str) -> Sequence[str]:
        source = self.source
        return members_of(item, source.names if isinstance(source, Source) else planned(root, source.name))

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

    Memory: the rows of a bucket, and what `fn` needs for them. Raises RowsLost when fewer rows are read than were sent.
    """

    name: str
    source: Scatter | tuple[Scatter, ...]
    fn: Callable[[pa.Table], pa.Table]
    one_for: Source | Stage | None = None

    def __post_init__(self) -> None:
        if {scatter.buckets is None for scatter in self.sources} != {self.one_for is not None}:
            raise UsageError(
                f"stage {self.name}: a Gather with one_for= reads Scatters with buckets=None, and no other does"
            )

    @property
    def kind(self) -> str:
        """What the plan calls it."""
        return "gather"

    @property
    def sources(self) -> tuple[Scatter, ...]:
        """Its Scatters."""
        return self.source if isinstance(self.source, tuple) else (self.source,)

    @property
    def schema(self) -> pa.Schema:
        """The columns of its rows."""
        with reads.watching():
            return self.fn(self.sources[0].schema.empty_table()).schema

    @property
    def view(self) -> View:
        """Where its rows lie."""
        return View(self.name)

    def as_goal(self) -> "Gather":
        """The stage as it is made when a run is for it."""
        return self

    def inputs(self) -> tuple[Stage, ...]:
        """The stages that it reads."""
        return (*self.sources, *stages_among(self.one_for))

    def documents(self) -> tuple[Stage, ...]:
        """Those of its inputs that its documents come from."""
        return self.inputs()

    def items(self, ledger: Ledger) -> Sequence[str]:
        """Names of its shards, in order."""
        if self.one_for is None:
            return [f"{BUCKET}{b:05d}" for b in range(self.sources[0].buckets or 1)]
        return shards_of(self.one_for, ledger)

    def code(self) -> object:
        """What changes its rows, apart from its inputs."""
        return Gather, self.fn, [source.name for source in self.sources]

    def input_digest(self, item: str, ledger: Ledger) -> str:
        """A digest of all that a shard is read from."""
        parts = [ledger.digest(s.name, item) if s.stay else ledger.whole(s.name) for s in self.sources]
        return digest(*parts)

    def prefetch(self, item: str) -> None:
        """Nothing can be fetched: a bucket is read out of files that are read where they are."""

    def make(self, item: str, root: str, made_from: str) -> Receipt:
        """Make one shard."""
        with shard_files(root, self.name, item) as files:
            bucket = int(item.removeprefix(BUCKET)) if self.one_for is None else shard_key(item)
            found = list(self._parts(item, bucket, root))
            table = pa.concat_tables([self.sources[0].schema.empty_table(), *(rows for rows, _ in found)])
            writer = files.rows(self.schema)
            writer.write(self.fn(table))
        stats = Stats("gather", table.num_rows, writer.rows, rows_due=sum(due for _, due in found))
        return commit_receipt(files, made_from, stats)

    def _parts(self, item: str, bucket: int, root: str) -> Iterator[tuple[pa.Table, int]]:
        shards = [(s.name, shard) for s in self.sources for shard in ([item] if s.stay else planned(root, s.name))]
        names = [f"{stage}/{shard}{bucketed.SUFFIX}" for stage, shard in shards]
        with ThreadPoolExecutor(8) as pool:
            yield from filter(None, pool.map(bucketed.read_bucket, repeat(root), names, repeat(bucket)))
