"""Pages that repeat the bytes of one before them in their file."""

import pyarrow as pa

from stages.warc.payloads import MARK, PayloadsOnce, mark_repeats

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
        return rows.set_column(3, "reason", pa.array(reason, pa.string()))

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
