"""What a page showed to a reader of its HTML, read again from the WARC file that the page came from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pyarrow as pa

from pipeline.errors import MewsError
from pipeline.stage import Map, Source, Stage
from report.record_place import way
from stages import extract
from stages.commoncrawl import Chosen, WarcReader
from stages.pii.scrubbing import Scrub

SHORT = 25  # characters: a shorter line is looked for among whole lines only


class VisibleText(NamedTuple):
    """All text that a page shows, menus included; when it cannot be had, "" and `why` not."""

    text: str
    why: str = ""


@dataclass
class Originals:
    """Finds the HTML of the pages of a run. `stages` are those of its recipe; with `remote`, files are fetched."""

    stages: Sequence[Stage]
    remote: bool = False
    maps: dict[str, Map] = field(init=False)

    def __post_init__(self) -> None:
        self.maps = {stage.name: stage for stage in self.stages if isinstance(stage, Map)}

    def visible(self, stage: str, row: Mapping[str, Any]) -> VisibleText | None:
        """The visible text of a row of a stage, without the private data that the stage takes out.

        None when the pages of the run are not HTML of WARC files, or the file would have to be fetched.
        """
        passed = list(way(self.maps.get(stage)))
        reader = passed[-1].source.read if passed and isinstance(passed[-1].source, Source) else None
        warc, offset, length = (row.get(name) for name in ("warc", "offset", "length"))
        if not isinstance(reader, WarcReader | Chosen) or not warc or offset is None or length is None:
            return None
        if not self.remote and reader.origin.is_remote(warc):
            return None
        try:
            page = reader.again(warc, offset, length, row["id"])
            return _shown(page, row, [t for each in passed for t in each.transforms if isinstance(t, Scrub)])
        except (MewsError, OSError) as error:
            return VisibleText("", " ".join(str(error).split()))


def _shown(page: pa.Table, row: Mapping[str, Any], scrubs: Sequence[Scrub]) -> VisibleText | None:
    if page.num_rows != 1 or page["id"][0].as_py() != row["id"]:
        return VisibleText("", f"another page stands in {row['warc']} at {row['offset']} now")
    if "html" not in page.column_names:
        return None
    table = extract.text("raw")(page.select(["id", "url", "html", "charset"]))
    if error := table["error"][0].as_py():
        return VisibleText("", f"the HTML cannot be read ({error})")
    table = table.select(["id", "url", "text"])
    for scrub in scrubs:
        table = scrub(table).select(["id", "url", "text"])
    text = table["text"][0].as_py()
    return VisibleText(text) if text else VisibleText("", "the HTML shows no text")


def lines_in(visible: str, text: str) -> list[tuple[int, int]]:
    """The lines of a visible text that are in the extracted text too, as spans."""
    lines, whole = {_plain(line) for line in text.split("\n")}, _plain(text)
    spans, at = list[tuple[int, int]](), 0
    for line in visible.split("\n"):
        plain = _plain(line)
        if plain and (plain in lines or (len(plain) >= SHORT and plain in whole)):
            spans.append((at, at + len(line)))
        at += len(line) + 1
    return spans


def _plain(text: str) -> str:
    return " ".join(text.split())
