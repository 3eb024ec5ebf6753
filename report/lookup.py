"""Finding a page in a run: by its id, by its URL, or by another spelling of the URL."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.compute as pc

from dedup.canonical_url import canonical_url
from pipeline import parquet, store
from pipeline.errors import UsageError
from pipeline.funnel import read_plan
from pipeline.ledger import planned

NEIGHBOURS = 10_000  # URLs of the same host that are remembered for proposals
PROPOSALS = 3

Where = Literal["kept", "dropped", "quarantined"]


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
        raise UsageError(f"no page of {store.redact(root)} has the id or URL {page}{_proposals(wanted)}")
    return exact or spelled


def _of_stage(root: str, stage: str, wanted: Wanted) -> Iterator[tuple[FoundRow, bool]]:
    for shard in planned(root, stage):
        names: dict[Where, str] = {
            "kept": f"{stage}/{shard}.parquet",
            "dropped": f"{stage}.rejects/{shard}.parquet",
            "quarantined": f"quarantine/{stage}/{shard}.parquet",
        }
        for where, name in names.items():
            for row, is_exact in _rows(root, name, wanted):
                yield FoundRow(stage, shard, where, row), is_exact


def _rows(root: str, name: str, wanted: Wanted) -> Iterator[tuple[dict[str, Any], bool]]:
    """The rows of a file that are the page; of the others only ids and URLs are read."""
    if not store.exists(root, name):
        return
    with parquet.open_file(root, name) as file:
        if not {"id", "url"} <= set(file.schema_arrow.names):
            return
        for group in range(file.num_row_groups):
            exact, spelled = wanted.rows(file.read_row_group(group, columns=["id", "url"]))
            if found := sorted({*exact, *spelled}):
                rows = file.read_row_group(group).take(found).to_pylist()
                yield from zip(rows, (number in exact for number in found), strict=True)


def _proposals(wanted: Wanted) -> str:
    """The end of an error: what else the person may have meant."""
    if near := get_close_matches(wanted.page, dict.fromkeys(wanted.neighbours), PROPOSALS, 0.5):
        return f"; near it are {', '.join(near)}"
    if wanted.neighbours:
        return f"; of {urlsplit(wanted.neighbours[0]).hostname} there are other pages, as {wanted.neighbours[0]}"
    return "; give it whole. Rejected pages are there only as far as the recipe's rejects= keeps them"
