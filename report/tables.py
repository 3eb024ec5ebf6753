"""Tables on a terminal: the funnel of a run, and stages with few rows."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipeline.funnel import Line, because, rows_of
from report.terminal import for_terminal, print_line


def print_funnel(lines: Sequence[Line], console: Console) -> None:
    """The funnel: documents and their text that were left after each step, and why the others were dropped."""
    if not lines:
        print_line("no shard is made yet", console)
        return
    unit = next((line.unit for line in lines if line.unit), "text")
    table = Table(title=f"documents and {unit} kept after each step", title_justify="left", box=SIMPLE_HEAD)
    table.add_column("step", no_wrap=True)
    for name in ("documents", "kept", unit):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("dropped by reason", overflow="fold", ratio=1)
    first = 1
    for number, line in enumerate(lines):
        first = max(1, sum(rows_of(line))) if line.begins else first
        if not number or line.stage != lines[number - 1].stage:
            table.add_row(f"[bold]{line.stage}[/bold]")
        share, tokens = f"{line.kept.rows / first:.1%}", f"{line.kept.tokens:,}" if line.kept.tokens else ""
        table.add_row(f"  {line.step}", f"{line.kept.rows:,}", share, tokens, escape(for_terminal(because(line))))
    console.print(table)


def print_warnings(warnings: Sequence[str], console: Console) -> None:
    """What a person should know of a run, a line each: errors that functions raised, functions that are not pure."""
    for warning in warnings:
        print_line(f"warning: {warning}", console)


def print_rows(title: str, rows: pa.Table, console: Console) -> None:
    """A small table under a title; no line is broken at the width of the terminal."""
    columns = [map(cell, rows[name].to_pylist()) for name in rows.column_names]
    text = [pa.types.is_string(field.type) for field in rows.schema]
    print_line(title, console)
    for line in aligned([rows.column_names, *zip(*columns, strict=True)], text):
        print_line(f"  {line}", console)


def aligned(rows: Sequence[Sequence[str]], text: Sequence[bool]) -> list[str]:
    """Rows of cells as lines with even columns: those that are `text` to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    sides = [str.ljust if left else str.rjust for left in text]
    return ["  ".join(s(c, w) for c, w, s in zip(row, widths, sides, strict=True)).rstrip() for row in rows]


def cell(value: Any) -> str:
    """12,345 for a whole number, 0.1235 for another number, and the text of anything else; nothing for None."""
    if isinstance(value, float):
        return f"{value:,.4f}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return "" if value is None else str(value)
