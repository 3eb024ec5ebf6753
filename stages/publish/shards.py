"""Published shards: the rows of a stage, in its order, cut anew into Parquet files of even size."""

import time
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from filters import opt_outs
from pipeline import store
from pipeline.doc import docs
from pipeline.fingerprint import digest, fingerprint
from pipeline.ledger import Ledger, Receipt, planned, receipt_name, receipted
from pipeline.stage import Stage, commit_receipt, shard_files, tables_of
from pipeline.stats import Stats
from text.tokens import count_pretokens

CALLED = {"content": "text"}  # columns that a published schema calls by another name than the stages
TOKENS = "token_count"
LANGUAGE, OPT_OUT = "language:", "opt_out:"  # what the names of counts of documents begin with
Slice = tuple[str, int, int]  # shard, first row, row after the last


@dataclass(frozen=True)
class Shards:
    """`<name>/data/train-00000-of-00042.parquet` and so on: all rows of a stage with the columns of `schema`."""

    name: str
    source: Stage
    schema: pa.Schema
    megabytes: int

    @property
    def folder(self) -> str:
        """Where the files lie below the root."""
        return f"{self.name}/data"

    def inputs(self) -> tuple[Stage, ...]:
        return (self.source,)

    def code_digest(self) -> str:
        return fingerprint(("shards", self.folder, self.schema, self.megabytes))

    def items(self, ledger: Ledger) -> list[str]:
        """Names of the files; which rows each takes is written down for the workers."""
        shards = [(shard, entry.rows, entry.bytes) for shard, entry in ledger.entries(self.source.name)]
        cuts = cut_shards(shards, self.megabytes << 20)
        named = {f"train-{k:05d}-of-{len(cuts):05d}": slices for k, slices in enumerate(cuts)}
        store.write_json(ledger.root, self._cuts, named)
        return list(named)

    @property
    def _cuts(self) -> str:
        return f"plan/{self.name}.cuts.json"

    def input_digest(self, item: str, ledger: Ledger) -> str:
        slices = _cuts(ledger.root, self._cuts, self.megabytes, ledger.whole(self.source.name))[item]
        return digest(*(str(x) for s in slices for x in (*s, ledger.digest(self.source.name, s[0]))))

    def make(self, item: str, root: str, mark: str) -> Receipt:
        started, counts = time.perf_counter(), dict[str, int]()
        with shard_files(root, self.name, item) as files:
            writer = files.open(f"{self.folder}/{item}.parquet", self.schema)
            for table in self._tables(root, store.read_json(root, self._cuts)[item]):
                writer.write(published(table, self.schema))
                for name, rows in (*count_languages(table), *count_opt_outs(table)):
                    counts[name] = counts.get(name, 0) + rows
        said = Stats("shards", writer.rows, writer.rows, counts=dict(sorted(counts.items())))
        return commit_receipt(root, self.name, item, mark, said, files.made, started)

    def _tables(self, root: str, slices: Sequence[Slice]) -> Iterator[pa.Table]:
        for shard, start, end in slices:
            at = 0
            for table in tables_of(self.source, shard, root):
                yield table.slice(max(0, start - at), max(0, min(end - at, table.num_rows) - max(0, start - at)))
                at += table.num_rows

    def sweep(self, root: str) -> None:
        """Delete the files of an earlier cut, which would be read as if they were part of this one."""
        for item in set(receipted(root, self.name)) - set(planned(root, self.name)):
            store.remove(root, f"{self.folder}/{item}.parquet")
            store.remove(root, receipt_name(self.name, item))


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
def _cuts(root: str, name: str, megabytes: int, source: str) -> dict[str, list[Slice]]:
    """The cuts as they are written down, read once for all files; `source` is the digest of what is cut."""
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
