"""Filters that measure. A limit is data: verdicts, signals, what-if, docs and tests are all made from one list."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from pipeline.doc import Doc

Measure = Callable[[Doc], Mapping[str, float]]


@dataclass(frozen=True)
class Limit:
    """One threshold: drops a Doc whose `value` passes `bound`, for `reason`.

    `side` is "most" (a larger value is dropped) or "least" (a smaller one is). The bound itself is kept. A bound of
    None takes the limit out; its value is measured all the same.
    """

    value: str
    bound: float | None
    side: Literal["most", "least"]
    reason: str

    @property
    def name(self) -> str:
        """The name of the threshold for what-if and the docs: "max_words", "min_words"."""
        return f"{'max' if self.side == 'most' else 'min'}_{self.value}"

    def breaks(self, measured: Mapping[str, float]) -> bool:
        """Whether what was measured is on the wrong side of the bound."""
        if self.bound is None:
            return False
        value = measured[self.value]
        return value > self.bound if self.side == "most" else value < self.bound


def most(value: str, bound: float | None, reason: str = "") -> Limit:
    """Keep a Doc whose `value` is at most `bound`; the reason is the name of the value unless it is given."""
    return Limit(value, bound, "most", reason or value)


def least(value: str, bound: float | None, reason: str = "") -> Limit:
    """Keep a Doc whose `value` is at least `bound`; the reason is the name of the value unless it is given."""
    return Limit(value, bound, "least", reason or value)


@dataclass(frozen=True)
class Rules:
    """A filter as data: `measure` gives the numbers of a Doc, `limits` judge them; the first that is broken drops.

    `measure` must be a module function or a frozen dataclass with `__call__`, so that it can be sent to workers.
    """

    name: str
    measure: Measure
    limits: tuple[Limit, ...]

    def __call__(self, doc: Doc) -> str | None:
        return self.judge(self.measure(doc))

    def judge(self, measured: Mapping[str, float]) -> str | None:
        """The reason of the first limit that is broken; None when all hold."""
        return next((limit.reason for limit in self.limits if limit.breaks(measured)), None)

    def replace(self, **bounds: float | None) -> "Rules":
        """The same rules with other bounds, by the names of their limits: `quality.replace(min_words=100)`.

        Raises ValueError on a name that no limit has.
        """
        names = [limit.name for limit in self.limits]
        if unknown := sorted(set(bounds) - set(names)):
            raise ValueError(f"{self.name} has no limit {', '.join(unknown)}; it has {', '.join(names)}")
        limits = tuple(replace(limit, bound=bounds.get(limit.name, limit.bound)) for limit in self.limits)
        return replace(self, limits=limits)
