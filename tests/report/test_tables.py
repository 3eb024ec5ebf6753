"""Tables: the funnel, small stages, and columns that stand under one another."""

import io

import pyarrow as pa
import pytest
from rich.console import Console

from pipeline.funnel import Line
from pipeline.stats import Size
from report.tables import aligned, cell, print_funnel, print_rows


def printed(show, *arguments) -> list[str]:
    file = io.StringIO()
    show(*arguments, Console(file=file, width=100))
    return [line.rstrip() for line in file.getvalue().splitlines() if line.strip()]


def test_the_funnel_counts_shares_of_what_its_source_gave():
    lines = [
        Line("raw", "read", Size(190, 0), {}, {"warc:damaged": 10}, begins=True),
        Line("raw", "language", Size(100, 5_000), {"language:other": Size(90, 0)}, {}),
        Line("code", "read", Size(50, 0), {}, {}, begins=True),
        Line("code", "licence", Size(10, 700), {"code:[none]": Size(30, 0), "code:gpl": Size(10, 0)}, {}),
    ]
    assert [line.split() for line in printed(print_funnel, lines)[3:]] == [
        ["raw"],
        ["read", "190", "95.0%", "warc:damaged", "10"],
        ["language", "100", "50.0%", "5,000", "other", "90"],
        ["code"],
        ["read", "50", "100.0%"],
        ["licence", "10", "20.0%", "700", "[none]", "30,", "gpl", "10"],
    ]


def test_a_small_stage_is_a_table_with_numbers_to_the_right():
    rows = pa.table({"phase": ["short", "b"], "tokens": [1234, 5], "share": [0.25, None]})
    assert printed(print_rows, "shares", rows) == [
        "shares",
        "  phase  tokens   share",
        "  short   1,234  0.2500",
        "  b           5",
    ]


def test_a_stage_without_rows_is_its_head():
    assert printed(print_rows, "shares", pa.table({"phase": pa.array([], pa.string())})) == ["shares", "  phase"]


def test_columns_stand_under_one_another():
    assert aligned([("a", "1"), ("bbb", "22")], (True, False)) == ["a     1", "bbb  22"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(12345, "12,345"), (0.12345, "0.1235"), (None, ""), ("text", "text"), (True, "True"), (1234.5, "1,234.5000")],
)
def test_a_cell_is_what_a_person_writes(value: object, shown: str):
    assert cell(value) == shown
