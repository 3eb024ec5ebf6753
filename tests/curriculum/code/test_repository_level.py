"""Repositories as documents: from checkouts, Parquet and JSON Lines alike."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curriculum.code import repository_level
from curriculum.code.imports import CodeFile
from curriculum.code.repository_level import FILES, heading, join_files
from curriculum.places import pages
from pipeline.errors import UsageError
from pipeline.run import run
from pipeline.runner import Local
from tests.helpers.programs import MIT, program
from tests.helpers.tables import rows_of

TEXTS = {
    "one": {
        "main.py": f"import lib.util\n{program('1')}",
        "lib/util.py": program("2"),
        "lib/__init__.py": program("3"),
    },
    "two": {"a.c": f'#include "b.h"\n{program("4")}', "b.h": program("5"), "README.md": program("6")},
}
ORDER = {"one": ["lib/__init__.py", "lib/util.py", "main.py"], "two": ["README.md", "b.h", "a.c"]}


def documents(base: Path, place: str, **columns: str) -> dict[str, dict]:
    run(pages("whole", f"repo-level:{place}", columns), root=str(base), runner=Local())
    return {row["id"]: row for row in rows_of(base, "whole.repositories")}


def rows() -> list[dict[str, str]]:
    listed = [(repo, path, text) for repo, files in TEXTS.items() for path, text in files.items()]
    return [{"repo_name": repo, "path": path, "content": text, "license": "MIT"} for repo, path, text in listed]


@pytest.fixture
def checkouts(tmp_path) -> str:
    for repo, files in TEXTS.items():
        for path, text in {**files, "LICENSE": MIT}.items():
            (tmp_path / "in" / repo / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "in" / repo / path).write_text(text)
    return f"repos:{tmp_path / 'in'}"


def test_the_files_of_a_repository_come_in_the_order_of_their_imports_with_their_paths(tmp_path, checkouts):
    found = documents(tmp_path / "out", checkouts)
    assert {name: row["paths"] for name, row in found.items()} == ORDER
    assert {name: row["language"] for name, row in found.items()} == {"one": "python", "two": "c"}
    assert {row["license"] for row in found.values()} == {"MIT"}
    text = found["two"]["text"]
    assert text.startswith("<!-- README.md -->\n") and "\n// b.h\n" in text and "\n// a.c\n#include" in text
    for name, files in TEXTS.items():
        assert all(each.rstrip() in found[name]["text"] for each in files.values())


def test_parquet_and_json_lines_give_the_documents_of_checkouts(tmp_path, checkouts):
    for folder in ("parquet", "jsonl"):
        (tmp_path / folder).mkdir()
    pq.write_table(pa.Table.from_pylist(rows()), tmp_path / "parquet" / "a.parquet")
    halves = [rows()[::2], rows()[1::2]]
    for n, half in enumerate(halves):
        (tmp_path / "jsonl" / f"{n}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in half))
    wanted = {name: row["text"] for name, row in documents(tmp_path / "out", checkouts).items()}
    for folder in ("parquet", "jsonl"):
        found = documents(tmp_path / f"out-{folder}", str(tmp_path / folder))
        assert {name: row["text"] for name, row in found.items()} == wanted


def test_rows_that_do_not_tell_their_repository_are_refused(tmp_path):
    tmp_path.joinpath("a.jsonl").write_text(json.dumps({"path": "a.py", "content": "x", "home": "one"}) + "\n")
    with pytest.raises(UsageError, match=r"no column repo, by which .*: columns=repo=NAME"):
        pages("whole", f"repo-level:{tmp_path}", {})
    assert pages("whole", f"repo-level:{tmp_path}", {"repo": "home"})


def test_a_choice_by_what_only_files_have_is_refused(checkouts):
    with pytest.raises(UsageError, match="source whole: choices ask about comments, quality, which files of code have"):
        pages("whole", f"repo-level:{checkouts}", {}, {"quality": "number", "comments": "number", "license": "string"})
    assert pages("whole", f"repo-level:{checkouts}", {}, {"license": "string"})


def test_a_repository_that_is_too_long_becomes_several_documents(monkeypatch, tmp_path, checkouts):
    monkeypatch.setattr(repository_level, "LONGEST", 3_000)
    found = documents(tmp_path / "out", checkouts)
    assert [path for name in sorted(found) if name.startswith("one") for path in found[name]["paths"]] == ORDER["one"]
    assert len(found) > 2 and "one#2" in found


def test_the_order_of_files_of_one_name_does_not_show():
    """As in a data set with several versions of a file, whose ids are none."""
    of = {"key": 1, "repo": "r", "path": "a.c", "id": None, "language": "c", "license": None}
    rows = [of | {"text": f"int x{n % 7};"} for n in range(20)] + [of | {"license": "MIT", "text": "int x1;"}]
    made = join_files(pa.Table.from_pylist(rows, FILES))
    assert made.equals(join_files(pa.Table.from_pylist(rows[::-1], FILES))) and made.num_rows == 1


def test_repositories_of_one_bucket_are_kept_apart_and_files_of_none_left_out():
    listed = [("two", "a.py"), ("one", "b.py"), ("two", "c.py"), ("one", "a.py"), (None, "z.py"), ("", "y.py")]
    files = [{"key": 1, "repo": repo, "path": path, "id": path, "text": "x"} for repo, path in listed]
    found = join_files(pa.Table.from_pylist(files, FILES)).to_pylist()
    assert [(row["id"], row["paths"]) for row in found] == [("one", ["a.py", "b.py"]), ("two", ["a.py", "c.py"])]


@pytest.mark.parametrize(
    ("language", "line"),
    [("python", "# a/b"), ("c", "// a/b"), ("sql", "-- a/b"), ("html", "<!-- a/b -->"), ("ocaml", "(* a/b *)"),
     ("css", "/* a/b */"), ("tex", "% a/b"), ("fortran", "! a/b"), ("scheme", ";; a/b")],
)  # fmt: skip
def test_paths_are_comments(language, line):
    assert heading(CodeFile("a/b", language, "")) == line
