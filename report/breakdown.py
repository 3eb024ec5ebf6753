"""What came and what stayed, by language, domain, length and so on; and the shards of a run."""

from collections import defaultdict
from typing import Literal, NamedTuple, get_args

from pipeline.errors import UsageError
from pipeline.funnel import stage_stats
from report.page.chain import document_chain
from report.page.pages import Gathering, SampledPage
from report.page.sample import chosen_shards, sample, strata_of
from report.page.shard_table import shard_rows
from report.stored import bytes_of_shards, shard_stats
from report.tables import aligned

By = Literal["language", "domain", "suffix", "script", "year", "month", "hour", "length", "shard"]
LENGTHS = (0, 1, 250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000)  # characters
PAGES = 20_000  # sampled
ROWS = 25  # printed


class Group(NamedTuple):
    """Pages that have something in common: how many came, and how many the run kept.

    `tokens` are those of the kept pages and `odd` says what is unusual; both are known of shards only.
    """

    name: str
    pages: int
    kept: int
    tokens: int = 0
    odd: str = ""


class Breakdown(NamedTuple):
    """The groups, the largest first (shards: the oddest; lengths: the shortest), and of how many pages they tell.

    When fewer were `sampled` than there are `pages`, the numbers are scaled, each reason by its own share.
    """

    by: str
    sampled: int
    pages: int
    groups: list[Group]


def breakdown(root: str, by: str, pages: int = PAGES) -> Breakdown:
    """Count the pages of a run by something. Raises UsageError on another `by`, and when there was no run."""
    if by not in get_args(By):
        raise UsageError(f"stats cannot be told by {by!r}; take one of {', '.join(get_args(By))}")
    return _by_shard(root) if by == "shard" else _by_fact(root, by, pages)


def _by_fact(root: str, by: str, pages: int) -> Breakdown:
    chain = document_chain(root)
    strata = strata_of(chain, stage_stats(root))
    shards = chosen_shards(bytes_of_shards({stage: shard_stats(root, stage) for stage in chain.parents}))
    found = sample(root, strata, shards, pages)
    came, kept = defaultdict[str, float](float), defaultdict[str, float](float)
    gathering = Gathering(root, chain, (), strata, found, 0, most=0)
    for page in gathering.pages(shards):
        stratum, name = strata[page.stratum], _length(page) if by == "length" else getattr(page.facts, by)
        weight = stratum.rows / len(found[page.stratum].ids)
        came[name] += weight
        kept[name] += weight * (stratum.fate == "kept")
    groups = [Group(name, round(number), round(kept[name])) for name, number in came.items()]
    order = {_range(n): n for n in range(len(LENGTHS))}
    groups.sort(key=lambda group: (order[group.name] if by == "length" else -group.pages, group.name))
    return Breakdown(by, sum(len(each.ids) for each in found), sum(stratum.rows for stratum in strata), groups)


def _length(page: SampledPage) -> str:
    return _range(sum(page.size >= edge for edge in LENGTHS) - 1)


def _range(number: int) -> str:
    """The name of a range of lengths."""
    if number == 0:
        return "no text"
    return f"{LENGTHS[number]:,} to {LENGTHS[number + 1] - 1:,}" if number + 1 < len(LENGTHS) else f"{LENGTHS[-1]:,} on"


def _by_shard(root: str) -> Breakdown:
    chain = document_chain(root)
    told = shard_rows(chain, {stage: shard_stats(root, stage) for stage in chain.parents})
    rows = zip(told["rows"], told["why"], strict=True)
    groups = [Group(name, came, left, tokens, why) for (name, came, left, tokens, *_), why in rows]
    total = sum(group.pages for group in groups)
    return Breakdown("shard", total, total, groups)


def breakdown_lines(found: Breakdown) -> list[str]:
    """A table of the first groups, as lines."""
    rows = [
        (g.name, f"{g.pages:,}", f"{g.kept:,}", f"{g.kept / max(g.pages, 1):.1%}", g.odd) for g in found.groups[:ROWS]
    ]
    lines = aligned([(found.by, "pages", "kept", "share", ""), *rows], (True, False, False, False, True))
    if len(found.groups) > ROWS:
        lines.append(f"{len(found.groups) - ROWS:,} more")
    if found.sampled < found.pages:
        lines.append(f"counted on {found.sampled:,} sampled pages of {found.pages:,}, and scaled")
    return lines
