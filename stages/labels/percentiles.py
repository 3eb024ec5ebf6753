"""Percentiles of a column, weighed by tokens, over the whole run: which share of all text has a lower value.

    <name>.values ─► <name>.counts ─► <name>.all ─► <name>.points ─► <name>

A value is taken to 20 bits of its float (one part in 2,048), so that there are at most a million to be counted, however
many pages there are. Memory is that of a bucket, at most pages / buckets rows, and then of a million rows of 16 bytes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import parquet
from pipeline.errors import UsageError
from pipeline.hashing import mix64
from pipeline.ledger import Ledger
from pipeline.make import Make
from pipeline.shard import ShardFiles
from pipeline.shuffle import Gather, Scatter
from pipeline.stage import Stage
from pipeline.stats import Stats
from text.tokens import count_pretokens

CODE_BITS = 20
POINTS = 1 << 16  # of the distribution are kept: a percentile is right to one part in so many
COUNTED = pa.schema({"key": pa.uint64(), "code": pa.int64(), "tokens": pa.int64()})
CURVE = pa.schema({"code": pa.int64(), "percentile": pa.float64(), "ties": pa.float64()})
Rows = Callable[[pa.Table], pa.Table]


def value_codes(values: np.ndarray) -> np.ndarray:
    """Codes (int64, 0 to 2**20) in the order of the values (float64); -1 for NaN."""
    bits = values.astype(np.float32).view(np.uint32)
    ordered = np.where(bits >> 31, ~bits, bits | np.uint32(1 << 31))
    ordered = np.where(values == 0, np.uint32(1 << 31), ordered)  # -0.0 is 0.0
    return np.where(np.isnan(values), -1, (ordered >> np.uint32(32 - CODE_BITS)).astype(np.int64))


def codes_of(column: pa.ChunkedArray) -> np.ndarray:
    """The codes of a column of numbers; -1 for a null."""
    return value_codes(pc.fill_null(pc.cast(column, pa.float64()), float("nan")).to_numpy())


def token_counts(table: pa.Table) -> np.ndarray:
    """Tokens of each row: the column `tokens`, or else the pre-tokens of its text."""
    counts = table["tokens"] if "tokens" in table.column_names else count_pretokens(table["text"])
    return pc.fill_null(counts, 0).to_numpy()


@dataclass(frozen=True)
class CountValues:
    """A Scatter's rows: the tokens of a batch by the value of a column; of the rows that `chosen` leaves."""

    column: str
    chosen: Rows | None = None

    def __call__(self, table: pa.Table, shard: str) -> pa.Table:
        """The rows to send of a shard."""
        table = self.chosen(table) if self.chosen else table
        codes = codes_of(table[self.column])
        found, place = np.unique(codes, return_inverse=True)
        tokens = np.zeros(len(found), np.int64)
        np.add.at(tokens, place, token_counts(table))
        known = found >= 0
        keys = mix64(found[known].astype(np.uint64))
        return pa.table([pa.array(keys), pa.array(found[known]), pa.array(tokens[known])], schema=COUNTED)


def sum_values(table: pa.Table) -> pa.Table:
    """A Gather's function: a row for each value."""
    sums = table.group_by(["key", "code"]).aggregate([("tokens", "sum")])
    return sums.rename_columns(COUNTED.names).cast(COUNTED).sort_by("code")


def in_one_bucket(table: pa.Table, shard: str) -> pa.Table:
    """A Scatter's rows: the same, all for one bucket."""
    return table.set_column(0, "key", pa.array(np.zeros(table.num_rows, np.uint64)))


def distribution(table: pa.Table) -> pa.Table:
    """A Gather's function (`CURVE`): at each of up to `POINTS` values, the share of tokens with a lower value, and the
    share that lies between it and the next point (of one value, if that is common).
    """
    table = table.sort_by("code")
    tokens = table["tokens"].to_numpy()
    total = max(int(tokens.sum()), 1)
    before = (np.cumsum(tokens) - tokens) / total
    _, first = np.unique(np.floor(before * POINTS), return_index=True)
    percentile = before[first]
    ties = np.diff(np.append(percentile, 1.0))
    return pa.table([table["code"].take(first), pa.array(percentile), pa.array(ties)], schema=CURVE)


@dataclass(frozen=True)
class RankPages:
    """A Maker: verdicts with the percentile of each page that has a value, and the bucket, of so many, that it is in.

    The columns are `<column>_percentile` (0 to 1: the share of tokens with a lower value), `<column>_ties` (the share
    of tokens that cannot be told from it) and `<column>_bucket` (0 the lowest).
    """

    source: Stage
    curve: Gather
    column: str
    buckets: int

    @property
    def schema(self) -> pa.Schema:
        """The columns of its rows."""
        name = self.column
        return pa.schema(
            [
                ("id", pa.string()),
                (f"{name}_percentile", pa.float64()),
                (f"{name}_ties", pa.float64()),
                (f"{name}_bucket", pa.int32()),
            ]
        )

    def inputs(self) -> tuple[Stage, ...]:
        """The stages that it reads."""
        return (self.source, self.curve)

    def documents(self) -> tuple[Stage, ...]:
        """None: its rows are verdicts."""
        return ()

    def shards(self, ledger: Ledger) -> Sequence[str]:
        """Names of its shards, in order."""
        return ledger.shards(self.source.name)

    def code(self) -> object:
        """What changes its rows, apart from its inputs."""
        return RankPages, self.column, self.buckets

    def input_digest(self, shard: str, ledger: Ledger) -> str:
        """A digest of all that a shard is read from."""
        return f"{ledger.digest(self.source.name, shard)} {ledger.whole(self.curve.name)}"

    def make(self, files: ShardFiles) -> Stats:
        """Make one shard."""
        curve = parquet.read_table(files.root, f"{self.curve.name}/bucket-00000.parquet")
        writer, pages = files.rows(self.schema), 0
        writer.write(self.schema.empty_table())
        for table in self.source.view.read(files.root, files.shard, ["id", self.column]):
            pages += table.num_rows
            writer.write(self.ranked(table, curve))
        return Stats("make", pages, pages)

    def ranked(self, table: pa.Table, curve: pa.Table) -> pa.Table:
        """The verdicts on pages; a page without a value has nulls."""
        codes = codes_of(table[self.column])
        points = curve["code"].to_numpy()
        if not len(points):
            nulls = [pa.nulls(table.num_rows, field.type) for field in list(self.schema)[1:]]
            return pa.table([table["id"], *nulls], schema=self.schema)
        place = np.clip(np.searchsorted(points, codes, side="right") - 1, 0, None)
        percentile, ties = (curve[name].to_numpy()[place] for name in ("percentile", "ties"))
        bucket = np.minimum(np.floor(percentile * self.buckets), self.buckets - 1).astype(np.int32)
        unknown = codes < 0
        columns = [pa.array(values, mask=unknown) for values in (percentile, ties, bucket)]
        return pa.table([table["id"], *columns], schema=self.schema)


def percentiles(
    name: str, source: Stage, column: str, *, buckets: int = 20, chosen: Rows | None = None, spread: int = 64
) -> Make:
    """Verdicts that give each page of a stage the percentile of its value in a column of numbers (see `RankPages`).

    Percentiles are of tokens and over all shards: the column `tokens` where the stage has one, else pre-tokens are
    counted. `chosen` leaves, of a table, the rows that count. Ids must be unique in a shard. The rows are counted in
    `spread` buckets. Raises UsageError when the stage has no such column of numbers.

        Map("labelled", scored, verdicts=percentiles("quality", scored, "edu", buckets=20))
    """
    names = source.schema.names
    if column not in names or pa.types.is_nested(kind := source.schema.field(column).type) or _is_text(kind):
        raise UsageError(f"{name}: stage {source.name} has no numbers in a column {column}, only {', '.join(names)}")
    if buckets < 1:
        raise UsageError(f"{name}: buckets={buckets}; give at least 1")
    values = Scatter(f"{name}.values", source, CountValues(column, chosen), "key", spread)
    counts = Gather(f"{name}.counts", values, sum_values)
    curve = Gather(f"{name}.points", Scatter(f"{name}.all", counts, in_one_bucket, "key", 1), distribution)
    return Make(name, RankPages(source, curve, column, buckets))


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_binary(kind)
