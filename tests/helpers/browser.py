"""A real browser on this machine, without a network, for files and for servers on loopback."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

SECONDS = 60  # for a page to be ready on a busy machine


class Browser:
    """Chromium that shows one page after another."""

    def __init__(self, driver: Any):
        self.driver = driver

    def open(self, page: Path | str, width: int = 1280) -> None:
        """Show a page, a file or an address, and wait until its scripts have drawn it."""
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        self.driver.get(page if isinstance(page, str) else page.as_uri())
        self.wait(lambda: self.run("return document.body.dataset.ready"))

    def run(self, script: str, *arguments: Any) -> Any:
        """What a script returns that runs in the page."""
        return self.driver.execute_script(script, *arguments)

    def wait(self, condition: Callable[[], Any]) -> None:
        """Wait until a condition holds."""
        ends = time.monotonic() + SECONDS
        while not condition():
            assert time.monotonic() < ends, "the page is not ready"
            time.sleep(0.05)

    def messages(self) -> list[str]:
        """What the page has written to the console since the last call."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def obstacles(self) -> list[tuple[str, str]]:
        """What axe finds on the page that keeps people from using it, with its place; skips without axe."""
        package = pytest.importorskip("axe_core_python")
        self.run(next(Path(package.__file__).parent.rglob("axe*.js")).read_text())
        found = self.driver.execute_async_script(
            "const done = arguments[0]; axe.run(document).then(said => done(said.violations))"
        )
        return [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in ("serious", "critical")]

    def move(self, limit: str, bound: float | None) -> None:
        """Type another bound into the field of a limit."""
        self.run(
            "const field = document.getElementById(`limit-${arguments[0]}`); field.value = arguments[1] ?? '';"
            "field.dispatchEvent(new Event('input'))",
            limit,
            bound,
        )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium that reaches no other machine; the test is skipped where there is none."""
    chromium, chromedriver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not chromedriver:
        pytest.skip("no chromium and chromedriver on this machine")
    webdriver = pytest.importorskip("selenium.webdriver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars",
                     "--disable-background-networking",
                     "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"):  # fmt: skip
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SE_OFFLINE", "true")  # selenium looks for no driver to fetch
        patch.setenv("SE_AVOID_STATS", "true")  # and tells nobody that it was used
        driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(chromedriver))
        try:
            yield Browser(driver)
        finally:
            driver.quit()
