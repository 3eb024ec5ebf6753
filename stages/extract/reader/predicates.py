"""trafilatura's XPath expressions as data: which tags they select, by which tests of attribute values.

Only the forms that trafilatura uses are understood; any other raises `Unsupported`, and trafilatura is then used as
it is. Nothing of its token lists is repeated here: the expressions are read when the process starts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

NAMES = r"@([\w-]+)(?:\|@([\w-]+))?"
TRANSLATED = r"translate\(@([\w-]+),\s*'(\w+)',\s*'(\w+)'\)"
REGEX_TEST = re.compile(rf"re:test\({NAMES},\s*'([^']*)'(?:,\s*'(i)')?\)")
STRING_TEST = re.compile(rf"(contains|starts-with)\((?:{NAMES}|{TRANSLATED}),\s*'([^']+)'\)")
EQUALITY = re.compile(r"@([\w-]+)\s*=\s*'([^']*)'")
EXISTENCE = re.compile(r"@([\w-]+)")
STEP = re.compile(r"\.//(\*|\w+)((?:\[.*\])?)", re.DOTALL)
IS_TAG = re.compile(r"self::(\w+)")


class Unsupported(ValueError):
    """An expression of a form that is not understood."""


@dataclass(frozen=True)
class AttributeTest:
    """A regular expression that is searched in the value of an attribute.

    Of two `names`, the attribute that comes first in the element's source is looked at: an XPath function that gets
    a union reads its first node only. The test of an absent attribute fails.
    """

    names: tuple[str, ...]
    pattern: str
    fold: Literal["", "case", "lower"] = ""  # compare without case, or in the value's lower case


@dataclass(frozen=True)
class Step:
    """Descendants with one of `tags` (any when None) for which one of `tests` holds (all when there are none).

    `condition` is an XPath of further predicates, which an element that passed has to meet too.
    """

    tags: frozenset[str] | None
    tests: tuple[AttributeTest, ...] = ()
    condition: str = ""


def parse(path: str) -> list[Step]:
    """The steps of an expression like `.//*[self::a or self::b][@x='y' or re:test(@z, '…')]|(.//c)[1]`.

    A position `[1]` is left out: whoever wants the first element takes the first.
    """
    return [_step(_bare(branch)) for branch in split(path.replace("\n", " "), "|")]


def _bare(branch: str) -> str:
    """A branch without `[1]` and the parentheses around it."""
    branch = branch.strip().removesuffix("[1]").strip()
    return branch[1:-1].strip() if branch.startswith("(") and branch.endswith(")") else branch


def _step(branch: str) -> Step:
    match = STEP.fullmatch(branch)
    if not match:
        raise Unsupported(branch)
    tags = None if match[1] == "*" else frozenset({match[1]})
    predicates = [part[1:-1].strip() for part in split(match[2], "")]
    if predicates and IS_TAG.match(predicates[0]):
        if tags is not None:
            raise Unsupported(branch)
        tags = frozenset(_tag(part) for part in split(predicates.pop(0), " or "))
    tests = tuple(_test(part) for part in split(predicates[0], " or ")) if predicates else ()
    return Step(tags, tests, "".join(f"[{part}]" for part in predicates[1:]))


def _tag(part: str) -> str:
    match = IS_TAG.fullmatch(part)
    if not match:
        raise Unsupported(part)
    return match[1]


def _test(part: str) -> AttributeTest:
    if match := REGEX_TEST.fullmatch(part):
        return AttributeTest(_names(match[1], match[2]), match[3], "case" if match[4] else "")
    if match := STRING_TEST.fullmatch(part):
        start = "^" if match[1] == "starts-with" else ""
        return AttributeTest(
            _names(match[2] or match[4], match[3]), start + _literal(match[7], match[5] or "", match[6] or "")
        )
    if match := EQUALITY.fullmatch(part):
        return AttributeTest((match[1],), rf"^{re.escape(match[2])}\Z")
    if match := EXISTENCE.fullmatch(part):
        return AttributeTest((match[1],), "")
    raise Unsupported(part)


def _names(first: str, second: str | None) -> tuple[str, ...]:
    return (first, second) if second else (first,)


def _literal(text: str, source: str, target: str) -> str:
    """A pattern for `text` in a value of which the characters of `source` have become those of `target`."""
    if len(source) != len(target) or set(source) & set(text):
        raise Unsupported(f"translate to '{text}'")
    alike = {char: "".join(a for a, b in zip(source, target, strict=True) if b == char) for char in text}
    return "".join(f"[{re.escape(char + alike[char])}]" if alike[char] else re.escape(char) for char in text)


def split(text: str, separator: str) -> list[str]:
    """Parts of an XPath between separators that stand outside quotes, brackets and parentheses, stripped.

    An empty separator splits behind every outermost bracket.
    """
    return [part.strip() for part in _parts(text, separator) if part.strip()]


def _parts(text: str, separator: str) -> Iterator[str]:
    start = depth = 0
    quoted = False
    for place, char in enumerate(text):
        if char == "'":
            quoted = not quoted
        if quoted or char == "'":
            continue
        depth += (char in "[(") - (char in "])")
        if depth:
            continue
        if separator and text.startswith(separator, place):
            yield text[start:place]
            start = place + len(separator)
        elif not separator and char == "]":
            yield text[start : place + 1]
            start = place + 1
    yield text[start:]
