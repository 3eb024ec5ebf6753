"""Which pages a report shows: of every reason equally many, chosen by a hash of their ids, in bounded memory.

A stratum is all pages that one step dropped for one reason, or that one stage quarantined, or that a run kept. The
receipts say how many pages a stratum has, so a number that is counted on the sample is scaled by what is known.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from pipeline.hashing import digest, hash64
from pipeline.stats import Stats
from report.page.chain import DocumentChain
from report.stored import STORED_ROWS, Where

BYTES = 400 << 20  # of stored shards that are looked through; at least one shard is


class Stratum(NamedTuple):
    """Pages with one fate. `line` is the line of the funnel at which their way ends, -1 for those that are kept."""

    stage: str
    fate: Where
    reason: str
    line: int
    rows: int
    tokens: int


def strata_of(chain: DocumentChain, stats: Mapping[str, Stats]) -> list[Stratum]:
    """All strata of a run that hold pages, in the order of its funnel, the kept ones last."""
    found = []
    for stage in chain.parents:
        for step, said in stats[stage].steps.items() if stage in stats else ():
            line = chain.place(stage, step)
            found += [Stratum(stage, "dropped", reason, line, *size) for reason, size in said.dropped.items()]
            found += [Stratum(stage, "quarantined", error, line, n, 0) for error, n in said.quarantined.items()]
    reached = [stage for stage in chain.parents if stage in stats and not stats.keys() & set(chain.children(stage))]
    ends = [(stage, stats[stage]) for stage in reached]  # of a run that is not finished, those that it has come to
    return found + [Stratum(stage, "kept", "", -1, s.rows_out, s.tokens_out) for stage, s in ends if s.rows_out]


def quotas(sizes: Sequence[int], budget: int) -> list[int]:
    """How many pages of each stratum to take: equally many, those that a small stratum lacks spread over the others."""
    taken, left = [0] * len(sizes), budget
    for place, number in enumerate(sorted(range(len(sizes)), key=lambda n: sizes[n])):
        taken[number] = min(sizes[number], left // (len(sizes) - place))
        left -= taken[number]
    return taken


def chosen_shards(sizes: Mapping[str, int], most: int = BYTES) -> list[str]:
    """The shards to look through: in the order of a hash of their names, as long as they have at most so many bytes."""
    ordered = sorted(sizes, key=digest)
    total = np.cumsum([sizes[shard] for shard in ordered])
    return ordered[: max(1, int(np.searchsorted(total, most, "right")))] if ordered else []


@dataclass
class Reservoir:
    """The ids with the smallest hashes among all that were offered, at most `size` of them."""

    size: int
    hashes: np.ndarray = field(default_factory=lambda: np.empty(0, np.uint64))
    ids: np.ndarray = field(default_factory=lambda: np.empty(0, object))
    shards: np.ndarray = field(default_factory=lambda: np.empty(0, object))

    def offer(self, ids: np.ndarray, hashes: np.ndarray, shard: str) -> None:
        """Take those of the ids that are among the smallest so far."""
        if len(self.hashes) >= self.size:
            low = hashes < self.hashes[-1] if self.size else np.zeros(len(hashes), bool)
            ids, hashes = ids[low], hashes[low]
        every = np.concatenate((self.hashes, hashes))
        order = np.argsort(every, kind="stable")[: self.size]
        self.hashes = every[order]
        self.ids = np.concatenate((self.ids, ids))[order]
        self.shards = np.concatenate((self.shards, np.full(len(ids), shard, object)))[order]


def sample(root: str, strata: Sequence[Stratum], shards: Sequence[str], budget: int) -> list[Reservoir]:
    """The chosen ids of each stratum. Reads ids and reasons of the given shards; memory is that of the sample."""
    found = [Reservoir(quota) for quota in quotas([stratum.rows for stratum in strata], budget)]
    numbers = {(s.stage, s.fate, s.reason): number for number, s in enumerate(strata)}
    stores: dict[tuple[str, Where], None] = dict.fromkeys((s.stage, s.fate) for s in strata)
    for shard in shards:
        for stage, fate in stores:
            for table in STORED_ROWS[fate](root, stage, shard, ["id", "reason", "error"]):
                if "id" not in table.column_names:
                    continue
                ids, hashes = table["id"].to_numpy(), hash64(table["id"])
                for reason, rows in _by_reason(table):
                    if (number := numbers.get((stage, fate, reason))) is not None:
                        found[number].offer(ids[rows], hashes[rows], shard)
    return found


def _by_reason(table: pa.Table) -> Iterator[tuple[str, np.ndarray]]:
    """The reasons or errors of rows, each with the numbers of its rows; "" for rows that are kept."""
    name = next((name for name in ("reason", "error") if name in table.column_names), None)
    if name is None:
        yield "", np.arange(table.num_rows)
        return
    coded = table[name].combine_chunks().dictionary_encode()
    codes = coded.indices.to_numpy(zero_copy_only=False)
    for code, reason in enumerate(coded.dictionary.to_pylist()):
        yield reason, np.flatnonzero(codes == code)
