"""The ledger: which shards a run is to have, which of them are made, and from what."""

import json
from collections.abc import Collection, Mapping, Set
from typing import NamedTuple

import pyarrow as pa

from pipeline import parquet, reads, store
from pipeline.errors import BadInput
from pipeline.hashing import digest
from pipeline.receipts import Receipt, read_receipts, reads_from_json, receipt_name, receipted
from pipeline.shard import data_names, quarantine_name, rejects_name
from pipeline.stats import Stats, add
from pipeline.view import StagePlan, View, stage_plan


class Entry(NamedTuple):
    """What the driver keeps of a receipt.

    `rows` and `bytes` are of its data (a view has rows and no bytes); `files`, `stats` and `reads` are JSON.
    """

    made_from: str
    digest: str
    rows: int
    bytes: int
    files: str = ""
    stats: str = ""
    reads: str = ""


RECORDED = 5_000  # entries that are written down at once
RECORD = pa.schema([(n, pa.int64() if n in ("rows", "bytes") else pa.string()) for n in ("shard", *Entry._fields)])


class Ledger:
    """The plan and the receipts under a root. Only the driver holds one; workers write receipts and send them back.

    The receipts of a finished stage are kept in one file too (`record_name`): 90,000 of them take minutes to read one
    by one from an object store. It goes before a shard of the stage is made anew. Of a finished stage 0.3 kB a shard
    stay in memory.
    """

    def __init__(self, root: str):
        self.root = root
        self._plans: dict[str, StagePlan] = {}
        self._entries: dict[str, dict[str, Entry]] = {}
        self._wholes: dict[str, str] = {}
        self._total = Stats()

    def open(
        self, stage: str, marks: Mapping[str, str], view: View | None = None, modules: Collection[str] = ()
    ) -> set[str]:
        """Take down which shards a stage is to have; returns those that are made from just this, and are there.

        `marks` says what each shard is made from. A shard is there when it has a readable receipt and all of its
        files, in the size that the receipt says, and when no file that one of the `modules` read while it was made
        has changed.
        """
        before, receipts = stage_plan(self.root, stage), receipted(self.root, stage)
        gone = sorted({*before.shards, *before.gone, *receipts} - marks.keys())
        self._plans[stage] = StagePlan(tuple(marks), view or View(stage), tuple(gone))
        self._plans[stage].write(self.root, stage)
        known = _recorded(self.root, stage) or {
            receipt.shard: _entry(receipt) for receipt in read_receipts(self.root, stage, list(marks))
        }
        right = {shard: e for shard, mark in marks.items() if (e := known.get(shard)) and e.made_from == mark}
        right = {shard: e for shard, e in right.items() if not _reads_changed(e.reads, modules)}
        there = _there(self.root, right, set(receipts))
        self._entries[stage] = {s: e for s, e in right.items() if s in there}
        total = sums(self.root, stage) if there == known.keys() == marks.keys() else None
        if total is None:
            store.remove(self.root, sums_name(stage))
            store.remove(self.root, record_name(stage))
            total = add(Stats.from_json(json.loads(entry.stats)) for entry in self._entries[stage].values())
        self._total = total
        return there

    def enter(self, receipt: Receipt) -> None:
        """Take down a shard that was just made."""
        self._entries[receipt.stage][receipt.shard] = _entry(receipt)
        self._total = self._total.plus(receipt.stats)

    def close(self, stage: str) -> Stats:
        """Every shard is made: take that down, and return the sum of the receipts."""
        entries = self.entries(stage)
        if not store.exists(self.root, record_name(stage)):
            with parquet.writing_rows(self.root, record_name(stage), RECORD, {}) as writer:
                for start in range(0, len(entries), RECORDED):
                    rows = [{"shard": s, **entry._asdict()} for s, entry in entries[start : start + RECORDED]]
                    writer.write(pa.Table.from_pylist(rows, RECORD))
        store.write_json(self.root, sums_name(stage), self._total.to_json())
        self._entries[stage] = {shard: Entry("", *entry[1:4]) for shard, entry in entries}
        return self._total

    def release(self, stage: str) -> None:
        """Forget the shards of a finished stage that no other stage reads any more, but for their common digest."""
        self.whole(stage)
        self._entries[stage] = {}

    def sweep(self) -> None:
        """Delete the shards that the stages of this run had before and that their plans no longer have."""
        for stage, plan in self._plans.items():
            if plan.gone:
                sweep_shards(self.root, stage, set(plan.gone), plan.view.own_folder(stage))
                self._plans[stage] = StagePlan(plan.shards, plan.view)
                self._plans[stage].write(self.root, stage)

    def shards(self, stage: str) -> list[str]:
        """Names of the shards that a stage is to have, in order."""
        return list(self._plans[stage].shards)

    def entries(self, stage: str) -> list[tuple[str, Entry]]:
        """The shards of a stage that are made, with what is known of them, in the order of the plan."""
        entries = self._entries[stage]
        return [(shard, entries[shard]) for shard in self._plans[stage].shards if shard in entries]

    def sizes(self, stage: str) -> list[tuple[str, int, int]]:
        """The shards of a stage that are made: name, rows and bytes; of a view its part of the bytes it is seen in."""
        within = self._entries.get(self._plans[stage].view.store, {})
        return [
            (s, e.rows, e.bytes or within[s].bytes * e.rows // max(within[s].rows, 1)) for s, e in self.entries(stage)
        ]

    def digest(self, stage: str, shard: str) -> str:
        """The digest of the rows of a shard."""
        return self._entries[stage][shard].digest

    def whole(self, stage: str) -> str:
        """One digest for all shards of a finished stage, names and bytes."""
        if stage not in self._wholes:
            self._wholes[stage] = digest(*(text for shard, e in self.entries(stage) for text in (shard, e.digest)))
        return self._wholes[stage]


def sweep_shards(root: str, stage: str, shards: Set[str], own_folder: str = "") -> None:
    """Delete all files of these shards of a stage, the receipts first; `own_folder` is where its rows lie."""
    for shard in sorted(shards):
        store.remove(root, receipt_name(stage, shard))
    for folder in {name.rpartition("/")[0] for name in _own_files(stage, own_folder or stage)}:
        for name in store.listing(root, folder, recursive=True):
            if name.rpartition("/")[2].rpartition(".")[0] in shards:
                store.remove(root, f"{folder}/{name}")


def _own_files(stage: str, folder: str) -> tuple[str, ...]:
    return (*data_names(folder, ""), rejects_name(stage, ""), quarantine_name(stage, ""))


def _entry(receipt: Receipt) -> Entry:
    stats = receipt.stats
    files = {name: made.bytes for name, made in receipt.files.items()}
    parts = (json.dumps(part) for part in (files, stats.to_json(), receipt.reads))
    return Entry(receipt.made_from, receipt.digest, stats.rows_out, stats.bytes, *parts)


def _reads_changed(said: str, modules: Collection[str]) -> bool:
    return bool(modules) and said not in ("", "{}") and reads.changed(reads_from_json(json.loads(said)), modules)


def _recorded(root: str, stage: str) -> dict[str, Entry]:
    """The receipts of a finished stage, by shard; empty before it is finished."""
    try:
        table = parquet.read_table(root, record_name(stage))
        shards, *columns = (table[name].to_pylist() for name in RECORD.names)
        return dict(zip(shards, map(Entry, *columns), strict=True))
    except (BadInput, OSError, ValueError, TypeError, KeyError):
        return {}


def _there(root: str, entries: Mapping[str, Entry], receipts: Set[str]) -> set[str]:
    """The shards whose receipt and files are there, in their size: a listing of each folder tells."""
    here: dict[str, dict[str, int]] = {}

    def is_there(name: str, size: int) -> bool:
        folder, _, file = name.rpartition("/")
        if folder not in here:
            here[folder] = store.sizes(root, folder)
        return here[folder].get(file) == size

    return {
        shard
        for shard, entry in entries.items()
        if shard in receipts and all(is_there(*file) for file in json.loads(entry.files).items())
    }


def sums_name(stage: str) -> str:
    """The file with the sum of the receipts of a finished stage, below the root."""
    return f"plan/{stage}.sums.json"


def record_name(stage: str) -> str:
    """The file with all receipts of a finished stage, below the root."""
    return f"plan/{stage}.receipts"  # Parquet


def sums(root: str, stage: str) -> Stats | None:
    """The sum of the receipts of a finished stage; None before it is finished."""
    said = store.read_json(root, sums_name(stage))
    return Stats.from_json(said) if said else None
