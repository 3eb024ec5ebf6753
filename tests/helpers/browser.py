"""A real browser on this machine, without a network, for pages that are opened from a file."""

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

    def open(self, path: Path, width: int = 1280) -> None:
        """Show a page, and wait until its scripts have drawn it."""
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        self.driver.get(path.as_uri())
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
    """Chromium that reaches no host; the test is skipped where there is none."""
    chromium, chromedriver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not chromedriver:
        pytest.skip("no chromium and chromedriver on this machine")
    webdriver = pytest.importorskip("selenium.webdriver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars",
                     "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND"):  # fmt: skip
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(chromedriver))
    try:
        yield Browser(driver)
    finally:
        driver.quit()
