"""A family of duplicates as a person wants to see it: who is kept, who goes, and what differs."""

import difflib
import json
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import parquet, store
from pipeline.errors import UsageError
from pipeline.receipts import receipted

PAGES = 10  # pages shown of a family
LINES = 40  # lines shown of a difference
LONGEST = 2_000  # lines of a page that are compared


def show(root: str, id: str) -> str:
    """The families that a page is in, with the difference of each of their pages to the one that is kept.

    Reads all verdict shards under the root. Raises UsageError when the page is in no family.
    """
    found = [_family(root, stage, source, id) for stage, source in _verdicts(root)]
    if not any(found):
        raise UsageError(f"{id} is in no family under {store.redact(root)}: it is unknown there, or has no duplicate")
    return "\n\n".join(filter(None, found))


def _verdicts(root: str) -> Iterator[tuple[str, str | None]]:
    """Stages that judge duplicates, each with the stage that holds the pages (None when those were never stored)."""
    try:
        stages = json.loads(store.read_bytes(root, "plan.json"))["stages"]
    except FileNotFoundError:
        raise UsageError(f"{store.redact(root)} holds no run: there is no plan.json in it") from None
    names = {stage["name"] for stage in stages}
    for stage in stages:
        shards = receipted(root, stage["name"])
        if stage["kind"] == "gather" and shards and _kept_column(root, stage["name"], shards[0]):
            homes = [name for name in stage["after"] if not name.startswith(f"{stage['name']}.")]
            yield stage["name"], homes[-1] if homes and homes[-1] in names else None


def _kept_column(root: str, stage: str, shard: str) -> str | None:
    with parquet.open_file(root, f"{stage}/{shard}.parquet") as file:
        names = file.schema_arrow.names
    return next((name for name in names if name.endswith("_kept") and "id" in names), None)


def _family(root: str, stage: str, source: str | None, id: str) -> str:
    """What is to be said of the family that a stage put the page in; empty when it did not."""
    tables = {shard: parquet.read_table(root, f"{stage}/{shard}.parquet") for shard in receipted(root, stage)}
    column = _kept_column(root, stage, next(iter(tables)))
    assert column is not None
    own = [row for t in tables.values() for row in t.filter(pc.equal(t["id"], id)).to_pylist()]
    if not own:
        return ""
    kept = own[0][column]
    rows = [
        {**row, "shard": shard}
        for shard, table in tables.items()
        for row in table.filter(pc.equal(table[column], kept)).to_pylist()
    ]
    rows.sort(key=lambda row: (row["id"] != kept, row["id"] != id, row["id"]))
    size = own[0][column.replace("_kept", "_size")]
    return "\n".join([f"{stage}: a family of {size} pages, kept is {kept}", *_pages(root, source, rows[:PAGES])])


def _pages(root: str, source: str | None, rows: list[dict]) -> Iterator[str]:
    texts = [_page(root, source, row["shard"], row["id"]) for row in rows]
    for row, page in zip(rows, texts, strict=True):
        yield f"\n{row['id']}  {row['reason'] or 'kept'}  {page.get('url') or ''}".rstrip()
        if row["reason"] and page and texts[0]:
            yield from _difference(texts[0].get("text") or "", page.get("text") or "")


def _page(root: str, source: str | None, shard: str, id: str) -> dict:
    """The row of a page; empty when its stage was not stored."""
    if source is None or shard not in receipted(root, source):
        return {}
    for table in parquet.read_batches(root, f"{source}/{shard}.parquet"):
        found = table.filter(pc.equal(table["id"], pa.scalar(id)))
        if found.num_rows:
            return found.to_pylist()[0]
    return {}


def _difference(kept: str, text: str) -> Iterator[str]:
    """What differs, by line: `-` is in the page that is kept only, `+` in this one only."""
    lines = list(difflib.unified_diff(kept.split("\n")[:LONGEST], text.split("\n")[:LONGEST], n=0, lineterm=""))[2:]
    shown = [line[:200] for line in lines if not line.startswith("@@")]
    yield from (f"  {line}" for line in shown[:LINES])
    if not shown:
        yield "  (equal)"
    if len(shown) > LINES:
        yield f"  ... and {len(shown) - LINES} more lines"
