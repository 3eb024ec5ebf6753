"""What a mixture became: wanted and realised tokens, epochs and what is left, by phase and source."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.shuffle import Gather, Scatter
from stages.mixture import Curriculum

NAMES = {"phase": pa.string(), "source": pa.string()}
SUMS = pa.schema({"key": pa.uint64(), **NAMES, "tokens": pa.int64(), "pages": pa.int64()})
AMOUNTS = {"wanted": pa.int64(), "realised": pa.int64(), "share": pa.float64(), "pages": pa.int64()}
SHARES = pa.schema({**NAMES, **AMOUNTS, "epochs": pa.float64(), "left": pa.int64()})


@dataclass(frozen=True)
class Drawn:
    """A Scatter's rows: tokens and pages of a batch of a phase by source."""

    phase: str

    def __call__(self, table: pa.Table, shard: str) -> pa.Table:
        sums = table.select(["source", "tokens"]).group_by("source").aggregate([("tokens", "sum"), ("tokens", "count")])
        size = sums.num_rows
        columns = [pa.array(np.zeros(size, np.uint64)), pa.array([self.phase] * size, pa.string()), sums["source"]]
        return pa.table([*columns, sums["tokens_sum"], sums["tokens_count"]], schema=SUMS)


def lines(table: pa.Table, shard: str) -> pa.Table:
    """A Scatter's rows: the length of each source's line, as rows of no phase."""
    size = table.num_rows
    ones, phase = pa.array(np.zeros(size, np.int64)), pa.array([""] * size, pa.string())
    return pa.table([pa.array(np.zeros(size, np.uint64)), phase, table["source"], table["tokens"], ones], schema=SUMS)


@dataclass(frozen=True)
class Table:
    """A Gather's function: `SHARES`. `epochs` and `left` (tokens never used so far) count from the first phase on."""

    curriculum: Curriculum

    def __call__(self, table: pa.Table) -> pa.Table:
        rows = []
        for source in self.curriculum.sources:
            mine = table.filter(pc.equal(table["source"], source))
            have, _ = _of(mine, "")
            used = 0
            for phase in self.curriculum.phases:
                tokens, pages = _of(mine, phase.name)
                used += tokens
                made = (phase.shares().get(source, 0), tokens, tokens / phase.tokens, pages)
                rows.append((phase.name, source, *made, used / max(have, 1), max(have - used, 0)))
        rows = rows if table.num_rows else []
        order = [phase.name for phase in self.curriculum.phases]
        rows.sort(key=lambda row: order.index(row[0]))
        return pa.Table.from_pylist([dict(zip(SHARES.names, row, strict=True)) for row in rows], SHARES)


def _of(table: pa.Table, phase: str) -> tuple[int, int]:
    rows = table.filter(pc.equal(table["phase"], phase))
    return pc.sum(rows["tokens"]).as_py() or 0, pc.sum(rows["pages"]).as_py() or 0


def shares(curriculum: Curriculum, phases: Sequence[Gather], plan: Gather) -> Gather:
    """The stage of the table, in one shard."""
    sums = [Scatter(f"{phase.name}.sums", phase, Drawn(phase.name), "key", 1) for phase in phases]
    return Gather("shares", (Scatter("plan.lines", plan, lines, "key", 1), *sums), Table(curriculum))
