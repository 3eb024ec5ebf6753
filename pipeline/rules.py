"""Filters as data: a function measures a Doc, and a list of limits judges what it measured.

Reasons, signals, what-if, the tables of the docs and the tests of every threshold are all made from that one list.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, Self

from pipeline.doc import Doc
from pipeline.errors import UsageError, WrongReturn

Measure = Callable[[Doc], Mapping[str, float]]
MeasuredEdit = Callable[[Doc], tuple[str, Mapping[str, float]]]


@dataclass(frozen=True)
class Limit:
    """One threshold: drops a Doc whose `value` passes `bound`, for `reason`.

    `side` is "most" (a larger value is dropped) or "least" (a smaller one is). A value equal to the bound is kept.
    With `bound=None` the limit is off; its value is measured all the same.
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
        """Whether the measured value is on the wrong side of the bound. Raises KeyError when it was not measured."""
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


class _Limited:
    """Judging by `limits`, and changing their bounds."""

    name: str
    limits: tuple[Limit, ...]

    def judge(self, measured: Mapping[str, float]) -> str | None:
        """The reason of the first limit that is broken; None when all hold.

        Raises WrongReturn when a value that a limit needs was not measured.
        """
        try:
            return next((limit.reason for limit in self.limits if limit.breaks(measured)), None)
        except KeyError as missing:
            raise WrongReturn(
                f"{self.name} measures no {missing}, which one of its limits needs; it measures {', '.join(measured)}"
            ) from None

    def replace(self, **bounds: float | None) -> Self:
        """The same rules with other bounds, by the names of their limits: `quality.replace(min_words=100)`.

        Raises UsageError on a name that no limit has.
        """
        names = [limit.name for limit in self.limits]
        if unknown := sorted(set(bounds) - set(names)):
            raise UsageError(f"{self.name} has no limit {', '.join(unknown)}; it has {', '.join(names)}")
        limits = tuple(replace(limit, bound=bounds.get(limit.name, limit.bound)) for limit in self.limits)
        return replace(self, limits=limits)  # type: ignore[type-var]


@dataclass(frozen=True)
class Rules(_Limited):
    """A filter as data: `measure` gives the values of a Doc, `limits` judge them; the first that is broken drops.

    `measure` must be a module function or a frozen dataclass with `__call__`, so that it can be sent to workers.

        Rules("length", measure_length, (least("words", 50, "short"), most("words", 100_000, "long")))
    """

    name: str
    measure: Measure
    limits: tuple[Limit, ...]

    def __call__(self, doc: Doc) -> str | None:
        """The reason to drop the Doc; None keeps it."""
        return self.judge(self.measure(doc))


@dataclass(frozen=True)
class EditRules(_Limited):
    """An editing filter as data, for `edit`: `fn` gives the new text and the values that it measured on the way.

    `fn` must be a module function or a frozen dataclass with `__call__`. A Doc that a limit drops keeps its old text.
    """

    name: str
    fn: MeasuredEdit
    limits: tuple[Limit, ...]

    def __call__(self, doc: Doc) -> tuple[str, str | None]:
        """The new text, and the reason to drop the Doc; None keeps it."""
        text, measured = self.fn(doc)
        return text, self.judge(measured)

    def measure(self, doc: Doc) -> Mapping[str, float]:
        """The values of a Doc, by name."""
        return self.fn(doc)[1]
