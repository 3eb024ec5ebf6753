"""Receipts: what says that a shard is made, from what, and with which bytes."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import NamedTuple

import pyarrow as pa

from pipeline import parquet, store
from pipeline.errors import BadInput
from pipeline.fingerprint import digest
from pipeline.stats import Stats, add
from pipeline.store import FileInfo


@dataclass(frozen=True)
class Receipt:
    """Written after everything else of a shard. `files` maps names below the root to what was written there."""

    stage: str
    shard: str
    made_from: str
    digest: str
    stats: Stats
    files: Mapping[str, FileInfo] = field(default_factory=dict)

    def to_json(self) -> bytes:
        return json.dumps({**asdict(self), "stats": self.stats.to_json()}, indent=1, sort_keys=False).encode()

    @staticmethod
    def from_json(data: bytes) -> "Receipt":
        raw = json.loads(data)
        files = {name: FileInfo(*made) for name, made in raw["files"].items()}
        return Receipt(**{**raw, "stats": Stats.from_json(raw["stats"]), "files": files})


class Entry(NamedTuple):
    """What the driver keeps of a receipt: `rows` and `bytes` are of its data, `files` and `stats` are JSON."""

    made_from: str
    digest: str
    rows: int
    bytes: int
    files: str = ""
    stats: str = ""


RECORD = pa.schema([(n, pa.int64() if n in ("rows", "bytes") else pa.string()) for n in ("shard", *Entry._fields)])


class Ledger:
    """The plan and the receipts under a root. Only the driver holds one; workers write receipts and send them back.

    The receipts of a finished stage are kept in one file too (`record_name`): 90,000 of them take minutes to read one
    by one from an object store. It goes before a shard of the stage is made anew. Of a finished stage 0.3 kB a shard
    stay in memory.
    """

    def __init__(self, root: str):
        self.root = root
        self._plans: dict[str, list[str]] = {}
        self._entries: dict[str, dict[str, Entry]] = {}
        self._wholes: dict[str, str] = {}
        self._total = Stats()

    def open(self, stage: str, marks: Mapping[str, str]) -> set[str]:
        """Take down which shards a stage is to have; returns those that are made from just this, and are there.

        A shard is there when it has a readable receipt and all of its files, in the size that the receipt says.
        """
        if planned(self.root, stage) != list(marks):
            store.write_json(self.root, plan_name(stage), list(marks))
        known = _recorded(self.root, stage) or {
            receipt.shard: _entry(receipt) for receipt in read_receipts(self.root, stage, list(marks))
        }
        right = {shard: e for shard, mark in marks.items() if (e := known.get(shard)) and e.made_from == mark}
        there = _there(self.root, stage, right)
        self._plans[stage], self._entries[stage] = list(marks), {s: e for s, e in right.items() if s in there}
        total = sums(self.root, stage) if there == known.keys() == marks.keys() else None
        if total is None:
            store.remove(self.root, sums_name(stage))
            store.remove(self.root, record_name(stage))
            total = add(Stats.from_json(json.loads(entry.stats)) for entry in self._entries[stage].values())
        self._total = total
        return there

    def enter(self, receipt: Receipt) -> None:
        self._entries[receipt.stage][receipt.shard] = _entry(receipt)
        self._total = self._total.plus(receipt.stats)

    def close(self, stage: str) -> Stats:
        """Every shard is made: take that down, and return the sum of the receipts."""
        entries = self.entries(stage)
        if not store.exists(self.root, record_name(stage)):
            rows = [{"shard": shard, **entry._asdict()} for shard, entry in entries]
            with parquet.writing(self.root, record_name(stage), RECORD, {}) as writer:
                writer.write(pa.Table.from_pylist(rows, RECORD))
        store.write_json(self.root, sums_name(stage), self._total.to_json())
        self._entries[stage] = {shard: Entry("", *entry[1:4]) for shard, entry in entries}
        return self._total

    def shards(self, stage: str) -> list[str]:
        return self._plans[stage]

    def entries(self, stage: str) -> list[tuple[str, Entry]]:
        """The shards of a stage that are made, with what is known of them, in the order of the plan."""
        entries = self._entries[stage]
        return [(shard, entries[shard]) for shard in self._plans[stage] if shard in entries]

    def digest(self, stage: str, shard: str) -> str:
        """The digest of the data of a shard."""
        return self._entries[stage][shard].digest

    def whole(self, stage: str) -> str:
        """One digest for all shards of a finished stage, names and bytes."""
        if stage not in self._wholes:
            self._wholes[stage] = digest(*(text for shard, e in self.entries(stage) for text in (shard, e.digest)))
        return self._wholes[stage]


def _entry(receipt: Receipt) -> Entry:
    stats, files = json.dumps(receipt.stats.to_json()), json.dumps({n: made.bytes for n, made in receipt.files.items()})
    return Entry(receipt.made_from, receipt.digest, receipt.stats.rows_out, receipt.stats.bytes, files, stats)


def _recorded(root: str, stage: str) -> dict[str, Entry]:
    """The receipts of a finished stage, by shard; empty before it is finished."""
    try:
        table = parquet.read_table(root, record_name(stage))
        return {row.pop("shard"): Entry(**row) for row in table.to_pylist()}
    except (BadInput, OSError, ValueError, TypeError):
        return {}


def _there(root: str, stage: str, entries: Mapping[str, Entry]) -> set[str]:
    """The shards whose receipt and files are there, in their size: a listing of each folder tells."""
    wanted = {shard: json.loads(entry.files) for shard, entry in entries.items()}
    folders = {receipts_folder(stage), *(name.rpartition("/")[0] for files in wanted.values() for name in files)}
    with ThreadPoolExecutor(len(folders)) as pool:
        listed = pool.map(lambda folder: {f"{folder}/{n}": b for n, b in store.sizes(root, folder).items()}, folders)
        here = {name: size for names in listed for name, size in names.items()}
    return {
        shard
        for shard, files in wanted.items()
        if receipt_name(stage, shard) in here and all(here.get(name) == size for name, size in files.items())
    }


def plan_name(stage: str) -> str:
    return f"plan/{stage}.json"


def sums_name(stage: str) -> str:
    return f"plan/{stage}.sums.json"


def record_name(stage: str) -> str:
    return f"plan/{stage}.receipts"  # Parquet


def planned(root: str, stage: str) -> list[str]:
    """Names of the shards that a stage is to have, as the last run took them down; empty before."""
    return store.read_json(root, plan_name(stage)) or []


def sums(root: str, stage: str) -> Stats | None:
    """The sum of the receipts of a finished stage; None before it is finished."""
    said = store.read_json(root, sums_name(stage))
    return Stats.from_json(said) if said else None


def read_receipts(root: str, stage: str, shards: list[str]) -> list[Receipt]:
    """The receipts of these shards, in their order; one that is missing or cannot be read is left out."""
    here = set(receipted(root, stage))
    with ThreadPoolExecutor(32) as pool:
        found = pool.map(lambda shard: read_receipt(root, stage, shard), [s for s in shards if s in here])
        return [receipt for receipt in found if receipt]


def receipts_folder(stage: str) -> str:
    return f"receipts/{stage}"


def receipt_name(stage: str, shard: str) -> str:
    return f"{receipts_folder(stage)}/{shard}.json"


def receipted(root: str, stage: str) -> list[str]:
    """Names of the shards of a stage that have a receipt, sorted."""
    return [
        name.removesuffix(".json") for name in store.listing(root, receipts_folder(stage)) if name.endswith(".json")
    ]


def read_receipt(root: str, stage: str, shard: str) -> Receipt | None:
    try:
        return Receipt.from_json(store.read_bytes(root, receipt_name(stage, shard)))
    except (ValueError, KeyError, TypeError, FileNotFoundError):
        return None


def write_receipt(root: str, receipt: Receipt) -> Receipt:
    store.write_bytes(root, receipt_name(receipt.stage, receipt.shard), receipt.to_json())
    return receipt
