"""What the filters of a run measure of a sampled page: as the run recorded it, else measured again on stored text."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from pipeline.columns import put, without_reserved
from pipeline.doc import Doc, docs
from pipeline.rules import EditRules
from pipeline.stage import Map, Source
from pipeline.transform import Edit, Screen
from report.limits import Measuring, recorded
from report.page.chain import DocumentChain, Gate

Row = Mapping[str, Any]
Values = dict[int, Mapping[str, float]]  # the line of a gate -> what its filter measured


@dataclass
class Walk:
    """A page on its way through filters that do not stop it.

    `values` is what was measured at each gate. `stop` is the line of the first step without limits that drops the page
    whatever the limits are, -1 when none does. `last` is the stage to which the way leads.
    """

    values: Values = field(default_factory=dict)
    stop: int = -1
    last: str = ""


@dataclass
class Walker:
    """Takes pages through the filters of a chain. `gates` are those of the chain."""

    chain: DocumentChain
    gates: Sequence[Gate]

    def __post_init__(self) -> None:
        maps = self.chain.maps.values()
        self._reads = {m.name: m.schema if isinstance(m.source, Source) else m.source.schema for m in maps}
        self._lines = {m.name: [[self.chain.place(m.name, step) for step in steps] for steps in m.steps] for m in maps}

    def walk(self, stage: str, row: Row, inputs: Mapping[str, Row], line: int) -> Walk:
        """The way of a page that ends at `stage` as `row`, dropped at `line`, or kept (-1).

        `inputs` is the page as the stages of its way read it, as far as that is known.
        """
        walk, way = Walk(last=stage), self.chain.way(stage)
        for name in way[:-1]:
            self._stage(walk, name, row, inputs.get(name), -1)
        text = self._stage(walk, stage, row, inputs.get(stage), line)
        gate = next((gate for gate in self.gates if gate.line == line), None)
        if line >= 0 and (gate is None or not gate.movable):
            walk.stop = line
        while line >= 0 and walk.stop < 0 and text is not None and (after := self._child(walk.last, text)):
            walk.last = after.name
            if after.verdicts is not None:
                break
            text = self._transforms(walk, after, 0, text)
        return walk

    def _child(self, stage: str, row: Row) -> Map | None:
        """The stage that would read the page next."""
        children = (self.chain.maps.get(name) for name in self.chain.children(stage))
        fits = (child for child in children if child and _matches(child, row))
        return next(fits, None)

    def _stage(self, walk: Walk, name: str, row: Row, before: Row | None, line: int) -> Row | None:
        """Measure at the gates of one stage; returns the page as it leaves the stage, if it can be followed so far."""
        stage = self.chain.maps.get(name)
        gates = [gate for gate in self.gates if gate.stage == name]
        if stage is None or not gates:
            return None
        for gate in gates:
            if found := recorded(gate.judge, row, gate.line == line):
                walk.values[gate.line] = found
        if all(gate.line in walk.values for gate in gates) and line < 0:
            return None
        if isinstance(stage.source, Source):
            return self._of_source(walk, stage, gates, row, line)
        return None if before is None else self._transforms(walk, stage, 0, before)

    def _of_source(self, walk: Walk, stage: Map, gates: Sequence[Gate], row: Row, line: int) -> Row | None:
        """A stage whose input is not stored: what its filters measure of the page as it came out."""
        for gate in gates:
            if gate.line not in walk.values and (line < 0 or gate.line < line):
                walk.values[gate.line] = gate.judge.measure(_doc(row))
        if not any(gate.line == line and gate.movable for gate in gates):
            return None
        number = next(n for n, lines in enumerate(self._lines[stage.name]) if line in lines)
        kept = {key: value for key, value in row.items() if key not in ("reason", "measured")}
        return self._transforms(walk, stage, number, kept)

    def _transforms(self, walk: Walk, stage: Map, first: int, row: Row) -> Row | None:
        """Pass a page through transforms from one on; none of their limits stops it. None when something else does."""
        table = pa.Table.from_pylist([dict(row)], self._reads[stage.name])
        for transform, lines in list(zip(stage.transforms, self._lines[stage.name], strict=True))[first:]:
            if isinstance(transform, Screen):
                walk.stop = _screened(transform, lines, _doc_of(table), walk.values)
            elif isinstance(transform, Edit) and isinstance(transform.fn, EditRules):
                text, measured = transform.fn.fn(_doc_of(table))
                walk.values.setdefault(lines[0], measured)
                table = put(table, "text", pa.array([text], pa.string()))
            else:
                table = transform(table)
                walk.stop = next((lines[0] for _ in _reasons(table)), -1)
                table = without_reserved(table)
            if walk.stop >= 0:
                return None
        return table.to_pylist()[0]


def _screened(screen: Screen, lines: Sequence[int], doc: Doc, values: Values) -> int:
    """Measure at the limits of a screen; the line of the first filter without limits that drops the page, or -1."""
    for line, function in zip(lines, screen.filters, strict=True):
        if not isinstance(function, Measuring):
            if function(doc):
                return line
        elif line not in values:
            values[line] = function.measure(doc)
    return -1


def _reasons(table: pa.Table) -> Iterator[str]:
    for name in ("reason", "error"):
        if name in table.column_names:
            yield from filter(None, table[name].to_pylist())


def _matches(stage: Map, row: Row) -> bool:
    return all(row.get(column) == value for column, value in (stage.where or {}).items())


def _doc(row: Row) -> Doc:
    return Doc(row.get("text") or "", row.get("url") or "", row.get("id") or "", row)


def _doc_of(table: pa.Table) -> Doc:
    return next(docs(table))


def end_of(gates: Sequence[Gate], lines: set[int], values: Values, stop: int) -> int:
    """The line at which a page ends under the limits of the gates that lie on its `lines`; -1 when it is kept."""
    for gate in gates:
        if 0 <= stop <= gate.line:
            break
        if gate.line in lines and gate.line in values and gate.judge.judge(values[gate.line]):
            return gate.line
    return stop
