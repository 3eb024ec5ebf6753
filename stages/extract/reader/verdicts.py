"""What the tests of all expressions say of an attribute's value: a bit for each step, remembered for each value.

All patterns of an attribute are searched in one pass of `re2.Set`, about 1 µs a value against 20 µs for Python's
re, which decides where RE2 cannot: on values that are not ASCII (the two fold some letters differently) and for
patterns with a lookahead.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import re2

from stages.extract.reader.predicates import AttributeTest, Unsupported

WIDTH = 32
LOWEST = (
    1 << WIDTH
) - 1  # bits of one group; the lowest group holds tests of one attribute, each further group those of a pair
LONGEST_REMEMBERED = 200  # characters
MOST_REMEMBERED = 50_000  # values of one attribute
LONGEST = 20_000  # characters; the longest class of 4,500 real pages had 7,500
LIMITED = ("class", "id")
LOOKAHEAD = re.compile(r"\(\?!\w+\)")
IN_RE2 = ((r"\s", r"[\t-\r\x1c- ]"), ("$", r"(?:\n?\z)"), (r"\Z", r"\z"))


@dataclass(frozen=True)
class Pattern:
    """A pattern for RE2 that finds all that Python's does, the same for Python, and the bits of whom it matters to."""

    wide: str
    exact: bool
    narrow: re.Pattern[str]
    lower: bool
    bits: int

    def holds(self, value: str) -> bool:
        """Whether Python finds the pattern in a value."""
        return self.narrow.search(value.lower() if self.lower else value) is not None


class TooLong(ValueError):
    """An element has a class or an id that no honest page has."""


class Memo(dict[str, int]):
    """Verdicts on the values of one attribute."""

    def __init__(self, patterns: Sequence[Pattern], longest: float) -> None:
        super().__init__()
        self.patterns, self.longest = patterns, longest
        self.found = re2.Set.SearchSet()
        for pattern in patterns:
            self.found.Add(pattern.wide)
        self.found.Compile()

    def __missing__(self, value: str) -> int:
        if len(value) > self.longest:
            raise TooLong
        verdict = self.judge(value)
        if len(value) <= LONGEST_REMEMBERED:
            if len(self) >= MOST_REMEMBERED:
                self.clear()
            self[value] = verdict
        return verdict

    def judge(self, value: str) -> int:
        """The bits of all patterns that are found in a value."""
        ascii, bits = value.isascii(), 0
        for pattern in map(self.patterns.__getitem__, self.found.Match(value) or ()) if ascii else self.patterns:
            if (ascii and pattern.exact) or pattern.holds(value):
                bits |= pattern.bits
        return bits


class ValueVerdicts:
    """Bits of an element from its attributes; step number n has the bit 1 << n."""

    def __init__(self, steps: Iterable[Sequence[AttributeTest]]) -> None:
        self.pairs: list[frozenset[str]] = []
        bits: dict[AttributeTest, int] = defaultdict(int)
        for number, tests in enumerate(steps):
            for test in tests:
                bits[test] |= 1 << (self._group(test.names) * WIDTH + number)
        patterns: dict[str, list[Pattern]] = defaultdict(list)
        for test, its_bits in bits.items():
            for name in test.names:
                patterns[name].append(compiled(test, its_bits))
        self.memos = {name: Memo(found, LONGEST if name in LIMITED else math.inf) for name, found in patterns.items()}

    def _group(self, names: tuple[str, ...]) -> int:
        if len(names) == 1:
            return 0
        pair = frozenset(names)
        if pair not in self.pairs:
            self.pairs.append(pair)
        return self.pairs.index(pair) + 1

    def settle(self, items: Sequence[tuple[str, str]]) -> int:
        """The verdict on an element's attributes, with those of pairs where they come first."""
        settled = 0
        for name, value in items:
            bits = self.memos[name][value] if name in self.memos else 0
            settled |= bits & LOWEST
            for pair in self.pairs:
                bits >>= WIDTH
                if bits & LOWEST and next(other for other, _ in items if other in pair) == name:
                    settled |= bits & LOWEST
        return settled


def compiled(test: AttributeTest, bits: int) -> Pattern:
    """A test's pattern for both engines."""
    wide = LOOKAHEAD.sub("", test.pattern)
    exact = wide == test.pattern
    for ours, theirs in IN_RE2:
        wide = wide.replace(ours, theirs)
    lower = test.fold == "lower"
    if test.fold:
        wide = f"(?i){wide}"
    narrow = re.compile(test.pattern, re.IGNORECASE if test.fold == "case" else 0)
    if test.pattern and narrow.search(""):
        raise Unsupported(f"{test.pattern} is found in nothing")
    return Pattern(wide, exact, narrow, lower, bits)
