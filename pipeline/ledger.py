"""The ledger: which shards a run is to have, which of them are made, and from what."""

import json
from collections.abc import Collection, Mapping, Sequence, Set

from pipeline import store
from pipeline.hashing import digest
from pipeline.receipts import Receipt, read_receipts, receipt_name, receipted
from pipeline.record import (
    Entry,
    all_there,
    entry_of,
    finished_entries,
    reads_changed,
    record_name,
    recorded_entries,
    sums,
    sums_name,
    write_record,
)
from pipeline.shard import stage_folders
from pipeline.stats import Stats, add
from pipeline.view import StagePlan, View, stage_plan


class Ledger:
    """The plan and the receipts under a root. Only the driver holds one; workers write receipts and send them back.

    The receipts of a finished stage are kept in one file too (`record_name`): 90,000 of them take minutes to read one
    by one from an object store. It goes before a shard of the stage is made anew. Of a finished stage 0.3 kB a shard
    stay in memory until it is released.
    """

    def __init__(self, root: str):
        self.root = root
        self._plans: dict[str, StagePlan] = {}
        self._entries: dict[str, dict[str, Entry]] = {}
        self._wholes: dict[str, str] = {}
        self._opened, self._total = "", Stats()

    def expect(self, stage: str, shards: Sequence[str], view: View) -> set[str]:
        """Take down which shards a stage is to have of which some are made before it is opened.

        Returns those that have a receipt. Of these nothing is known yet, not even whether they are right.
        """
        self._entries[stage] = {}
        return self._take_down(stage, shards, view)

    def _take_down(self, stage: str, shards: Sequence[str], view: View) -> set[str]:
        """Write the plan of a stage; returns the shards that have a receipt."""
        before, receipts = stage_plan(self.root, stage), receipted(self.root, stage)
        gone = sorted({*before.shards, *before.gone, *receipts}.difference(shards))
        self._plans[stage] = StagePlan(tuple(shards), view, tuple(gone))
        self._plans[stage].write(self.root, stage)
        return set(receipts)

    def open(
        self,
        stage: str,
        marks: Mapping[str, str],
        view: View | None = None,
        modules: Collection[str] = (),
        under_way: Set[str] = frozenset(),
    ) -> set[str]:
        """Take down which shards a stage is to have; returns those that are made from just this, and are there.

        `marks` says what each shard is made from. A shard is there when it has a readable receipt and all of its
        files, in the size that the receipt says, and when no file that one of the `modules` read while it was made
        has changed. One that is `under_way` is not: a worker may have written its receipt already, or be about to.
        """
        receipts = self._take_down(stage, tuple(marks), view or View(stage)) - under_way
        entries, total = finished_entries(self.root, stage, marks, receipts, modules), sums(self.root, stage)
        if entries is None or total is None:
            entries = self._made(stage, marks, receipts, modules)
            store.remove(self.root, sums_name(stage))
            store.remove(self.root, record_name(stage))
            total = add(Stats.from_json(json.loads(entry.stats)) for entry in entries.values())
        self._entries[stage], self._total, self._opened = entries, total, stage
        return set(entries)

    def _made(
        self, stage: str, marks: Mapping[str, str], receipts: Set[str], modules: Collection[str]
    ) -> dict[str, Entry]:
        """The shards of a stage that are made from what the marks say, and are there.

        The receipts of those that were entered before it was opened need not be read.
        """
        entered = self._entries.pop(stage, {})
        unread = [shard for shard in marks if shard in receipts and shard not in entered]
        known = recorded_entries(self.root, stage) or {
            receipt.shard: entry_of(receipt) for receipt in read_receipts(self.root, stage, unread)
        }
        known |= entered
        right = {shard: e for shard, mark in marks.items() if (e := known.get(shard)) and e.made_from == mark}
        right = {shard: e for shard, e in right.items() if not reads_changed(e.reads, modules)}
        there = all_there(self.root, ((shard, entry.files) for shard, entry in right.items()), receipts)
        return {shard: entry for shard, entry in right.items() if shard in there}

    def enter(self, receipt: Receipt) -> None:
        """Take down a shard that was just made, of the stage that was opened last or of one that is expected."""
        self._entries[receipt.stage][receipt.shard] = entry_of(receipt)
        if receipt.stage == self._opened:
            self._total = self._total.plus(receipt.stats)

    def close(self, stage: str) -> Stats:
        """Every shard is made: take that down, and return the sum of the receipts."""
        entries = self.entries(stage)
        if not store.exists(self.root, record_name(stage)):
            write_record(self.root, stage, entries)
            self._entries[stage] = {shard: Entry("", *entry[1:4]) for shard, entry in entries}
        store.write_json(self.root, sums_name(stage), self._total.to_json())
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

    def shards(self, stage: str) -> Sequence[str]:
        """Names of the shards that a stage is to have, in order."""
        return self._plans[stage].shards

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

    def is_made(self, stage: str, shard: str) -> bool:
        """Whether a shard is known to be made from what it is to be made from."""
        return shard in self._entries.get(stage, {})

    def is_finished(self, stage: str) -> bool:
        """Whether an earlier run finished a stage, and its receipts are in one file."""
        return store.exists(self.root, record_name(stage))

    def rows(self, stage: str, shard: str) -> int:
        """The rows of a shard that is made."""
        return self._entries[stage][shard].rows

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
    for folder in stage_folders(stage, own_folder):
        for name in store.listing(root, folder, recursive=True):
            if name.rpartition("/")[2].rpartition(".")[0] in shards:
                store.remove(root, f"{folder}/{name}")
