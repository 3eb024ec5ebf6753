"""Transforms: an Arrow table to a table of the same rows in the same order.

A transform drops a row by filling the column `reason` and quarantines it by filling `error`; it may say what it
measured in `measured` (JSON), and count in `counts` (map of name to number). The engine takes these columns away.
It must work on an empty table, since the schema of a stage is what its transforms make of one.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.types as pat

from pipeline.doc import Doc

Transform = Callable[[pa.Table], pa.Table]
Filter = Callable[[Doc], str | None]


def screen(*filters: Filter, signals: bool = False) -> Transform:
    """Drop a row by the first reason that a filter gives: "gopher.quality:short".

    With `signals`, every value that the filters measure is kept as a float64 column "<filter>.<value>".
    """
    return Screen(filters, signals)


def annotate(fn: Callable[[Doc], Mapping[str, Any]], schema: pa.Schema) -> Transform:
    """Add the columns of `schema` with what `fn` says of each Doc; a column of the same name is replaced."""
    return Annotate(fn, schema)


def rewrite(fn: Callable[[str], str]) -> Transform:
    """Replace each text by what `fn` makes of it."""
    return Rewrite(fn)


def edit(fn: Callable[[Doc], tuple[str, str | None]], signals: bool = False) -> Transform:
    """Replace each text, and drop a row whose Doc gets a reason: `fn` returns (text, reason or None).

    With `signals`, what `fn.measure` says of each Doc is kept as columns, as in `screen`.
    """
    return Edit(fn, signals)


def name_of(function: Any) -> str:
    """What reasons and the funnel call a filter or transform: its `name`, or "module.function"."""
    name = getattr(function, "name", None)
    if isinstance(name, str):
        return name
    named = function if hasattr(function, "__qualname__") else type(function)
    return f"{named.__module__.rpartition('.')[2]}.{named.__qualname__.rpartition('.')[2].lower()}"


def docs(table: pa.Table) -> Iterator[Doc]:
    """A Doc a row; its fields are the row's scalar columns (no lists, no binaries)."""
    empty = [""] * table.num_rows
    text, url, ids = (table[c].to_pylist() if c in table.column_names else empty for c in ("text", "url", "id"))
    plain = [f.name for f in table.schema if not pat.is_nested(f.type) and not pat.is_binary(f.type)]
    names = [name for name in plain if name not in ("text", "url", "id")]
    columns = [table[name].to_pylist() for name in names]
    for row, values in enumerate(zip(*columns, strict=True) if columns else iter([()] * table.num_rows)):
        yield Doc(text[row] or "", url[row] or "", ids[row] or "", dict(zip(names, values, strict=True)))


def put(table: pa.Table, name: str, column: pa.Array | pa.ChunkedArray) -> pa.Table:
    """The table with a column set, in its place when it was there."""
    place = table.schema.get_field_index(name)
    return table.append_column(name, column) if place < 0 else table.set_column(place, name, column)


@dataclass(frozen=True)
class Screen:
    filters: tuple[Filter, ...]
    signals: bool = False

    @property
    def steps(self) -> tuple[str, ...]:
        return tuple(name_of(f) for f in self.filters)

    def __call__(self, table: pa.Table) -> pa.Table:
        verdicts = [self._judge(doc) for doc in docs(table)]
        table = put(table, "reason", pa.array([v[0] for v in verdicts], pa.string()))
        table = put(table, "measured", pa.array([json.dumps(v[1]) if v[1] else None for v in verdicts], pa.string()))
        for key in self._signal_names() if self.signals else ():
            table = put(table, key, pa.array([v[2].get(key) for v in verdicts], pa.float64()))
        return table

    def _judge(self, doc: Doc) -> tuple[str | None, Mapping[str, float], Mapping[str, float]]:
        """Reason, what the deciding filter measured, and all signals. With signals, later filters measure too."""
        reason, deciding, signals = None, {}, {}
        for function in self.filters:
            name, measure = name_of(function), getattr(function, "measure", None)
            measured = measure(doc) if measure else {}
            signals.update((f"{name}.{key}", value) for key, value in measured.items())
            code = function.judge(measured) if measure else function(doc)  # type: ignore[attr-defined]
            if code and not reason:
                reason, deciding = f"{name}:{code}", measured
                if not self.signals:
                    break
        return reason, deciding, signals

    def _signal_names(self) -> list[str]:
        return [key for function in self.filters for key in signal_names(function)]


def signal_names(function: Any) -> list[str]:
    """What a filter measures, as columns: "<filter>.<value>"; nothing for one that does not tell."""
    measure = getattr(function, "measure", None)
    return [f"{name_of(function)}.{key}" for key in measure(Doc(""))] if measure else []


@dataclass(frozen=True)
class Annotate:
    fn: Callable[[Doc], Mapping[str, Any]]
    schema: pa.Schema

    @property
    def name(self) -> str:
        return name_of(self.fn)

    def __call__(self, table: pa.Table) -> pa.Table:
        said = [self.fn(doc) for doc in docs(table)]
        for field in self.schema:
            table = put(table, field.name, pa.array([values[field.name] for values in said], field.type))
        return table


@dataclass(frozen=True)
class Rewrite:
    fn: Callable[[str], str]

    @property
    def name(self) -> str:
        return name_of(self.fn)

    def __call__(self, table: pa.Table) -> pa.Table:
        return put(table, "text", pa.array([self.fn(text or "") for text in table["text"].to_pylist()], pa.string()))


@dataclass(frozen=True)
class Edit:
    fn: Callable[[Doc], tuple[str, str | None]]
    signals: bool = False

    @property
    def name(self) -> str:
        return name_of(self.fn)

    def __call__(self, table: pa.Table) -> pa.Table:
        edited = [(doc, *self.fn(doc)) for doc in docs(table)]
        measure = getattr(self.fn, "measure", None) or (lambda doc: {})
        measured = [measure(doc) if code or self.signals else {} for doc, _, code in edited]
        table = put(table, "text", pa.array([text for _, text, _ in edited], pa.string()))
        table = put(table, "reason", pa.array([code and f"{self.name}:{code}" for _, _, code in edited], pa.string()))
        table = put(table, "measured", pa.array([json.dumps(m) if m else None for m in measured], pa.string()))
        for key in signal_names(self.fn) if self.signals else ():
            values = [m[key.removeprefix(f"{self.name}.")] for m in measured]
            table = put(table, key, pa.array(values, pa.float64()))
        return table
