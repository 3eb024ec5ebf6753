"""Fingerprints: the same for the same work in any process, another for other values or other code."""

import os
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from numba import njit

from pipeline import fingerprint
from pipeline.fingerprint import GOLDEN64, hash64, mix64, module_digest, shard_key
from pipeline.fingerprint import fingerprint as of
from tests.helpers import toy


@dataclass(frozen=True)
class Limit:
    value: float


def scale(x: int, by: int = 2) -> int:
    return x * by


def test_values_count():
    values = [
        Limit(1),
        Limit(2),
        partial(scale, by=3),
        partial(scale, by=4),
        scale,
        ("a", "bc"),
        ("ab", "c"),
        None,
        {1: 2},
    ]
    assert len({of(value) for value in values}) == len(values)
    assert of(Limit(1)) == of(Limit(1))
    assert of(pa.schema([("a", pa.int64())])) != of(pa.schema([("a", pa.int32())]))


def test_functions_made_by_functions_count_what_they_hold():
    def above(limit: int):
        return lambda doc: None if len(doc.text) > limit else "short"

    assert of(above(3)) != of(above(4))
    assert of(above(3)) == of(above(3))


def test_another_process_says_the_same():
    code = "from pipeline.fingerprint import fingerprint; from tests.helpers import toy; print(fingerprint(toy.AtLeast(3)))"
    said = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }
    assert said == {of(toy.AtLeast(3)) + "\n"}


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A folder of modules that stands for the project; call it to write a module, then ask for digests anew."""
    monkeypatch.setattr(fingerprint, "REPO_ROOT", tmp_path)

    def write(name: str, code: str) -> None:
        (tmp_path / name).write_text(code)
        for cached in (fingerprint.module_digest, fingerprint._source):
            cached.cache_clear()

    yield write
    monkeypatch.undo()
    write("unused.py", "")


def test_code_counts_comments_do_not_and_imports_are_followed(house):
    house("helper.py", '"""Doc."""\nLIMIT = 3\n')
    house("mine.py", "import helper\n\ndef f(x):\n    '''Says.'''\n    return x > helper.LIMIT\n")
    first = module_digest("mine")
    house("mine.py", "# why\nimport helper\n\n\ndef f(x):\n    '''Says more.'''\n    return x > helper.LIMIT  # so\n")
    assert module_digest("mine") == first
    house("helper.py", "LIMIT = 4\n")
    assert module_digest("mine") != first


def test_hashes_are_xxh3():
    assert hash64(["", "a"]).tolist() == [3244421341483603138, 16629034431890738719]
    assert hash64(pa.array([None, "a"])).tolist() == hash64(["", "a"]).tolist()
    assert shard_key("a") == 16629034431890738719


def test_mix64_is_the_finaliser_of_splitmix64():
    """The first outputs of the reference generator from seed 0, whose state grows by GOLDEN64."""
    states = np.arange(1, 4, dtype=np.uint64) * GOLDEN64
    expected = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
    assert mix64(states).tolist() == expected
    assert [njit(mix64)(state) for state in states] == expected


USERS = """
from mine import filters
from pipeline.fingerprint import fingerprint
print(fingerprint(filters.loud))
"""


@pytest.mark.parametrize(
    ("file", "text", "same"),
    [
        (
            "filters.py",
            "# a comment\nfrom .words import MOST\nSHARE = 0.5\ndef loud(doc): return MOST and SHARE\n",
            True,
        ),
        ("filters.py", "from .words import MOST\nSHARE = 0.4\ndef loud(doc): return MOST and SHARE\n", False),
        ("words.py", "MOST = 8\n", False),
        ("other.py", "MOST = 8\n", True),
    ],
)
def test_a_filter_of_the_users_own_is_its_module_with_what_that_imports(
    tmp_path: Path, file: str, text: str, same: bool
):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "filters.py").write_text("from .words import MOST\nSHARE = 0.5\ndef loud(doc): return MOST and SHARE\n")
    (folder / "words.py").write_text("MOST = 7\n")

    def printed() -> str:
        environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
        return subprocess.run(
            [sys.executable, "-c", USERS], env=environment, capture_output=True, text=True, check=True
        ).stdout

    before = printed()
    (folder / file).write_text(text)
    assert (printed() == before) is same
