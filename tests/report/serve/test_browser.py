"""A served run in a real browser: what a person sees, on three widths, by keyboard, and while the run goes on."""

from pathlib import Path

import pytest

from pipeline.run import plan, run
from pipeline.runner import Local
from tests.helpers import runs
from tests.helpers.browser import Browser
from tests.helpers.browser import browser as browser
from tests.helpers.corpus import Corpus
from tests.helpers.judged import made
from tests.helpers.served import served

EVIL = "<script>document.title = 'owned'</script><img src=x onerror=\"document.title = 'owned'\">"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory):
    with served(*made(Corpus(tmp_path_factory.mktemp("corpus")))) as up:
        yield up


PAGES = ["", "pages?text=thing&sort=longest", "page?page=l70", "families", "family?page=d31", "shards", "page?page=x"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 820, 1280])
def test_it_can_be_used_by_everyone(browser: Browser, server, width: int, scheme: str):
    """axe finds nothing serious, nothing is wider than the screen, and the console is empty."""
    browser.driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    for page in PAGES:
        browser.messages()
        browser.open(server.address + page, width)
        assert browser.obstacles() == [], page
        assert browser.run("return document.documentElement.scrollWidth") <= width, page
        assert [said for said in browser.messages() if "404" not in said] == [], page


def test_a_person_finds_a_page_with_the_keyboard(browser: Browser, server):
    from selenium.webdriver.common.keys import Keys

    browser.open(f"{server.address}pages")
    field = browser.driver.switch_to.active_element
    while field.get_attribute("name") != "text":
        field.send_keys(Keys.TAB)
        field = browser.driver.switch_to.active_element
    field.send_keys("number 61", Keys.ENTER)
    browser.wait(lambda: "text=number" in browser.driver.current_url)
    urls = browser.run("return [...document.querySelectorAll('.found .url')].map(each => each.textContent)")
    assert urls == ["http://host.example/n61"]
    browser.run("document.querySelector('.found .meta a').click()")
    browser.wait(lambda: browser.run("return document.querySelector('.way li')"))
    assert browser.run("return [...document.querySelectorAll('.way h3')].map(each => each.innerText)") == [
        "raw kept",
        "filtered kept",
        "unique kept",
        "fuzzy kept",
    ]


def test_the_theme_stays_from_page_to_page(browser: Browser, server):
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    browser.open(server.address)
    browser.run("document.getElementById('theme').click()")
    chosen = browser.run("return document.documentElement.dataset.theme")
    browser.open(f"{server.address}shards")
    assert browser.run("return document.documentElement.dataset.theme") == chosen == "dark"


def test_a_page_that_says_script_shows_it(browser: Browser, tmp_path: Path):
    pages = Corpus(tmp_path).source([{"id": EVIL, "url": f"javascript:{EVIL}", "text": EVIL}])
    run(pages, root=str(tmp_path / "run"), runner=Local(), about={"recipe": EVIL, "arguments": []})
    with served(str(tmp_path / "run"), plan(pages)) as up:
        for page in ("", "pages", "page?page=%3Cscript%3E"):
            browser.open(up.address + page)
            assert browser.run("return document.title").endswith("Mews")
        browser.open(f"{up.address}pages")
        assert browser.run("return document.querySelector('.extract').textContent") == EVIL
        assert browser.run("return document.querySelectorAll('main script, main img').length") == 0


def test_a_run_is_followed_while_it_goes_on(browser: Browser, tmp_path: Path):
    folder, root = runs.slow_corpus(tmp_path / "in"), tmp_path / "out"
    started = runs.driver(root, folder, "local", "characters=1")
    try:
        browser.wait(lambda: (root / "plan/read.json").exists())
        with served(str(root)) as up:
            browser.open(up.address)
            browser.run("document.body.dataset.mine = 'the same page'")
            seen = set[str]()
            browser.wait(lambda: seen.add(text := browser.run("return document.querySelector('h1').innerText"))
                         or "All 6 stages are done" in text)  # fmt: skip
            assert browser.run("return document.body.dataset.mine") == "the same page", "it was not loaded anew"
            assert "unique" in browser.run("return document.querySelector('.stages').innerText")
            browser.open(f"{up.address}pages?fate=kept")
            assert browser.run("return document.querySelectorAll('.found .page').length") == 50
    finally:
        started.wait(60)
        started.stderr.close()
    assert started.returncode == 0
