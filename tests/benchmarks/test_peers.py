"""Gopher's rules in several toolkits: each judges the same texts in a process of its own."""

import sys

import pytest

from benchmarks.peers import JUDGES, pages_a_second

TEXTS = ["One text of a few words, and that is all there is to be said of it.\n" * 5, "another one"]


@pytest.mark.parametrize("name", ["mews", "datatrove"])
def test_the_toolkits_that_are_here_judge_texts(name: str):
    assert pages_a_second(name, sys.executable, TEXTS) > 0


def test_a_toolkit_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(JUDGES, "gone", "import a_toolkit_that_is_gone")
    with pytest.raises(SystemExit, match=r"gone: ModuleNotFoundError: No module named 'a_toolkit_that_is_gone'"):
        pages_a_second("gone", sys.executable, TEXTS)
