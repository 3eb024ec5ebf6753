"""Finding a page in a run: by its id, by its URL, or by another spelling of the URL."""

from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.compute as pc

from dedup.canonical_url import canonical_url
from pipeline.errors import UsageError
from pipeline.root import redact
from report.index import host_key
from report.page_index import PageIndex
from report.stored import STORED_ROWS, Where

NEIGHBOURS = 10_000  # URLs of the same host that are compared for proposals
LOOKED_AT = 8  # shards that are read for them
PROPOSALS = 3
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-."  # of hosts


class FoundRow(NamedTuple):
    """A row of a page: its stage, its shard, in which of the stage's files it lies, and the row itself."""

    stage: str
    shard: str
    where: Where
    row: dict[str, Any]


class Wanted:
    """What is looked for: an id or URL as it is, or any URL with the same canonical form."""

    def __init__(self, page: str):
        self.page = page
        self.form = canonical_url(page) or canonical_url(f"//{page}")

    def rows(self, table: pa.Table) -> tuple[list[int], list[int]]:
        """The rows of a table (id, url) that are the page, and those that have another spelling of its URL."""
        ids, urls = table["id"], table["url"]
        exact = pc.fill_null(pc.or_kleene(pc.equal(ids, self.page), pc.equal(urls, self.page)), False)
        spelled = _of_hosts(urls, {host_key(self.form)[2:]}) if self.form else []
        return pc.indices_nonzero(exact).to_pylist(), [r for r, url in spelled if canonical_url(url) == self.form]


def _of_hosts(urls: pa.ChunkedArray, hosts: set[str]) -> list[tuple[int, str]]:
    """The URLs of some hosts, with their rows; of one host also others that name it."""
    if len(hosts) == 1:
        named = pc.fill_null(pc.match_substring(urls, next(iter(hosts)), ignore_case=True), False)
        return [(row, urls[row].as_py()) for row in pc.indices_nonzero(named).to_pylist()]
    pairs = enumerate(urls.to_pylist())
    return [(row, url) for row, url in pairs if url and host_key(canonical_url(url))[2:] in hosts]


def find_page(root: str, page: str, index: PageIndex | None = None) -> list[FoundRow]:
    """Every row of a page in the order of the plan. A page that has just this id or URL goes before other spellings.

    Reads the shards that the index of the run names, which is made now where it is missing, and notes those that cannot
    be read. Raises UsageError, with near spellings, when no file has the page.
    """
    index, wanted = index or PageIndex(root), Wanted(page)
    exact, spelled = list[FoundRow](), list[FoundRow]()
    for stage, shards in index.shards({page, wanted.form}):
        for place, is_exact in _of_stage(index, stage, shards, wanted):
            (exact if is_exact else spelled).append(place)
    if not exact and not spelled:
        raise UsageError(
            f"no page of {redact(root)} has the id or URL {page}{_proposals(index, wanted)}{index.damage()}"
        )
    return exact or spelled


def _of_stage(index: PageIndex, stage: str, shards: Sequence[str], wanted: Wanted) -> Iterator[tuple[FoundRow, bool]]:
    for shard in shards:
        for where, read in STORED_ROWS.items():
            for row, is_exact in _rows(partial(_readable, index, read, stage, shard), wanted):
                yield FoundRow(stage, shard, where, row), is_exact


def _readable(
    index: PageIndex, read: Callable[..., Iterator[pa.Table]], stage: str, shard: str, *args: Any, **which: Any
) -> Iterator[pa.Table]:
    return index.readable(read(index.root, stage, shard, *args, **which))


def _rows(read: Callable[..., Iterator[pa.Table]], wanted: Wanted) -> Iterator[tuple[dict[str, Any], bool]]:
    """The rows of a shard that are the page; of the others only ids and URLs are read."""
    found: dict[str, bool] = {}
    for table in read(["id", "url"]):
        if not {"id", "url"} <= {*table.column_names}:
            return
        exact, spelled = wanted.rows(table)
        found |= {table["id"][row].as_py(): row in exact for row in sorted({*exact, *spelled})}
    for table in read(ids=found) if found else ():
        for row in table.to_pylist():
            yield row, found[row["id"]]


def _proposals(index: PageIndex, wanted: Wanted) -> str:
    """The end of an error: what else the person may have meant."""
    urls = _neighbours(index, wanted) if wanted.form else []
    if near := get_close_matches(wanted.page, dict.fromkeys(urls), PROPOSALS, 0.5):
        return f"; near it are {', '.join(near)}"
    if urls:
        return f"; of {urlsplit(urls[0]).hostname} there are other pages, as {urls[0]}"
    return "; give it whole. Rejected pages are there only as far as the recipe's rejects= keeps them"


def _neighbours(index: PageIndex, wanted: Wanted) -> list[str]:
    """URLs of the same host, or else of hosts that are one letter away, of the first stage that has some.

    From a few of its shards.
    """
    host = host_key(wanted.form)[2:]
    for hosts in ({host}, {*one_letter_away(host)}):
        for stage, shards in index.shards({f"//{each}" for each in hosts}):
            urls = [
                url
                for shard in shards[:LOOKED_AT]
                for read in STORED_ROWS.values()
                for table in _readable(index, read, stage, shard, ["url"])
                if "url" in table.column_names
                for _, url in _of_hosts(table["url"], hosts)
            ]
            if urls:
                return urls[:NEIGHBOURS]
    return []


def one_letter_away(host: str) -> Iterator[str]:
    """What becomes of a host when a letter is left out, put in or another one, or two change places."""
    for at in range(len(host) + 1):
        before, after = host[:at], host[at:]
        yield before + after[1:]
        yield before + after[1:2] + after[:1] + after[2:]
        for letter in LETTERS:
            yield before + letter + after
            yield before + letter + after[1:]


def url_of(index: PageIndex, id: str) -> str:
    """The URL of a page of the run by its id; "" when no file has it."""
    for stage, shards in index.shards({id}):
        for shard in shards:
            for read in STORED_ROWS.values():
                for table in _readable(index, read, stage, shard, ["id", "url"], [id]):
                    if table.num_rows and "url" in table.column_names and (url := table["url"][0].as_py()):
                        return url
    return ""
