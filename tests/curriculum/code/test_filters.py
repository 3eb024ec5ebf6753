"""Which code stays: limits on both sides, licences, and where a file came from."""

import pytest

from curriculum.code.filters import Licensed, Original, human_written, lines_and_letters
from pipeline.doc import Doc


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x = 1\n" * 20, None),
        ("a" * 1_000 + "\n" * 20, None),
        ("a" * 1_001 + "\n" * 20, "long_lines"),
        (("a" * 99 + "\n") * 9 + "a" * 100, None),
        (("a" * 101 + "\n") * 9 + "a" * 101, "long_lines"),
        ("ab" + "()" * 3, None),
        ("ab" + "()" * 3 + ";", "few_letters"),
        ("", "few_letters"),
    ],
)
def test_the_rules_of_codex(text, reason):
    assert human_written(Doc(text)) == reason


def test_what_is_measured():
    assert lines_and_letters(Doc("ab1\n(){}_é")) == {"longest_line": 6, "mean_line": 5.0, "letters": 0.4}


@pytest.mark.parametrize(
    ("granted", "reason"),
    [("MIT", None), ("GPL-3.0", "not_permissive"), ("", "not_permissive"), (None, "not_permissive")],
)
def test_code_without_a_permissive_licence_leaves(granted, reason):
    assert Licensed()(Doc("x", fields={"license": granted})) == reason
    assert Licensed(frozenset(("GPL-3.0",)))(Doc("x", fields={"license": "GPL-3.0"})) is None


@pytest.mark.parametrize(
    ("doc", "reason"),
    [
        (Doc("x", id="repo/src/a.py"), None),
        (Doc("x", id="vendor/src/a.py"), None),
        (Doc("x", id="repo/vendor/a.py"), "vendored"),
        (Doc("x", id="a.jsonl:5", fields={"path": "vendor/a.py"}), "vendored"),
        (Doc("x", id="a.jsonl:5", fields={"path": None}), None),
        (Doc("# @generated\n", id="repo/a.py"), "generated"),
        (Doc("x", id="repo/a.min.js"), "generated"),
    ],
)
def test_copies_and_what_a_program_wrote_leave(doc, reason):
    assert Original()(doc) == reason
