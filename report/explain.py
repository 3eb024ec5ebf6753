"""Where a page went: the step that dropped it, why, and what was measured beside the limits, also of a kept page."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns import without_reserved
from pipeline.doc import docs
from pipeline.stage import Map, Source, Stage
from pipeline.transform import Edit, Rewrite
from report.index import KEPT
from report.limits import Measuring, measuring, recorded, told
from report.lookup import FoundRow, find_page, url_of
from report.page_index import PageIndex
from report.record_place import RecordPlace, origins_of, record_place
from report.stored import kept_rows

CHARACTERS = 600  # of the text of a dropped page


class Told(NamedTuple):
    """What one stage did with a page.

    `fate` is kept, dropped or quarantined, `reason` the reason or the error, and `message` what else is known of an
    error. `filters` are what the filters measured, each with a sentence that has the limits, up to the one that dropped
    it. `copy_of` is the id of the page of which this one is a copy, and its URL.
    """

    stage: str
    shard: str
    fate: str
    reason: str
    message: str
    copy_of: list[str]
    filters: list[dict[str, Any]]
    text: str


class Explained(NamedTuple):
    """A page, where its record lies, and what each stage of a run did with it, in order."""

    id: str
    url: str
    record: RecordPlace
    stages: list[Told]


def explain(root: str, page: str, stages: Sequence[Stage] = (), index: PageIndex | None = None) -> list[Explained]:
    """What happened to a page of a run, given by its id, its URL, or another spelling of it (which may be several).

    With the `stages` of the run, limits are shown beside what was measured, and what a run did not store is measured
    again from the stored text. Files that cannot be read are noted by the `index`. Raises UsageError, with near
    spellings, when no file has the page.
    """
    index = index or PageIndex(root)
    return explain_rows(index, find_page(root, page, index), stages)


def explain_rows(index: PageIndex, places: Sequence[FoundRow], stages: Sequence[Stage]) -> list[Explained]:
    """The same of pages that were found, by all their rows."""
    maps, origins = {stage.name: stage for stage in stages if isinstance(stage, Map)}, origins_of(stages)
    found = list[Explained]()
    for id in dict.fromkeys(place.row["id"] for place in places):
        mine = [place for place in places if place.row["id"] == id]
        records = (record_place(place.row, origins.get(place.stage)) for place in mine)
        record = next((each for each in records if each.told), RecordPlace())
        told = [_told(index, place, maps.get(place.stage)) for place in mine]
        found.append(Explained(id, mine[0].row["url"], record, told))
    return found


def _told(index: PageIndex, place: FoundRow, stage: Map | None) -> Told:
    row, dropped, ill = place.row, place.where == "dropped", place.where == "quarantined"
    copies = [row[c] for c in row if dropped and c.endswith(KEPT) and row[c] and row[c] != row["id"]]
    filters = [] if ill or stage is None else list(_filters(index, place, stage))
    if not ill and stage is None and row.get("measured"):
        filters = [{"filter": "", "values": json.loads(row["measured"]), "told": row["measured"]}]
    return Told(
        place.stage,
        place.shard,
        place.where,
        (row.get("error") if ill else row.get("reason")) or "",
        "".join(f", {row[name]}" for name in ("error_message", "error_place") if ill and row.get(name)),
        [", ".join(filter(None, (id, url_of(index, id)))) for id in copies],
        filters,
        (row.get("text") or "") if dropped else "",
    )


def _filters(index: PageIndex, place: FoundRow, stage: Map) -> Iterator[dict[str, Any]]:
    for judge, values in _measured(index, place, stage):
        yield {"filter": judge.name, "values": dict(values), "told": told(judge, values)}


def explain_lines(pages: Sequence[Explained]) -> list[str]:
    """The same for a person."""
    return [line for page in pages for line in _of_page(page)]


def _of_page(page: Explained) -> Iterator[str]:
    yield f"{page.url}, id {page.id}"
    yield from (f"  {line}" for line in (page.record.told, page.record.command) if line)
    for stage in page.stages:
        yield from _at(stage)


def _at(stage: Told) -> Iterator[str]:
    if stage.fate == "quarantined":
        yield f"{stage.stage}: quarantined as {stage.reason}{stage.message}"
        return
    yield f"{stage.stage}: " + (f"kept, shard {stage.shard}" if stage.fate == "kept" else f"dropped by {stage.reason}")
    yield from (f"  a copy of {title}" for title in stage.copy_of)
    for each in stage.filters:
        yield f"  {each['filter']}: {each['told']}" if each["filter"] else f"  measured {each['told']}"
    if text := stage.text:
        yield "  | " + text[:CHARACTERS].replace("\n", "\n  | ") + (" …" if len(text) > CHARACTERS else "")


def _measured(index: PageIndex, place: FoundRow, stage: Map) -> Iterator[tuple[Measuring, Mapping[str, float]]]:
    """What each filter of the stage measured of the page, up to the one that dropped it.

    As the run stored it (the note of a reject, the columns of a run with signals=true), else measured again.
    """
    row, again = place.row, None
    for judge in measuring(stage.transforms):
        decided = (row.get("reason") or "").startswith(f"{judge.name}:")
        if (found := recorded(judge, row, decided)) is not None:
            yield judge, found
        else:
            again = dict(_again(index, place, stage)) if again is None else again
            if judge in again:
                yield judge, again[judge]
        if decided:
            return


def _again(index: PageIndex, place: FoundRow, stage: Map) -> Iterator[tuple[Measuring, Mapping[str, float]]]:
    """What the filters of a stage measure of a page now: of its stored input, as it goes from transform to transform.

    A stage that reads a source has no stored input: a kept page is measured as it came out, if nothing edited it.
    """
    if isinstance(stage.source, Source):
        edited = any(isinstance(transform, Edit | Rewrite) for transform in stage.transforms)
        rows = [place.row] if place.where == "kept" and not edited else []
        for doc in docs(pa.Table.from_pylist(rows, stage.schema)):
            yield from ((judge, judge.measure(doc)) for judge in measuring(stage.transforms))
        return
    for table in index.readable(kept_rows(index.root, stage.source.name, place.shard, None, [place.row["id"]])):
        for transform in stage.transforms if table.num_rows else ():
            for doc in docs(table):
                yield from ((judge, judge.measure(doc)) for judge in measuring((transform,)))
            table = transform(table)
            table = table.filter(pc.is_null(table["reason"])) if "reason" in table.column_names else table
            table = without_reserved(table)
