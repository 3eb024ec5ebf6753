"""The report in a real browser: what it shows, that it obeys no page, and that limits move as in a run."""

import re
from pathlib import Path

import pytest

from pipeline.funnel import funnel, rows_of
from pipeline.run import run
from pipeline.runner import Local
from pipeline.stage import Map
from pipeline.transform import screen
from report.page.report import make_report
from report.whatif import WhatIf, whatif
from tests.helpers.browser import Browser
from tests.helpers.browser import browser as browser
from tests.helpers.corpus import Corpus
from tests.helpers.judged import length, made, quiet

HOSTILE = (
    "<script>document.title = 'owned'</script></script><img src=x onerror=\"document.title = 'owned'\"> & more words"
)


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "signals"])
def judged(request, tmp_path_factory: pytest.TempPathFactory):
    """A run that measures again, and one that recorded signals; with its report."""
    root, stages = made(Corpus(tmp_path_factory.mktemp("corpus")), signals=request.param)
    page = tmp_path_factory.mktemp("page") / "report.html"
    page.write_text(make_report(root, stages).html)
    return root, stages, page


def shown_funnel(browser: Browser) -> dict[str, str]:
    """The lines of the funnel as the page shows them, by stage and step."""
    row = "row => [row.dataset.line, row.querySelector('.rows').textContent]"
    return dict(browser.run(f"return [...document.querySelectorAll('#flow .step')].map({row})"))


def told_funnel(found: WhatIf) -> dict[str, str]:
    """The same as what-if knows it after the change; lines that only a run can tell are left out."""
    return {f"{s['stage']}/{s['step']}": f"{s['after']:,}" for s in found.steps if s["after"] is not None}


def test_the_funnel_is_that_of_the_receipts(browser: Browser, judged):
    root, _, page = judged
    browser.open(page)
    assert shown_funnel(browser) == {f"{line.stage}/{line.step}": f"{line.kept.rows:,}" for line in funnel(root)}
    assert browser.messages() == []


@pytest.mark.parametrize(
    "changed",
    [
        {"length.min_words": 2},
        {"length.min_words": 30},
        {"length.hashes": None},
        {"length.max_words": 40, "notes.notes": 2},
        {"notes.notes": 0},
        {"quiet.words": None},
        {"quiet.words": 20, "length.min_words": 1},
        {"certain.score": 0},
        {"certain.score": 40},
        {"certain.score": None, "quiet.words": 60, "length.hashes": 0.5},
    ],
)
def test_moved_limits_give_the_numbers_of_whatif(browser: Browser, judged, changed: dict):
    root, stages, page = judged
    browser.open(page)
    for limit, bound in changed.items():
        browser.move(limit, bound)
    told = told_funnel(whatif(root, stages, [f"{limit}={'none' if b is None else b}" for limit, b in changed.items()]))
    shown = shown_funnel(browser)
    assert len(told) >= 6 and {line: shown[line] for line in told} == told
    assert all(shown[line].startswith("≈") for line in shown.keys() - told.keys())
    browser.run("[...document.querySelectorAll('#moved button')].find(b => b.textContent === 'Reset').click()")
    assert shown_funnel(browser) == {f"{line.stage}/{line.step}": f"{line.kept.rows:,}" for line in funnel(root)}


def test_the_slider_moves_the_limit_too(browser: Browser, judged):
    root, _, page = judged
    browser.open(page)
    browser.run(
        "const range = document.querySelector('[data-limit=\"length.min_words\"] input[type=range]');"
        "range.value = 0; range.dispatchEvent(new Event('input'))"
    )
    shown = shown_funnel(browser)
    before = next(line for line in funnel(root) if line.step == "length")
    assert int(shown["filtered/length"]) == before.kept.rows + 1, "s40 is short, and is let through"


def test_a_filter_in_two_stages_has_one_limit(browser: Browser, tmp_path: Path):
    """Two languages are judged by one filter: as in `whatif`, its limit is moved for both."""
    pages = [{"id": f"{code}{n}", "url": code, "text": "word " * n} for code in ("en", "de") for n in range(8)]
    raw = Corpus(tmp_path / "corpus").source(pages)
    parts = [Map(f"filtered.{code}", raw, (screen(length),), where={"url": code}) for code in ("en", "de")]
    root = str(tmp_path / "run")
    run(*parts, root=root, runner=Local())
    (tmp_path / "page.html").write_text(make_report(root, [raw, *parts]).html)
    browser.open(tmp_path / "page.html")
    browser.move("length.min_words", 6)
    shown = shown_funnel(browser)
    assert (shown["filtered.en/length"], shown["filtered.de/length"]) == ("2", "2")
    fields = browser.run(
        "return [...document.querySelectorAll('[id$=\"length.min_words\"]')].map(field => field.value)"
    )
    assert fields == ["6", "6"]
    command = browser.run("return document.querySelector('#moved code').textContent")
    assert command == f"mews whatif {root} length.min_words=6"
    assert browser.run("return document.querySelector('#moved p').textContent").startswith("1 limit moved.")


@pytest.mark.parametrize(("sampled", "followed"), [(150, 1_000), (400, 150)])
def test_a_sample_tells_how_far_it_may_be_wrong(browser: Browser, tmp_path: Path, sampled: int, followed: int):
    """400 pages, of which some are followed: what moves is right within the error that is shown, and not exact."""
    pages = [{"id": f"{n}", "text": " ".join(["word"] * (n % 40 + 1)), "timestamp": n} for n in range(400)]
    raw = Corpus(tmp_path / "corpus").source(pages[:200], pages[200:])
    filtered = Map("filtered", raw, (screen(length.replace(min_words=20)),))
    root = str(tmp_path / "run")
    run(filtered, root=root, runner=Local())
    (tmp_path / "page.html").write_text(make_report(root, [raw, filtered], sampled, "", followed).html)
    browser.open(tmp_path / "page.html")
    browser.move("length.min_words", 8)
    shown = browser.run("return document.querySelector('[data-line=\"filtered/length\"] .left').textContent")
    rows, error = int(shown.split()[0]), int(re.search(r"±(\d+)", shown)[1])
    assert 0 < error < 60 and abs(rows - 330) <= error
    said = browser.run("return document.querySelector('footer.end').textContent")
    assert ("150 of 400 pages are sampled" if sampled == 150 else "Limits are tried on 150 of them.") in said
    assert ("Limits are tried" in said) == (sampled == 400)
    table = browser.run("return [...document.querySelectorAll('#contents tbody tr')].map(row => row.innerText)")
    came, kept, _ = table[0].split("\t")[1:4]
    assert (came, kept) == ("400", shown.split()[0])


@pytest.mark.parametrize("pages", [0, 1])
def test_a_run_of_no_page_or_one(browser: Browser, tmp_path: Path, pages: int):
    raw = Corpus(tmp_path / "corpus").source([{"id": "p", "text": "short"}][:pages])
    filtered = Map("filtered", raw, (screen(length, quiet),))
    root = str(tmp_path / "run")
    run(filtered, root=root, runner=Local())
    (tmp_path / "page.html").write_text(make_report(root, [raw, filtered]).html)
    browser.open(tmp_path / "page.html")
    assert browser.messages() == []
    title = browser.run("return document.querySelector('h1').textContent")
    assert title.startswith(["0 pages came in", "1 page came in"][pages])
    browser.move("length.min_words", 1)
    assert shown_funnel(browser)["filtered/quiet"] == str(pages)
    assert browser.messages() == []


def test_text_from_pages_is_shown_and_never_obeyed(browser: Browser, tmp_path: Path):
    pages = [
        {"id": f"<b>{n}</b>", "text": HOSTILE, "url": url}
        for n, url in enumerate(
            ["javascript:document.title='owned'", "https://host.example/<img src=x>", "http://[", ""]
        )
    ]
    raw = Corpus(tmp_path / "corpus").source(pages)
    filtered = Map("filtered", raw, (screen(length.replace(min_words=50)),))
    root = str(tmp_path / "run")
    run(filtered, root=root, runner=Local())
    (tmp_path / "page.html").write_text(make_report(root, [raw, filtered]).html)
    browser.open(tmp_path / "page.html")
    browser.move("length.min_words", 1)
    assert browser.run("return document.querySelector('#pages .text').textContent") == HOSTILE
    assert browser.run("return [document.title, document.images.length]") == ["a run · Mews", 0]
    links = browser.run(
        "return [...document.querySelectorAll('main a')].map(a => a.href).filter(href => !href.startsWith('file:'))"
    )
    assert links and all(link.startswith("https://host.example/") for link in links)
    assert browser.messages() == []


def test_nothing_is_loaded(judged):
    """No address of a script, style, font or picture: the page is all there is."""
    html = judged[2].read_text()
    assert re.findall(r"(?:src|href)\s*=\s*[\"']?+(?!#|data:,)[^\s>]+", html.split('id="payload"')[0]) == []
    assert "url(" not in html.split('id="payload"')[0] and "@import" not in html


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 820, 1280])
def test_it_can_be_used_by_everyone(browser: Browser, judged, width: int, scheme: str):
    """axe finds nothing serious, and nothing is wider than the screen."""
    browser.driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    browser.open(judged[2], width)
    browser.move("length.min_words", 2)
    assert browser.obstacles() == []
    assert browser.run("return document.documentElement.scrollWidth") <= width


def test_every_line_of_the_funnel_leads_to_its_pages(browser: Browser, judged):
    """A reason in the funnel, pressed, shows its pages, with what the rule measured beside its limit."""
    root, _, page = judged
    browser.open(page)
    browser.run(
        "[...document.querySelectorAll('#flow .chip')].find(chip => chip.textContent.startsWith('short')).click()"
    )
    shown = browser.run("return document.querySelector('#pages .pages').textContent")
    assert shown.startswith("short 1 of 1 page") and "words 2 under 4" in shown and "too short" in shown
    assert sum(rows_of(line)[1] for line in funnel(root)) == 7


def test_the_tables_can_be_sorted(browser: Browser, judged):
    browser.open(judged[2])
    first = "return document.querySelector('#shards tbody tr').textContent"
    browser.run("document.querySelector('#shards thead th:first-child button').click()")
    down = browser.run(first)
    browser.run("document.querySelector('#shards thead th:first-child button').click()")
    assert {browser.run(first)[:5], down[:5]} == {"part0", "part1"}


def test_no_part_of_the_data_is_html(judged):
    payload = judged[2].read_text().split('type="application/octet-stream">')[1].split("</script>")[0]
    assert re.fullmatch(r"[A-Za-z0-9+/=]+", payload)


def test_another_run_stands_beside_this_one(browser: Browser, judged, tmp_path: Path):
    root, stages, _ = judged
    raw = next(stage for stage in stages if stage.name == "raw")
    filtered = Map("filtered", raw, (screen(length.replace(min_words=1)),))
    run(filtered, root=str(tmp_path / "other"), runner=Local())
    (tmp_path / "page.html").write_text(make_report(root, stages, other=str(tmp_path / "other")).html)
    browser.open(tmp_path / "page.html")
    rows = browser.run(
        "return [...document.querySelectorAll('#beside tbody tr')].map(row => row.innerText.split('\\t'))"
    )
    told = {row[0].split()[-1]: row[1:4] for row in rows}
    assert told["length"] == ["9", "10", "+1"] and told["quiet"] == ["7", "–", ""]
    crossing = browser.run("return [...document.querySelectorAll('#beside details summary')].map(e => e.textContent)")
    assert "1 length:short here, kept there" in crossing
    assert browser.messages() == []
