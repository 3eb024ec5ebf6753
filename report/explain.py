"""Where a page went: the step that dropped it, why, and what was measured beside the limits, also of a kept page."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns import without_reserved
from pipeline.doc import docs
from pipeline.source import tables_of
from pipeline.stage import Map, Source, Stage
from pipeline.transform import Edit, Rewrite
from report.limits import Measuring, measuring, told
from report.lookup import FoundRow, find_page

CHARACTERS = 600  # of the text of a dropped page
KEPT = "_kept"  # what a column ends in that names the page of which another is a copy


def explain(root: str, page: str, stages: Sequence[Stage] = ()) -> str:
    """What happened to a page of a run, given by its id, its URL, or another spelling of it.

    With the `stages` of the run, limits are shown beside what was measured, and what a run did not store is measured
    again from the stored text. Raises UsageError, with near spellings, when no file has the page.
    """
    maps = {stage.name: stage for stage in stages if isinstance(stage, Map)}
    places = find_page(root, page)
    lines: list[str] = []
    for id in dict.fromkeys(place.row["id"] for place in places):
        mine = [place for place in places if place.row["id"] == id]
        lines.append(f"{mine[0].row['url']}, id {id}")
        for place in mine:
            lines += _at(root, place, maps.get(place.stage))
    return "\n".join(lines)


def _at(root: str, place: FoundRow, stage: Map | None) -> Iterator[str]:
    stored, row = f"{place.stage}: ", place.row
    if place.where == "quarantined":
        why = "".join(f", {row[name]}" for name in ("error_message", "error_place") if row.get(name))
        where = f", {row['warc']} at {row['offset']}, {row['length']} bytes" if row["warc"] else ""
        yield stored + f"quarantined as {row['error']}{why}{where}"
        return
    yield stored + (f"kept, shard {place.shard}" if place.where == "kept" else f"dropped by {row['reason']}")
    for column in row:
        if place.where == "dropped" and column.endswith(KEPT) and row[column] and row[column] != row["id"]:
            yield f"  a copy of {_title(root, row[column])}"
    if stage is not None:
        yield from (f"  {judge.name}: {told(judge, values)}" for judge, values in _measured(root, place, stage))
    elif row.get("measured"):
        yield f"  measured {row['measured']}"
    if place.where == "dropped":
        yield from _text(row)


def _title(root: str, id: str) -> str:
    """The id of another page of the run and its URL."""
    return next((f"{id}, {place.row['url']}" for place in find_page(root, id)), id)


def _measured(root: str, place: FoundRow, stage: Map) -> Iterator[tuple[Measuring, Mapping[str, float]]]:
    """What each filter of the stage measured of the page, up to the one that dropped it.

    As the run stored it (the note of a reject, the columns of a run with signals=true), else measured again.
    """
    row, again = place.row, None
    for judge in measuring(stage.transforms):
        decided = (row.get("reason") or "").startswith(f"{judge.name}:")
        signals = {name.removeprefix(f"{judge.name}."): row[name] for name in row if name.startswith(f"{judge.name}.")}
        if decided and row["measured"]:
            yield judge, json.loads(row["measured"])
        elif signals and None not in signals.values():
            yield judge, signals
        else:
            again = dict(_again(root, place, stage)) if again is None else again
            if judge in again:
                yield judge, again[judge]
        if decided:
            return


def _again(root: str, place: FoundRow, stage: Map) -> Iterator[tuple[Measuring, Mapping[str, float]]]:
    """What the filters of a stage measure of a page now: of its stored input, as it goes from transform to transform.

    A stage that reads a source has no stored input: a kept page is measured as it came out, if nothing edited it.
    """
    if isinstance(stage.source, Source):
        edited = any(isinstance(transform, Edit | Rewrite) for transform in stage.transforms)
        rows = [place.row] if place.where == "kept" and not edited else []
        for doc in docs(pa.Table.from_pylist(rows, stage.schema)):
            yield from ((judge, judge.measure(doc)) for judge in measuring(stage.transforms))
        return
    for table in tables_of(stage.source, place.shard, root):
        table = table.filter(pc.equal(table["id"], place.row["id"]))
        for transform in stage.transforms if table.num_rows else ():
            for doc in docs(table):
                yield from ((judge, judge.measure(doc)) for judge in measuring((transform,)))
            table = transform(table)
            table = table.filter(pc.is_null(table["reason"])) if "reason" in table.column_names else table
            table = without_reserved(table)


def _text(row: Mapping[str, Any]) -> Iterator[str]:
    if text := row.get("text"):
        yield "  | " + text[:CHARACTERS].replace("\n", "\n  | ") + (" …" if len(text) > CHARACTERS else "")
