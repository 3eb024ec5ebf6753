"""Notices functions whose answer does not follow from their argument alone: a few calls are made a second time.

A filter that keeps a set of what it has seen, counts pages or draws at random without a seed gives other results on
another number of workers. Asked again at the end of the shard, in reverse order, it gives other answers.
"""

import heapq
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import pyarrow as pa
import xxhash

from pipeline.doc import Doc

CALLS = 16  # of a step in a shard: less than 1 % of its calls in a shard of 1,600 rows or more
LARGEST = 100_000  # characters of a text, bytes of a row; larger ones are not held in memory


class Call(NamedTuple):
    """A call that was made: its number among those of the step, the function, its argument and its result."""

    number: int
    fn: Callable[[Any], Any]
    argument: Any
    result: Any


@dataclass
class PurityCheck:
    """Keeps the calls of a step whose arguments have the smallest hashes, which do not depend on the batches."""

    calls: int = 0
    _kept: list[tuple[int, int, Call]] = field(default_factory=list)  # a heap with the largest hash on top
    _hash: int = 0

    def wants(self, key: str) -> bool:
        """Whether the call of the argument with this key, which was just made, is one to `keep`."""
        self.calls += 1
        self._hash = xxhash.xxh3_64_intdigest(key)
        return len(self._kept) < CALLS or self._hash < -self._kept[0][0]

    def keep(self, fn: Callable[[Any], Any], argument: Any, result: Any) -> None:
        """Keep the call that was wanted."""
        entry = (-self._hash, self.calls, Call(self.calls, fn, argument, result))
        (heapq.heappush if len(self._kept) < CALLS else heapq.heapreplace)(self._kept, entry)

    def repeat(self, attempt: Callable[[Callable[[Any], Any], Any], Any]) -> tuple[int, int]:
        """How many calls were made a second time, by `attempt(fn, argument)`, and how many had another result."""
        calls = sorted((call for _, _, call in self._kept), key=lambda call: -call.number)
        return len(calls), sum(not same(call.result, attempt(call.fn, _fresh(call.argument))) for call in calls)


def key_of(argument: Any) -> str | None:
    """What the argument of a call is chosen by: its id, or its text; None for one that is too large."""
    text, name = (argument.text, argument.id) if isinstance(argument, Doc) else (argument, "")
    return None if len(text) > LARGEST else name or text


def same(first: Any, second: Any) -> bool:
    """Whether two results are equal; in tables floating-point numbers do not count, which batches may round."""
    if isinstance(first, pa.Table) and isinstance(second, pa.Table):
        exact = [field.name for field in first.schema if not re.search("float|double", str(field.type))]
        return first.schema.names == second.schema.names and first.select(exact).equals(second.select(exact))
    return repr(first) == repr(second)  # and not ==, for which NaN is another NaN


def _fresh(argument: Any) -> Any:
    """The argument without what was computed from it."""
    return replace(argument) if isinstance(argument, Doc) else argument
