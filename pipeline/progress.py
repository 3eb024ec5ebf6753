"""What a person sees while a run goes on and when it ends; nothing moves when nobody looks at a terminal."""

import time
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from pipeline.inspect import funnel
from pipeline.ledger import Receipt
from pipeline.stage import Stage
from pipeline.stats import Stats


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


def print_funnel(stats: Mapping[str, Stats], console: Console) -> None:
    """The funnel as a table: documents and tokens kept after each step, and what took the others."""
    lines = funnel(stats)
    table = Table(title="documents and tokens kept after each step", title_justify="left", header_style="bold")
    for name, side in (
        ("stage", "left"),
        ("step", "left"),
        ("documents", "right"),
        ("kept", "right"),
        ("tokens", "right"),
    ):
        table.add_column(name, justify=side)  # type: ignore[arg-type]
    table.add_column("dropped by reason", overflow="fold")
    first, before = max(1, lines[0].kept.rows + _left(lines[0])) if lines else 1, ""
    for line in lines:
        reasons = {r.removeprefix(f"{line.step}:"): s.rows for r, s in line.dropped.items()}
        why = ", ".join(f"{reason} {rows:,}" for reason, rows in sorted(reasons.items(), key=lambda x: (-x[1], x[0])))
        ill = ", ".join(f"[red]{error} {rows:,}[/red]" for error, rows in line.quarantined.items())
        table.add_row(line.stage if line.stage != before else "", line.step, f"{line.kept.rows:,}",
                      f"{line.kept.rows / first:.1%}", f"{line.kept.tokens:,}" if line.kept.tokens else "",
                      ", ".join(filter(None, (why, ill))))  # fmt: skip
        before = line.stage
    console.print(table)


def _left(line: object) -> int:
    dropped, quarantined = line.dropped, line.quarantined  # type: ignore[attr-defined]
    return sum(size.rows for size in dropped.values()) + sum(quarantined.values())
