"""What a person sees while a run goes on and when it ends; nothing moves when nobody looks at a terminal."""

import time
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from pipeline.inspect import Line
from pipeline.ledger import Receipt
from pipeline.stage import Stage


class Bar:
    """A live line a stage: shards done, pages a second, time left, what was dropped. Quiet off a terminal."""

    def __init__(self, console: Console):
        columns = (TextColumn("{task.description:<24}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._progress = Progress(
            *columns, TextColumn("{task.fields[note]}"), console=console, disable=not console.is_terminal
        )
        self._stage, self._task, self._began, self._rows, self._dropped = "", None, 0.0, 0, 0

    def __enter__(self) -> "Bar":
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.stop()

    def __call__(self, stage: Stage, total: int, receipts: Sequence[Receipt]) -> None:
        if stage.name != self._stage:
            self._stage, self._began, self._rows, self._dropped = stage.name, time.perf_counter(), 0, 0
            self._task = self._progress.add_task(stage.name, total=total, completed=len(receipts), note="")
            return
        self._rows += sum(r.stats.rows_in for r in receipts)
        self._dropped += sum(r.stats.rows_in - r.stats.rows_out for r in receipts if r.stats.kind == "map")
        speed = self._rows / max(time.perf_counter() - self._began, 1e-9)
        note = f"{speed:,.0f} rows/s" + (f", {self._dropped:,} dropped" if self._dropped else "")
        self._progress.update(self._task, advance=len(receipts), note=note)  # type: ignore[arg-type]


def print_funnel(lines: Sequence[Line], console: Console) -> None:
    """The funnel as a table: documents and tokens kept after each step, and what took the others."""
    table = Table(title="documents and tokens kept after each step", title_justify="left", box=SIMPLE_HEAD)
    table.add_column("step", no_wrap=True)
    for name in ("documents", "kept", "tokens"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("dropped by reason", overflow="fold", ratio=1)
    first = 1
    for number, line in enumerate(lines):
        first = max(1, sum(rows_of(line))) if line.begins else first
        if not number or line.stage != lines[number - 1].stage:
            table.add_row(f"[bold]{line.stage}[/bold]")
        share, tokens = f"{line.kept.rows / first:.1%}", f"{line.kept.tokens:,}" if line.kept.tokens else ""
        table.add_row(f"  {line.step}", f"{line.kept.rows:,}", share, tokens, escape(because(line)))
    console.print(table)


def print_rows(title: str, rows: pa.Table, console: Console) -> None:
    """A small table as it is: numbers to the right; a line is as long as it must be."""
    columns = [[name, *map(shown, rows[name].to_pylist())] for name in rows.column_names]
    widths = [max(map(len, column)) for column in columns]
    text = [pa.types.is_string(field.type) for field in rows.schema]
    console.print(title, markup=False, highlight=False)
    for line in zip(*columns, strict=True):
        cells = (c.ljust(w) if left else c.rjust(w) for c, w, left in zip(line, widths, text, strict=True))
        console.print("  " + "  ".join(cells).rstrip(), markup=False, highlight=False, soft_wrap=True)


def shown(value: Any) -> str:
    """12,345 of a whole number, 0.1235 of another, and text."""
    if isinstance(value, float):
        return f"{value:,.4f}"
    return f"{value:,}" if isinstance(value, int) else "" if value is None else str(value)


def rows_of(line: Line) -> tuple[int, int, int]:
    """Documents that a step kept, dropped and quarantined."""
    return line.kept.rows, sum(size.rows for size in line.dropped.values()), sum(line.quarantined.values())


def because(line: Line) -> str:
    """What a step took: "few_stop_words 7, short 3", the most first, and its errors."""
    reasons = sorted(line.dropped.items(), key=lambda item: (-item[1].rows, item[0]))
    named = [f"{reason.partition(':')[2] or reason} {size.rows:,}" for reason, size in reasons]
    return ", ".join([*named, *(f"{error} {rows:,}" for error, rows in line.quarantined.items())])
