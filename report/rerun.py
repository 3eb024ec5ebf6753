"""Stages of a run under other limits, gone through again in memory on the texts that the run stored.

What comes out is what a new run would do, page by page, up to the first stage that asks a question about the whole
corpus: its answer depends on all other pages, and only a run can give it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.chain import TransformChain
from pipeline.doc import Doc
from pipeline.errors import UsageError
from pipeline.rules import EditRules, Measure, Rules
from pipeline.source import tables_of
from pipeline.stage import Map, Source, Stage
from pipeline.stats import Step
from pipeline.transform import Annotate, Edit, Screen, Transform
from pipeline.view import join_verdicts, view_of
from report.limits import recorded_signals
from report.stored import dropped_rows

KEPT = "kept"
Bounds = Mapping[str, Mapping[str, float | None]]  # name of a filter -> name of a limit -> its other bound


@dataclass(frozen=True)
class Recorded:
    """A measure that takes from the row what a run with signals=true recorded, and measures what is not there."""

    name: str
    measure: Measure

    def __call__(self, doc: Doc) -> Mapping[str, float]:
        """The values of a Doc by name."""
        return recorded_signals(self.name, doc.fields) or self.measure(doc)


def with_bounds(transform: Transform, bounds: Bounds) -> Transform:
    """The transform with other bounds of its limits; the same one where none of them is meant."""
    if isinstance(transform, Screen):
        filters = tuple(_bounded(function, bounds) for function in transform.filters)
        return transform if filters == transform.filters else replace(transform, filters=filters)
    if isinstance(transform, Edit) and (fn := _bounded(transform.fn, bounds)) is not transform.fn:
        return replace(transform, fn=fn)
    return transform


def _bounded(function: Any, bounds: Bounds) -> Any:
    if isinstance(function, Rules | EditRules) and function.name in bounds:
        return function.replace(**bounds[function.name])
    return function


def _forget(table: pa.Table) -> None:
    """Pages that fail again are quarantined in both runs."""


@dataclass
class Again:
    """A stage with its new limits, and what its transforms do with the rows from the one at `first` on."""

    stage: Map
    first: int
    dropped: list[pa.Table] = field(default_factory=list)

    def __post_init__(self) -> None:
        transforms = tuple(map(_recorded, self.stage.transforms[self.first :]))
        self._chain = TransformChain(transforms, self.dropped.append, _forget, count=None)

    @property
    def names(self) -> tuple[str, ...]:
        """The names, in the run's funnel, of the steps that are gone through again."""
        return tuple(name for names in self.stage.steps[self.first :] for name in names)

    def apply(self, tables: Iterator[pa.Table]) -> list[pa.Table]:
        """The rows that stay; those that leave are in `dropped`."""
        return [self._chain.apply(table) for table in tables]

    def finish(self) -> dict[str, Step]:
        """What each step did with the rows of all shards, by its name in the run's funnel."""
        return dict(zip(self.names, [*self._chain.finish().steps.values()][1:], strict=True))


def _recorded(transform: Transform) -> Transform:
    """The transform with recorded values in place of measuring, and without columns of its own for them."""
    if isinstance(transform, Screen):
        filters = (
            replace(f, measure=Recorded(f.name, f.measure)) if isinstance(f, Rules) else f for f in transform.filters
        )
        return Screen(tuple(filters))
    return replace(transform, signals=False) if isinstance(transform, Edit) else transform


def stages_again(stages: Sequence[Stage], bounds: Bounds) -> tuple[list[Again], set[str]]:
    """The stages to go through again, in order, and the names of those behind them that only a run can answer for.

    Raises UsageError when a stage did not store what it needs.
    """
    again, unknown = dict[str, Again](), set[str]()
    for stage in stages:
        before = {each.name for each in stage.inputs()}
        old = stage.transforms if isinstance(stage, Map) else ()
        transforms = tuple(with_bounds(transform, bounds) for transform in old)
        changed = [n for n, transform in enumerate(transforms) if transform is not old[n]]
        if before & unknown:
            unknown.add(stage.name)
        elif isinstance(stage, Map) and stage.verdicts is None and (changed or before & again.keys()):
            first = _first(stage, changed[0]) if isinstance(stage.source, Source) else 0
            again[stage.name] = Again(replace(stage, transforms=transforms), first)
        elif before & again.keys() or changed:
            unknown.add(stage.name)
    return list(again.values()), unknown


def _first(stage: Map, changed: int) -> int:
    """The place of the first transform to repeat in a stage of which only the output is stored."""
    if not all(isinstance(transform, Screen | Annotate) for transform in stage.transforms[changed:]):
        raise UsageError(f"stage {stage.name} edits its texts behind this filter: run the recipe with the other limit")
    if stage.rejects < 1:
        raise UsageError(
            f"stage {stage.name} kept a share of {stage.rejects} of the pages that it dropped: run the recipe with"
            " rejects=1, or with the other limit"
        )
    return changed


@dataclass
class Fates:
    """What became of the pages of a shard, by id: "kept" or the reason, in the run and under the new limits."""

    old: dict[str, str] = field(default_factory=dict)
    new: dict[str, str] = field(default_factory=dict)
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)

    def crossing(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """(old fate, new fate, row) of the pages that one of both keeps and the other drops, in the order of ids."""
        for id, new in sorted(self.new.items()):
            old = self.old.get(id, "dropped")
            if (old == KEPT) != (new == KEPT):
                yield old, new, self.rows[id]

    def enter(self, tables: Sequence[pa.Table], fates: dict[str, str], fate: str = "") -> None:
        """Enter the rows of some tables with a fate, or with the reason that each row has."""
        for table in tables:
            for row in table.select(
                [c for c in ("id", "url", "text", "reason") if c in table.column_names]
            ).to_pylist():
                fates[row["id"]] = fate or row["reason"]
                self.rows[row["id"]] = row


def shard_again(root: str, again: Sequence[Again], shard: str) -> Fates:
    """Go through the stages again with one shard. Memory: the rows of the shard."""
    fates, kept = Fates(), dict[str, list[pa.Table]]()
    for each in again:
        stage = each.stage
        each.dropped.clear()
        source = stage.source.name if not isinstance(stage.source, Source) else ""
        rows = kept[source] if source in kept else list(_stored_input(root, each, shard))
        kept[stage.name] = each.apply(_where(rows, stage))
        fates.enter(list(dropped_rows(root, stage.name, shard)), fates.old)
        fates.enter(each.dropped, fates.new)
    ends = kept.keys() - {each.stage.source.name for each in again if not isinstance(each.stage.source, Source)}
    for name in sorted(ends):
        fates.enter(list(view_of(root, name).read(root, shard)), fates.old, KEPT)
        fates.enter(kept[name], fates.new, KEPT)
    return fates


def _stored_input(root: str, again: Again, shard: str) -> Iterator[pa.Table]:
    """What a stage goes through again: its stored input with what was recorded of it, or its own output and rejects."""
    stage = again.stage
    recorded = [*view_of(root, stage.name).read(root, shard), *dropped_rows(root, stage.name, shard)]
    if isinstance(stage.source, Source):
        for table in recorded:
            later = pa.array([_is_of(reason, again.names) for reason in _reasons(table)], pa.bool_())
            yield table.filter(later).select(stage.schema.names)
        return
    signals = _signals(recorded)
    for table in tables_of(stage.source, shard, root):
        yield join_verdicts(table, signals) if signals is not None else table


def _signals(tables: Sequence[pa.Table]) -> pa.Table | None:
    """Ids with what a run with signals=true recorded of their pages; None when it recorded nothing."""
    names = [name for name in (tables[0].column_names if tables else ()) if "." in name]
    return pa.concat_tables([table.select(["id", *names]) for table in tables]) if names else None


def _where(tables: Sequence[pa.Table], stage: Map) -> Iterator[pa.Table]:
    """The rows that the stage takes of its source."""
    for table in tables:
        for column, value in (stage.where or {}).items():
            table = table.filter(pc.equal(table[column], value))
        yield table


def _reasons(table: pa.Table) -> list[str | None]:
    return table["reason"].to_pylist() if "reason" in table.column_names else [None] * table.num_rows


def _is_of(reason: str | None, steps: Sequence[str]) -> bool:
    """Whether a row is kept, or was dropped by one of these steps."""
    return reason is None or reason.rpartition(":")[0] in steps
