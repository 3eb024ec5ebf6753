"""The pages of a served run, and that nobody else gets them and nothing is changed by asking."""

import html
import re
from pathlib import Path

import pytest

from pipeline.funnel import funnel
from pipeline.run import plan
from pipeline.run import run as run_stages
from pipeline.runner import Local
from report.explain import explain
from tests.helpers import runs, toy
from tests.helpers.corpus import Corpus
from tests.helpers.judged import made
from tests.helpers.served import TOKEN, Served, served


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory):
    return made(Corpus(tmp_path_factory.mktemp("corpus")))


@pytest.fixture(scope="module")
def server(run):
    with served(*run) as up:
        yield up


def shown(server: Served, page: str, /, **values: object) -> str:
    """The text of a page without its tags."""
    answer = server.get(page, **values)
    assert answer.code == 200, answer.text
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


def test_the_first_page_has_the_stages_and_the_funnel(server: Served, run):
    text = shown(server, "")
    assert "stages are done" in text and run[0] in text
    for line in funnel(run[0]):
        assert f"{line.step} {line.kept.rows:,}" in text
    assert shown(server, "live") in text, "the part that changes is the same"


def test_a_reason_of_the_funnel_leads_to_its_pages(server: Served):
    links = re.findall(r'href="/the-token/(pages\?[^"]*)">short</a>', server.get("").text)
    assert len(links) == 1
    answer = server.ask(f"/{TOKEN}/{html.unescape(links[0])}")
    assert re.findall(r'class="url" href="([^"]*)"', answer.text) == ["http://host.example/s40"]


@pytest.mark.parametrize("page", ["p10", "s40", "d31", "n60", "http://www.host.example/r20/"])
def test_a_page_is_told_as_explain_tells_it(server: Served, run, page: str):
    text = shown(server, "page", page=page)
    for found in explain(run[0], page, run[1]):
        assert found.id in text and found.url in text
        for told in found.stages:
            assert told.shard in text and told.reason in text
            assert all(each["told"] in text for each in told.filters) and all(c in text for c in told.copy_of)
    assert "Text" in text


def test_the_text_of_a_kept_page_is_shown_as_the_last_stage_has_it(server: Served):
    assert "same thing again for 61" in shown(server, "page", page="n61")
    assert "note: one" not in shown(server, "page", page="n61")


def test_families_and_their_members(server: Served):
    text = shown(server, "families")
    assert "2 pages near http://host.example/d30" in text
    text = shown(server, "family", page="d31")
    assert "kept http://host.example/d30" in text and "minhash:duplicate http://host.example/d31" in text
    assert "first" in text and "second" in text, "what differs"


def test_who_is_kept_of_a_family_is_among_the_kept_pages(server: Served):
    """Verdicts speak of the page that stays, too."""
    urls = re.findall(r'class="url" href="([^"]*)"', server.get("pages", fate="kept").text)
    assert {url.rpartition("/")[2] or "r20" for url in urls} == {"p10", "p11", "r20", "d30", "n61"}


def test_shards(server: Served):
    assert "2 shards" in shown(server, "shards")


def test_what_is_not_there_is_said(server: Served):
    for page in ("page", "family"):
        answer = server.get(page, page="http://host.example/p12")
        assert answer.code == 404 and "near it are" in answer.text
    assert server.get("nothing").code == 404


def test_without_the_recipe_the_rest_is_there(run):
    with served(run[0]) as up:
        assert "2 pages near http://host.example/d30" in shown(up, "families")
        assert "filtered" in shown(up, "page", page="s40")


REFUSED = [
    ("/", None, 403),
    ("//", None, 403),
    ("/pages", None, 403),
    ("/wrong/pages", None, 403),
    (f"/{TOKEN}x/", None, 403),
    (f"/{TOKEN[:-1]}/", None, 403),
    (f"/x/../{TOKEN}/", None, 403),
    ("/tok%C3%A9n/", None, 403),
    ("/serve.css", None, 403),
    (f"/{TOKEN}/", "evil.example", 403),
    (f"/{TOKEN}/", "evil.example:80", 403),
    (f"/{TOKEN}/", "127.0.0.1.evil.example", 403),
    (f"/{TOKEN}/", "localhost.evil.example:80", 403),
    (f"/{TOKEN}/", "", 403),
    (f"/{TOKEN}/../../../../etc/passwd", None, 404),
    (f"/{TOKEN}/%2e%2e/%2e%2e/%2e%2e/etc/passwd", None, 404),
    (f"/{TOKEN}/..%2f..%2fetc%2fpasswd", None, 404),
    (f"/{TOKEN}//etc/passwd", None, 404),
    (f"/{TOKEN}/serve.css/../plan.json", None, 404),
    (f"/{TOKEN}/plan.json", None, 404),
    (f"/{TOKEN}/home.html", None, 404),
]


@pytest.mark.parametrize(("path", "host", "code"), REFUSED)
def test_other_requests_are_refused(server: Served, path: str, host: str | None, code: int):
    answer = server.ask(path, host=host)
    assert answer.code == code
    assert "root:" not in answer.text and "stages are done" not in answer.text
    assert TOKEN not in answer.text or code == 404


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:9000", "127.0.0.1", "127.0.0.1:1", "LOCALHOST:80", "[::1]:80"]
)
def test_names_of_this_machine_are_taken_with_any_port(server: Served, host: str):
    """A port that ssh forwards has another number."""
    assert server.ask(f"/{TOKEN}/", host=host).code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE"])
def test_only_get_is_answered(server: Served, method: str):
    assert server.ask(f"/{TOKEN}/", method).code == 405
    assert server.ask(f"/{TOKEN}/pages", method).code == 405


def test_every_answer_lets_nothing_run_and_tells_nobody(server: Served):
    for answer in (server.get(""), server.get("serve.js"), server.get("x"), server.ask("/"), server.ask("/", "POST")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff" and answer.headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in answer.headers


def test_no_page_has_a_script_or_style_of_its_own(server: Served):
    for page in ("", "pages", "families", "shards", "nothing"):
        text = server.get(page).text
        assert re.findall(r"<script(?! src=)|<style| style=| on\w+=", text) == []


INJECTIONS = [
    "' OR 1=1 --",
    "'; DROP TABLE x; --",
    '" OR ""="',
    "$files",
    "$word0",
    "%",
    "_",
    "\\",
    "\0",
    "{{7*7}}",
    "é" * 900,
]


@pytest.mark.parametrize("text", INJECTIONS)
@pytest.mark.parametrize("field", ["text", "host", "language", "reason", "stage", "fate", "sort", "start"])
def test_what_is_asked_with_is_never_sql(server: Served, field: str, text: str):
    answer = server.get("pages", **{field: text})
    assert answer.code == 200
    found = re.findall(r'class="page"', answer.text)
    assert len(found) == (12 if field in ("sort", "start") else 0), "text that stands nowhere finds nothing"
    assert 'value="49"' not in answer.text
    assert server.get("page", page=text).code == 404


def test_hostile_pages_are_text(tmp_path: Path):
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    corpus = Corpus(tmp_path)
    pages = corpus.source([{"id": f"x{evil}", "url": f"javascript:{evil}", "text": evil}])
    run_stages(pages, root=str(tmp_path / "run"), runner=Local(), about={"recipe": evil, "arguments": [evil]})
    with served(str(tmp_path / "run"), plan(pages)) as up:
        for answer in (up.get(""), up.get("pages"), up.get("page", page=f"x{evil}"), up.get("page", page=evil)):
            assert "<script>alert" not in answer.text and "<img" not in answer.text
            assert 'href="javascript:' not in answer.text
        assert "&lt;script&gt;alert(1)" in up.get("pages").text


def test_nothing_is_changed_by_looking(tmp_path: Path):
    root = tmp_path / "out"
    runs.make(root, toy.corpus(tmp_path / "in"))
    before = {p: p.read_bytes() for p in root.rglob("*") if p.is_file()}
    with served(str(root)) as up:
        for page in ("", "live", "pages", "pages?text=file&sort=longest", "families", "shards", "page?page=f0.txt:1"):
            assert up.ask(f"/{TOKEN}/{page}").code == 200
    after = {p: p.read_bytes() for p in root.rglob("*") if p.is_file()}
    assert before == {p: content for p, content in after.items() if "index" not in p.parts}, "but for the index"


def test_a_run_on_an_object_store(s3, tmp_path: Path):
    root = s3.root("run")
    runs.make(root, toy.corpus(tmp_path / "in"))
    with served(root) as up:
        text = shown(up, "")
        assert "All 6 stages are done" in text and "k:s@" not in text and "endpoint" not in text
        assert len(re.findall(r'class="page"', up.get("pages", text="file 3", fate="kept").text)) == 50
        assert "short" in shown(up, "page", page="f1.txt:10")
        assert up.get("pages", sort="longest").code == 200 and up.get("shards").code == 200
