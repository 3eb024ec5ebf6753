"""Receipts: what says that a shard is made, from what, and with which bytes."""

import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import NamedTuple

from pipeline import store
from pipeline.stats import Stats


class Made(NamedTuple):
    """One file that a shard consists of: its digest (BLAKE2b-128, hex), rows and bytes."""

    digest: str
    rows: int
    bytes: int


@dataclass(frozen=True)
class Receipt:
    """Written after everything else of a shard. `files` maps names below the root to what was written there."""

    stage: str
    shard: str
    made_from: str
    digest: str
    stats: Stats
    files: Mapping[str, Made] = field(default_factory=dict)

    def to_json(self) -> bytes:
        return json.dumps({**asdict(self), "stats": self.stats.to_json()}, indent=1, sort_keys=False).encode()

    @staticmethod
    def from_json(data: bytes) -> "Receipt":
        raw = json.loads(data)
        files = {name: Made(*made) for name, made in raw["files"].items()}
        return Receipt(**{**raw, "stats": Stats.from_json(raw["stats"]), "files": files})


class Ledger:
    """The receipts under a root, read once. Only the driver holds one; workers write receipts and send them back."""

    def __init__(self, root: str):
        self.root = root
        self._receipts: dict[str, dict[str, Receipt]] = {}

    def read(self, stage: str, shards: Iterable[str]) -> dict[str, Receipt]:
        """Receipts of these shards that exist and can be read; a receipt that cannot is as good as none."""
        here = {name.removesuffix(".json") for name in store.listing(self.root, receipts_folder(stage))}
        wanted = [shard for shard in shards if shard in here]
        with ThreadPoolExecutor(16) as pool:
            found = pool.map(lambda shard: read_receipt(self.root, stage, shard), wanted)
        self._receipts[stage] = {r.shard: r for r in found if r is not None}
        return dict(self._receipts[stage])

    def enter(self, receipt: Receipt) -> None:
        self._receipts.setdefault(receipt.stage, {})[receipt.shard] = receipt

    def receipt(self, stage: str, shard: str) -> Receipt:
        return self._receipts[stage][shard]


def receipts_folder(stage: str) -> str:
    return f"{stage}.receipts"


def receipt_name(stage: str, shard: str) -> str:
    return f"{receipts_folder(stage)}/{shard}.json"


def read_receipt(root: str, stage: str, shard: str) -> Receipt | None:
    try:
        return Receipt.from_json(store.read_bytes(root, receipt_name(stage, shard)))
    except (ValueError, KeyError, TypeError, FileNotFoundError):
        return None


def write_receipt(root: str, receipt: Receipt) -> Receipt:
    store.write_bytes(root, receipt_name(receipt.stage, receipt.shard), receipt.to_json())
    return receipt
