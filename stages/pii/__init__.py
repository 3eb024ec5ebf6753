"""Private data out of texts: found by presidio's recognisers and ours, judged, replaced, and counted by type.

No value ever leaves the text: reasons, what was measured, and counts hold types and numbers only.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from pipeline.errors import UsageError
from pipeline.transform import put
from stages.pii import as_fineweb, own, phone, presidio
from stages.pii.judge import TYPES, Span, judge
from stages.pii.policies import POLICIES, replace
from stages.pii.shape import worth
from stages.pii.signs import plain

REGIONS = phone.REGIONS
FIRST_LOOK = presidio.expressions((phone.chain(phone.FEWEST), *presidio.LOOKS.values(), *own.LOOKS))
ROUNDS = 4  # more have not been needed
COUNTS = pa.map_(pa.string(), pa.int64())

__all__ = [
    "POLICIES",
    "REGIONS",
    "TYPES",
    "Scrub",
    "Span",
    "candidate",
    "chosen",
    "dolma",
    "find",
    "fineweb",
    "replace",
    "scrub",
]


def find(text: str, types: Sequence[str] = tuple(TYPES), regions: Sequence[str] = REGIONS) -> list[Span]:
    """The private data in a text, in order and free of overlaps; offsets count characters.

    `types` are keys of `TYPES`. `regions` are the countries (ISO 3166, two letters) whose phone numbers are known
    without their country code; with it, all are. Digits, dashes and blanks of every script are read as ASCII's.
    """
    text = plain(text)
    seen = FIRST_LOOK.Match(text) or ()
    chains = believable(text) if "phone" in types and 0 in seen else []
    if not chains and not any(seen):
        return []
    entities = looked_for(types)
    hits = presidio.hits(text, entities, regions, chains)
    return judge(text, [*hits, *own.hits(text, entities, chains)], types)


def believable(text: str) -> list[tuple[int, int]]:
    """The chains of digits in which a phone number would be believed."""
    return [at for at in phone.digit_chains(text, phone.FEWEST) if worth(text, *at)]


def candidate(text: str, types: Sequence[str] = tuple(TYPES)) -> bool:
    """Whether the first look lets anything of a text through to presidio."""
    entities, text = looked_for(types), plain(text)
    patterns = tuple(entity for entity in entities if entity in presidio.LOOKS)
    if patterns and next(presidio.stretches(text, patterns), None):
        return True
    return "phone" in types and bool(believable(text))


def looked_for(types: Sequence[str]) -> tuple[str, ...]:
    """presidio's names; with phones go the other numbers, since a card must not be taken for a phone."""
    wanted = set(types) | ({"card", "ip", "ssn", "iban", "mac"} if "phone" in types else set())
    return tuple(entity for name, entity in TYPES.items() if name in wanted)


@dataclass(frozen=True)
class Scrub:
    """Rewrites `text`, counts by type in `counts`, and drops pages that hold too much (`pii:too_many`)."""

    policy: str = "mask"
    types: tuple[str, ...] = tuple(TYPES)
    regions: tuple[str, ...] = REGIONS
    drop_above: int | None = None
    seed: int = 0
    name: str = "pii"

    def __call__(self, table: pa.Table) -> pa.Table:
        rewritten = [self._rewrite(text or "") for text in table["text"].to_pylist()]
        texts, counts = [text for text, _ in rewritten], [counted for _, counted in rewritten]
        totals = [sum(counted.values()) for counted in counts]
        many = [self.drop_above is not None and total > self.drop_above for total in totals]
        measured = [json.dumps({"spans": total, "limit": self.drop_above}) for total in totals]
        reason = f"{self.name}:too_many"
        table = put(table, "text", pa.array(texts, pa.string()))
        table = put(table, "counts", pa.array([list(counted.items()) for counted in counts], COUNTS))
        table = put(table, "reason", pa.array([reason if drop else None for drop in many], pa.string()))
        return put(
            table, "measured", pa.array([m if d else None for m, d in zip(measured, many, strict=True)], pa.string())
        )

    def _rewrite(self, text: str) -> tuple[str, dict[str, int]]:
        """Until nothing is left to replace: what stood between two numbers may be a number by itself."""
        if self.policy == "fineweb":
            return replace(text, as_fineweb.find(text, self.types), self.policy)
        total: dict[str, int] = {}
        known: dict[tuple[str, str], int] = {}
        for _ in range(ROUNDS):
            text, counted = replace(text, find(text, self.types, self.regions), self.policy, self.seed, known)
            if not counted:
                break
            total = {name: total.get(name, 0) + counted.get(name, 0) for name in sorted({*total, *counted})}
        return text, total


def scrub(
    policy: str = "mask",
    types: Sequence[str] = tuple(TYPES),
    regions: Sequence[str] = REGIONS,
    drop_above: int | None = None,
    seed: int = 0,
) -> Scrub:
    """A transform that replaces private data.

    `policy`: "mask" writes `<EMAIL_1>`, numbered inside a page; "fake" writes reserved values, chosen by a hash of the
    value and the seed; "dolma" writes Dolma's marks; "fineweb" does what datatrove's PIIFormatter does, and no more.
    `drop_above` drops pages with more findings.
    """
    if policy not in POLICIES:
        raise UsageError(
            f"unknown policy {policy!r} for private data: take one of {', '.join(POLICIES)}, or none in a recipe"
        )
    if unknown := [name for name in types if name not in TYPES]:
        raise UsageError(f"unknown type {unknown[0]!r} of private data: take some of {', '.join(TYPES)}")
    if drop_above is not None and drop_above < 0:
        raise UsageError(f"drop_above={drop_above}: give the number of findings that a page may have, 0 or more")
    phone.check(regions)
    chosen = tuple(name for name in TYPES if name in types and (policy != "fineweb" or name in as_fineweb.TYPES))
    return Scrub(policy, chosen, tuple(regions), drop_above, seed)


def chosen(policy: str, types: Sequence[str] = (), drop_above: int | None = None) -> tuple[Scrub, ...]:
    """The transforms that a recipe's arguments ask for: none at all for the policy "none"; without types, all."""
    return () if policy == "none" else (scrub(policy, tuple(types) or tuple(TYPES), drop_above=drop_above),)


def fineweb() -> Scrub:
    """As FineWeb does, to the letter: e-mail addresses and public IPv4 addresses only (Penedo et al. 2024)."""
    return scrub("fineweb")


def dolma() -> Scrub:
    """Dolma's types, marks and limit, with our recognisers; drops pages with more than five (Soldaini et al. 2024)."""
    return scrub("dolma", ("email", "phone", "ip"), ("US",), drop_above=5)
