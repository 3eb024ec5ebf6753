"""A family of duplicates: which page is kept, which ones go, and what differs between them."""

import difflib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import parquet, store
from pipeline.errors import UsageError
from pipeline.receipts import receipted
from pipeline.shuffle import Gather
from pipeline.source import tables_of
from pipeline.stage import Source, Stage
from report.lookup import find_page

PAGES = 10  # pages shown of a family
LINES = 40  # lines shown of a difference
LONGEST = 2_000  # lines of a page that are compared
KEPT, SIZE = "_kept", "_size"


class FamilyVerdicts(NamedTuple):
    """A stage that judges duplicates: its column with the id that is kept, and the stage of the pages (if stored)."""

    stage: Gather
    column: str
    pages: Stage | None


def family(root: str, page: str, stages: Sequence[Stage]) -> str:
    """The families that a page is in, and what each of their pages says in other words than the one that is kept.

    `page` is an id or a URL, also in another spelling; `stages` are those of the run. Reads all verdicts of the run.
    Raises UsageError when the page is unknown or in no family.
    """
    verdicts = list(_verdicts(stages))
    told = [_family(root, each, page) for each in verdicts]
    if not any(told):  # pages of an earlier run are known by their ids only, so ids are looked for before URLs
        ids = dict.fromkeys(place.row["id"] for place in find_page(root, page))
        told = [_family(root, each, id) for id in ids for each in verdicts]
    if not any(told):
        raise UsageError(f"{page} is in no family under {store.redact(root)}: it has no duplicate there")
    return "\n\n".join(filter(None, told))


def _verdicts(stages: Sequence[Stage]) -> Iterator[FamilyVerdicts]:
    for stage in stages:
        if isinstance(stage, Gather) and "id" in stage.schema.names:
            for column in (name for name in stage.schema.names if name.endswith(KEPT)):
                pages = None if stage.one_for is None or isinstance(stage.one_for, Source) else stage.one_for
                yield FamilyVerdicts(stage, column, pages)


def _family(root: str, verdicts: FamilyVerdicts, id: str) -> str:
    """The family that a stage put the page in, as text; empty when it did not."""
    name, column = verdicts.stage.name, verdicts.column
    tables = {shard: parquet.read_table(root, f"{name}/{shard}.parquet") for shard in receipted(root, name)}
    own = [row for table in tables.values() for row in table.filter(pc.equal(table["id"], id)).to_pylist()]
    if not own:
        return ""
    kept, size = own[0][column], own[0][column.replace(KEPT, SIZE)]
    rows = [
        {**row, "shard": shard}
        for shard, table in tables.items()
        for row in table.filter(pc.equal(table[column], kept)).to_pylist()
    ]
    rows.sort(key=lambda row: (row["id"] != kept, row["id"] != id, row["id"]))
    return "\n".join([f"{name}: a family of {size} pages, kept is {kept}", *_pages(root, verdicts.pages, rows[:PAGES])])


def _pages(root: str, pages: Stage | None, rows: list[dict[str, Any]]) -> Iterator[str]:
    found = [_page(root, pages, row["shard"], row["id"]) for row in rows]
    for row, page in zip(rows, found, strict=True):
        yield f"\n{row['id']}  {row['reason'] or 'kept'}  {page.get('url') or ''}".rstrip()
        if row["reason"] and page and found[0]:
            yield from _difference(found[0].get("text") or "", page.get("text") or "")


def _page(root: str, pages: Stage | None, shard: str, id: str) -> dict[str, Any]:
    """The row of a page; empty when its stage was not stored."""
    if pages is None or shard not in receipted(root, pages.name):
        return {}
    for table in tables_of(pages, shard, root):
        found = table.filter(pc.equal(table["id"], pa.scalar(id)))
        if found.num_rows:
            return found.to_pylist()[0]
    return {}


def _difference(kept: str, text: str) -> Iterator[str]:
    """What differs, line by line: `-` is in the kept page only, `+` in this one only."""
    lines = list(difflib.unified_diff(kept.split("\n")[:LONGEST], text.split("\n")[:LONGEST], n=0, lineterm=""))[2:]
    changed = [line[:200] for line in lines if not line.startswith("@@")]
    yield from (f"  {line}" for line in changed[:LINES])
    if not changed:
        yield "  (equal)"
    if len(changed) > LINES:
        yield f"  ... and {len(changed) - LINES} more lines"
