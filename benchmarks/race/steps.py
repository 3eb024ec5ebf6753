"""What each early step of the cascade takes, saves and loses, on the pages of a folder."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from filters import gopher, url
from pipeline.transform import screen
from stages import commoncrawl, extract
from stages.cascade import cascade
from stages.language import identify, only


@dataclass
class Early:
    """One step: pages it was asked about, dropped and lost; seconds that it took, and those of extraction it saved."""

    name: str
    asked: int = 0
    dropped: int = 0
    lost: int = 0
    took: float = 0.0
    saved: float = 0.0


def early_steps(folder: Path) -> tuple[list[Early], int, float]:
    """The early steps in their order, the pages that are kept without them, and the seconds of extraction of all.

    A step is asked about the pages that those before it leave.
    """
    pages, transforms = cascade(commoncrawl.pages(str(folder)), screen(url.blocked), "en", 50)
    early = [Early(getattr(transform, "name", "url.blocked")) for transform in transforms]
    kept, spent = 0, 0.0
    for transform in transforms:  # what is loaded once a process is no cost of a page
        transform(pages.schema.empty_table())
    for file in pages.list:
        for table in pages.read(file):
            table = table.filter(pc.and_(table["reason"].is_null(), table["error"].is_null()))
            table = table.drop_columns(["reason", "error"])
            fates, seconds = _fates(table), _extraction(table)
            kept, spent = kept + sum(fates), spent + sum(seconds)
            rows = list(range(table.num_rows))
            for step, transform in zip(early, transforms, strict=True):
                table, stay = _ask(step, transform, table)
                for row, stays in zip(rows, stay, strict=True):
                    step.dropped += not stays
                    step.lost += fates[row] and not stays
                    step.saved += 0.0 if stays else seconds[row]
                rows = [row for row, stays in zip(rows, stay, strict=True) if stays]
    return early, kept, spent


def _ask(step: Early, transform: Callable[[pa.Table], pa.Table], table: pa.Table) -> tuple[pa.Table, list[bool]]:
    """The rows that a step leaves, and which they are."""
    started = time.process_time()
    judged = transform(table)
    step.took += time.process_time() - started
    step.asked += table.num_rows
    stay = [reason is None for reason in judged["reason"].to_pylist()]
    names = [name for name in judged.column_names if name not in ("reason", "measured")]
    return judged.filter(pa.array(stay, pa.bool_())).select(names), stay


def _fates(table: pa.Table) -> list[bool]:
    """Which pages are kept in the faithful order."""
    judged = screen(url.blocked)(table)
    text = identify()(extract.text("precision")(judged.drop_columns(["reason", "measured"])))
    answered = screen(only("en", 0.65), gopher.repetition, gopher.quality)(text.drop_columns(["error"]))
    rows = zip(judged["reason"], text["error"], answered["reason"], strict=True)
    return [not any(value.is_valid for value in values) for values in rows]


def _extraction(table: pa.Table) -> list[float]:
    """Seconds that the extraction of each page takes."""
    transform, rows = extract.text("precision"), table.select(["html", "charset", "url"]).to_pylist()
    return [transform.answer(row["html"], row["charset"], row["url"]).get("cpu", 0.0) for row in rows]
