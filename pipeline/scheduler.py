"""Which shards of a run go out: those of the stage whose turn it is, and behind them what can be made already.

A stage whose turn has not come is a follower when it is made shard by shard, and waits for nothing but stages that are
finished, the stage whose turn it is, and other followers. Each of its shards goes out as soon as what it reads is made:
while others of the stage before are still made, workers that these leave free take it. When its turn comes, what is
made is found, what is under way is waited for, and the rest goes out. So nothing waits for the last shard of a stage
but what reads all of it, and every stage still begins, fails and ends in its turn.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from functools import partial
from typing import Any

from pipeline import reads
from pipeline.fingerprint import fingerprint
from pipeline.ledger import Ledger
from pipeline.memory import memory_of, memory_of_row, worth_asking
from pipeline.parts import is_part, members_of
from pipeline.receipts import Receipt, made_from
from pipeline.runner import Failed, Runner, WorkQueue
from pipeline.shuffle import Scatter
from pipeline.source import Stage, shards_of
from pipeline.stage import Map
from pipeline.standstill import ended_when_silent

log = logging.getLogger(__name__)


class Scheduler:
    """Sends out the shards of `stages`, which are in the order of a plan, and takes down what comes back.

    `check` is called for each outcome; an error that it raises ends the run.
    """

    def __init__(
        self, stages: Sequence[Stage], ledger: Ledger, runner: Runner, check: Callable[[], None] | None = None
    ):
        self.ledger = ledger
        self._places = {stage.name: place for place, stage in enumerate(stages)}
        self._stages, self._runner, self._check = stages, runner, check
        self._queues = list[WorkQueue]()
        self._followers = dict[str, Follower]()
        self._seen, self._finished = set[str](), set[str]()
        self._under_way: dict[str, set[str]] = defaultdict(set)
        self._outcomes = runner.map(self._queues)

    def under_way(self, stage: Stage) -> Set[str]:
        """The shards of a stage that were sent before its turn, and are not done."""
        return self._under_way[stage.name]

    def make(self, stage: Stage, marks: Mapping[str, str]) -> Iterator[tuple[str, Receipt | Failed]]:
        """The turn of a stage: the outcomes of these shards, with what each is made from, and of those under way."""
        self._followers.pop(stage.name, None)
        self._send(stage, marks, memory_of(stage, self.ledger))
        self._follow(stage)
        while self._under_way[stage.name]:
            name, shard, outcome = self._next()
            if name == stage.name:
                yield shard, outcome
            elif isinstance(outcome, Failed):
                self._leave(name, shard, outcome)
        self._queues[:] = [queue for queue in self._queues if queue.name != stage.name]
        self._finished.add(stage.name)

    def finish(self) -> None:
        """Send nothing more, and wait for what is under way."""
        self._followers.clear()
        for queue in self._queues:
            self._take_back(queue)
        while any(self._under_way.values()):
            self._next()

    def close(self) -> None:
        """Send nothing more, and end what is under way."""
        self._outcomes.close()

    def _send(self, stage: Stage, marks: Mapping[str, str], memory: int) -> None:
        """Add shards to the queue of a stage. Where files are fetched ahead, each is told which comes after it."""
        queue = next((each for each in self._queues if each.name == stage.name), None)
        if queue is None:
            fn = partial(work, stage=stage, root=self.ledger.root)
            queue = WorkQueue(stage.name, fn, fetches=not stage.documents())
            self._queues.append(queue)
            self._queues.sort(key=lambda each: self._places[each.name])
        shards, depth = list(marks), self._runner.prefetch_depth
        upcoming = dict(zip(shards, shards[depth:], strict=False)) if depth else {}
        queue.items.extend((shard, marks[shard], upcoming.get(shard, "")) for shard in shards)
        queue.memory = max(queue.memory, memory)
        self._under_way[stage.name].update(shards)

    def _next(self) -> tuple[str, str, Any]:
        """The next outcome of any stage, with the stage and the shard; what is made is taken down."""
        found = next(self._outcomes, None)
        if found is None:  # all was done once
            self._outcomes = self._runner.map(self._queues)
            found = next(self._outcomes)
        queue, (shard, *_), outcome = found
        if self._check:
            self._check()
        self._under_way[queue.name].discard(shard)
        if isinstance(outcome, Receipt):
            self.ledger.enter(outcome)
            for follower in self._followers.values():
                self._send_ready(follower, follower.ready_after(queue.name, shard))
        return queue.name, shard, outcome

    def _follow(self, stage: Stage) -> None:
        """Find the stages that follow one whose turn begins.

        One that an earlier run finished is left to its turn: its record says what is made, and must be right.
        """
        known = {stage.name, *self._finished, *self._followers}
        for later in self._stages[self._places[stage.name] + 1 :]:
            if not isinstance(later, Map | Scatter) or later.name in self._seen:
                continue
            if any(before.name not in known for before in later.inputs()):
                continue
            self._seen.add(later.name)
            if not self.ledger.is_finished(later.name):
                self._followers[later.name] = follower = Follower(later, self.ledger)
                known.add(later.name)
                self._send_ready(follower, follower.ready())

    def _send_ready(self, follower: "Follower", shards: Sequence[str]) -> None:
        if shards:
            marks = {shard: follower.mark(shard) for shard in shards}
            self._send(follower.stage, marks, max(map(follower.memory, shards)))

    def _leave(self, stage: str, shard: str, failed: Failed) -> None:
        """Make no more of a stage before its turn, which tries the shard again and says what failed."""
        log.warning("%s/%s failed, and is tried again in the turn of its stage: %s", stage, shard, failed.why)
        self._followers.pop(stage, None)
        for queue in self._queues:
            if queue.name == stage:
                self._take_back(queue)

    def _take_back(self, queue: WorkQueue) -> None:
        """Send nothing of what waits in a queue."""
        self._under_way[queue.name].difference_update(shard for shard, *_ in queue.items)
        queue.items.clear()


class Follower:
    """A stage before its turn: how many of the shards that it reads are not made yet, by each of its own.

    It has nothing to do with shards that have a receipt: whether that is right, only the turn of the stage can tell.
    """

    def __init__(self, stage: Map | Scatter, ledger: Ledger):
        items, sources = stage.items(ledger), shards_of(stage.source, ledger)
        receipts = ledger.expect(stage.name, items, stage.view)
        self.stage, self._ledger, self._sources = stage, ledger, sources
        self._code, self._row_memory = fingerprint(stage.code()), memory_of_row(stage)
        self._reads = {before.name for before in stage.inputs()}
        self._part_of = {shard: part for part in filter(is_part, items) for shard in members_of(part, sources)}
        self._missing = {item: self._not_made(item) for item in items if item not in receipts}

    def _not_made(self, item: str) -> int:
        members = members_of(item, self._sources)
        return sum(not self._ledger.is_made(stage, member) for stage in self._reads for member in members)

    def ready(self) -> list[str]:
        """The shards of which all is made that they read, before any other is made."""
        return [item for item, missing in self._missing.items() if not missing]

    def ready_after(self, stage: str, shard: str) -> list[str]:
        """The shard of which all is made that it reads, now that this one of another stage is."""
        item = self._part_of.get(shard, shard)
        if stage not in self._reads or item not in self._missing:
            return []
        self._missing[item] -= 1
        return [] if self._missing[item] else [item]

    def mark(self, item: str) -> str:
        """What a shard is made from."""
        return made_from(self._code, self.stage.input_digest(item, self._ledger))

    def memory(self, item: str) -> int:
        """Bytes that a task asks for which makes a shard."""
        if not self._row_memory:
            return 0
        members = members_of(item, self._sources)
        return worth_asking(self._row_memory * sum(self._ledger.rows(name, m) for name in self._reads for m in members))


def work(item: tuple[str, str, str], *, stage: Stage, root: str) -> Receipt:
    """The unit that is mapped, retried and skipped: makes one shard and returns its receipt.

    An item is a shard, what it is made from, and the shard that this machine makes after it, which may be fetched
    meanwhile.
    """
    shard, made_from, upcoming = item
    if upcoming:
        stage.prefetch(upcoming)
    with ended_when_silent(f"{shard} of stage {stage.name}"), reads.watching():
        return stage.make(shard, root, made_from)
