"""Putting the report of a run together."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pipeline import VERSION
from pipeline.funnel import read_plan, stage_stats, warnings
from pipeline.root import redact
from pipeline.stage import Stage
from pipeline.stats import Stats
from pipeline.view import planned
from report.page import PAGES, duplicates, payload
from report.page.beside import told_beside
from report.page.chain import DocumentChain, document_chain
from report.page.edited import Edits
from report.page.html import html_page
from report.page.pages import FOLLOWED, Gathering
from report.page.published import REFINEDWEB
from report.page.sample import chosen_shards, sample, strata_of
from report.page.shard_table import shard_rows
from report.page.words import remarks
from report.record_place import origins_of
from report.status import status
from report.stored import bytes_of_shards, shard_stats
from report.visible import Originals
from stages.pii.scrubbing import Scrub

EXTRACTS = 3_000_000  # characters of all extracts together
LONGEST, SHORTEST = 300, 60  # characters of an extract


class Report(NamedTuple):
    """The page, the number of pages of the run that it is made of, and what needs attention, in sentences."""

    html: str
    sampled: int
    attention: list[str]


def make_report(
    root: str,
    stages: Sequence[Stage] = (),
    pages: int = PAGES,
    other: str = "",
    followed: int = FOLLOWED,
    html: bool | None = None,
) -> Report:
    """The report of a run as one HTML page; with `other`, the root of another run, compared with that.

    `stages` are those of the run's recipe: without them there are no limits. `pages` bounds the sample, equally many of
    each reason, and `followed` those of them on which other limits can be tried. `html` says whether it is shown what
    the HTML of some pages shows: always, never, or by default if the files are local. Time and memory grow with the
    sample, not with the run: of large runs some shards are looked through, chosen by a hash. Raises UsageError when
    there was no run.
    """
    chain, stats = document_chain(root, stages), stage_stats(root)
    of_shards = {stage: shard_stats(root, stage) for stage in chain.parents}
    shards, strata = chosen_shards(bytes_of_shards(of_shards)), strata_of(chain, stats)
    found = sample(root, strata, shards, pages)
    gates, edits = chain.gates(), Edits(root, chain)
    extract = min(LONGEST, max(SHORTEST, EXTRACTS // max(pages, 1)))
    columns, originals = payload.PageColumns(gates), None if html is False else Originals(stages, remote=bool(html))
    gathering = Gathering(root, chain, gates, strata, found, extract, originals=originals, most=followed,
                          origins=origins_of(stages))  # fmt: skip
    for page in gathering.pages(shards):
        columns.add(page)
    for shard in shards:
        edits.look(shard, strata, found)
    data = {
        **_about(root, chain, stats),
        **columns.told(chain),
        "lines": payload.lines_told(chain),
        "gates": payload.gates_told(gates, columns),
        "strata": payload.strata_told(strata, found, columns),
        "edits": {stage: shown for stage, shown in edits.found.items() if shown},
        "shards": shard_rows(chain, of_shards),
        "looked": [len(shards), len({shard for each in of_shards.values() for shard in each})],
        "costs": _costs(stats),
        "private": _private(chain, stats),
        "published": REFINEDWEB,
        "beside": told_beside(root, other, chain, strata, found, shards, columns.ids) if other else None,
    }
    data |= _judged(root, stages, chain, shards, data["shards"]["odd"])
    return Report(html_page(data, columns.arrays()), len(columns.urls), _attention(data))


def _attention(data: Mapping[str, Any]) -> list[str]:
    return [said for kind, said in data["remarks"] if kind == "bad"]


def _about(root: str, chain: DocumentChain, stats: Mapping[str, Stats]) -> dict[str, Any]:
    about = read_plan(root)
    return {
        "root": redact(root),
        "version": VERSION,
        "recipe": about.get("recipe", ""),
        "arguments": list(about.get("arguments", ())),
        "unit": next((s.unit for s in stats.values() if s.unit), "pretokens"),
        "knowsLimits": bool(chain.maps),
    }


def _costs(stats: Mapping[str, Stats]) -> list[tuple[str, str, float, int, int]]:
    """Stage, kind, seconds of a worker, rows in, bytes written."""
    return [(name, s.kind, round(s.seconds, 1), s.rows_in, s.bytes) for name, s in stats.items()]


def _private(chain: DocumentChain, stats: Mapping[str, Stats]) -> dict[str, int]:
    """What was replaced of private data, by type."""
    stages = [m.name for m in chain.maps.values() if any(isinstance(t, Scrub) for t in m.transforms)]
    total: dict[str, int] = {}
    for stage in stages:
        for kind, number in stats[stage].counts.items() if stage in stats else ():
            total[kind] = total.get(kind, 0) + number
    return total


def _judged(
    root: str, stages: Sequence[Stage], chain: DocumentChain, shards: Sequence[str], odd: int
) -> Iterator[tuple[str, Any]]:
    """The families of duplicates, the hosts that lost most, and what is to be said of the run in words."""
    mine = [stage for stage in stages if {*shards} & {*planned(root, stage.name)}]
    told = [each.told() for each in duplicates.duplicate_stages(root, mine, shards)]
    hosts = duplicates.flagged(root, stages)
    yield "duplicates", told
    yield "flagged", hosts
    yield "remarks", list(remarks(chain.lines, status(root), warnings(root), told, hosts, odd))
