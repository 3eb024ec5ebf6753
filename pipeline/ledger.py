"""Receipts: what says that a shard is made, from what, and with which bytes."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field

from pipeline import store
from pipeline.fingerprint import digest
from pipeline.stats import Stats
from pipeline.store import Made


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
    """The plan and the receipts under a root. Only the driver holds one; workers write receipts and send them back."""

    def __init__(self, root: str):
        self.root = root
        self._plans: dict[str, list[str]] = {}
        self._receipts: dict[str, dict[str, Receipt]] = {}

    def plan(self, stage: str, shards: list[str]) -> dict[str, Receipt]:
        """Take down which shards a stage is to have; returns those that have a readable receipt already."""
        if planned(self.root, stage) != shards:
            store.write_bytes(self.root, plan_name(stage), json.dumps(shards).encode())
        self._plans[stage] = shards
        self._receipts[stage] = {r.shard: r for r in read_receipts(self.root, stage, shards)}
        return dict(self._receipts[stage])

    def enter(self, receipt: Receipt) -> None:
        self._receipts[receipt.stage][receipt.shard] = receipt

    def receipt(self, stage: str, shard: str) -> Receipt:
        return self._receipts[stage][shard]

    def receipts(self, stage: str) -> list[Receipt]:
        """The receipts of all shards of a stage, in the order of the plan."""
        return [self._receipts[stage][shard] for shard in self._plans[stage]]

    def whole(self, stage: str) -> str:
        """One digest for all shards of a stage, names and bytes."""
        return digest(*(text for r in self.receipts(stage) for text in (r.shard, r.digest)))


def plan_name(stage: str) -> str:
    return f"plan/{stage}.json"


def sums_name(stage: str) -> str:
    return f"plan/{stage}.sums.json"


def planned(root: str, stage: str) -> list[str]:
    """Names of the shards that a stage is to have, as the last run took them down; empty before."""
    try:
        return json.loads(store.read_bytes(root, plan_name(stage)))
    except FileNotFoundError:
        return []


def read_receipts(root: str, stage: str, shards: list[str]) -> list[Receipt]:
    """The receipts of these shards, in their order; one that is missing or cannot be read is left out."""
    here = set(receipted(root, stage))
    with ThreadPoolExecutor(16) as pool:
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
