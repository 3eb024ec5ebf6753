"""The way of a batch of rows through transforms: who stays, who leaves, and why; nobody leaves uncounted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import stats
from pipeline.errors import MewsError, RowsLost
from pipeline.limit import limited
from pipeline.stats import Size, Step
from pipeline.transform import Transform, name_of, put

LEAVING = ("reason", "error", "measured", "counts")
REJECT_FIRST = pa.schema(
    [("id", pa.string()), ("url", pa.string()), ("reason", pa.string()), ("measured", pa.string())]
)
QUARANTINE = pa.schema(
    [(name, pa.string()) for name in ("id", "url", "warc")]
    + [("offset", pa.int64()), ("length", pa.int64()), ("error", pa.string())]
)


def output_schema(transforms: Sequence[Transform], schema: pa.Schema) -> pa.Schema:
    """The schema that rows of `schema` have after the transforms: what these make of an empty table."""
    table = schema.empty_table()
    for transform in transforms:
        table = transform(table)
        table = table.drop_columns([c for c in LEAVING if c in table.column_names])
    return table.schema


def rejects_schema(schema: pa.Schema) -> pa.Schema:
    """Columns of a rejects file: id, url, reason, measured, then the stage's own columns."""
    return pa.schema([*REJECT_FIRST, *(f for f in schema if f.name not in REJECT_FIRST.names)])


def conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table with just the columns of `schema`; one that is missing or of another type becomes null."""
    columns = [
        table[f.name]
        if f.name in table.column_names and table[f.name].type == f.type
        else pa.nulls(table.num_rows, f.type)
        for f in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


@dataclass
class TransformChain:
    """Passes batches through transforms and tallies what each step did.

    `reject` and `quarantine` take the tables of rows that left, with the columns they had by then.
    """

    transforms: Sequence[Transform]
    reject: Callable[[pa.Table], None]
    quarantine: Callable[[pa.Table], None]
    count_tokens: bool = True
    steps: dict[str, Step] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    rows_in: int = 0
    tokens_in: int = 0
    tokens_out: int = 0

    def __post_init__(self) -> None:
        self._names = distinct_steps(self.transforms)

    def apply(self, table: pa.Table, first: str) -> pa.Table:
        """The rows of the batch that stay to the end; `first` names the step that read (and judged) them."""
        self.rows_in += table.num_rows
        tokens = self._tokens(table)
        self.tokens_in += _sum(tokens)
        table, tokens = self._part(table, tokens, (first,))
        for transform, names in zip(self.transforms, self._names, strict=True):
            before = _column(table, "text")
            table, failed = bisect_failures(transform, table)
            tokens = tokens if not failed.num_rows and _column(table, "text") is before else self._tokens(table)
            if failed.num_rows:
                self._leave(names, failed)
            table, tokens = self._part(table, tokens, names)
        self.tokens_out += _sum(tokens)
        return table

    def _tokens(self, table: pa.Table) -> pa.ChunkedArray:
        if self.count_tokens and "text" in table.column_names:
            return stats.tokens(table["text"])
        return pa.chunked_array([np.zeros(table.num_rows, np.int64)])

    def _leave(self, steps: Sequence[str], failed: pa.Table) -> None:
        """Quarantine the rows on which a transform raised; its steps keep their order."""
        errors = {row["values"]: row["counts"] for row in pc.value_counts(failed["error"]).to_pylist()}
        for name in steps[:-1]:
            self._enter(name, Step())
        self._enter(steps[-1], Step(quarantined=errors))
        self.quarantine(failed)

    def _part(self, table: pa.Table, tokens: pa.ChunkedArray, steps: Sequence[str]) -> tuple[pa.Table, pa.ChunkedArray]:
        """Split off the rows that leave, count them under their step, and take the engine's columns away."""
        self._count(table)
        reason, error = _column(table, "reason"), _column(table, "error")
        ill, bad = pc.is_valid(error), pc.and_(pc.is_valid(reason), pc.is_null(error))
        dropped = self._tally(reason.filter(bad), tokens.filter(bad))
        kept = Size(table.num_rows, _sum(tokens))
        for name in steps[:-1]:
            mine = {
                reason: size for reason, size in dropped.items() if reason.startswith(f"{name.partition(' (')[0]}:")
            }
            dropped = {reason: size for reason, size in dropped.items() if reason not in mine}
            kept = Size(
                kept.rows - sum(s.rows for s in mine.values()), kept.tokens - sum(s.tokens for s in mine.values())
            )
            self._enter(name, Step(kept, mine))
        if pc.any(pc.or_(ill, bad)).as_py():
            self.reject(table.filter(bad))
            self.quarantine(table.filter(ill))
            stay = pc.invert(pc.or_(ill, bad))
            table, tokens = table.filter(stay), tokens.filter(stay)
        errors = {row["values"]: row["counts"] for row in pc.value_counts(error.filter(ill)).to_pylist()}
        self._enter(steps[-1], Step(Size(table.num_rows, _sum(tokens)), dropped, errors))
        return table.drop_columns([c for c in LEAVING if c in table.column_names]), tokens

    def _enter(self, name: str, step: Step) -> None:
        self.steps[name] = self.steps.get(name, Step()).plus(step)

    def _tally(self, reasons: pa.ChunkedArray, tokens: pa.ChunkedArray) -> dict[str, Size]:
        grouped = pa.table({"r": reasons, "t": tokens}).group_by("r").aggregate([("t", "count"), ("t", "sum")])
        return {row["r"]: Size(row["t_count"], row["t_sum"]) for row in grouped.sort_by("r").to_pylist()}

    def _count(self, table: pa.Table) -> None:
        for row in table["counts"].to_pylist() if "counts" in table.column_names else ():
            for name, number in row or ():
                self.counts[name] = self.counts.get(name, 0) + number


def bisect_failures(transform: Transform, table: pa.Table) -> tuple[pa.Table, pa.Table]:
    """What the transform makes of the rows, and the rows on which it raised or never ended, with "<step>:<exception>"
    as `error`.

    One bad page costs one page: the batch is halved until the page is found. A transform that raises on every row
    of a batch is itself at fault, and its exception goes on.
    """
    result, failed, last = _bisect(transform, table)
    if last and failed.num_rows == table.num_rows > 1:
        raise last
    return result, failed


def _bisect(transform: Transform, table: pa.Table) -> tuple[pa.Table, pa.Table, Exception | None]:
    step, rows = step_names(transform)[-1], table.num_rows
    try:
        with limited(rows):
            result = transform(table)
        if result.num_rows != rows:
            raise RowsLost(
                f"{step} made {result.num_rows} rows of {rows}: a transform fills `reason`, it deletes nothing"
            )
        return result, with_error(table.slice(0, 0), ""), None
    except (MewsError, OSError):
        raise
    except Exception as error:
        if rows == 0:
            raise
        if rows == 1:
            return transform(table.slice(0, 0)), with_error(table, f"{step}:{type(error).__name__}"), error
        left, right = _bisect(transform, table.slice(0, rows // 2)), _bisect(transform, table.slice(rows // 2))
        return pa.concat_tables([left[0], right[0]]), pa.concat_tables([left[1], right[1]]), left[2] or right[2]


def with_error(table: pa.Table, code: str) -> pa.Table:
    return put(table, "error", pa.array([code] * table.num_rows, pa.string()))


def step_names(transform: Transform) -> tuple[str, ...]:
    """The lines of the funnel that a transform makes: one, or one for each filter of a screen."""
    return getattr(transform, "steps", None) or (name_of(transform),)


def distinct_steps(transforms: Sequence[Transform]) -> list[tuple[str, ...]]:
    """The step names of each transform; one that came before gets a number, so that no two lines are added up."""
    seen: dict[str, int] = {}
    named = []
    for names in map(step_names, transforms):
        for name in names:
            seen[name] = seen.get(name, 0) + 1
        named.append(tuple(name if seen[name] == 1 else f"{name} ({seen[name]})" for name in names))
    return named


def _sum(column: pa.ChunkedArray) -> int:
    return pc.sum(column).as_py() or 0


def _column(table: pa.Table, name: str) -> pa.ChunkedArray:
    if name in table.column_names:
        return table[name]
    return pa.chunked_array([pa.nulls(table.num_rows, pa.string())])
