"""Other thresholds on the signals that a run kept: the new counts, and pages that would change sides."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isnan
from typing import Any

from pipeline import parquet, store
from pipeline.doc import Doc
from pipeline.errors import UsageError
from pipeline.view import planned
from pipeline.stage import Map, Stage
from pipeline.transform import Screen, name_of, signal_names

PAGES = 20
SAMPLE = Doc("Here is a line with some words in it.\nAnd here is another one.", "https://host.example/page")


def whatif(root: str, stages: Sequence[Stage], changes: Sequence[str]) -> str:
    """What each changed stage would keep and drop, and up to twenty pages that would change sides.

    A change is "<filter>.<field>=<number>". Raises UsageError when no filter of the run's recipe has that name and
    field, or the run kept no signals.
    """
    wanted = dict(_parse(change) for change in changes)
    told: list[str] = []
    for stage in stages:
        if isinstance(stage, Map) and (filters := _filters(stage)):
            changed = {f: _changed(f, wanted) for f in filters}
            if any(new is not old for old, new in changed.items()):
                told += _stage(root, stage.name, changed)
    if wanted:
        filters = [f for stage in stages if isinstance(stage, Map) for f in _filters(stage)]
        known = sorted({f"{name_of(f)}.{name}" for f in filters for name in _thresholds(f)})
        raise UsageError(f"no threshold is called {', '.join(wanted)}; there are {', '.join(known) or 'none'}")
    return "\n".join(told)


def _parse(change: str) -> tuple[str, float]:
    name, _, value = change.partition("=")
    try:
        number = float(value)
        if isnan(number):
            raise ValueError
        return name, number
    except ValueError:
        raise UsageError(f"{change!r} is no threshold; write filter.field=number") from None


def _filters(stage: Map) -> list[Any]:
    """The filters of a stage, in order, that measure and judge apart."""
    functions: list[Any] = []
    for transform in stage.transforms:
        functions += transform.filters if isinstance(transform, Screen) else [getattr(transform, "fn", None)]
    return [f for f in functions if hasattr(f, "judge") and dataclasses.is_dataclass(f)]


def _changed(function: Any, wanted: dict[str, float]) -> Any:
    """The filter with its new thresholds, which are then taken off the list."""
    mine = {name: wanted.pop(key) for name in _thresholds(function) if (key := f"{name_of(function)}.{name}") in wanted}
    return dataclasses.replace(function, **mine) if mine else function


def _thresholds(function: Any) -> list[str]:
    """The numbers that only judging reads: what measuring reads cannot be tried on what was measured."""
    read = set[str]()

    class Watched(type(function)):
        def __getattribute__(self, name: str) -> Any:
            read.add(name)
            return super().__getattribute__(name)

    values = {f.name: getattr(function, f.name) for f in dataclasses.fields(function)}
    Watched(**values).measure(SAMPLE)
    numbers = (int, float, type(None))
    return [n for n, v in values.items() if n not in read and isinstance(v, numbers) and not isinstance(v, bool)]


def _stage(root: str, stage: str, changed: Mapping[Any, Any]) -> list[str]:
    before, after, crossing = Counter[str](), Counter[str](), []
    signals = {name_of(function): signal_names(function) for function in changed}
    for row in _rows(root, stage, [signal for names in signals.values() for signal in names]):
        old, new = _reason(row, changed, signals), _reason(row, changed.values(), signals)
        before[old or "kept"] += 1
        after[new or "kept"] += 1
        if bool(old) != bool(new) and len(crossing) < PAGES:
            text = " ".join((row["text"] or "").split())[:160]
            crossing.append(f"  {old or 'kept'} -> {new or 'kept'}  {row['url']}\n    {text}")
    if not before:
        raise UsageError(f"stage {stage} kept no signals; run the recipe with signals=true")
    lines = [f"  {reason:<40} {before[reason]:>10,} -> {after[reason]:>10,}" for reason in sorted({*before, *after})]
    return [
        f"{stage}: pages by reason, before -> after",
        *lines,
        "pages that would change sides:",
        *(crossing or ["  none"]),
    ]


def _rows(root: str, stage: str, signals: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Rows of a stage, kept and dropped, that have signals; of the others nothing was measured."""
    for shard in planned(root, stage):
        for name in (f"{stage}/{shard}.parquet", f"{stage}.rejects/{shard}.parquet"):
            if store.exists(root, name):
                with parquet.open_file(root, name) as file:
                    here = [c for c in ("url", "text", "language", *signals) if c in file.schema_arrow.names]
                    for batch in file.iter_batches(columns=here):
                        yield from (row for row in batch.to_pylist() if any(row.get(s) is not None for s in signals))


def _reason(row: Mapping[str, Any], filters: Iterable[Any], signals: Mapping[str, Sequence[str]]) -> str | None:
    """The first reason that filters give for the signals of a row; what a filter never saw it is shown now."""
    doc: Doc | None = None
    for function in filters:
        name = name_of(function)
        measured = {key.removeprefix(f"{name}."): row.get(key) for key in signals[name]}
        if None in measured.values():
            doc = doc or Doc(row["text"] or "", row["url"] or "", fields={"language": row.get("language")})
            measured, said = function.measure(doc), function(doc)
            doc = dataclasses.replace(doc, text=said[0]) if isinstance(said, tuple) else doc
        if code := function.judge(measured):
            return f"{name}:{code}"
    return None
