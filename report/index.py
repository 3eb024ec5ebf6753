"""Where each page of a run lies: an index by the hashes of ids and URLs, so that no search reads all shards.

Below the root lie files `index/<stage>/<number>-<digest>.keys`, each for at most 64 shards of a stage: Parquet with a
row for each `key` and the `place` of a shard among these, sorted by key. The digest is that of what the shards
were made from, so that a file of shards that were made anew is not used any more. `mews run` makes what is missing when
a stage ends, on all workers; who asks before makes it then. Nothing depends on these files: they may be deleted.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from dedup.canonical_url import canonical_url
from pipeline import parquet, store
from pipeline.errors import BadInput
from pipeline.funnel import read_plan
from pipeline.hashing import digest, hash64
from pipeline.receipts import read_receipts
from pipeline.record import record_name
from pipeline.runner import Failed, Runner, WorkQueue
from pipeline.shard import quarantine_name, rejects_name
from pipeline.shuffle import Scatter
from pipeline.stage import Stage
from pipeline.view import StagePlan, stage_plan

SHARDS = 64  # of a file, whose keys are sorted in memory
SCHEMA = pa.schema([("key", pa.uint64()), ("place", pa.uint16())])
FOLDER, SUFFIX, VERSION = "index", ".keys", "1"
KEPT = "_kept"  # what a column of verdicts ends in that names the page of which another is a copy
COLUMNS = ("id", "url")
Tables = Iterator[pa.Table]


class ShardGroup(NamedTuple):
    """Shards of a stage that share a file of the index, the name of that file below the root, and where rows lie.

    `data` is the folder of the stage's own rows, "" of a view.
    """

    stage: str
    shards: tuple[str, ...]
    name: str
    data: str


class StageIndex(NamedTuple):
    """The index of a stage: what its shards hold of their own, and the stage whose rows it shows ("" if its own)."""

    stage: str
    groups: list[ShardGroup]
    store: str


def run_index(root: str) -> list[StageIndex]:
    """The stages of a run with rows that have an id, in the order of the plan, as far as their shards are made.

    Reads one file for each finished stage and no rows. Raises UsageError when there was no run.
    """
    stages = [stage["name"] for stage in read_plan(root)["stages"] if stage["kind"] != "scatter"]
    plans = {stage: stage_plan(root, stage) for stage in stages}
    stores = {plan.view.store: stage for stage, plan in plans.items() if not plan.view.joins}
    return [_stage_index(root, stage, plan, stores) for stage, plan in plans.items()]


def _stage_index(root: str, stage: str, plan: StagePlan, stores: Mapping[str, str]) -> StageIndex:
    own = "" if plan.view.joins else plan.view.store or stage
    groups = list(_groups(root, stage, plan.shards, own)) if plan.shards else []
    return StageIndex(stage, groups, "" if own else stores.get(plan.view.store, ""))


def _groups(root: str, stage: str, shards: Sequence[str], data: str) -> Iterator[ShardGroup]:
    made = _made_from(root, stage, shards)
    for start in range(0, len(shards), SHARDS):
        here = tuple(shard for shard in shards[start : start + SHARDS] if shard in made)
        mark = digest(VERSION, data, *(text for shard in here for text in (shard, made[shard])))
        if here:
            yield ShardGroup(stage, here, f"{FOLDER}/{stage}/{start // SHARDS}-{mark}{SUFFIX}", data)


def _made_from(root: str, stage: str, shards: Sequence[str]) -> dict[str, str]:
    """What each made shard of a stage was made from."""
    try:
        tables = list(parquet.read_batches(root, record_name(stage), columns=["shard", "made_from"]))
    except (BadInput, OSError):
        return {receipt.shard: receipt.made_from for receipt in read_receipts(root, stage, list(shards))}
    return {row["shard"]: row["made_from"] for table in tables for row in table.to_pylist()}


def missing_groups(root: str, index: Sequence[StageIndex]) -> list[ShardGroup]:
    """The groups of which there is no file; files of shards that were made anew since are deleted."""
    gone = []
    for searched in index:
        folder = f"{FOLDER}/{searched.stage}"
        there, wanted = store.listing(root, folder), {group.name for group in searched.groups}
        for name in (f"{folder}/{file}" for file in there):
            if name not in wanted and name.endswith(SUFFIX):
                store.remove(root, name)
        gone += [group for group in searched.groups if group.name.rpartition("/")[2] not in there]
    return gone


def make_group(group: ShardGroup, *, root: str) -> pa.Table:
    """Write the file of a group, and return its rows. Where the root cannot be written, only the latter."""
    table = keys_of_group(root, group)
    try:
        with parquet.writing_rows(root, group.name, SCHEMA, {}) as writer:
            writer.write(table)
    except OSError:  # a root of somebody else's, or one whose run sweeps it at this moment: the next who asks writes it
        pass
    return table


def index_stage(root: str, stage: Stage, runner: Runner) -> list[str]:
    """Make the files of a stage that are missing, on all workers; returns why some could not be, a line for each."""
    if isinstance(stage, Scatter):
        return []
    groups = missing_groups(root, [_stage_index(root, stage.name, stage_plan(root, stage.name), {})])
    queue = WorkQueue(f"index of {stage.name}", partial(_write_group, root=root), deque(groups))
    outcomes = [outcome for *_, outcome in runner.map([queue])]
    return [outcome.why for outcome in outcomes if isinstance(outcome, Failed)]


def _write_group(group: ShardGroup, *, root: str) -> None:
    make_group(group, root=root)


def keys_of_group(root: str, group: ShardGroup, reading: Callable[[Tables], Tables] = iter) -> pa.Table:
    """The rows of a group's file, from the stored rows of its shards; `reading` may leave out what cannot be read."""
    parts = []
    for place, shard in enumerate(group.shards):
        rows = (keys for table in reading(_rows_of_shard(root, group, shard)) for keys in _keys_of_rows(table))
        keys = np.unique(np.concatenate([np.empty(0, np.uint64), *rows]))
        parts.append((keys, np.full(len(keys), place, np.uint16)))
    keys, places = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((places, keys))
    return pa.table({"key": keys[order], "place": places[order]}, SCHEMA)


def _rows_of_shard(root: str, group: ShardGroup, shard: str) -> Tables:
    names = [rejects_name(group.stage, shard), quarantine_name(group.stage, shard)]
    for name in [f"{group.data}/{shard}.parquet", *names] if group.data else names:
        if store.exists(root, name):
            columns = [c for c in parquet.schema_of(root, name).names if c in COLUMNS or c.endswith(KEPT)]
            yield from parquet.read_batches(root, name, 20_000, columns) if "id" in columns else ()


def _keys_of_rows(table: pa.Table) -> Iterator[np.ndarray]:
    for column in table.column_names:
        yield hash64(table[column].drop_null())
    if "url" in table.column_names:
        forms = [form for url in table["url"].drop_null().to_pylist() if (form := canonical_url(url))]
        yield hash64(forms)
        yield hash64([*{host_key(form) for form in forms}])


def host_key(form: str) -> str:
    """What stands in the index for the host of a canonical URL: no URL in this form begins with two slashes."""
    return f"//{form.partition('/')[0].partition('?')[0]}"


def index_faults(root: str) -> Iterator[tuple[str, str]]:
    """The files of the index that do not hold what the shards do: their names, each with a line. Reads all ids."""
    for group in (group for searched in run_index(root) for group in searched.groups):
        if store.exists(root, group.name):
            try:
                right = parquet.read_table(root, group.name).equals(keys_of_group(root, group))
            except BadInput:
                right = False
            if not right:
                yield group.name, f"{group.name}: not the index of its shards; delete it, and it is made anew"
