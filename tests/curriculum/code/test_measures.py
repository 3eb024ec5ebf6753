"""Columns that say what a program is like: by hand, and for checkouts and data sets alike."""

import json

import pytest

from curriculum.code.measures import code_measures
from curriculum.places import pages
from pipeline.doc import Doc
from pipeline.run import run
from pipeline.runner import Local
from tests.helpers.programs import program
from tests.helpers.tables import rows_of

PYTHON = '"""Says."""\n\n# why\nabc = 12\nabc = 12\n    de = abc_f + 1.5\n'


def test_a_program_is_measured():
    found = code_measures(Doc(PYTHON, fields={"language": "python"}))
    assert found["comments"] == pytest.approx(2 / 5) and found["repeated_lines"] == pytest.approx(1 / 5)
    assert found["mean_line"] == pytest.approx((11 + 5 + 8 + 8 + 16) / 5)
    assert found["mean_name"] == pytest.approx((4 + 3 + 3 + 3 + 2 + 5) / 6)
    assert found["numbers"] == pytest.approx(3 / 9)


@pytest.mark.parametrize(
    ("language", "line", "share"),
    [("python", "# a", 1), ("c", "# a", 0), 
     ("c", "// a", 1), ("c", " * a", 1), ("sql", "-- a", 1), ("scheme", "; a", 1),
     (None, "// a", 1), ("html", "<!-- a -->", 1), ("c", "a // b", 0)],
)  # fmt: skip
def test_comments_are_those_of_the_language(language, line, share):
    assert code_measures(Doc(f"{line}\n\n", fields={"language": language}))["comments"] == share


def test_an_empty_file_is_measured():
    assert set(code_measures(Doc("")).values()) == {0}


def test_choices_may_ask_about_them_whether_code_is_checked_out_or_in_rows(tmp_path):
    (tmp_path / "in").mkdir()
    texts = {f"{n}.py": program(str(n)) + "# a comment\n" * (n * 15) for n in range(3)}
    for name, text in texts.items():
        (tmp_path / "in" / name).write_text(text)
    rows = [{"path": name, "content": text} for name, text in texts.items()]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    def comments(place: str, root: str) -> list[float]:
        stage = pages("code", place, {}, {"comments": "number"})
        run(stage, root=str(tmp_path / root), runner=Local())
        return sorted(row["comments"] for row in rows_of(tmp_path / root, "code.clean"))

    found = comments(f"repo:{tmp_path / 'in'}", "one")
    assert found == comments(str(tmp_path / "a.jsonl"), "two") == pytest.approx([0, 15 / 75, 30 / 90], abs=0.01)
