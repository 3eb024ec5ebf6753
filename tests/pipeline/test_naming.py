"""How filters and transforms are called."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from pipeline.doc import Doc
from pipeline.naming import distinct, name_of
from pipeline.rules import Rules


def longer_than(doc: Doc, most: int = 9) -> str | None:
    return "long" if len(doc.text) > most else None


def inside(word: str) -> Callable[[Doc], str | None]:
    def judge(doc: Doc) -> str | None:
        return word

    return judge


@dataclass(frozen=True)
class TooLong:
    most: int = 9

    def __call__(self, doc: Doc) -> str | None:
        return longer_than(doc, self.most)

    def keep(self, doc: Doc) -> str | None:
        return None

    @staticmethod
    def drop(doc: Doc) -> str | None:
        return "all"


@dataclass(frozen=True)
class Called(TooLong):
    name: str = "mine.long"


@dataclass(frozen=True)
class NumberedNotNamed(TooLong):
    name: int = 3


@functools.cache
def remembered(doc: Doc) -> str | None:
    return None


def wrapped(function: Callable) -> Callable:
    @functools.wraps(function)
    def call(doc: Doc) -> str | None:
        return function(doc)

    return call


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (longer_than, "test_naming.longer_than"),
        (functools.partial(longer_than, most=3), "test_naming.longer_than"),
        (functools.partial(functools.partial(longer_than, most=3), most=4), "test_naming.longer_than"),
        (inside("word"), "test_naming.judge"),
        (lambda doc: None, "test_naming.lambda"),
        (TooLong(), "test_naming.toolong"),
        (functools.partial(TooLong()), "test_naming.toolong"),
        (TooLong().keep, "test_naming.keep"),
        (TooLong.drop, "test_naming.drop"),
        (Called(), "mine.long"),
        (functools.partial(Called()), "mine.long"),
        (NumberedNotNamed(), "test_naming.numberednotnamed"),
        (Rules("gopher.quality", lambda doc: {}, ()), "gopher.quality"),
        (remembered, "test_naming.remembered"),
        (wrapped(longer_than), "test_naming.longer_than"),
        (str.strip, "builtins.strip"),
        (len, "builtins.len"),
    ],
)
def test_names(function: Callable, name: str):
    assert name_of(function) == name


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], ()),
        (["a", "b"], ("a", "b")),
        (["a", "a", "b", "a"], ("a", "a#2", "b", "a#3")),
        (["a", "a#2", "a"], ("a", "a#2", "a#3")),
        (["a#2", "a", "a"], ("a#2", "a", "a#3")),
    ],
)
def test_names_are_made_distinct(names: list[str], said: tuple[str, ...]):
    assert distinct(names) == said
    assert distinct(iter(names)) == said
