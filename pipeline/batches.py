"""How many items a task takes: one where an item takes long, many where it is done in less time than it takes to send.

The driver spends about a millisecond on a task of Ray. On a stage of 90,000 shards that take 0.1 seconds each, a task
a shard would keep the driver busy for longer than a hundred machines.
"""

import math
from collections import deque
from collections.abc import Sequence
from typing import Any

TASK_SECONDS = 0.05  # what a task is taken to cost: fifty times the driver's time, so that a fiftieth of it is used
LONGEST = 60.0  # seconds of a batch: what is lost at most, beside the shard in hand, when its machine goes
LARGEST = 100  # items: their receipts come back in one answer, of some hundred kB


class Batches:
    """Items in their order, of which each `take` is the batch of a task. More may be added to `items` at any time.

    With `n` items waiting that take `s` seconds each, batches of `b` cost the driver `n / b * TASK_SECONDS`, and the
    last of them ends `b * s` seconds after the others. The sum is smallest at `b = sqrt(n * TASK_SECONDS / s)`, which
    falls to 1 as the items run out. No batch takes longer than `LONGEST` seconds, but where one item does, or has more
    than `largest` items.
    """

    def __init__(self, items: deque[Any], largest: int = LARGEST):
        self._waiting, self._alone, self._largest = items, list[Any](), largest
        self._items, self._seconds = 0, 0.0

    def __len__(self) -> int:
        return len(self._waiting) + len(self._alone)

    def take(self) -> list[Any]:
        """The items of the next task, taken out."""
        if self._alone:
            return [self._alone.pop()]
        size = min(self.size(), len(self._waiting))
        return [self._waiting.popleft() for _ in range(size)]

    def size(self) -> int:
        """The items of a batch: 1 until `came_back` told how long they take."""
        if not self._items:
            return 1
        each = max(self._seconds / self._items, 1e-6)
        return max(1, min(self._largest, int(LONGEST / each), int(math.sqrt(len(self._waiting) * TASK_SECONDS / each))))

    def came_back(self, items: int, seconds: float) -> None:
        """So many items were done in so many seconds."""
        self._items, self._seconds = self._items + items, self._seconds + seconds

    def one_by_one(self, items: Sequence[Any]) -> None:
        """Take back the items of a batch that came to nothing: each is now a batch of its own, and goes first."""
        self._alone += reversed(items)
