"""A family of duplicates: which page is kept, which ones go, and what differs between them."""

import difflib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import parquet
from pipeline.errors import UsageError
from pipeline.receipts import receipted
from pipeline.root import redact
from pipeline.shuffle import Gather
from pipeline.stage import Source, Stage
from report.index import KEPT, PageIndex
from report.lookup import find_page

FAMILIES = 20  # shown of each stage
PAGES = 10  # pages shown of a family
LINES = 40  # lines shown of a difference
LONGEST = 2_000  # lines of a page that are compared
SIZE = "_size"


class FamilyVerdicts(NamedTuple):
    """A stage that judges duplicates: its column with the id that is kept, and the stage of the pages (if stored)."""

    stage: Gather
    column: str
    pages: Stage | None


class Family(NamedTuple):
    """A family of duplicates that a stage found: its size, the id of the page that is kept, and some of its pages.

    Of each page: id, reason (None for the one that is kept), url, and what differs from the kept page, line by line:
    `-` is in the kept page only, `+` in this one only. `pages` is empty in a list of families.
    """

    stage: str
    size: int
    kept: str
    url: str
    pages: list[dict[str, Any]]


def family(root: str, page: str, stages: Sequence[Stage]) -> list[Family]:
    """The families that a page is in, and what each of their pages says in other words than the one that is kept.

    `page` is an id or a URL, also in another spelling; `stages` are those of the run. Reads the shards that hold them.
    Raises UsageError when the page is unknown or in no family.
    """
    verdicts, index = list(_verdicts(stages)), PageIndex(root)
    found = [_family(index, each, page) for each in verdicts]
    if not any(found):  # pages of an earlier run are known by their ids only, so ids are looked for before URLs
        ids = dict.fromkeys(place.row["id"] for place in find_page(root, page, index))
        found = [_family(index, each, id) for id in ids for each in verdicts]
    if not any(found):
        raise UsageError(f"{page} is in no family under {redact(root)}: it has no duplicate there")
    return [each for each in found if each]


def largest_families(root: str, stages: Sequence[Stage], count: int = FAMILIES) -> list[Family]:
    """The largest families of each stage that found some. Reads all verdicts of the run, a shard at a time."""
    found = list[Family]()
    for verdicts in _verdicts(stages):
        name, size = verdicts.stage.name, verdicts.column.replace(KEPT, SIZE)
        first = list[pa.Table]()
        for shard, table in _shards(root, name, receipted(root, name), ["id", "reason", size]):
            kept = table.filter(pc.is_null(table["reason"]))
            kept = kept.append_column("shard", pa.array([shard] * kept.num_rows, pa.string()))
            largest = pa.concat_tables([*first, kept]).sort_by([(size, "descending"), ("id", "ascending")])
            first = [largest.slice(0, count)]
        for row in first[0].to_pylist() if first else ():
            page = _page(root, verdicts.pages, row["shard"], row["id"])
            found.append(Family(name, row[size], row["id"], page.get("url") or "", []))
    return found


def family_lines(families: Sequence[Family]) -> list[str]:
    """The same for a person."""
    lines: list[str] = []
    for found in families:
        if not found.pages:
            lines.append(f"{found.stage}: {found.size:,} pages, kept is {found.kept}  {found.url}".rstrip())
            continue
        lines += (
            ["", f"{found.stage}: a family of {found.size} pages, kept is {found.kept}"]
            if lines
            else [f"{found.stage}: a family of {found.size} pages, kept is {found.kept}"]
        )
        for page in found.pages:
            lines += ["", f"{page['id']}  {page['reason'] or 'kept'}  {page['url']}".rstrip()]
            lines += [f"  {line}" for line in page["difference"]]
    return lines


def _shards(
    root: str, stage: str, shards: Sequence[str], columns: Sequence[str] | None = None
) -> Iterator[tuple[str, pa.Table]]:
    for shard in shards:
        yield shard, pa.concat_tables(parquet.read_batches(root, f"{stage}/{shard}.parquet", 20_000, columns))


def _verdicts(stages: Sequence[Stage]) -> Iterator[FamilyVerdicts]:
    for stage in stages:
        if isinstance(stage, Gather) and "id" in stage.schema.names:
            for column in (name for name in stage.schema.names if name.endswith(KEPT)):
                pages = None if stage.one_for is None or isinstance(stage.one_for, Source) else stage.one_for
                yield FamilyVerdicts(stage, column, pages)


def _family(index: PageIndex, verdicts: FamilyVerdicts, id: str) -> Family | None:
    """The family that a stage put the page in; None when it did not."""
    root, name, column = index.root, verdicts.stage.name, verdicts.column
    own = [row for _, table in _holders(index, name, id) for row in table.filter(pc.equal(table["id"], id)).to_pylist()]
    if not own:
        return None
    kept, size = own[0][column], own[0][column.replace(KEPT, SIZE)]
    rows = [
        {**row, "shard": shard}
        for shard, table in _holders(index, name, kept)
        for row in table.filter(pc.equal(table[column], kept)).to_pylist()
    ]
    rows.sort(key=lambda row: (row["id"] != kept, row["id"] != id, row["id"]))
    pages = list(_pages(root, verdicts.pages, rows[:PAGES]))
    return Family(name, size, kept, pages[0]["url"], pages)


def _holders(index: PageIndex, stage: str, id: str) -> Iterator[tuple[str, pa.Table]]:
    """The shards of a stage's verdicts that may speak of a page."""
    yield from _shards(index.root, stage, dict(index.shards({id})).get(stage, []))


def _pages(root: str, pages: Stage | None, rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    found = [_page(root, pages, row["shard"], row["id"]) for row in rows]
    for row, page in zip(rows, found, strict=True):
        differs = row["reason"] and page and found[0]
        difference = list(_difference(found[0].get("text") or "", page.get("text") or "")) if differs else []
        yield {"id": row["id"], "reason": row["reason"], "url": page.get("url") or "", "difference": difference}


def _page(root: str, pages: Stage | None, shard: str, id: str) -> dict[str, Any]:
    """The row of a page; empty when its stage was not stored."""
    if pages is None or shard not in receipted(root, pages.name):
        return {}
    for table in pages.view.read(root, shard, ids=[id]):
        if table.num_rows:
            return table.to_pylist()[0]
    return {}


def _difference(kept: str, text: str) -> Iterator[str]:
    """What differs, line by line: `-` is in the kept page only, `+` in this one only."""
    lines = list(difflib.unified_diff(kept.split("\n")[:LONGEST], text.split("\n")[:LONGEST], n=0, lineterm=""))[2:]
    changed = [line[:200] for line in lines if not line.startswith("@@")]
    yield from changed[:LINES]
    if not changed:
        yield "(equal)"
    if len(changed) > LINES:
        yield f"... and {len(changed) - LINES} more lines"
