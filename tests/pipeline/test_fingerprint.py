"""Fingerprints: the same for the same work in any process, another for other values or other code."""

import decimal
import enum
import os
import re
import subprocess
import sys
import threading
from collections import deque
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from pipeline.errors import UsageError
from pipeline.fingerprint import fingerprint as of
from pipeline.fingerprint import modules_of
from tests.helpers import toy


@dataclass(frozen=True)
class Limit:
    value: object


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class Plain:
    def __init__(self, value: int):
        self.value = value

    def method(self) -> int:
        return self.value


class Slotted:
    __slots__ = ("value",)

    def __init__(self, value: int):
        self.value = value


def scale(x: int, by: int = 2) -> int:
    return x * by


def keyword_only(least: int):
    def judge(doc, *, bound=least):
        return None if len(doc.text) > bound else "short"

    return judge


def closing_over(least: int):
    return lambda doc: None if len(doc.text) > least else "short"


DIFFERENT = [
    [None, 0, False, "", b"", (), {}],
    [1, 1.0, True, "1"],
    [Limit(1), Limit(2), Limit("1")],
    [partial(scale, by=3), partial(scale, by=4), partial(scale, 3), scale],
    [("a", "bc"), ("ab", "c"), ("abc",)],
    [{1: 2}, {2: 1}],
    [{1, 2}, {1, 3}, frozenset({1})],
    [re.compile("a"), re.compile("b"), re.compile("a", re.IGNORECASE)],
    [np.arange(3), np.arange(4), np.arange(3.0), np.zeros((3, 1)), np.zeros((1, 3))],
    [np.float64(1), np.float64(2)],
    [decimal.Decimal("1.0"), decimal.Decimal("1.1")],
    [Colour.RED, Colour.BLUE],
    [deque([1, 2]), deque([1, 3]), deque([1, 2], 5), deque()],
    [Plain(1), Plain(2), Slotted(1), Slotted(2)],
    [Plain(1).method, Plain(2).method],
    [closing_over(3), closing_over(4)],
    [keyword_only(3), keyword_only(4)],
    [pa.schema([("a", pa.int64())]), pa.schema([("a", pa.int32())]), pa.schema([("b", pa.int64())])],
]


@pytest.mark.parametrize("values", DIFFERENT, ids=lambda values: type(values[-1]).__name__)
def test_values_count(values: list):
    assert len({of(value) for value in values}) == len(values)
    assert len({of(Limit(value)) for value in values}) == len(values), "also inside of others"


def test_equal_values_are_equal():
    assert of(Limit(re.compile("a"))) == of(Limit(re.compile("a")))
    assert of(closing_over(3)) == of(closing_over(3))
    assert of([1, 2]) == of((1, 2))
    assert of(deque([1, 2])) == of(deque([1, 2]))


SETS = """
from pipeline.fingerprint import fingerprint
from tests.helpers import toy
print(fingerprint([toy.at_least(3), {"a", "b", "c", "d", "e"}, frozenset(map(str, range(50)))]))
"""


def test_another_process_says_the_same():
    said = {
        subprocess.run(
            [sys.executable, "-c", SETS], capture_output=True, text=True, env={**os.environ, "PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }
    assert said == {of([toy.at_least(3), set("abcde"), frozenset(map(str, range(50)))]) + "\n"}


def test_what_nobody_can_compare_is_refused():
    with pytest.raises(UsageError, match="nobody can tell if it changes"):
        of(Limit(threading.Lock()))


def test_a_path_is_the_content_of_its_file(tmp_path: Path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "words.txt").write_text("the same words")
    first = of(Limit(tmp_path / "one/words.txt"))
    assert of(Limit(tmp_path / "two/words.txt")) == first, "wherever it lies"
    (tmp_path / "one/words.txt").write_text("other words")
    assert of(Limit(tmp_path / "one/words.txt")) != first
    (tmp_path / "one/words.txt").unlink()
    assert of(Limit(tmp_path / "one/words.txt")) not in (first, of(Limit(tmp_path / "one/other.txt")))


def test_the_modules_of_a_value_are_all_that_its_code_reaches():
    found = modules_of((toy.at_least(3), partial(toy.by_text, shard="x"), [1, "x"]))
    assert {"tests.helpers.toy", "pipeline.rules", "pipeline.shuffle", "text.splitter"} <= found
    assert "numpy" not in found and "pipeline.run" not in found
    assert modules_of([1, "x", re.compile("x")]) == frozenset()


USERS = """
from mine import filters
from pipeline.fingerprint import fingerprint
print(fingerprint(filters.loud))
"""
LOUD = "from .words import MOST\nSHARE = 0.5\ndef loud(doc): return MOST and SHARE\n"


@pytest.mark.parametrize(
    ("file", "text", "same"),
    [
        ("filters.py", f"# a comment\n{LOUD}", True),
        ("filters.py", LOUD.replace("0.5", "0.4"), False),
        ("words.py", "MOST = 8\n", False),
        ("other.py", "MOST = 8\n", True),
        ("__init__.py", "MOST = 8\n", False),
    ],
)
def test_a_filter_of_the_users_own_is_its_module_with_what_that_imports(
    tmp_path: Path, file: str, text: str, same: bool
):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "filters.py").write_text(LOUD)
    (folder / "words.py").write_text("MOST = 7\n")

    def printed() -> str:
        environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
        return subprocess.run(
            [sys.executable, "-c", USERS], env=environment, capture_output=True, text=True, check=True
        ).stdout

    before = printed()
    (folder / file).write_text(text)
    assert (printed() == before) is same
