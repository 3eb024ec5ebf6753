"""Transforms: an Arrow table to a table of the same rows in the same order.

A transform drops a row by filling the column `reason` and quarantines it by filling `error` (and `error_message` and
`error_place`, for the person who repairs it); it may say what it measured in `measured` (JSON), and count in `counts`
(map of name to number). The engine takes these columns away, and no data can have a column of these names. A transform
must work on an empty table, since the schema of a stage is what its transforms make of one.

Most transforms need none of this: they are made by `screen`, `annotate`, `rewrite` and `edit`.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from pipeline.columns import check_not_reserved, put
from pipeline.doc import Doc, docs
from pipeline.guard import Caller, Failure
from pipeline.naming import distinct, name_of
from pipeline.protocols import Editor, Filter, Judgement, RowTransform, Transform
from pipeline.returns import annotating, array_of, editing, judging, rewriting
from pipeline.rules import EditRules
from pipeline.signals import put_signals, signal_names

__all__ = ["Screen", "Transform", "annotate", "edit", "name_of", "put", "rewrite", "screen", "signal_names"]

TEXT = pa.field("text", pa.string())


def screen(*filters: Filter, signals: bool = False) -> "Screen":
    """Drop a row by the first reason that a filter gives: "gopher.quality:short".

    With `signals`, every value that filters of type Rules measure is kept as a float64 column "<filter>.<value>".
    """
    return Screen(filters, signals)


def annotate(fn: Callable[[Doc], Mapping[str, Any]], schema: pa.Schema) -> "Annotate":
    """Add the columns of `schema` with what `fn` says of each Doc; a column of the same name is replaced.

    Raises UsageError when a column is called as one of the engine's is.
    """
    check_not_reserved(schema)
    return Annotate(fn, schema)


def rewrite(fn: Callable[[str], str]) -> "Rewrite":
    """Replace each text by what `fn` makes of it."""
    return Rewrite(fn)


def edit(fn: Editor | EditRules, signals: bool = False) -> "Edit":
    """Replace each text by the one that `fn` gives, or drop the row, with its old text, when `fn` gives a reason.

    With `signals`, what an `fn` of type EditRules measures is kept as columns, as in `screen`.
    """
    return Edit(fn, signals)


@dataclass(frozen=True)
class Screen(RowTransform):
    """See `screen`. With signals, the filters behind the one that dropped a row measure it too."""

    filters: tuple[Filter, ...]
    signals: bool = False

    @property
    def steps(self) -> tuple[str, ...]:
        """A name for each filter."""
        return tuple(map(name_of, self.filters))

    def apply(self, table: pa.Table, callers: Sequence[Caller]) -> tuple[pa.Table, list[Judgement | None]]:
        """The table as it is then, and a judgement for each row (None: kept)."""
        judges = [judging(caller.name, fn) for fn, caller in zip(self.filters, callers, strict=True)]
        rows = [self._judge(doc, judges, callers) for doc in docs(table)]
        if self.signals:
            table = put_signals(table, distinct(self.steps), self.filters, [measured for _, measured in rows])
        return table, [judgement for judgement, _ in rows]

    def _judge(
        self, doc: Doc, judges: Sequence[Callable[..., Any]], callers: Sequence[Caller]
    ) -> tuple[Judgement | None, list[Any]]:
        """What becomes of a row, and what each step measured."""
        decided, measured = None, list[Any]()
        for step, judge in enumerate(judges):
            said = callers[step].call(judge, doc, decided is None)
            if isinstance(said, Failure):
                return decided or Judgement.failed(step, callers[step], said), measured
            reason, values = said
            measured.append(values)
            if reason and decided is None:
                decided = Judgement(step, f"{callers[step].name}:{reason}", _json(values))
                if not self.signals:
                    break
        return decided, measured


@dataclass(frozen=True)
class Edit(RowTransform):
    """See `edit`."""

    fn: Editor | EditRules
    signals: bool = False

    @property
    def steps(self) -> tuple[str, ...]:
        return (name_of(self.fn),)

    def apply(self, table: pa.Table, callers: Sequence[Caller]) -> tuple[pa.Table, list[Judgement | None]]:
        (caller,) = callers
        change, old = editing(caller.name, self.fn), table["text"].to_pylist()
        said = [caller.call(change, doc) for doc in docs(table)]
        rows, judgements = _failures_apart(said, ("", None, {}), caller)
        for number, (_, reason, measured) in enumerate(rows):
            if reason:
                judgements[number] = Judgement(0, f"{caller.name}:{reason}", _json(measured))
        texts = [was if leaves else text for was, (text, _, _), leaves in zip(old, rows, judgements, strict=True)]
        table = put(table, "text", array_of(caller.name, TEXT, texts))
        if self.signals:
            table = put_signals(table, self.steps, (self.fn,), [[measured] for _, _, measured in rows])
        return table, judgements


@dataclass(frozen=True)
class Rewrite(RowTransform):
    """See `rewrite`."""

    fn: Callable[[str], str]

    @property
    def steps(self) -> tuple[str, ...]:
        return (name_of(self.fn),)

    def apply(self, table: pa.Table, callers: Sequence[Caller]) -> tuple[pa.Table, list[Judgement | None]]:
        (caller,) = callers
        change = rewriting(caller.name, self.fn)
        said = [caller.call(change, text or "") for text in table["text"].to_pylist()]
        texts, judgements = _failures_apart(said, None, caller)
        return put(table, "text", array_of(caller.name, TEXT, texts)), judgements


@dataclass(frozen=True)
class Annotate(RowTransform):
    """See `annotate`."""

    fn: Callable[[Doc], Mapping[str, Any]]
    schema: pa.Schema

    @property
    def steps(self) -> tuple[str, ...]:
        return (name_of(self.fn),)

    def apply(self, table: pa.Table, callers: Sequence[Caller]) -> tuple[pa.Table, list[Judgement | None]]:
        (caller,) = callers
        say = annotating(caller.name, self.fn, self.schema.names)
        said = [caller.call(say, doc) for doc in docs(table)]
        rows, judgements = _failures_apart(said, [None] * len(self.schema), caller)
        for place, field in enumerate(self.schema):
            table = put(table, field.name, array_of(caller.name, field, [row[place] for row in rows]))
        return table, judgements


def _failures_apart(said: Iterable[Any], instead: Any, caller: Caller) -> tuple[list[Any], list[Judgement | None]]:
    """The results with `instead` in the place of each Failure, and the Judgements on the rows that failed."""
    results, judgements = list[Any](), list[Judgement | None]()
    for each in said:
        failed = isinstance(each, Failure)
        results.append(instead if failed else each)
        judgements.append(Judgement.failed(0, caller, each) if failed else None)
    return results, judgements


def _json(measured: Mapping[str, float]) -> str | None:
    return json.dumps(measured, default=float) if measured else None
