"""The way of a batch of rows through transforms: who stays, who leaves, and why; nobody leaves uncounted."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.bisect import judgements_in, transform_rows
from pipeline.columns import check_not_reserved, pick_rows, put, without_reserved
from pipeline.errors import RowsLost, WrongReturn
from pipeline.guard import Guard
from pipeline.limit import CpuLimit
from pipeline.naming import distinct, name_of
from pipeline.protocols import Judgement, RowTransform, Transform
from pipeline.stats import NOTHING, PRETOKENS, Size, Stats, Step, TextCount

TOKENS = "tokens"  # the column of counts that a store keeps
REJECT_FIRST = pa.schema([(name, pa.string()) for name in ("id", "url", "reason", "measured")])
QUARANTINE = pa.schema(
    [(name, pa.string()) for name in ("id", "url", "warc")]
    + [("offset", pa.int64()), ("length", pa.int64())]
    + [(name, pa.string()) for name in ("error", "error_message", "error_place")]
)


def output_schema(transforms: Sequence[Transform], schema: pa.Schema) -> pa.Schema:
    """The schema that rows of `schema` have after the transforms: what these make of an empty table.

    Raises UsageError when the rows have a column that is called as one of the engine's is, WrongReturn when a
    transform returns no table.
    """
    check_not_reserved(schema)
    table = schema.empty_table()
    for transform in transforms:
        made: Any = transform(table)  # of a function of the user: what it returns is checked
        if not isinstance(made, pa.Table):
            raise WrongReturn(f"{name_of(transform)} returned {type(made).__name__}; a transform returns a table")
        table = without_reserved(made)
    return table.schema


def rejects_schema(schema: pa.Schema) -> pa.Schema:
    """Columns of a rejects file: id, url, reason, measured, then the stage's own columns."""
    return pa.schema([*REJECT_FIRST, *(f for f in schema if f.name not in REJECT_FIRST.names)])


def steps_of(transform: Transform) -> tuple[str, ...]:
    """The names of the lines of the funnel that a transform makes: one, or one for each filter of a screen."""
    return transform.steps if isinstance(transform, RowTransform) else (name_of(transform),)


def named_steps(first: str, transforms: Sequence[Transform]) -> tuple[str, list[list[str]]]:
    """The names of the steps in the funnel, no two alike: of the first one, and of those of each transform."""
    steps = [steps_of(transform) for transform in transforms]
    first, *names = distinct([first, *(name for each in steps for name in each)])
    rest = iter(names)
    return first, [[next(rest) for _ in each] for each in steps]


class _Link:
    """A transform of a chain with the guards of its steps, which have the chain's names for them."""

    def __init__(self, transform: Transform, guards: Sequence[Guard]):
        self._transform, self.guards = transform, guards

    @property
    def names(self) -> list[str]:
        return [guard.name for guard in self.guards]

    def apply(self, table: pa.Table) -> tuple[pa.Table, list[Judgement | None]]:
        """The rows as the transform leaves them, with the engine's columns that it filled, and what becomes of each."""
        if not isinstance(self._transform, RowTransform):
            made = transform_rows(self._transform, table, self.guards[0])
            return made, judgements_in(made, self.guards[0].name)
        made, judgements = self._transform.apply(table, self.guards)
        if not made.num_rows == table.num_rows == len(judgements):
            raise RowsLost(f"{', '.join(self.names)} made {made.num_rows} rows of {table.num_rows}")
        return made, judgements


@dataclass
class TransformChain:
    """Passes the batches of a shard through transforms and tallies what each step did.

    `reject` and `quarantine` take the tables of rows that left, with the columns they had by then. `first` names the
    step that read the rows, and judged them by filling the engine's columns. `count` says how text is counted; None
    counts none, and saves a second for 35 MB of text. With `carried` the rows come with their counts in the column
    `tokens`; with `carries` they go with them.
    """

    transforms: Sequence[Transform]
    reject: Callable[[pa.Table], None]
    quarantine: Callable[[pa.Table], None]
    count: TextCount | None = PRETOKENS
    first: str = "read"
    carried: bool = False
    carries: bool = False
    counts: dict[str, int] = field(default_factory=dict[str, int])

    def __post_init__(self) -> None:
        self.first, steps = named_steps(self.first, self.transforms)
        self._cpu = CpuLimit()
        self._links = [
            _Link(transform, [Guard(name, self._cpu) for name in names])
            for transform, names in zip(self.transforms, steps, strict=True)
        ]
        self._steps = {name: Step() for name in (self.first, *(name for names in steps for name in names))}
        self._in = self._out = NOTHING

    def apply(self, table: pa.Table) -> pa.Table:
        """The rows of the batch that stay to the end."""
        tokens = table[TOKENS] if self.carried else self._tokens(table)
        self._in = self._in.plus(_size(tokens))
        table, tokens = self._part(table, tokens, judgements_in(table, self.first), [self.first])
        with self._cpu:
            for link in self._links:
                before = _text(table)
                table, judgements = link.apply(table)
                tokens = self._tokens(table) if before is None else self._recounted(table, before, tokens)
                table, tokens = self._part(table, tokens, judgements, link.names)
        self._out = self._out.plus(_size(tokens))
        return put(table, TOKENS, tokens) if self.carries else table

    def finish(self) -> Stats:
        """The counts of the shard, once all of its batches have passed.

        Raises StepFailed when a step failed on all or most of the rows that it was asked about.
        """
        with self._cpu:
            for guard in (guard for link in self._links for guard in link.guards):
                self._add(guard.name, guard.finish())
        unit = self.count.unit if self.count else ""
        return Stats("map", self._in.rows, self._out.rows, self._in.tokens, self._out.tokens,
                     steps=self._steps, counts=self.counts, unit=unit)  # fmt: skip

    def _tokens(self, table: pa.Table) -> pa.ChunkedArray:
        text = _text(table)
        if self.count is None or text is None:
            return pa.chunked_array([np.zeros(table.num_rows, np.int64)])
        return self.count.of(text)

    def _recounted(self, table: pa.Table, before: pa.ChunkedArray, tokens: pa.ChunkedArray) -> pa.ChunkedArray:
        """The tokens of the rows, of which only those are counted whose text is another than before."""
        text = _text(table)
        if before.equals(text):
            return tokens
        if text is None or self.count is None:
            return self._tokens(table)
        changed = pc.fill_null(pc.not_equal(before, text), True).combine_chunks()
        counted = self.count.of(text.filter(changed)).combine_chunks()
        return pa.chunked_array([pc.replace_with_mask(tokens.combine_chunks(), changed, counted)])

    def _part(
        self, table: pa.Table, tokens: pa.ChunkedArray, judgements: Sequence[Judgement | None], names: Sequence[str]
    ) -> tuple[pa.Table, pa.ChunkedArray]:
        """Split off the rows that leave, count them under the step that decided, and drop the engine's columns."""
        self._count(table)
        table = without_reserved(table)
        leaving = [(row, judgement) for row, judgement in enumerate(judgements) if judgement]
        self._tally(_size(tokens), leaving, tokens, names)
        if leaving:
            self._send(self.reject, table, [(row, j) for row, j in leaving if j.error is None])
            self._send(self.quarantine, table, [(row, j) for row, j in leaving if j.error is not None])
            stay = [row for row, judgement in enumerate(judgements) if judgement is None]
            table, tokens = pick_rows(table, stay), tokens.take(pa.array(stay, pa.int64()))
        return table, tokens

    def _tally(
        self, kept: Size, leaving: Sequence[tuple[int, Judgement]], tokens: pa.ChunkedArray, names: Sequence[str]
    ) -> None:
        """Add what each step kept, dropped and quarantined of one batch."""
        sizes = tokens.take([row for row, _ in leaving]).to_pylist() if leaving else []
        dropped = [defaultdict[str, Size](Size) for _ in names]
        quarantined = [defaultdict[str, int](int) for _ in names]
        left = [NOTHING for _ in names]
        for (_, judgement), size in zip(leaving, sizes, strict=True):
            step, one = judgement.step, Size(1, size)
            left[step] = left[step].plus(one)
            if judgement.error is not None:
                quarantined[step][judgement.error] += 1
            else:
                reason = str(judgement.reason)
                dropped[step][reason] = dropped[step][reason].plus(one)
        for step, name in enumerate(names):
            kept = kept.minus(left[step])
            self._add(name, Step(kept, dropped[step], quarantined[step]))

    def _add(self, name: str, step: Step) -> None:
        self._steps[name] = self._steps[name].plus(step)

    def _send(self, take: Callable[[pa.Table], None], table: pa.Table, rows: Sequence[tuple[int, Judgement]]) -> None:
        """Hand over rows that leave, with the columns that say why."""
        if rows:
            table = pick_rows(table, [row for row, _ in rows])
            columns = zip(*(judgement[1:] for _, judgement in rows), strict=True)
            for name, values in zip(Judgement._fields[1:], columns, strict=True):
                table = put(table, name, pa.array(values, pa.string()))
            take(table)

    def _count(self, table: pa.Table) -> None:
        for row in table["counts"].to_pylist() if "counts" in table.column_names else ():
            for name, number in row or ():
                self.counts[name] = self.counts.get(name, 0) + number


def _size(tokens: pa.ChunkedArray) -> Size:
    return Size(len(tokens), pc.sum(tokens).as_py() or 0)


def _text(table: pa.Table) -> pa.ChunkedArray | None:
    return table["text"] if "text" in table.column_names else None
