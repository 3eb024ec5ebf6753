"""Published shards: the rows of a stage, in its order, cut anew into Parquet files of even size."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from filters import opt_outs
from pipeline import store
from pipeline.doc import docs
from pipeline.hashing import digest
from pipeline.ledger import Ledger
from pipeline.shard import ShardFiles
from pipeline.stage import Stage
from pipeline.stats import Stats
from text.tokens import count_pretokens

CALLED = {"content": "text"}  # columns that a published schema calls by another name than the stages
TOKENS = "token_count"
LANGUAGE, OPT_OUT = "language:", "opt_out:"  # what the names of counts of documents begin with
Slice = tuple[str, int, int]  # shard, first row, row after the last


@dataclass(frozen=True)
class PublishShards:
    """A Maker: `train-00000-of-00042.parquet` and so on, all rows of a stage with the columns of `schema`."""

    name: str
    source: Stage
    schema: pa.Schema
    megabytes: int

    def inputs(self) -> tuple[Stage, ...]:
        """The stages that it reads."""
        return (self.source,)

    def documents(self) -> tuple[Stage, ...]:
        """Those of its inputs that its documents come from."""
        return self.inputs()

    def code(self) -> object:
        """What changes its rows, apart from its inputs."""
        return PublishShards, self.schema, self.megabytes

    def shards(self, ledger: Ledger) -> list[str]:
        """Names of the files; which rows each takes is written down for the workers."""
        cuts = cut_shards(ledger.sizes(self.source.name), self.megabytes << 20)
        named = {f"train-{k:05d}-of-{len(cuts):05d}": slices for k, slices in enumerate(cuts)}
        store.write_json(ledger.root, self._cuts, named)
        return list(named)

    @property
    def _cuts(self) -> str:
        return f"plan/{self.name}.cuts.json"

    def input_digest(self, shard: str, ledger: Ledger) -> str:
        """A digest of all that a shard is read from."""
        slices = _cuts(ledger.root, self._cuts, self.megabytes, ledger.whole(self.source.name))[shard]
        return digest(*(str(x) for s in slices for x in (*s, ledger.digest(self.source.name, s[0]))))

    def make(self, files: ShardFiles) -> Stats:
        """Make one shard."""
        slices, counts = store.read_json(files.root, self._cuts)[files.shard], dict[str, int]()
        writer = files.rows(self.schema, page_index=True)  # the hub shows single rows of a file without reading it
        for table in self._tables(files.root, slices):
            writer.write(published(table, self.schema))
            for name, rows in (*count_languages(table), *count_opt_outs(table)):
                counts[name] = counts.get(name, 0) + rows
        due = sum(end - start for _, start, end in slices)
        return Stats("make", due, writer.rows, counts=dict(sorted(counts.items())))

    def _tables(self, root: str, slices: Sequence[Slice]) -> Iterator[pa.Table]:
        for shard, start, end in slices:
            at = 0
            for table in self.source.view.read(root, shard):
                yield table.slice(max(0, start - at), max(0, min(end - at, table.num_rows) - max(0, start - at)))
                at += table.num_rows


def published(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The rows with the columns of a published schema, under its names; tokens are counted where it wants them."""
    if TOKENS in schema.names and TOKENS not in table.column_names:
        table = table.append_column(TOKENS, count_pretokens(table["text"]))
    return table.select([CALLED.get(name, name) for name in schema.names]).rename_columns(schema.names)


def count_languages(table: pa.Table) -> list[tuple[str, int]]:
    """(LANGUAGE with the code, documents) by the column `language`, where there is one; unknown ones are left out."""
    if "language" not in table.column_names:
        return []
    counted = pc.value_counts(pc.drop_null(table["language"])).to_pylist()
    return [(LANGUAGE + row["values"], row["counts"]) for row in counted if row["values"] != "und"]


def count_opt_outs(table: pa.Table) -> list[tuple[str, int]]:
    """(OPT_OUT with the sign, documents) of the signs by which pages reserve their use, where the columns tell them."""
    if "robots" not in table.column_names:
        return []
    shown = [opt_outs.signs(doc) for doc in docs(table.select(["robots", "tdm_reservation"]))]
    return [(OPT_OUT + sign, int(sum(each[sign] for each in shown))) for sign in opt_outs.SIGNS]


@lru_cache(maxsize=1)
def _cuts(root: str, name: str, _megabytes: int, _source: str) -> dict[str, list[Slice]]:
    """The cuts as they are written down, read once for all files; `_source` is the digest of what is cut."""
    return store.read_json(root, name)


def cut_shards(shards: Sequence[tuple[str, int, int]], target: int) -> list[list[Slice]]:
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
