"""What each page of the browser shows of a run, read anew from its root whenever it is asked."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from pipeline.funnel import Line, funnel, read_plan, rows_of, stage_stats, warnings
from pipeline.stage import Stage
from report.explain import explain_rows
from report.family import family, family_verdicts
from report.lookup import FoundRow, find_page
from report.page.chain import document_chain
from report.page.sample import Stratum, strata_of
from report.page.shard_table import shard_rows
from report.page.texts import alternating
from report.page_index import PageIndex
from report.serve.database import Database
from report.serve.families import SORTS as FAMILY_SORTS
from report.serve.families import FamilyQuery, search_families
from report.serve.scan import FURTHEST, ROWS, Answer
from report.serve.search import SORTS, PageQuery, search
from report.status import status, time_left
from report.stored import shard_stats
from report.visible import Originals, VisibleText, lines_in

FRESH = 2.0  # seconds for which what was read of the whole run is told again
LONGEST_TEXT = 200_000  # characters of a text, and of what the HTML of a page shows
NO_HTML = "the pages of this run are no HTML in WARC files, or its recipe cannot be loaded here"
T = TypeVar("T")


class RunContents:
    """The contents of all pages. Every method takes the values in the address, and returns those of its template."""

    def __init__(self, root: str, stages: Sequence[Stage]):
        self._root, self._stages, self._database = root, stages, Database(root)
        self._originals = Originals(stages, remote=True)
        self._locks = {name: threading.Lock() for name in ("live", "strata", "shards")}
        self._remembered = dict[str, tuple[float, Any]]()

    def _fresh(self, name: str, read: Callable[[], T], seconds: float = FRESH) -> T:
        """What `read` returns; asked again within some seconds, what it returned. One reader at a time."""
        with self._locks[name]:
            at, value = self._remembered.get(name, (0.0, None))
            if time.monotonic() - at > seconds or name not in self._remembered:
                value = read()
                self._remembered[name] = time.monotonic(), value
            return value

    def home(self, _: Mapping[str, str]) -> dict[str, Any]:
        """Status and funnel, with the recipe."""
        about = read_plan(self._root)
        return {"recipe": about.get("recipe", ""), "arguments": about.get("arguments", ()), **self.live({})}

    def live(self, _: Mapping[str, str]) -> dict[str, Any]:
        """The part of the first page that changes while a run goes on."""
        return self._fresh("live", self._live)

    def _live(self) -> dict[str, Any]:
        stages, lines, whole = status(self._root), [], 1
        for line in funnel(self._root):
            whole = max(sum(rows_of(line)), 1) if line.begins else whole
            lines.append({"line": line, "share": line.kept.rows / whole, "lost": _lost(line)})
        left = time_left(stages)
        done = sum(stage.done for stage in stages)
        return {"stages": stages, "done": done, "left": left, "lines": lines, "warnings": warnings(self._root)}

    def _strata(self) -> list[Stratum]:
        return self._fresh("strata", lambda: strata_of(document_chain(self._root), stage_stats(self._root)))

    def pages(self, given: Mapping[str, str]) -> dict[str, Any]:
        """Pages that fit, a screen of them."""
        strata = self._strata()
        sort = given.get("sort", "")
        asked = PageQuery(
            *(given.get(name, "").strip() for name in PageQuery._fields[:6]),
            sort=sort if sort in SORTS else "",
            start=_start(given),
        )
        answer = search(self._root, self._database, strata, asked)
        reasons = dict.fromkeys(s.reason for s in strata if s.reason and asked.stage in ("", s.stage))
        return {
            "answer": answer,
            "looked_for": asked,
            "sorts": SORTS,
            "reasons": sorted(reasons),
            "stage_names": list(dict.fromkeys(s.stage for s in strata)),
            **_turns("pages", asked, answer),
        }

    def page(self, given: Mapping[str, str]) -> dict[str, Any]:
        """All that became of one page, and its text as the last stage has it; with `html`, what its HTML shows too."""
        page = given.get("page", "").strip()
        index = PageIndex(self._root)
        places = find_page(self._root, page, index)
        found = explain_rows(index, places, self._stages)
        texts = {place.row["id"]: place.row["text"] for place in places if place.row.get("text")}
        shown = dict(self._visible(places, texts)) if given.get("html") else {}
        texts = {id: text[:LONGEST_TEXT] + (" …" if len(text) > LONGEST_TEXT else "") for id, text in texts.items()}
        return {"page": page, "found": found, "texts": texts, "shown": shown, "unread": list(index.unread)}

    def _visible(
        self, places: Sequence[FoundRow], texts: Mapping[str, str]
    ) -> Iterator[tuple[str, tuple[list[str], str]]]:
        """What the HTML of each page shows, by id: pieces that are not in its text and that are, or why not."""
        last = {place.row["id"]: place for place in places if place.row.get("warc")}
        for id, place in last.items():
            found = self._originals.visible(place.stage, place.row) or VisibleText("", NO_HTML)
            yield id, (alternating(found.text, lines_in(found.text, texts.get(id, "")), LONGEST_TEXT), found.why)

    def families(self, given: Mapping[str, str]) -> dict[str, Any]:
        """Families of duplicates, a screen of them."""
        sort, start = given.get("sort", ""), _start(given)
        sort = sort if sort in FAMILY_SORTS else next(iter(FAMILY_SORTS))
        asked = FamilyQuery(given.get("stage", "").strip(), given.get("url", "").strip(), sort, start)
        answer = search_families(self._root, self._database, asked)
        return {
            "answer": answer,
            "looked_for": asked,
            "sorts": list(FAMILY_SORTS),
            "stage_names": [each.stage for each in family_verdicts(self._root)],
            **_turns("families", asked, answer),
        }

    def family(self, given: Mapping[str, str]) -> dict[str, Any]:
        """The families of one page."""
        page, index = given.get("page", ""), PageIndex(self._root)
        return {"page": page, "families": family(self._root, page, index), "unread": list(index.unread)}

    def shards(self, _: Mapping[str, str]) -> dict[str, Any]:
        """The shards, the oddest first."""
        return self._fresh("shards", self._shards, 10.0)

    def _shards(self) -> dict[str, Any]:
        chain = document_chain(self._root)
        told = shard_rows(chain, {stage: shard_stats(self._root, stage) for stage in chain.parents})
        return {"rows": list(zip(told["rows"], told["why"], strict=True)), "all": told["shards"], "odd": told["odd"]}


def _lost(line: Line) -> list[tuple[str, str, int]]:
    """What a step took, the most first: the code of a reason or error, the query for its pages, and how many."""
    lost = [("dropped", reason, size.rows) for reason, size in line.dropped.items()]
    lost += [("quarantined", error, rows) for error, rows in line.quarantined.items()]
    return [
        (reason.partition(":")[2] or reason, urlencode({"stage": line.stage, "fate": fate, "reason": reason}), rows)
        for fate, reason, rows in sorted(lost, key=lambda each: (-each[2], each[1]))
    ]


def _start(given: Mapping[str, str]) -> int:
    """The first row to show; 0 when what is given is no number."""
    text = given.get("start", "")
    return min(int(text), FURTHEST) if text.isascii() and text.isdigit() else 0


def _turns(page: str, asked: PageQuery | FamilyQuery, answer: Answer) -> dict[str, str]:
    """The addresses of the rows `before` and `after` those of an answer, "" where there are none."""

    def link(start: int) -> str:
        values = asked._replace(start=start)._asdict().items()
        return f"{page}?{urlencode({name: value for name, value in values if value})}"

    return {
        "before": link(max(asked.start - ROWS, 0)) if asked.start else "",
        "after": link(asked.start + ROWS) if answer.more and asked.start < FURTHEST else "",
    }
