"""The transform that replaces private data in the texts of a table, and counts it by type."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from pipeline.errors import UsageError
from pipeline.transform import put
from stages.pii.as_fineweb import FINEWEB_TYPES, fineweb_spans
from stages.pii.finder import find
from stages.pii.phone import REGIONS, check_regions
from stages.pii.policies import POLICIES, replace
from stages.pii.resolve import PII_TYPES

MAX_ROUNDS = 4  # more have not been needed
COUNTS = pa.map_(pa.string(), pa.int64())


@dataclass(frozen=True)
class Scrub:
    """A transform: rewrites `text`, counts by type in `counts`, and drops pages that have too much (`pii:too_many`).

    No value that is found leaves the text: reasons, what was measured, and counts hold types and numbers only.
    """

    policy: str = "mask"
    types: tuple[str, ...] = tuple(PII_TYPES)
    regions: tuple[str, ...] = REGIONS
    drop_above: int | None = None
    seed: int = 0
    name: str = "pii"

    def __call__(self, table: pa.Table) -> pa.Table:
        """The table with its texts scrubbed."""
        texts: list[str] = []
        counts: list[dict[str, int]] = []
        for text in table["text"].to_pylist():
            rewritten, counted = self._without_messages(text or "")
            texts.append(rewritten)
            counts.append(counted)
        totals = [sum(counted.values()) for counted in counts]
        dropped = [self.drop_above is not None and total > self.drop_above for total in totals]
        reasons = [f"{self.name}:too_many" if drop else None for drop in dropped]
        measured = [
            json.dumps({"spans": total, "limit": self.drop_above}) if drop else None
            for total, drop in zip(totals, dropped, strict=True)
        ]
        table = put(table, "text", pa.array(texts, pa.string()))
        table = put(table, "counts", pa.array([list(counted.items()) for counted in counts], COUNTS))
        table = put(table, "reason", pa.array(reasons, pa.string()))
        return put(table, "measured", pa.array(measured, pa.string()))

    def _without_messages(self, text: str) -> tuple[str, dict[str, int]]:
        """As `_rewrite`. The message of an error goes into the quarantine, and must not quote the text."""
        try:
            return self._rewrite(text)
        except Exception as error:
            error.args = ("the message is left out, since it may quote private data",)
            raise

    def _rewrite(self, text: str) -> tuple[str, dict[str, int]]:
        """Rewritten until there is nothing to replace: what stood between two numbers may be a number by itself."""
        if self.policy == "fineweb":
            return replace(text, fineweb_spans(text, self.types), self.policy)
        total: dict[str, int] = {}
        known: dict[tuple[str, str], int] = {}
        for _ in range(MAX_ROUNDS):
            text, counted = replace(text, find(text, self.types, self.regions), self.policy, self.seed, known)
            if not counted:
                break
            total = {name: total.get(name, 0) + counted.get(name, 0) for name in sorted({*total, *counted})}
        return text, total


def scrub(
    policy: str = "mask",
    types: Sequence[str] = tuple(PII_TYPES),
    regions: Sequence[str] = REGIONS,
    drop_above: int | None = None,
    seed: int = 0,
) -> Scrub:
    """A transform that replaces private data.

    `policy`: "mask" writes `<EMAIL_1>`, numbered within a page; "fake" writes reserved values, chosen by a hash of the
    value and the seed; "dolma" writes Dolma's marks; "fineweb" does what datatrove's PIIFormatter does, and no more.
    `drop_above` drops pages with more findings than that. Raises UsageError on a name that is not known.
    """
    if policy not in POLICIES:
        raise UsageError(
            f"unknown policy {policy!r} for private data: take one of {', '.join(POLICIES)}, or none in a recipe"
        )
    if unknown := [name for name in types if name not in PII_TYPES]:
        raise UsageError(f"unknown type {unknown[0]!r} of private data: take some of {', '.join(PII_TYPES)}")
    if drop_above is not None and drop_above < 0:
        raise UsageError(f"drop_above={drop_above}: give the number of findings that a page may have, 0 or more")
    check_regions(regions)
    chosen = tuple(name for name in PII_TYPES if name in types and (policy != "fineweb" or name in FINEWEB_TYPES))
    return Scrub(policy, chosen, tuple(regions), drop_above, seed)


def scrub_steps(policy: str, types: Sequence[str] = (), drop_above: int | None = None) -> tuple[Scrub, ...]:
    """The transforms that a recipe's arguments ask for: none for the policy "none"; without types, all types."""
    return () if policy == "none" else (scrub(policy, tuple(types) or tuple(PII_TYPES), drop_above=drop_above),)


def fineweb() -> Scrub:
    """FineWeb's scrubbing, to the letter: e-mail addresses and public IPv4 addresses only (Penedo et al. 2024)."""
    return scrub("fineweb")


def dolma() -> Scrub:
    """Dolma's types, marks and limit, with our recognizers; drops pages with more than five (Soldaini et al. 2024)."""
    return scrub("dolma", ("email", "phone", "ip"), ("US",), drop_above=5)
