"""Which pages one of two runs keeps and the other does not, with the step at which the other dropped them."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.race.course import OURS, Course, json_rows, plain_id


def reasons(course: Course, runner: str) -> dict[str, str]:
    """Why a run that was explained dropped a page, by its id: our reason, or the peer's block."""
    folder = course.out(runner)
    if runner in OURS:
        return _ours(folder)
    return {
        plain_id(row["id"]): f"{block.name}: {row['metadata'].get('filter_reason', '')}".rstrip(": ")
        for block in sorted((folder / "dropped").glob("*"))
        for row in json_rows(block)
    }


def _ours(folder: Path) -> dict[str, str]:
    dropped = [(path, "reason") for path in (folder / "kept.rejects").glob("*.parquet")]
    dropped += [(path, "error") for path in (folder / "quarantine" / "kept").glob("*.parquet")]
    said = [(pq.read_table(path, columns=["id", why]), why) for path, why in dropped]
    return {row["id"]: row[why] for table, why in said for row in table.to_pylist()}


def counted(pages: Iterable[str], why: dict[str, str], otherwise: str) -> list[tuple[str, int]]:
    """The reasons for these pages with their numbers, the commonest first."""
    found = Counter(why.get(page, otherwise) for page in pages)
    return sorted(found.items(), key=lambda item: (-item[1], item[0]))
