"""Receipts: what says that a shard is made, from what, and with which bytes."""

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

from pipeline import store
from pipeline.reads import Read
from pipeline.stats import Stats
from pipeline.store import FileInfo


@dataclass(frozen=True)
class Receipt:
    """Written after everything else of a shard.

    `made_from` is "<digest of what the stage does>-<digest of what the shard reads>", `digest` that of its rows.
    `files` maps names below the root to what was written there, `reads` the files that code read while it was made.
    """

    stage: str
    shard: str
    made_from: str
    digest: str
    stats: Stats
    files: Mapping[str, FileInfo] = field(default_factory=dict[str, FileInfo])
    reads: Mapping[str, Read] = field(default_factory=dict[str, Read])

    def to_json(self) -> bytes:
        """The receipt as the JSON file that is written."""
        return json.dumps({**vars(self), "stats": self.stats.to_json()}, indent=1, sort_keys=False).encode()

    @staticmethod
    def from_json(data: bytes) -> "Receipt":
        """A receipt from its file. Raises ValueError, KeyError, TypeError or AttributeError when it is damaged."""
        raw: dict[str, Any] = json.loads(data)
        files = {name: FileInfo(*made) for name, made in raw["files"].items()}
        stats, reads = Stats.from_json(raw["stats"]), reads_from_json(raw["reads"])
        read: dict[str, Any] = {**raw, "stats": stats, "files": files, "reads": reads}
        return Receipt(**read)


def made_from(code: str, inputs: str) -> str:
    """What a receipt says of the digests of a stage's code and of a shard's inputs."""
    return f"{code}-{inputs}"


def inputs_of(made_from: str) -> str:
    """The digest of a shard's inputs, of what its receipt says that it was made from."""
    return made_from.partition("-")[2]


def reads_from_json(raw: Mapping[str, Sequence[Any]]) -> dict[str, Read]:
    """The files that code read, from JSON."""
    return {file: Read(tuple(modules), digest) for file, (modules, digest) in raw.items()}


def receipts_folder(stage: str) -> str:
    """The folder of a stage's receipts, below the root."""
    return f"receipts/{stage}"


def receipt_name(stage: str, shard: str) -> str:
    """The file of a shard's receipt, below the root."""
    return f"{receipts_folder(stage)}/{shard}.json"


def receipted(root: str, stage: str) -> list[str]:
    """Names of the shards of a stage that have a receipt, sorted."""
    names = store.listing(root, receipts_folder(stage))
    return [name.removesuffix(".json") for name in names if name.endswith(".json")]


def read_receipt(root: str, stage: str, shard: str) -> Receipt | None:
    """The receipt of a shard; None when it has none, or one that cannot be read."""
    try:
        return Receipt.from_json(store.read_bytes(root, receipt_name(stage, shard)))
    except (ValueError, KeyError, TypeError, AttributeError, FileNotFoundError):
        return None


def read_receipts(root: str, stage: str, shards: list[str]) -> list[Receipt]:
    """The receipts of these shards, in their order; one that is missing or cannot be read is left out."""
    here = set(receipted(root, stage))
    with ThreadPoolExecutor(32) as pool:
        found = pool.map(read_receipt, repeat(root), repeat(stage), [s for s in shards if s in here])
        return [receipt for receipt in found if receipt]


def write_receipt(root: str, receipt: Receipt) -> Receipt:
    """Write a receipt, and return it."""
    store.write_bytes(root, receipt_name(receipt.stage, receipt.shard), receipt.to_json())
    return receipt
