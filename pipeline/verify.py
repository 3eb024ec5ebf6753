"""Whether the files of a run are what its receipts say: all there, unchanged, adding up, and nobody else's."""

from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from pipeline import buckets as bucketed
from pipeline import parquet, store
from pipeline.funnel import read_plan
from pipeline.hashing import digest, shard_key
from pipeline.receipts import Receipt, inputs_of, read_receipts, receipt_name
from pipeline.record import record_name
from pipeline.shard import data_names, stage_folders
from pipeline.shuffle import BUCKET
from pipeline.view import StagePlan, stage_plan


class Fault(NamedTuple):
    """What is not as a receipt says: a line, and the stage and shard that it is about (no shard: all of them)."""

    stage: str
    shard: str
    what: str


def faults(root: str) -> Iterator[Fault]:
    """Everything about a run that is not as its receipts say; what is not made yet is no fault (see `unfinished`).

    Reads every file. Raises UsageError when there is no run.
    """
    stages = [_Stage(root, record) for record in read_plan(root)["stages"]]
    named = {stage.name: stage for stage in stages}
    for stage in stages:
        yield from stage.missing()
        yield from stage.changed()
        yield from _unlike_its_source(stage, named)
    for stage in stages:
        yield from _ungathered(stage, named)
    known = {name for stage in stages for receipt in stage.receipts.values() for name in receipt.files}
    for stage in stages:
        yield from stage.strangers(known)


def unfinished(root: str) -> list[str]:
    """A line for each stage of which shards are not made yet. Raises UsageError when there is no run."""
    stages = [_Stage(root, record) for record in read_plan(root)["stages"]]
    made = {stage.name: sum(shard in stage.receipts for shard in stage.plan.shards) for stage in stages}
    return [f"{s.name}: {made[s.name]} of {len(s.plan.shards)} shards are made" for s in stages if not s.finished]


def mend(root: str, fault: Fault) -> None:
    """Forget a shard whose files are not what they were: the next run makes it anew."""
    if fault.shard:
        store.remove(root, receipt_name(fault.stage, fault.shard))


@dataclass
class _Stage:
    """A stage as plan.json records it, with its plan and receipts."""

    root: str
    record: Mapping[str, Any]
    sent: Counter[int] = field(default_factory=Counter[int])  # of a Scatter: rows by bucket

    @property
    def name(self) -> str:
        return self.record["name"]

    @cached_property
    def plan(self) -> StagePlan:
        return stage_plan(self.root, self.name)

    @property
    def folder(self) -> str:
        return self.plan.view.own_folder(self.name)

    @cached_property
    def finished(self) -> bool:
        return store.exists(self.root, record_name(self.name))

    @cached_property
    def receipts(self) -> dict[str, Receipt]:
        found = read_receipts(self.root, self.name, list(self.plan.shards))
        return {receipt.shard: receipt for receipt in found}

    def missing(self) -> Iterator[Fault]:
        for shard in self.plan.shards if self.finished else ():
            if shard not in self.receipts:
                yield Fault(self.name, shard, f"{self.name}/{shard}: no receipt")

    def changed(self) -> Iterator[Fault]:
        """Files of the stage that are not what its receipts say; counts the rows of a Scatter on the way."""
        with ThreadPoolExecutor(8) as pool:
            for said, sent in pool.map(self._changed, self.receipts.values()):
                self.sent.update(sent)
                yield from said

    def _changed(self, receipt: Receipt) -> tuple[list[Fault], dict[int, int]]:
        """What is wrong with the files of a shard, and the rows that it sent by bucket."""
        said, sent = list[str](), dict[int, int]()
        if not receipt.stats.conserved():
            said.append(f"{receipt.stage}/{receipt.shard}: its rows do not add up")
        for name, made in receipt.files.items():
            if not store.exists(self.root, name):
                said.append(f"{name}: missing")
            elif store.digest_of(self.root, name) != made.digest:
                said.append(f"{name}: its bytes are not those of its receipt")
            elif (rows := self._rows(name, made, sent)) != made.rows:
                said.append(f"{name}: {rows} rows, its receipt says {made.rows}")
        data = next(
            (made for name, made in receipt.files.items() if name in data_names(self.folder, receipt.shard)), None
        )
        if data and data.rows != receipt.stats.rows_out:
            said.append(f"{receipt.stage}/{receipt.shard}: {data.rows} rows, counted {receipt.stats.rows_out}")
        return [Fault(self.name, receipt.shard, what) for what in said], sent

    def _rows(self, name: str, made: store.FileInfo, sent: dict[int, int]) -> int:
        if name.endswith(".parquet"):
            with parquet.open_file(self.root, name) as file:
                return file.metadata.num_rows
        if not name.endswith(bucketed.SUFFIX):
            return made.rows
        buckets, rows = (column.tolist() for column in bucketed.counts(self.root, name))
        sent |= dict(zip(buckets, rows, strict=True))
        return sum(rows)

    def strangers(self, known: set[str]) -> Iterator[Fault]:
        """Files in the stage's folders that no receipt names."""
        waited_for = set(self.plan.shards) - self.receipts.keys()
        for folder in stage_folders(self.name, self.folder):
            for file in store.listing(self.root, folder, recursive=True):
                name, shard = f"{folder}/{file}", PurePosixPath(file).stem
                if name not in known and shard not in waited_for:
                    known.add(name)
                    todo = "run the recipe again" if shard in self.plan.gone else "move it elsewhere, or delete it"
                    yield Fault(self.name, "", f"{name}: no receipt names it; {todo}")


def _unlike_its_source(stage: _Stage, named: Mapping[str, _Stage]) -> Iterator[Fault]:
    """Shards of a view that were made from other rows or verdicts than are there now."""
    if not stage.plan.view.joins:
        return
    for shard, receipt in stage.receipts.items():
        sources = [named[name].receipts.get(shard) for name in stage.record["after"]]
        inputs = digest(*(source.digest for source in sources if source))
        if inputs != inputs_of(receipt.made_from) or stage.plan.view.joins[-1].digest(inputs) != receipt.digest:
            yield Fault(stage.name, shard, f"{stage.name}/{shard}: the rows that it stands for have changed")
            continue
        rows = sum(table.num_rows for table in stage.plan.view.read(stage.root, shard, ["id"]))
        if rows != receipt.stats.rows_out:
            what = f"{stage.name}/{shard}: stands for {rows} rows, its receipt says {receipt.stats.rows_out}"
            yield Fault(stage.name, shard, what)


def _ungathered(stage: _Stage, named: Mapping[str, _Stage]) -> Iterator[Fault]:
    """Shards of a Gather that did not read all rows of their bucket, and rows in buckets that no Gather reads."""
    if stage.record["kind"] == "scatter" and stage.finished:
        readers = [s for s in named.values() if s.record["kind"] == "gather" and stage.name in s.record["after"]]
        read = {_bucket(shard, stage) for reader in readers for shard in reader.plan.shards}
        lost = sum(rows for bucket, rows in stage.sent.items() if bucket not in read)
        if lost and all(reader.finished for reader in readers) and readers:
            yield Fault(stage.name, "", f"{stage.name}: {lost} rows were sent to buckets that no stage reads")
    if stage.record["kind"] == "gather":
        scatters = [named[name] for name in stage.record["after"] if named[name].record["kind"] == "scatter"]
        for shard, receipt in stage.receipts.items() if all(s.finished for s in scatters) else ():
            sent, came = sum(s.sent[_bucket(shard, s)] for s in scatters), receipt.stats.rows_in
            if sent != came:
                yield Fault(stage.name, shard, f"{stage.name}/{shard}: {sent} rows were scattered and {came} gathered")


def _bucket(shard: str, scatter: _Stage) -> int:
    """The bucket of a Scatter that a shard of its Gather is made of."""
    return shard_key(shard) if scatter.record["buckets"] is None else int(shard.removeprefix(BUCKET))
