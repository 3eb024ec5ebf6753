"""The last stage: Parquet shards as a data set is published, its statistics, and its card."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pyarrow as pa

from pipeline import store
from pipeline.errors import UsageError
from pipeline.hashing import digest
from pipeline.ledger import Ledger
from pipeline.make import Make
from pipeline.shard import ShardFiles
from pipeline.stage import Stage
from pipeline.stats import Stats
from stages.publish.card import Card

# tiiuae/falcon-refinedweb, in its order; image_urls holds [url, alt text] pairs.
REFINEDWEB = pa.schema(
    [
        ("content", pa.string()),
        ("url", pa.string()),
        ("timestamp", pa.timestamp("s")),
        ("dump", pa.string()),
        ("segment", pa.string()),
        ("image_urls", pa.list_(pa.list_(pa.string()))),
    ]
)
CALLED = {"content": "text"}  # columns that a published schema calls by another name than the stages


def publish(
    name: str, source: Stage, schema: pa.Schema = REFINEDWEB, megabytes: int = 256, beside: tuple[Stage, ...] = ()
) -> Make:
    """`<root>/<name>/train-00000-of-00042.parquet` of about `megabytes` each, with stats.json and README.md.

    `beside` are stages to be made as well, for later runs. Raises UsageError when `source` lacks a column of `schema`.
    """
    if megabytes < 1:
        raise UsageError(f"{name}: megabytes={megabytes}; give the size of a file, at least 1")
    missing = [f.name for f in schema if CALLED.get(f.name, f.name) not in source.schema.names]
    if missing:
        raise UsageError(f"{name} is to have the columns {missing}, which stage {source.name} does not make")
    shards = Make(name, PublishShards(name, source, schema, megabytes))
    return Make(f"{name}.card", Card(shards, beside), folder=name)


Slice = tuple[str, int, int]  # shard, first row, row after the last


@dataclass(frozen=True)
class PublishShards:
    """A Maker: all rows of a stage, in its order, cut anew into files of even size."""

    name: str
    source: Stage
    schema: pa.Schema
    megabytes: int

    def inputs(self) -> tuple[Stage, ...]:
        return (self.source,)

    def documents(self) -> tuple[Stage, ...]:
        return self.inputs()

    def code(self) -> object:
        return PublishShards, self.schema, self.megabytes

    def shards(self, ledger: Ledger) -> list[str]:
        """Names of the files; which rows each takes is written down for the workers."""
        cuts = cut(ledger.sizes(self.source.name), self.megabytes << 20)
        named = {f"train-{k:05d}-of-{len(cuts):05d}": slices for k, slices in enumerate(cuts)}
        store.write_json(ledger.root, self._cuts, named)
        return list(named)

    @property
    def _cuts(self) -> str:
        return f"plan/{self.name}.cuts.json"

    def input_digest(self, shard: str, ledger: Ledger) -> str:
        slices = _cuts(ledger.root, self._cuts, self.megabytes, ledger.whole(self.source.name))[shard]
        return digest(*(str(x) for s in slices for x in (*s, ledger.digest(self.source.name, s[0]))))

    def make(self, files: ShardFiles) -> Stats:
        slices = store.read_json(files.root, self._cuts)[files.shard]
        writer = files.rows(self.schema)
        for table in self._tables(files.root, slices):
            writer.write(table.select([CALLED.get(c, c) for c in self.schema.names]).rename_columns(self.schema.names))
        return Stats("make", sum(end - start for _, start, end in slices), writer.rows)

    def _tables(self, root: str, slices: Sequence[Slice]) -> Iterator[pa.Table]:
        for shard, start, end in slices:
            at = 0
            for table in self.source.view.read(root, shard):
                yield table.slice(max(0, start - at), max(0, min(end - at, table.num_rows) - max(0, start - at)))
                at += table.num_rows


@lru_cache(maxsize=1)
def _cuts(root: str, name: str, megabytes: int, source: str) -> dict[str, list[Slice]]:
    """The cuts as they are written down, read once for all files; `source` is the digest of what is cut."""
    return store.read_json(root, name)


def cut(shards: Sequence[tuple[str, int, int]], target: int) -> list[list[Slice]]:
    """Slices of shards, given as (name, rows, bytes), for files of about `target` bytes each: one file at least."""
    filled = [shard for shard in shards if shard[1]]
    total = sum(size for _, _, size in filled)
    files = max(1, -(-total // target))
    edges = [k * total // files for k in range(files + 1)]
    cuts: list[list[Slice]] = [[] for _ in range(files)]
    start = 0
    for name, rows, size in filled:
        for k in range(bisect_right(edges, start) - 1, files):
            if edges[k] >= start + size:
                break
            first, last = (min(max(-(-(edge - start) * rows // size), 0), rows) for edge in edges[k : k + 2])
            if first < last:
                cuts[k].append((name, first, last))
        start += size
    return cuts
