"""Pages that are to be neighbours: those of one group (a host, a family of copies) go into the same sequences."""

from collections.abc import Sequence

import pyarrow as pa

Group = tuple[str, str] | None  # source and group of a page that is to have neighbours


def neighbours_together(table: pa.Table) -> tuple[list[Group], pa.Table]:
    """The group of each page, and the pages in their order, but those of a group behind its first."""
    if "group" not in table.column_names or table["group"].null_count == len(table):
        return [None] * len(table), table
    pairs = zip(table["source"].to_pylist(), table["group"].to_pylist(), strict=True)
    groups: list[Group] = [(source, group) if group is not None else None for source, group in pairs]
    first: dict[Group, int] = {}
    places = [n if group is None else first.setdefault(group, n) for n, group in enumerate(groups)]
    order = sorted(range(len(groups)), key=lambda n: places[n])
    return [groups[n] for n in order], table.take(order)


def join_neighbours(lengths: Sequence[int], groups: Sequence[Group], room: int) -> list[list[int]]:
    """Positions of pieces that are packed as one: those of a group in their order, as many as there is room for."""
    units: list[list[int]] = []
    free, before = 0, None
    for n, (length, group) in enumerate(zip(lengths, groups, strict=True)):
        if group is not None and group == before and length <= free:
            units[-1].append(n)
        else:
            units.append([n])
            free = room
        free, before = free - length, group
    return units
