"""A page that was never run: every step of a recipe on it, also those behind the first that would drop it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from pipeline.columns import conform, put, without_reserved
from pipeline.doc import Doc, docs
from pipeline.errors import UsageError
from pipeline.guard import failure_of
from pipeline.rules import EditRules
from pipeline.stage import Map, Source, Stage
from pipeline.transform import Edit, Screen, Transform
from report.limits import Measuring
from report.limits import told as told_measured
from stages import download
from stages.download.origin import FetchConfig, split_url
from stages.warc.charset import resolve_charset

CHARACTERS = 1_500  # shown of the text at the end
ALL_PAGES = "depends on all pages of a run; here nothing is said of the page"
HTML = b"<"  # what a file of a page begins with, after white space

Said = tuple[str, str]  # reason, and in words


class StepTold(NamedTuple):
    """What a step says of the page: the reason for which it would drop it ("" when it would not), and all in words."""

    stage: str
    step: str
    reason: str
    told: str


class Unseen(NamedTuple):
    """A page, what every step of a recipe says of it, and the text that is left of it (None where a step failed)."""

    url: str
    bytes: int
    steps: list[StepTold]
    text: str | None


def explain_unseen(page: str, stages: Sequence[Stage]) -> Unseen:
    """What every step of a recipe says of a page that it never saw: a file (HTML, or plain text) or an address.

    `stages` are those of the recipe. A step that would drop the page is told and passed over; what depends on all
    pages of a run is named and left out. Raises UsageError when there is no such file, and what fetching raises.
    """
    row = read_page(page)
    first = next((s for s in stages if isinstance(s, Map) and isinstance(s.source, Source)), None)
    if first is None:
        raise UsageError("the recipe has no stage that reads pages from a source")
    steps, stage, table = list[StepTold](), first, _table(row, first)
    while stage is not None and table is not None:
        if stage.verdicts is not None:
            steps.append(StepTold(stage.name, stage.verdicts.name, "", ALL_PAGES))
            table = _without_verdict(stage.verdicts, table)
        table = _passed(steps, stage, table)
        stage = _next(stage, stages, table)
    text = table["text"][0].as_py() or "" if table is not None and "text" in table.column_names else None
    return Unseen(row["url"], len(row["html"] or row["text"]), steps, text)


def unseen_lines(found: Unseen) -> list[str]:
    """The same for a person."""
    lines, stage = [f"{found.url}, {found.bytes:,} bytes"], ""
    for step in found.steps:
        lines += [f"{step.stage}:"] if step.stage != stage else []
        stage = step.stage
        lines.append(f"  {step.step}: {step.told}")
    if found.text is not None:
        more = " …" if len(found.text) > CHARACTERS else ""
        lines += ["text at the end:", "  | " + found.text[:CHARACTERS].replace("\n", "\n  | ") + more]
    return lines


def read_page(page: str) -> dict[str, Any]:
    """A row as the reader of a crawl makes it: of a file, or of what an address answers."""
    if "://" in page:
        with download.local(*split_url(page, FetchConfig().interactive)) as path:
            raw = path.read_bytes()
    elif Path(page).is_file():
        raw = Path(page).read_bytes()
    else:
        raise UsageError(f"{page} is neither a file nor an address with its scheme, as https://")
    markup = raw.lstrip()[:1] == HTML
    text = None if markup else raw.decode(errors="replace")
    url = page if "://" in page else Path(page).resolve().as_uri()
    return {"id": "", "url": url, "html": raw if markup else None, "charset": resolve_charset(raw), "text": text}


def _table(row: dict[str, Any], stage: Map) -> pa.Table:
    """The page as the source of the stage would give it; a plain text keeps the column `text`."""
    assert isinstance(stage.source, Source)
    schema = stage.source.schema
    if row["text"] is not None and "text" not in schema.names:
        schema = schema.append(pa.field("text", pa.string()))
    return conform(pa.Table.from_pylist([row]), schema)


def _passed(steps: list[StepTold], stage: Map, table: pa.Table) -> pa.Table | None:
    """Note what each step of a stage says; returns the page as it leaves the stage, None where a step fails on it."""
    for transform, names in zip(stage.transforms, stage.steps, strict=True):
        if _is_plain(table) and not isinstance(transform, Screen | Edit):
            steps.append(StepTold(stage.name, names[0], "", "left out, since the page is plain text"))
            table = table.drop_columns([name for name in ("html", "charset") if name in table.column_names])
            continue
        try:
            table, said = _step(transform, table)
        except Exception as error:  # a step may need what all pages together say
            told = f"cannot judge one page alone ({failure_of(error)})"
            steps.append(StepTold(stage.name, names[0], "", told))
            return table
        steps += [StepTold(stage.name, name, reason, told) for name, (reason, told) in zip(names, said, strict=False)]
        if "error" in table.column_names and table["error"][0].as_py():
            return None
        table = without_reserved(table)
    return table


def _without_verdict(verdicts: Stage, table: pa.Table) -> pa.Table:
    """The page with the columns of verdicts, which say nothing of it."""
    for field in verdicts.schema:
        if field.name not in table.column_names and field.name != "reason":
            table = table.append_column(field, pa.nulls(table.num_rows, field.type))
    return table


def _is_plain(table: pa.Table) -> bool:
    """Whether the page has no HTML, where the reader would give some."""
    return "html" in table.column_names and table["html"][0].as_py() is None


def _step(transform: Transform, table: pa.Table) -> tuple[pa.Table, list[Said]]:
    """The page as it leaves a transform, and what each of its steps says of it."""
    doc = next(docs(table))
    if isinstance(transform, Screen):
        return table, [_judged(f, doc) for f in transform.filters]
    if isinstance(transform, Edit):
        text, *_ = transform.fn.fn(doc) if isinstance(transform.fn, EditRules) else transform.fn(doc)
        reason, told = _judged(transform.fn, doc)
        size = f"{len(doc.text):,} characters become {len(text):,}"
        return put(table, "text", pa.array([text], pa.string())), [(reason, f"{told}; {size}")]
    after = transform(table)
    return after, [_changed(table, after)]


def _judged(function: Any, doc: Doc) -> Said:
    """What a filter or editor says of the page."""
    if isinstance(function, Measuring):
        measured = function.measure(doc)
        reason, values = function.judge(measured), f": {told_measured(function, measured)}"
    else:
        said = function(doc)
        reason, values = said[1] if isinstance(said, tuple) else said, ""
    return reason or "", f"{f'would drop it ({reason})' if reason else 'keeps it'}{values}"


def _changed(before: pa.Table, after: pa.Table) -> Said:
    """What another transform made of the page."""
    for column, does in (("reason", "drop"), ("error", "quarantine")):
        if column in after.column_names and (said := after[column][0].as_py()):
            return said, f"would {does} it ({said})"
    shown = []
    for column in without_reserved(after).column_names:
        value = after[column][0].as_py()
        if column not in before.column_names or before[column][0].as_py() != value:
            told = f"{len(value):,} characters" if column == "text" and value else value
            shown += [f"{column} {told}"] if not isinstance(told, list | bytes) else []
    return "", ", ".join(shown) or "changes nothing"


def _next(stage: Map, stages: Sequence[Stage], table: pa.Table | None) -> Map | None:
    """The stage that would read the page next."""
    row = table.to_pylist()[0] if table is not None else {}
    for other in stages:
        reads = isinstance(other, Map) and not isinstance(other.source, Source) and other.source.name == stage.name
        if not isinstance(other, Map) or not reads or not other.tokens:  # one that counts no text only finds things out
            continue
        if all(row.get(column) == value for column, value in (other.where or {}).items()):
            return other
    return None
