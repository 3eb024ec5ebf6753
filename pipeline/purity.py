"""Notices functions whose answer does not follow from their argument alone: a few calls are made a second time.

A filter that keeps a set of what it has seen, counts pages or draws at random without a seed gives other results on
another number of workers. Asked again at the end of the shard, in reverse order, it gives other answers.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import xxhash

from pipeline.doc import Doc

# Of a step in a shard, less than 1 % of its calls in a shard of 1,600 rows or more: the first ones, since what depends
# on the calls before them answers those otherwise later, and some others.
FIRST, OTHERS = 4, 12
LARGEST = 100_000  # characters of a text; larger ones are not held in memory


class Call(NamedTuple):
    """A call that was made: its number among those of the step, the function, its argument and its result."""

    number: int
    fn: Callable[[Any], Any]
    argument: Any
    result: Any


@dataclass
class PurityCheck:
    """Keeps the first calls of a step, and of the others those whose arguments have the smallest hashes."""

    calls: int = 0
    _first: list[Call] = field(default_factory=list[Call])
    # A heap with the largest hash on top.
    _others: list[tuple[int, int, Call]] = field(default_factory=list[tuple[int, int, Call]])
    _hash: int = 0

    def wants(self, key: str) -> bool:
        """Whether the call of the argument with this key, which was just made, is one to `keep`."""
        self.calls += 1
        if len(self._first) < FIRST:
            return True
        self._hash = xxhash.xxh3_64_intdigest(key)
        return len(self._others) < OTHERS or self._hash < -self._others[0][0]

    def keep(self, fn: Callable[[Any], Any], argument: Any, result: Any) -> None:
        """Keep the call that was wanted."""
        # A Doc anew: nothing that was computed from it is held in memory, or used the second time.
        call = Call(self.calls, fn, replace(argument) if isinstance(argument, Doc) else argument, result)
        if len(self._first) < FIRST:
            self._first.append(call)
        else:
            push = heapq.heappush if len(self._others) < OTHERS else heapq.heapreplace
            push(self._others, (-self._hash, self.calls, call))

    def repeat(self, attempt: Callable[[Callable[[Any], Any], Any], Any]) -> tuple[int, int]:
        """How many calls were made a second time, by `attempt(fn, argument)`, and how many had another result."""
        calls = sorted([*self._first, *(call for *_, call in self._others)], key=lambda call: -call.number)
        return len(calls), sum(not same(call.result, attempt(call.fn, call.argument)) for call in calls)


def key_of(argument: Doc | str) -> str | None:
    """What the argument of a call is chosen by: its id, or its text; None for one that is too large."""
    text, name = (argument.text, argument.id) if isinstance(argument, Doc) else (argument, "")
    return None if len(text) > LARGEST else name or text


def same(first: Any, second: Any) -> bool:
    """Whether two results are equal, also when they hold NaN."""
    return repr(first) == repr(second)  # and not ==, for which NaN is another NaN
