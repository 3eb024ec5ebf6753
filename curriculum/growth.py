"""How a phase grew: the budgets that its runs had, in order. What a budget made is closed, and the next goes on behind.

A budget that grows would otherwise fill up the last shard of a phase, so that a trainer that stopped in it would see
other sequences there. So the budgets are kept under the root, and each has shards of its own.
"""

import functools
from collections.abc import Iterable
from typing import NamedTuple

from pipeline import store


class Part(NamedTuple):
    """Tokens [begin, end) of a phase, which one budget added, in the shards from number `first` on."""

    begin: int
    end: int
    first: int

    def shards(self, shard_tokens: int) -> int:
        """How many shards it has, of `shard_tokens` each but for the last."""
        return -(-(self.end - self.begin) // shard_tokens)


def parts(budgets: Iterable[int], shard_tokens: int) -> list[Part]:
    """The parts of a phase that had these budgets, one after the other."""
    found: list[Part] = []
    for budget in budgets:
        before = found[-1] if found else Part(0, 0, 0)
        found.append(Part(before.end, budget, before.first + before.shards(shard_tokens)))
    return found


def grown(before: Iterable[int], budget: int) -> list[int]:
    """The budgets of a phase that has this one now: those that are smaller stay, in their order."""
    return [*(known for known in before if known < budget), budget]


def budgets_name(phase: str) -> str:
    """Where the budgets of a phase are kept."""
    return f"plan/{phase}.budgets.json"


def remember(root: str, phase: str, identity: str, budget: int) -> list[int]:
    """Add a budget to those of a phase, and return all.

    `identity` says what the phase is apart from its budget: with another one it begins anew.
    """
    known = store.read_json(root, budgets_name(phase)) or {}
    remembered_budgets.cache_clear()
    budgets = grown(known.get("budgets", ()) if known.get("identity") == identity else (), budget)
    if known != (now := {"identity": identity, "budgets": budgets}):
        store.write_json(root, budgets_name(phase), now)
    return budgets


@functools.cache
def remembered_budgets(root: str, phase: str) -> list[int]:
    """The budgets of a phase that is being made, read once for all its shards."""
    return store.read_json(root, budgets_name(phase))["budgets"]
