"""What it would save to begin a stage before the one that it reads is finished: `python -m benchmarks.overlap NODES`.

Tasks of `benchmarks.scale` take their turns on NODES machines of 32 cores, once with a barrier before each stage, and
once without one where a stage reads a Map shard by shard. Their times differ by up to a fifth, by a seeded choice. It
is a bound: a task never waits for its own shard, and a stage that runs ahead costs nothing.
"""

import heapq
import random

from benchmarks.arguments import positional
from benchmarks.scale import Cost, costs, unit_costs
from benchmarks.simulate import CORES


def wall_hours(stages: list[Cost], slots: int, barriers: bool) -> float:
    """Hours until the last task of the last stage is done."""
    chance, free = random.Random(0), [0.0] * slots
    kinds, under_way = {c.unit.name: c.unit.kind for c in stages}, set[str]()
    for stage in stages:
        follows = all(name not in under_way or kinds[name] == "Map" for name in stage.unit.after)
        if barriers or stage.unit.kind == "Gather" or not follows:
            free, under_way = [max(free)] * slots, set[str]()
        under_way.add(stage.unit.name)
        seconds = 3600 * stage.hours / stage.tasks
        for _ in range(stage.tasks):
            heapq.heapreplace(free, free[0] + seconds * chance.uniform(0.8, 1.2))
    return max(free) / 3600


def main(nodes: int) -> None:
    stages = costs(unit_costs())
    with_barriers, without = (wall_hours(stages, nodes * CORES, barriers) for barriers in (True, False))
    saved = 100 * (1 - without / with_barriers)
    print(f"{nodes} machines: {with_barriers:.2f} hours, {without:.2f} without barriers: {saved:.1f} % less")


if __name__ == "__main__":
    main(*map(int, positional(__doc__, "NODES")))
