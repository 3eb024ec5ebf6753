"""A family of duplicates: which page is kept, which ones go, and what differs between them."""

import difflib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import UsageError
from pipeline.funnel import read_plan
from pipeline.receipts import receipted
from pipeline.root import redact
from report.index import KEPT
from report.lookup import find_page
from report.page_index import PageIndex
from report.stored import kept_rows, stored_columns

FAMILIES = 20  # shown of each stage
PAGES = 10  # pages shown of a family
LINES = 40  # lines shown of a difference
LONGEST = 2_000  # lines of a page that are compared
SIZE = "_size"


class FamilyVerdicts(NamedTuple):
    """A stage that judges duplicates: its column with the id that is kept, and the stage of its pages ("" if none)."""

    stage: str
    column: str
    pages: str

    @property
    def size(self) -> str:
        """The column with the number of pages of the family."""
        return self.column.removesuffix(KEPT) + SIZE


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


def family(root: str, page: str, index: PageIndex | None = None) -> list[Family]:
    """The families that a page is in, and what each of their pages says in other words than the one that is kept.

    `page` is an id or a URL, also in another spelling. Reads the shards that hold them; those that cannot be read are
    noted by the index. Raises UsageError when the page is unknown or in no family.
    """
    verdicts, index = family_verdicts(root), index or PageIndex(root)
    found = [_family(index, each, page) for each in verdicts]
    if not any(found):  # pages of an earlier run are known by their ids only, so ids are looked for before URLs
        ids = dict.fromkeys(place.row["id"] for place in find_page(root, page, index))
        found = [_family(index, each, id) for id in ids for each in verdicts]
    if not any(found):
        raise UsageError(f"{page} is in no family under {redact(root)}: it has no duplicate there{index.damage()}")
    return [each for each in found if each]


def largest_families(root: str, count: int = FAMILIES) -> list[Family]:
    """The largest families of each stage that found some. Reads all verdicts of the run, a shard at a time."""
    found = list[Family]()
    for verdicts in family_verdicts(root):
        name, size = verdicts.stage, verdicts.size
        first = list[pa.Table]()
        for shard in receipted(root, name):
            for table in kept_rows(root, name, shard, ["id", "reason", size]):
                kept = table.filter(pc.is_null(table["reason"]))
                kept = kept.append_column("shard", pa.array([shard] * kept.num_rows, pa.string()))
                largest = pa.concat_tables([*first, kept]).sort_by([(size, "descending"), ("id", "ascending")])
                first = [largest.slice(0, count)]
        for row in first[0].to_pylist() if first else ():
            rows = kept_rows(root, verdicts.pages, row["shard"], ["url"], [row["id"]]) if verdicts.pages else ()
            urls = [url for table in rows if "url" in table.column_names for url in table["url"].to_pylist()]
            found.append(Family(name, row[size], row["id"], (urls or [""])[0] or "", []))
    return found


def family_lines(families: Sequence[Family]) -> list[str]:
    """The same for a person."""
    lines: list[str] = [] if families else ["no stage has found duplicates yet"]
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


def family_verdicts(root: str) -> list[FamilyVerdicts]:
    """The stages of a run that judge duplicates and have made something, in order, from its plan and their files."""
    stages = read_plan(root)["stages"]
    maps = {stage["name"] for stage in stages if stage["kind"] == "map"}
    found = []
    for stage in (stage for stage in stages if stage["kind"] == "gather"):
        columns = stored_columns(root, stage["name"])
        pages = next((name for name in stage["after"] if name in maps), "")
        kept = (name for name in columns if name.endswith(KEPT) and {"id", "reason"} <= {*columns})
        found += [FamilyVerdicts(stage["name"], column, pages) for column in kept]
    return found


def _family(index: PageIndex, verdicts: FamilyVerdicts, id: str) -> Family | None:
    """The family that a stage put the page in; None when it did not."""
    column = verdicts.column
    own = [
        row for _, table in _holders(index, verdicts, id) for row in table.filter(pc.equal(table["id"], id)).to_pylist()
    ]
    if not own:
        return None
    kept, size = own[0][column], own[0][verdicts.size]
    rows = [
        {**row, "shard": shard}
        for shard, table in _holders(index, verdicts, kept)
        for row in table.filter(pc.equal(table[column], kept)).to_pylist()
    ]
    rows.sort(key=lambda row: (row["id"] != kept, row["id"] != id, row["id"]))
    pages = list(_pages(index, verdicts.pages, rows[:PAGES]))
    return Family(verdicts.stage, size, kept, pages[0]["url"], pages)


def _holders(index: PageIndex, verdicts: FamilyVerdicts, id: str) -> Iterator[tuple[str, pa.Table]]:
    """The rows of the shards of verdicts that may speak of a page."""
    for shard in dict(index.shards({id})).get(verdicts.stage, []):
        for table in index.readable(kept_rows(index.root, verdicts.stage, shard)):
            yield shard, table


def _pages(index: PageIndex, pages: str, rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    found = [_page(index, pages, row["shard"], row["id"]) for row in rows]
    for row, page in zip(rows, found, strict=True):
        differs = row["reason"] and page and found[0]
        difference = list(_difference(found[0].get("text") or "", page.get("text") or "")) if differs else []
        yield {"id": row["id"], "reason": row["reason"], "url": page.get("url") or "", "difference": difference}


def _page(index: PageIndex, pages: str, shard: str, id: str) -> dict[str, Any]:
    """The row of a page; empty when it cannot be read, or its stage was not stored."""
    tables = index.readable(kept_rows(index.root, pages, shard, None, [id])) if pages else ()
    return next((row for table in tables for row in table.to_pylist()), {})


def _difference(kept: str, text: str) -> Iterator[str]:
    """What differs, line by line: `-` is in the kept page only, `+` in this one only."""
    lines = list(difflib.unified_diff(kept.split("\n")[:LONGEST], text.split("\n")[:LONGEST], n=0, lineterm=""))[2:]
    changed = [line[:200] for line in lines if not line.startswith("@@")]
    yield from changed[:LINES]
    if not changed:
        yield "(equal)"
    if len(changed) > LINES:
        yield f"... and {len(changed) - LINES} more lines"
