"""Where a page went: the step that took it, why, what was measured; or the stages that it passed."""

from collections.abc import Iterator
from typing import Any

import pyarrow.compute as pc

from pipeline import parquet, store
from pipeline.errors import UsageError
from pipeline.funnel import read_plan
from pipeline.view import planned

SHOWN = 600  # characters of the text


def explain(root: str, page: str) -> str:
    """What happened to a page of a run, given by its id or its URL. Raises UsageError when no file has it."""
    told = [line for stage in read_plan(root)["stages"] for line in _at(root, stage["name"], page)]
    if not told:
        raise UsageError(f"no page of {store.redact(root)} has the id or URL {page}; rejects may have been a sample")
    return "\n".join(told)


def _at(root: str, stage: str, page: str) -> Iterator[str]:
    for shard in planned(root, stage):
        for row in _rows(root, f"{stage}/{shard}.parquet", page):
            yield f"{stage}: kept, shard {shard}, id {row['id']}" if "id" in row else f"{stage}: in {shard}"
        for row in _rows(root, f"{stage}.rejects/{shard}.parquet", page):
            yield f"{stage}: dropped by {row['reason']}" + (f", measured {row['measured']}" if row["measured"] else "")
            yield from _text(row)
        for row in _rows(root, f"quarantine/{stage}/{shard}.parquet", page):
            yield f"{stage}: quarantined as {row['error']}, {row['warc']} at {row['offset']}, {row['length']} bytes"


def _rows(root: str, name: str, page: str) -> Iterator[dict[str, Any]]:
    """The rows of a file that are the page; only ids and URLs are read of the others."""
    if not store.exists(root, name):
        return
    with parquet.open_file(root, name) as file:
        keys = [key for key in ("id", "url") if key in file.schema_arrow.names]
        for group in range(file.num_row_groups) if "url" in keys else ():
            table = file.read_row_group(group, columns=keys)
            matches = [pc.fill_null(pc.equal(table[key], page), False) for key in keys]
            found = pc.indices_nonzero(pc.or_(*matches) if len(matches) > 1 else matches[0])
            if len(found):
                yield from file.read_row_group(group).take(found).to_pylist()


def _text(row: dict[str, Any]) -> Iterator[str]:
    if row.get("text"):
        text = row["text"]
        yield "  | " + text[:SHOWN].replace("\n", "\n  | ") + (" …" if len(text) > SHOWN else "")
