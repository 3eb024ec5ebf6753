"""Another run beside this one: the funnels line by line, and the sampled pages that one keeps and the other drops."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.funnel import Line, funnel, read_plan
from pipeline.root import redact
from report.compare import side_by_side
from report.page.chain import DocumentChain, document_chain
from report.page.sample import Reservoir, Stratum, chosen_shards
from report.stored import dropped_rows, kept_rows, shard_stats

SHOWN = 60  # pages that changed sides


def told_beside(
    root: str,
    other: str,
    chain: DocumentChain,
    strata: Sequence[Stratum],
    sampled: Sequence[Reservoir],
    shards: Sequence[str],
    ids: Sequence[str],
) -> dict[str, Any]:
    """What the page shows of the other run; `ids` are those of the sampled pages, in the page's own order.

    Raises UsageError when there was no other run.
    """
    second = document_chain(other)
    return {
        "roots": [redact(root), redact(other)],
        "recipes": [read_plan(each).get("recipe", "") for each in (root, other)],
        "lines": [_line(one, two) for one, two in side_by_side(chain.lines, funnel(other))],
        "changed": list(_changed(other, second, strata, sampled, shards, {id: n for n, id in enumerate(ids)})),
    }


def _line(one: Line | None, other: Line | None) -> list[Any]:
    line = one or other
    assert line is not None
    return [line.stage, line.step, one.kept if one else None, other.kept if other else None]


def _changed(
    other: str,
    chain: DocumentChain,
    strata: Sequence[Stratum],
    sampled: Sequence[Reservoir],
    shards: Sequence[str],
    places: Mapping[str, int],
) -> Iterator[dict[str, Any]]:
    """How the sampled pages of each fate fared in the other run: by fate there, how many, and some of them."""
    ids = {id: number for number, reservoir in enumerate(sampled) for id in reservoir.ids.tolist()}
    fates = dict(_fates(other, chain, list(ids), shards))
    groups: dict[tuple[int, str], list[str]] = {}
    for id, number in ids.items():
        if id in fates and (fates[id] == "kept") != (strata[number].fate == "kept"):
            groups.setdefault((number, fates[id]), []).append(id)
    for (number, fate), found in sorted(groups.items(), key=lambda item: -len(item[1])):
        scale = strata[number].rows / max(len(sampled[number].ids), 1)
        yield {
            "stratum": number,
            "there": fate,
            "pages": round(len(found) * scale),
            "numbers": [places[id] for id in sorted(found)[:SHOWN]],
        }


def _fates(root: str, chain: DocumentChain, ids: Sequence[str], shards: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The ids that a run knows, with "kept" or the reason for which it dropped the page."""
    wanted = pa.array(ids, pa.string())
    known = [shard for stage in chain.ends for shard in shard_stats(root, stage)]
    same = [shard for shard in shards if shard in set(known)] or chosen_shards(dict.fromkeys(known, 1), len(shards))
    for shard in same:
        for stage in chain.parents:
            for table in dropped_rows(root, stage, shard, ["id", "reason"]):
                found = table.filter(pc.is_in(table["id"], wanted))
                yield from zip(found["id"].to_pylist(), found["reason"].to_pylist(), strict=True)
        for stage in chain.ends:
            for table in kept_rows(root, stage, shard, ["id"]):
                yield from ((id, "kept") for id in table["id"].filter(pc.is_in(table["id"], wanted)).to_pylist())
