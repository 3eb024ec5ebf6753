"""Functions whose answer does not follow from their argument are noticed; pure ones are not accused."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest

from pipeline.doc import Doc
from pipeline.purity import PurityCheck, key_of, same


def asked(fn: Callable[[Any], Any], arguments: Iterable[Any]) -> PurityCheck:
    """A check that saw a function called on each argument."""
    check = PurityCheck()
    for argument in arguments:
        result = fn(argument)
        key = key_of(argument)
        if key is not None and check.wants(key):
            check.keep(fn, argument, result)
    return check


def again(fn: Callable[[Any], Any], argument: Any) -> Any:
    return fn(argument)


@dataclass
class Seen:
    """Drops what it has seen."""

    texts: set[str] = field(default_factory=set)

    def __call__(self, doc: Doc) -> str | None:
        known = doc.text in self.texts
        self.texts.add(doc.text)
        return "seen" if known else None


@dataclass
class EveryTenth:
    """Drops by a counter."""

    count: int = 0

    def __call__(self, doc: Doc) -> str | None:
        self.count += 1
        return None if self.count % 10 else "tenth"


@dataclass
class AtMost:
    """Keeps the first ten pages of a host."""

    hosts: dict[str, int] = field(default_factory=dict)

    def __call__(self, doc: Doc) -> str | None:
        self.hosts[doc.url] = self.hosts.get(doc.url, 0) + 1
        return "many" if self.hosts[doc.url] > 10 else None


def by_chance(doc: Doc) -> str | None:
    return "chance" if random.random() < 0.5 else None


def short(doc: Doc) -> str | None:
    return "short" if len(doc.words) < 3 else None


def not_a_number(doc: Doc) -> float:
    return float("nan")


def pages(number: int) -> list[Doc]:
    return [Doc(f"text of page {n}", url=f"host{n % 3}", id=f"id {n}") for n in range(number)]


@pytest.mark.parametrize("make", [Seen, EveryTenth, AtMost, lambda: by_chance])
@pytest.mark.parametrize("number", [52, 1000])
def test_an_impure_function_is_noticed(make: Callable[[], Callable[[Doc], Any]], number: int):
    random.seed(1)
    sampled, unstable = asked(make(), pages(number)).repeat(again)
    assert sampled == 16 and 1 <= unstable <= 16


@pytest.mark.parametrize("pure", [short, not_a_number, str])
def test_a_pure_function_is_not_accused(pure: Callable[[Doc], Any]):
    assert asked(pure, pages(500)).repeat(again) == (16, 0)


def test_all_calls_of_few_are_repeated():
    assert asked(short, pages(5)).repeat(again) == (5, 0)
    assert PurityCheck().repeat(again) == (0, 0)


def test_the_first_calls_are_repeated_and_others_chosen_by_their_arguments():
    def chosen(docs: list[Doc]) -> set[str]:
        names: list[str] = []
        asked(short, docs).repeat(lambda fn, doc: names.append(doc.id))
        assert len(names) == 16 and {doc.id for doc in docs[:4]} <= set(names)
        return set(names) - {doc.id for doc in docs[:4]}

    first, rest = pages(4), pages(2000)[4:]
    assert len(chosen(first + rest)) == 12
    assert chosen(first + rest) == chosen(first + rest[::-1])
    assert chosen(first + rest) != {doc.id for doc in rest[:12]}


def test_the_calls_are_repeated_in_reverse_order():
    names: list[int] = []
    asked(short, pages(300)).repeat(lambda fn, doc: names.append(int(doc.id[3:])))
    assert names == sorted(names, reverse=True)


def test_a_doc_comes_anew_the_second_time():
    doc = Doc("some words of a text", id="a", fields={"language": "en"})
    assert doc.words
    repeated: list[Doc] = []
    asked(short, [doc]).repeat(lambda fn, doc: repeated.append(doc))
    assert repeated == [doc] and "words" not in vars(repeated[0])


def test_texts_are_repeated_too():
    assert asked(str.upper, ["a", "b"]).repeat(again) == (2, 0)
    assert asked(str.upper, ["a", "b"]).repeat(lambda fn, text: text) == (2, 2)


@pytest.mark.parametrize(
    ("argument", "key"),
    [
        (Doc("text", id="id"), "id"),
        (Doc("text"), "text"),
        ("text", "text"),
        (Doc("x" * 100_000, id="id"), "id"),
        (Doc("x" * 100_001, id="id"), None),
        ("x" * 100_001, None),
    ],
)
def test_large_texts_are_not_kept(argument: Doc | str, key: str | None):
    assert key_of(argument) == key


@pytest.mark.parametrize(
    ("first", "second", "equal"),
    [
        (("short", {"words": 1}), ("short", {"words": 1}), True),
        (("short", {"words": 1}), ("short", {"words": 2}), False),
        (None, "short", False),
        (float("nan"), float("nan"), True),
    ],
)
def test_what_counts_as_the_same_result(first: Any, second: Any, equal: bool):
    assert same(first, second) is equal
