"""The shards of a run as a table: what each held, kept, weighs and cost, those that are unlike the others first."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pipeline.stats import Stats
from report.page.chain import DocumentChain

MOST = 400  # shards in the table
NORMAL = 1.4826  # the median deviation of a normal distribution in its standard deviations
ODD = 3.5  # deviations from which a shard is called odd
COLUMNS = ("shard", "pages", "left", "tokens", "bytes", "memory", "seconds")  # `left` are pages, `memory` is not packed


def shard_rows(chain: DocumentChain, stats: Mapping[str, Mapping[str, Stats]]) -> dict[str, Any]:
    """`rows` of COLUMNS and what is odd about each, the oddest first, and the number of all shards."""
    first = [stage for stage in chain.parents if not chain.parents[stage]]
    shards = list(dict.fromkeys(shard for stage in first for shard in stats[stage]))
    rows = [_row(chain, stats, first, shard) for shard in shards]
    odd = _oddities(rows)
    order = sorted(range(len(rows)), key=lambda n: (-odd[n][0], n))[:MOST]
    return {
        "shards": len(rows),
        "odd": sum(score > 0 for score, _ in odd),
        "rows": [[rows[n][name] for name in COLUMNS] for n in order],
        "why": [odd[n][1] for n in order],
    }


def _row(
    chain: DocumentChain, stats: Mapping[str, Mapping[str, Stats]], first: Sequence[str], shard: str
) -> dict[str, Any]:
    mine = {stage: stats[stage][shard] for stage in chain.parents if shard in stats.get(stage, {})}
    came = [mine[stage] for stage in first if stage in mine]
    ends = [mine[stage] for stage in chain.ends if stage in mine]
    return {
        "shard": shard,
        "pages": sum(s.rows_in for s in came),
        "left": sum(s.rows_out for s in ends),
        "tokens": sum(s.tokens_out for s in ends),
        "bytes": sum(s.bytes for s in ends),
        "memory": sum(s.memory for s in ends),
        "seconds": round(sum(s.seconds for s in mine.values()), 1),
        "quarantine": sum(sum(s.quarantined.values()) for s in mine.values()),
    }


def _oddities(rows: Sequence[Mapping[str, Any]]) -> list[tuple[float, str]]:
    """For each shard how odd it is (0: not at all), and in words what is."""
    told: list[tuple[float, str]] = [(0.0, "")] * len(rows)
    if len(rows) < 5:  # too few to say what is usual
        return told
    for name, (above, below, unit, slack, least) in MEASURES.items():
        values = np.array([_value(row, above, below) for row in rows])
        middle = float(np.median(values))
        spread = NORMAL * float(np.median(np.abs(values - middle))) + slack * abs(middle) + least
        for n, value in enumerate(values):
            score = float(abs(value - middle) / spread)
            if score > max(ODD, told[n][0]):
                told[n] = (score, f"{name} {unit.format(value)}, usually {unit.format(middle)}")
    return told


# Name: what is divided by what, how it is written, and the share of the middle and the difference that do not matter.
MEASURES = {
    "kept": ("left", "pages", "{:.1%}", 0.02, 0.02),
    "quarantined": ("quarantine", "pages", "{:.2%}", 0.02, 0.005),
    "bytes a token": ("bytes", "tokens", "{:.2f}", 0.02, 1e-9),
    "tokens a page": ("tokens", "left", "{:,.0f}", 0.02, 1e-9),
    "seconds a page": ("seconds", "pages", "{:.4f}", 0.15, 1e-9),
    "pages": ("pages", "", "{:,.0f}", 0.02, 1e-9),
}


def _value(row: Mapping[str, Any], above: str, below: str) -> float:
    return row[above] / max(row[below], 1) if below else float(row[above])
