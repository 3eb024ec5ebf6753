"""Other limits on the pages of a run: the funnel before and after, and pages that would change sides."""

from collections.abc import Iterator, Sequence
from math import isnan
from typing import Any, NamedTuple

from pipeline.errors import UsageError
from pipeline.funnel import Line, funnel
from pipeline.stage import Stage
from pipeline.stats import Step
from pipeline.view import planned
from report.limits import measuring_of
from report.rerun import Again, Bounds, Fates, shard_again, stages_again
from report.tables import aligned

PAGES = 20  # pages shown that would change sides
CHARACTERS = 160  # of their texts


class WhatIf(NamedTuple):
    """What other limits would do: the funnel before and after, and pages that would change sides.

    `steps` are stage, step, documents kept `before` and `after` (None where only a run can tell), and of the reasons
    whose counts differ both counts. `changed` counts the pages that would change sides, and `pages` are some of them:
    url, the fate of each in the run and under the new limits ("kept" or a reason), and the beginning of the text.
    """

    changes: list[str]
    steps: list[dict[str, Any]]
    changed: int
    pages: list[dict[str, str]]


def whatif(root: str, stages: Sequence[Stage], changes: Sequence[str]) -> WhatIf:
    """Try other limits on the pages of a run.

    A change is "<filter>.<limit>=<number>", as `gopher.quality.min_words=100`; "none" turns a limit off. The texts are
    measured again, which takes as long as the stage did, unless the run recorded signals. Raises UsageError when no
    filter of the recipe has such a limit, or the run did not store the texts.
    """
    bounds = limits_of(stages, changes)
    again, unknown = stages_again(stages, bounds)
    count, crossing = 0, []
    for fates in _fates(root, again):
        pages = list(fates.crossing())
        count, crossing = count + len(pages), crossing + pages[: PAGES - len(crossing)]
    shown = [
        {"url": row["url"], "before": old, "after": new, "text": " ".join((row.get("text") or "").split())[:CHARACTERS]}
        for old, new, row in crossing
    ]
    return WhatIf(list(changes), list(_steps(funnel(root), again, unknown)), count, shown)


def whatif_lines(found: WhatIf) -> list[str]:
    """The same for a person."""
    lines, stage = [("step", "before", "after")], ""
    for step in found.steps:
        if step["stage"] != stage:
            stage = step["stage"]
            lines.append((stage, "", ""))
        after = "?" if step["after"] is None else f"{step['after']:,}"
        lines.append((f"  {step['step']}", f"{step['before']:,}", after))
        for reason, (old, new) in step["reasons"].items():
            lines.append((f"    {reason.rpartition(':')[2]}", f"{old:,}", f"{new:,}"))
    told = [f"what if {', '.join(found.changes)}: documents kept after each step"]
    told += aligned(lines, (True, False, False))
    if any(step["after"] is None for step in found.steps):
        told.append("?: depends on all pages together; run the recipe with these limits to know")
    told.append(f"{found.changed:,} pages would change sides" + (":" if found.pages else ""))
    for page in found.pages:
        told += [f"  {page['before']} -> {page['after']}  {page['url']}", f"    {page['text']}"]
    return told


def limits_of(stages: Sequence[Stage], changes: Sequence[str]) -> Bounds:
    """The bounds that changes name, by filter and limit. Raises UsageError on a wrong number or an unknown name."""
    known = {f"{judge.name}.{limit}": (judge.name, limit) for judge in measuring_of(stages) for limit in judge.named}
    bounds: dict[str, dict[str, float | None]] = {}
    for change in changes:
        name, bound = _parse(change)
        if name not in known:
            raise UsageError(f"no limit is called {name}; there are {', '.join(known) or 'none'}")
        judge, limit = known[name]
        bounds.setdefault(judge, {})[limit] = bound
    return bounds


def _parse(change: str) -> tuple[str, float | None]:
    name, _, value = change.partition("=")
    try:
        bound = None if value == "none" else float(value)
    except ValueError:
        bound = float("nan")
    if bound is not None and isnan(bound):
        raise UsageError(f"{change!r} gives no limit; write filter.limit=number, or =none to turn it off")
    return name, bound


def _fates(root: str, again: Sequence[Again]) -> Iterator[Fates]:
    shards = {each.stage.name: planned(root, each.stage.name) for each in again}
    for shard in dict.fromkeys(shard for each in shards.values() for shard in each):
        yield shard_again(root, [each for each in again if shard in shards[each.stage.name]], shard)


def _steps(lines: Sequence[Line], again: Sequence[Again], unknown: set[str]) -> Iterator[dict[str, Any]]:
    steps = {(each.stage.name, name): step for each in again for name, step in each.finish().items()}
    for line in lines:
        after = steps.get((line.stage, line.step))
        kept = None if line.stage in unknown else (after.kept if after else line.kept).rows
        reasons = dict(_reasons(line, after)) if after else {}
        yield {"stage": line.stage, "step": line.step, "before": line.kept.rows, "after": kept, "reasons": reasons}


def _reasons(line: Line, after: Step) -> Iterator[tuple[str, tuple[int, int]]]:
    """The reasons of a step whose counts differ, with both."""
    for reason in sorted({*line.dropped, *after.dropped}):
        old, new = (step[reason].rows if reason in step else 0 for step in (line.dropped, after.dropped))
        if old != new:
            yield reason, (old, new)
