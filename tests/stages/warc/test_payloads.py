"""Pages that repeat the bytes of one before them in their file."""

import importlib

import pyarrow as pa

from pipeline.doc import Doc
from pipeline.run import run
from pipeline.runner import Local
from pipeline.stage import Map, Source
from pipeline.transform import put, screen
from stages.warc.payloads import MARK, PayloadsOnce, mark_repeats
from tests.helpers.runs import Spy

SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("html", pa.binary()),
        ("charset", pa.string()),
        ("reason", pa.string()),
        ("error", pa.string()),
    ]
)


def table(*rows: tuple[str | bytes | None, ...]) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(SCHEMA.names, row, strict=False)) for row in rows], schema=SCHEMA)


def marks(*tables: pa.Table, leaving=()) -> list[list[bool]]:
    return [marked[MARK.name].to_pylist() for marked in mark_repeats(tables, leaving)]


def test_all_but_the_first_are_marked_over_the_tables_of_a_file():
    first = table(("a", b"x", "utf-8"), ("b", b"y", "utf-8"), ("c", b"x", "utf-8"))
    assert marks(first, table(("d", b"y", "utf-8"), ("e", b"z", "utf-8"))) == [[False, False, True], [True, False]]
    assert marks(first) == [[False, False, True]], "another file begins anew"


def test_the_same_bytes_in_another_charset_are_another_page():
    assert marks(table(("a", b"x", "utf-8"), ("b", b"x", "cp1252"), ("c", b"x", "cp1252"))) == [[False, False, True]]


def test_a_page_that_leaves_is_no_page_that_another_repeats():
    def no_a(rows: pa.Table) -> pa.Table:
        reason = ["not wanted" if id == "a" else None for id in rows["id"].to_pylist()]
        return put(rows, "reason", pa.array(reason, pa.string()))

    rows = table(("a", b"x", "utf-8"), ("b", b"x", "utf-8"), ("c", b"x", "utf-8"))
    assert marks(rows, leaving=(no_a,)) == [[False, False, True]]
    left = table(
        ("a", b"x", "utf-8", "warc:other_type"), ("b", b"x", "utf-8", None, "warc:damaged"), ("c", b"x", "utf-8")
    )
    assert marks(left) == [[False, False, False]]


def test_the_step_drops_marked_pages_and_the_mark():
    (marked,) = mark_repeats([table(("a", b"x", "utf-8"), ("b", b"x", "utf-8"))], ())
    judged = PayloadsOnce()(marked.drop_columns(["reason", "error"]))
    assert judged["reason"].to_pylist() == [None, "warc.payloads_once:repeated"]
    assert judged.column_names == ["id", "html", "charset", "reason"]


def test_rows_without_marks_pass():
    rows = table(("a", b"x", "utf-8")).drop_columns(["reason", "error"])
    assert PayloadsOnce()(rows).equals(rows)
    empty = next(mark_repeats([table()], ())).drop_columns(["reason", "error"])
    assert PayloadsOnce()(empty).column_names == ["id", "html", "charset", "reason"]


def no_a(doc: Doc) -> str | None:
    if doc.id == "a":
        raise ValueError("a page that the filter does not take")
    return None


def test_a_page_on_which_a_step_fails_costs_itself_alone_and_is_none_that_another_repeats(tmp_path):
    """One bad page costs one page, and its copy goes on in its place."""
    pages = [("a", b"x", "utf-8"), ("b", b"x", "utf-8"), ("c", b"x", "utf-8"), ("d", b"y", "utf-8")]
    assert marks(table(*pages), leaving=(screen(no_a),)) == [[False, False, True, False]]

    def read(name: str):
        yield from mark_repeats([table(*pages)], (screen(no_a),))

    schema = SCHEMA.remove(4).remove(3).append(MARK)
    raw = Map("raw", Source(("f",), read, schema), (screen(no_a), PayloadsOnce()))
    stats = run(raw, root=str(tmp_path), runner=Local())["raw"]
    assert stats.rows_out == 2
    assert len(list((tmp_path / "quarantine/raw").iterdir())) == 1


LISTED = """
from functools import cache
from pathlib import Path

@cache
def listed():
    return set((Path(__file__).parent / "listed.txt").read_text().split())

def unlisted(doc):
    return "listed" if doc.id in listed() else None
"""


def test_a_changed_list_that_was_first_read_while_marking_is_noticed(tmp_path, monkeypatch):
    (tmp_path / "own_list.py").write_text(LISTED)
    (tmp_path / "listed.txt").write_text("a")
    monkeypatch.syspath_prepend(str(tmp_path))
    own_list = importlib.import_module("own_list")

    def stage() -> Map:
        own_list.listed.cache_clear()  # as in another process
        first = screen(own_list.unlisted)
        source = Source(("f",), Marked((first,)), SCHEMA.remove(4).remove(3).append(MARK))
        return Map("raw", source, (first, PayloadsOnce()))

    again, changed = Spy(), Spy()
    assert run(stage(), root=str(tmp_path / "out"), runner=Local())["raw"].rows_out == 1
    run(stage(), root=str(tmp_path / "out"), runner=again)
    (tmp_path / "listed.txt").write_text("b c d e f")
    run(stage(), root=str(tmp_path / "out"), runner=changed)
    assert (len(again.sent), len(changed.sent)) == (0, 1)


class Marked:
    def __init__(self, leaving):
        self.leaving = leaving

    def __call__(self, name: str):
        yield from mark_repeats([table(("a", b"x", "utf-8"), ("b", b"x", "utf-8"))], self.leaving)
