"""What a mixture became: wanted and realised tokens, epochs and what is left, by phase and source."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curriculum import Curriculum
from curriculum.phases import CurriculumStages
from pipeline.shuffle import Gather, Scatter
from pipeline.stage import Stage

NAMES = {"phase": pa.string(), "source": pa.string()}
SUMS = pa.schema({"key": pa.uint64(), **NAMES, "tokens": pa.int64(), "pages": pa.int64()})
AMOUNTS = {"wanted": pa.int64(), "realised": pa.int64(), "share": pa.float64(), "pages": pa.int64()}
LEFT = {"epochs": pa.float64(), "left": pa.int64()}
SHARES = pa.schema({**NAMES, **AMOUNTS, **LEFT, "sequences": pa.int64(), "padding": pa.float64()})


@dataclass(frozen=True)
class UsedTokens:
    """A Scatter's rows: tokens and pages of a batch of a phase by source."""

    phase: str

    def __call__(self, table: pa.Table, shard: str) -> pa.Table:
        """The rows to send of a shard."""
        sums = table.select(["source", "tokens"]).group_by("source").aggregate([("tokens", "sum"), ("tokens", "count")])
        size = sums.num_rows
        columns = [pa.array(np.zeros(size, np.uint64)), pa.array([self.phase] * size, pa.string()), sums["source"]]
        return pa.table([*columns, sums["tokens_sum"], sums["tokens_count"]], schema=SUMS)


def stream_lengths(table: pa.Table, shard: str) -> pa.Table:
    """A Scatter's rows: the length of each source's stream, as rows of no phase."""
    size = table.num_rows
    ones, phase = pa.array(np.zeros(size, np.int64)), pa.array([""] * size, pa.string())
    return pa.table([pa.array(np.zeros(size, np.uint64)), phase, table["source"], table["tokens"], ones], schema=SUMS)


@dataclass(frozen=True)
class PackedTokens:
    """A Scatter's rows: tokens and sequences of a batch of a packed phase, as rows of no source."""

    phase: str

    def __call__(self, table: pa.Table, shard: str) -> pa.Table:
        """The rows to send of a shard."""
        tokens = pc.sum(pc.list_flatten(table["lengths"])).as_py() or 0
        rows = [{"key": 0, "phase": self.phase, "source": "", "tokens": tokens, "pages": table.num_rows}]
        return pa.Table.from_pylist(rows if table.num_rows else [], SUMS)


@dataclass(frozen=True)
class SharesTable:
    """A Gather's function: `SHARES`. `epochs` and `left` (tokens never used so far) count from the first phase on.

    A row without source tells of the whole phase, its sequences, and what share of them is padding. The markers of
    fill-in-the-middle are in the sequences and not in `realised`, which counts the tokens of pages.
    """

    curriculum: Curriculum

    def __call__(self, table: pa.Table) -> pa.Table:
        """The rows that are made of these."""
        rows, used = [], dict.fromkeys(self.curriculum.sources, 0)
        for phase in self.curriculum.phases if table.num_rows else ():
            mine = table.filter(pc.equal(table["phase"], phase.name))
            wanted = phase.shares()
            for source in sorted(wanted):
                tokens, pages = _of(mine, source)
                used[source] += tokens
                have, _ = _of(table.filter(pc.equal(table["phase"], "")), source)
                made = (wanted[source], tokens, tokens / phase.tokens, pages)
                epochs, left = used[source] / max(have, 1), max(have - used[source], 0)
                rows.append((phase.name, source, *made, epochs, left, None, None))
            packed, sequences = _of(mine, "")
            padding = 1 - packed / (sequences * phase.length) if sequences else None
            tokens = sum(_of(mine, source)[0] for source in wanted)
            made = (phase.tokens, tokens, tokens / phase.tokens, None)
            rows.append((phase.name, None, *made, None, None, sequences, padding))
        return pa.Table.from_pylist([dict(zip(SHARES.names, row, strict=True)) for row in rows], SHARES)


def _of(table: pa.Table, source: str) -> tuple[int, int]:
    rows = table.filter(pc.equal(table["source"], source))
    return pc.sum(rows["tokens"]).as_py() or 0, pc.sum(rows["pages"]).as_py() or 0


def shares(stages: CurriculumStages, packed: Sequence[Stage] = ()) -> Gather:
    """The stage of the table, in one shard; `packed` are the packed phases, in the order of the phases."""
    sums = [Scatter(f"{phase.name}.used", phase, UsedTokens(phase.name), "key", 1) for phase in stages.phases]
    names = [phase.name for phase in stages.phases]
    fills = [Scatter(f"{p.name}.used", p, PackedTokens(n), "key", 1) for n, p in zip(names, packed, strict=False)]
    lengths = Scatter("plan.lengths", stages.plan, stream_lengths, "key", 1)
    return Gather("shares", (lengths, *sums, *fills), SharesTable(stages.curriculum))
