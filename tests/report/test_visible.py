"""What the HTML of a page shows: read again by its place, without private data, and nothing fetched unasked."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline import parquet
from pipeline.run import plan, run
from pipeline.runner import Local
from pipeline.stage import Map, Source, Stage
from report.page.report import make_report
from report.visible import Originals, lines_in
from stages import commoncrawl, extract
from stages.pii import scrub
from tests.helpers.packed import data_of
from tests.helpers.served import served
from tests.helpers.server import Site, serving
from tests.helpers.warc_maker import crawl, ids, members, record, response

MENU = b"<nav><a href=/>Home of the lamps</a></nav>"
BODY = b"<p>Lamps burn longer when nobody looks at them, as everyone knows who has one.</p>"
MAIL = b"<footer><p>Write to anna.example@lamp-makers.org today</p></footer>"


@pytest.fixture
def lamps(tmp_path: Path) -> tuple[Path, str, list[Stage]]:
    """A run over one WARC file with a page about lamps (number 3) and two of random words; its root and its stages."""
    page = response(b"<html><body>" + MENU + BODY + MAIL + b"</body></html>")
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.warc.gz").write_bytes(b"".join(members([*crawl(2), record(page, number=3)])))
    return folder, str(tmp_path / "out"), made(str(folder), str(tmp_path / "out"))


def made(snapshot: str, root: str) -> list[Stage]:
    raw = Map("raw", commoncrawl.pages(snapshot), (extract.text(),))
    clean = Map("clean", raw, (scrub(),))
    run(clean, root=root, runner=Local())
    return plan(clean)


def row_of(root: str, stages: list[Stage], number: int, stage: str = "raw") -> dict:
    table = next(each for each in stages if each.name == stage)
    assert isinstance(table, Map)
    (shard,) = {name.removesuffix(".parquet") for name in map(str, Path(root, stage).glob("*.parquet"))}
    rows = parquet.read_table(root, f"{stage}/{Path(shard).name}.parquet").to_pylist()
    return next(row for row in rows if row["id"] == ids([number])[0])


def test_all_that_the_html_shows_is_read_again(lamps):
    _, root, stages = lamps
    found = Originals(stages).visible("raw", row_of(root, stages, 3))
    assert found is not None and found.why == ""
    said = found.text.split("\n")
    assert "Home of the lamps" in " ".join(said) and "Lamps burn longer" in found.text
    assert "anna.example@lamp-makers.org" in found.text


def test_what_the_run_took_out_of_the_text_is_not_shown(lamps):
    _, root, stages = lamps
    found = Originals(stages).visible("clean", row_of(root, stages, 3, "clean"))
    assert found is not None and "anna" not in found.text and "<EMAIL_1>" in found.text


def test_a_file_that_is_gone_or_another_costs_a_word(lamps):
    folder, root, stages = lamps
    row = row_of(root, stages, 3)
    parts = members(crawl(2, first=5))
    (folder / "a.warc.gz").write_bytes(b"".join(parts))
    at = len(parts[0] + parts[1])  # behind warcinfo and a request
    later = Originals(stages).visible("raw", {**row, "offset": at})
    assert later is not None and later.text == "" and later.why == f"another page stands in a.warc.gz at {at} now"
    (folder / "a.warc.gz").unlink()
    gone = Originals(stages).visible("raw", row)
    assert gone is not None and gone.text == "" and "a.warc.gz" in gone.why
    data, _ = data_of(make_report(root, stages).html)
    assert {detail["visible"] for detail in data["details"].values()} == {None}
    assert all("a.warc.gz" in detail["unseen"] for detail in data["details"].values()) and len(data["details"]) == 3


def test_html_that_cannot_be_read_costs_a_word(lamps):
    folder, root, stages = lamps
    row = row_of(root, stages, 3)
    (folder / "a.warc.gz").write_bytes(gz := b"".join(members([record(response(b"\0\1" * 9), number=3)])))
    found = Originals(stages).visible("raw", {**row, "offset": 0, "length": len(gz)})
    assert found is not None and found.text == "" and found.why


def test_rows_without_a_place_and_runs_of_no_crawl(lamps):
    _, root, stages = lamps
    row = row_of(root, stages, 3)
    for lack in ("warc", "offset", "length"):
        assert Originals(stages).visible("raw", {**row, lack: None}) is None
    assert Originals([]).visible("raw", row) is None
    raw = stages[0]
    assert isinstance(raw, Map) and isinstance(raw.source, Source)
    other = replace(raw, source=replace(raw.source, read=iter))
    assert Originals([other]).visible("raw", row) is None


def test_nothing_is_fetched_unless_it_is_asked_for(lamps, tmp_path: Path):
    folder, _, _ = lamps
    site = Site({"/a.warc.gz": (folder / "a.warc.gz").read_bytes()})
    with serving(site):
        root = str(tmp_path / "remote")
        stages = made(f"{site.url}a.warc.gz", root)
        row, before = row_of(root, stages, 3), len(site.log)
        assert Originals(stages).visible("raw", row) is None
        data, _ = data_of(make_report(root, stages).html)
        assert {detail["visible"] for detail in data["details"].values()} == {None}
        assert len(site.log) == before
        found = Originals(stages, remote=True).visible("raw", row)
        assert found is not None and "Home of the lamps" in found.text and len(site.log) > before


def test_lines_that_are_in_the_text():
    visible = "Home\nA sentence that is long enough to be found.\nMore\nkept line\n\nAnd a long line that went."
    text = "Before it. A sentence  that is long enough to be found. After it.\nkept line\nHome is where it is. More."
    assert [visible[a:b] for a, b in lines_in(visible, text)] == [
        "A sentence that is long enough to be found.",
        "kept line",
    ]
    assert lines_in(visible, "") == []


def test_the_report_shows_it_in_pieces(lamps):
    _, root, stages = lamps
    data, _ = data_of(make_report(root, stages).html)
    pieces = next(d["visible"] for d in data["details"].values() if d["id"] == ids([3])[0])
    assert "Home of the lamps" in pieces[0] and any("Lamps burn longer" in kept for kept in pieces[1::2])
    assert "anna" not in "".join(pieces)
    data, _ = data_of(make_report(root, stages, html=False).html)
    assert not any("visible" in detail for detail in data["details"].values())


def test_a_served_page_shows_it_when_it_is_asked(lamps):
    _, root, stages = lamps
    with served(root, stages) as server:
        id = ids([3])[0]
        assert "Home of the lamps" not in server.get("page", page=id).text
        answer = server.get("page", page=id, html=1)
        assert answer.code == 200 and "Home of the lamps" in answer.text and "anna" not in answer.text
