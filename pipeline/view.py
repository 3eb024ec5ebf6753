"""The shards that a stage has, and where their rows lie: in files of its own, or in those of another stage.

A stage that only drops rows keeps no copy of those that stay. Its shards are views: the rows of the stage before,
joined with verdicts. `View.read` reads the rows of any stage; nothing else opens the files of a stage to read rows.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipeline import parquet, store
from pipeline.columns import put, without_reserved
from pipeline.hashing import digest


class Join(NamedTuple):
    """A step from the rows of a stage to those of a view: keep those of `where`, then drop by the stage `verdicts`."""

    verdicts: str = ""  # none when empty
    where: tuple[tuple[str, str], ...] = ()

    def read_verdicts(self, root: str, shard: str) -> pa.Table | None:
        """The verdicts on the rows of a shard."""
        return parquet.read_table(root, f"{self.verdicts}/{shard}.parquet") if self.verdicts else None

    def digest(self, inputs: str) -> str:
        """The digest of a shard that is seen through this join; `inputs` is that of the rows and the verdicts."""
        return digest(inputs, *(text for pair in self.where for text in pair))

    def joined(self, table: pa.Table, verdicts: pa.Table | None) -> pa.Table:
        """The rows of `where` with the verdicts' columns, of which `reason` says who is dropped."""
        for column, value in self.where:
            table = table.filter(pc.equal(table[column], value))
        return table if verdicts is None else join_verdicts(table, verdicts)


@dataclass(frozen=True)
class View:
    """Where the rows of a stage's shards lie: in the shards of the stage `store`, and through these joins."""

    store: str
    joins: tuple[Join, ...] = ()

    def through(self, join: Join) -> "View":
        """The view of a stage that reads this one through a join."""
        return View(self.store, (*self.joins, join))

    def read(
        self,
        root: str,
        shard: str,
        columns: Sequence[str] | None = None,
        rows: int = 2_000,
        ids: Collection[str] | None = None,
    ) -> Iterator[pa.Table]:
        """The rows of a shard in order, in tables of at most `rows` rows; of `columns` those that there are.

        With `ids` the rows that have one of these; row groups without one are left out. Raises FileNotFoundError when
        the shard is not made.
        """
        verdicts = [join.read_verdicts(root, shard) for join in self.joins]
        name = f"{self.store}/{shard}.parquet"
        for table in parquet.read_batches(root, name, rows, self._needed(columns, ids), ids):
            for join, found in zip(self.joins, verdicts, strict=True):
                table = stayed(join.joined(table, found))
            yield table if columns is None else table.select([c for c in columns if c in table.column_names])

    def _needed(self, columns: Sequence[str] | None, ids: Collection[str] | None) -> set[str] | None:
        if columns is None:
            return None
        keys = ["id" for join in self.joins if join.verdicts] + (["id"] if ids is not None else [])
        return {*columns, *keys, *(column for join in self.joins for column, _ in join.where)}

    def own_folder(self, stage: str) -> str:
        """The folder in which the stage of this view keeps rows of its own, if it keeps any."""
        return stage if self.joins else self.store or stage

    def to_json(self) -> dict[str, Any]:
        """As it stands in the plan of a stage."""
        joins = [{"verdicts": join.verdicts, "where": dict(join.where)} for join in self.joins]
        return {"store": self.store, "joins": joins}

    @staticmethod
    def from_json(raw: Mapping[str, Any]) -> "View":
        """From the plan of a stage."""
        joins = (Join(join["verdicts"], tuple(join["where"].items())) for join in raw["joins"])
        return View(raw["store"], tuple(joins))


def join_verdicts(table: pa.Table, verdicts: pa.Table) -> pa.Table:
    """The rows with the verdicts' columns, by `id`; null where there is no verdict."""
    found = verdicts.take(pc.index_in(table["id"], value_set=verdicts["id"].combine_chunks()))
    for name in verdicts.column_names:
        table = table if name == "id" else put(table, name, found[name])
    return table


def stayed(table: pa.Table) -> pa.Table:
    """The rows that nothing drops or quarantines, without the columns that say so."""
    for name in ("reason", "error"):
        if name in table.column_names:
            table = table.filter(pc.is_null(table[name]))
    return without_reserved(table)


@dataclass(frozen=True)
class StagePlan:
    """`plan/<stage>.json`: the shards that a stage is to have, in order, and where their rows lie.

    `gone` are shards that it had before and that are to be deleted.
    """

    shards: tuple[str, ...] = ()
    view: View = field(default_factory=lambda: View(""))
    gone: tuple[str, ...] = ()

    def write(self, root: str, stage: str) -> None:
        """Write it down, unless it stands there already."""
        if self != stage_plan(root, stage):
            raw = {"shards": self.shards, "view": self.view.to_json(), "gone": self.gone}
            store.write_json(root, plan_name(stage), raw)


def plan_name(stage: str) -> str:
    """The file of a stage's plan, below the root."""
    return f"plan/{stage}.json"


def stage_plan(root: str, stage: str) -> StagePlan:
    """The plan of a stage as its last run took it down; without shards before."""
    raw = store.read_json(root, plan_name(stage))
    try:
        return StagePlan(tuple(raw["shards"]), View.from_json(raw["view"]), tuple(raw["gone"]))
    except (TypeError, KeyError, AttributeError):
        return StagePlan()


def planned(root: str, stage: str) -> list[str]:
    """Names of the shards that a stage is to have, in order; empty before its first run."""
    return list(stage_plan(root, stage).shards)


def view_of(root: str, stage: str) -> View:
    """Where the rows of a stage lie, by its name."""
    plan = stage_plan(root, stage)
    return plan.view if plan.shards else View(stage)
