"""What a person sees while a run goes on and when it ends; nothing moves when nobody looks at a terminal."""

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pyarrow as pa
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from pipeline.funnel import Line, because, rows_of
from pipeline.ledger import Receipt
from pipeline.stage import Stage

# What a terminal obeys: control characters, but for tab and newline, and marks that turn the writing direction.
OBEYED = [
    *range(9),
    *range(11, 32),
    *range(127, 160),
    0x061C,
    0x200E,
    0x200F,
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
]
VISIBLE = {code: chr(0x2400 + code) if code < 32 else "\ufffd" for code in OBEYED}


def plain(text: str) -> str:
    """Text, which may come from a page, as it can be shown: no character in it does anything to a terminal."""
    return text.translate(VISIBLE)


class Bar:
    """One live line: shards done, rows a second, time left, what was dropped. Quiet off a terminal.

    A stage that made something leaves its line behind when the next begins, so the live line is always the last.
    """

    def __init__(self, console: Console, stages: int):
        columns = (TextColumn("{task.description:<30}"), BarColumn(20), MofNCompleteColumn(), TimeRemainingColumn())
        self._progress = Progress(
            *columns,
            TextColumn("{task.fields[note]}"),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._stages, self._begun, self._stage, self._task = stages, 0, "", None
        self._began, self._rows, self._dropped, self._made = 0.0, 0, 0, 0

    def __enter__(self) -> "Bar":
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._leave()
        self._progress.stop()

    def __call__(self, stage: Stage, total: int, done: int, receipt: Receipt | None) -> None:
        if stage.name != self._stage:
            self._leave()
            self._stage, self._begun, self._began = stage.name, self._begun + 1, time.perf_counter()
            self._rows = self._dropped = self._made = 0
            name = f"{self._begun}/{self._stages} {stage.name}"
            self._task = self._progress.add_task(name, total=total, completed=done, note="")
        if receipt is not None and self._task is not None:
            self._made += 1
            self._rows += receipt.stats.rows_in
            self._dropped += receipt.stats.rows_in - receipt.stats.rows_out if receipt.stats.kind == "map" else 0
            self._progress.update(self._task, completed=done, note=self._note())

    def _note(self) -> str:
        speed = self._rows / max(time.perf_counter() - self._began, 1e-9)
        return f"{speed:,.0f} rows/s" + (f", {self._dropped:,} dropped" if self._dropped else "")

    def _leave(self) -> None:
        """Take the line of the last stage off the display; print what it did, if it did anything."""
        if self._task is None:
            return
        self._progress.remove_task(self._task)
        if self._made and not self._progress.disable:
            took = timedelta(seconds=round(time.perf_counter() - self._began))
            line = f"{self._begun}/{self._stages} {self._stage:<26} {self._made:,} made in {took}, {self._note()}"
            self._progress.console.print(line, highlight=False)
        self._task = None


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
