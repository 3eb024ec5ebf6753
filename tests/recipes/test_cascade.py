"""The argument `cascade` of RefinedWeb's recipe: what would go anyway goes before extraction."""

import pytest

from pipeline.funnel import funnel
from pipeline.run import plan, run
from pipeline.runner import Local
from pipeline.stage import Map, Source
from recipes import refinedweb
from stages.commoncrawl import WarcReader
from tests.helpers.warc_maker import members, record, response

ENGLISH = "The people of the town met at the bridge in the morning and talked about the old road. " * 9
GERMAN = "Die Leute der Stadt trafen sich am Morgen auf der Brücke und sprachen über die neue Straße. " * 9


def page(text: str) -> bytes:
    return f"<html><head><title>x</title></head><body><article><p>{text}</p></article></body></html>".encode()


PAGES = {  # in their order in the file
    "blocked": ("https://casino-porn-xxx.example/a", page(ENGLISH)),
    "first": ("https://a.example/1", page(ENGLISH)),
    "again": ("https://b.example/2", page(ENGLISH)),
    "other": ("https://c.example/3", page(ENGLISH.replace("old", "new"))),
    "german": ("https://d.example/4", page(GERMAN)),
    "short": ("https://e.example/5", page("Soon there will be more on this page.")),
}


@pytest.fixture
def snapshot(tmp_path) -> str:
    records = [
        record(response(html), number=number, WARC_Target_URI=url) for number, (url, html) in enumerate(PAGES.values())
    ]
    path = tmp_path / "x.warc.gz"
    path.write_bytes(b"".join(members(records)))
    return str(path)


def raw_of(snapshot: str, **arguments) -> Map:
    stages = plan(*refinedweb.recipe(snapshot, **arguments))
    return next(stage for stage in stages if isinstance(stage, Map) and stage.name == "raw")


def lines_of(raw: Map, root) -> dict[str, dict[str, int]]:
    """What each step of the stage dropped, by reason; the last step says how many stayed."""
    run(raw, root=str(root), runner=Local(), about={"recipe": "recipes.refinedweb", "arguments": []})
    lines = [line for line in funnel(str(root)) if line.stage == "raw"]
    return {line.step: {why: size.rows for why, size in line.dropped.items()} for line in lines} | {
        "kept": {"": lines[-1].kept.rows}
    }


def test_each_early_step_is_a_line_of_the_funnel_and_the_first_copy_that_is_allowed_stays(snapshot, tmp_path):
    lines = lines_of(raw_of(snapshot, cascade=True), tmp_path / "cascade")
    steps = list(lines)
    early = ["warc.payloads_once", "language.screen_html", "extract.enough_words"]
    assert [step for step in steps if step in early] == early
    assert max(map(steps.index, early)) < steps.index("extract")
    assert lines["warc.payloads_once"] == {"warc.payloads_once:repeated": 1}
    assert lines["language.screen_html"] == {"language.screen_html:other": 1}
    assert lines["extract.enough_words"] == {"extract.enough_words:short": 1}
    assert lines["kept"] == {"": 2}


def test_the_faithful_order_has_none_of_them(snapshot, tmp_path):
    lines = lines_of(raw_of(snapshot), tmp_path / "faithful")
    assert not {"warc.payloads_once", "language.screen_html", "extract.enough_words"} & set(lines)
    assert lines["kept"][""] >= 3, "both copies, and the other page"


def test_the_rows_have_the_same_columns_in_both_orders(snapshot):
    assert raw_of(snapshot, cascade=True).schema == raw_of(snapshot).schema


def test_markdown_is_not_bound_by_words(snapshot):
    steps = [name for names in raw_of(snapshot, cascade=True, markdown=True).steps for name in names]
    assert "extract.enough_words" not in steps and "language.screen_html" in steps


def test_a_page_is_read_again_without_its_mark(snapshot):
    source = raw_of(snapshot, cascade=True).source
    assert isinstance(source, Source) and isinstance(source.read, WarcReader)
    (read,) = source.read("x.warc.gz")
    row = read.to_pylist()[2]
    assert row["repeats_payload"] is True
    again = source.read.again("x.warc.gz", row["offset"], row["length"], row["id"])
    assert again["html"].to_pylist() == [row["html"]] and "repeats_payload" not in again.column_names
