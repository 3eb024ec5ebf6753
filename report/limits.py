"""The filters of a stage that measure, and how a measured value stands to its limits."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.rules import EditRules, Limit, Rules
from pipeline.stage import Map
from pipeline.transform import Edit, Screen, Transform

Measuring = Rules | EditRules


def measuring(transforms: Sequence[Transform]) -> Iterator[Measuring]:
    """The filters among transforms that measure a Doc and judge it by limits, in their order."""
    for transform in transforms:
        if isinstance(transform, Screen):
            yield from (f for f in transform.filters if isinstance(f, Rules))
        elif isinstance(transform, Edit) and isinstance(transform.fn, EditRules):
            yield transform.fn


def measuring_of(stages: Sequence[object]) -> list[Measuring]:
    """The same of all Maps among the stages of a run."""
    return [f for stage in stages if isinstance(stage, Map) for f in measuring(stage.transforms)]


def recorded(judge: Measuring, row: Mapping[str, Any], decided: bool) -> Mapping[str, float] | None:
    """What a run wrote down of a page: with the reason, where the filter `decided`, or in columns (signals=true)."""
    if decided and row.get("measured"):
        return json.loads(row["measured"])
    return recorded_signals(judge.name, row)


def recorded_signals(name: str, row: Mapping[str, Any]) -> dict[str, float] | None:
    """The values that a filter left in columns of its name; None where it left none, or not all."""
    prefix = f"{name}."
    found = {key.removeprefix(prefix): value for key, value in row.items() if key.startswith(prefix)}
    return found if found and None not in found.values() else None


def told(judge: Measuring, measured: Mapping[str, float]) -> str:
    """What was measured beside its limits: "words 31 (under 50, at most 100,000), hashes 0 (at most 0.1)".

    The values that break a limit come first.
    """
    broken = {limit.value for limit in judge.limits if limit.breaks(measured)}
    names = sorted(measured, key=lambda name: name not in broken)
    return ", ".join(f"{name} {number(measured[name])}{_limits(judge, name, measured)}" for name in names)


def _limits(judge: Measuring, value: str, measured: Mapping[str, float]) -> str:
    mine = [limit for limit in judge.limits if limit.value == value and limit.bound is not None]
    shown = ", ".join(f"{_side(limit, measured)} {number(limit.bound)}" for limit in mine)
    return f" ({shown})" if shown else ""


def _side(limit: Limit, measured: Mapping[str, float]) -> str:
    if limit.breaks(measured):
        return "over" if limit.side == "most" else "under"
    return f"at {limit.side}"


def number(value: float | None) -> str:
    """A number as a person writes it: 1,234 and 0.65; four digits at most after the point."""
    return "none" if value is None else f"{value:,.4f}".rstrip("0").rstrip(".")
