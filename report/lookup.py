"""Finding a page in a run: by its id, by its URL, or by another spelling of the URL."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.compute as pc

from dedup.canonical_url import canonical_url
from pipeline.errors import UsageError
from pipeline.funnel import read_plan
from pipeline.root import redact
from pipeline.view import planned
from report.stored import STORED_ROWS, Where

NEIGHBOURS = 10_000  # URLs of the same host that are remembered for proposals
PROPOSALS = 3


class FoundRow(NamedTuple):
    """A row of a page: its stage, its shard, in which of the stage's files it lies, and the row itself."""

    stage: str
    shard: str
    where: Where
    row: dict[str, Any]


@dataclass
class Wanted:
    """What is looked for: an id or URL as it is, or any URL with the same canonical form."""

    page: str
    neighbours: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.form = canonical_url(self.page) or canonical_url(f"//{self.page}")
        self.host = self.form.partition("/")[0].partition("?")[0]

    def rows(self, table: pa.Table) -> tuple[list[int], list[int]]:
        """The rows of a table (id, url) that are the page, and those that have another spelling of its URL."""
        ids, urls = table["id"], table["url"]
        exact = pc.fill_null(pc.or_kleene(pc.equal(ids, self.page), pc.equal(urls, self.page)), False)
        found = pc.indices_nonzero(exact).to_pylist()
        near = pc.indices_nonzero(
            pc.fill_null(pc.match_substring(urls, self.host, ignore_case=True), False)
        ).to_pylist()
        spelled = [(row, urls[row].as_py()) for row in near] if self.host else []
        if len(self.neighbours) < NEIGHBOURS:
            self.neighbours += [url for _, url in spelled]
        return found, [row for row, url in spelled if self.form and canonical_url(url) == self.form]


def find_page(root: str, page: str) -> list[FoundRow]:
    """Every row of a page in the order of the plan. A page that has just this id or URL goes before other spellings.

    Reads the ids and URLs of all shards of all stages. Raises UsageError, with near spellings, when no file has it.
    """
    wanted, exact, spelled = Wanted(page), list[FoundRow](), list[FoundRow]()
    for stage in read_plan(root)["stages"]:
        for place, is_exact in _of_stage(root, stage["name"], wanted):
            (exact if is_exact else spelled).append(place)
    if not exact and not spelled:
        raise UsageError(f"no page of {redact(root)} has the id or URL {page}{_proposals(wanted)}")
    return exact or spelled


def _of_stage(root: str, stage: str, wanted: Wanted) -> Iterator[tuple[FoundRow, bool]]:
    for shard in planned(root, stage):
        for where, read in STORED_ROWS.items():
            for row, is_exact in _rows(partial(read, root, stage, shard), wanted):
                yield FoundRow(stage, shard, where, row), is_exact


def _rows(read: Callable[..., Iterator[pa.Table]], wanted: Wanted) -> Iterator[tuple[dict[str, Any], bool]]:
    """The rows of a shard that are the page; of the others only ids and URLs are read."""
    found: dict[str, bool] = {}
    for table in read(["id", "url"]):
        if not {"id", "url"} <= {*table.column_names}:
            return
        exact, spelled = wanted.rows(table)
        found |= {table["id"][row].as_py(): row in exact for row in sorted({*exact, *spelled})}
    for table in read() if found else ():
        for row in table.filter(pc.is_in(table["id"], pa.array(found, pa.string()))).to_pylist():
            yield row, found[row["id"]]


def _proposals(wanted: Wanted) -> str:
    """The end of an error: what else the person may have meant."""
    if near := get_close_matches(wanted.page, dict.fromkeys(wanted.neighbours), PROPOSALS, 0.5):
        return f"; near it are {', '.join(near)}"
    if wanted.neighbours:
        return f"; of {urlsplit(wanted.neighbours[0]).hostname} there are other pages, as {wanted.neighbours[0]}"
    return "; give it whole. Rejected pages are there only as far as the recipe's rejects= keeps them"
