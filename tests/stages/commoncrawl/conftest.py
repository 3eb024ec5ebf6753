"""Short waits, and folders of the test's own for what is fetched and for the rate limit."""

import pytest

from stages import commoncrawl
from tests.helpers.fetch import QUICK


@pytest.fixture(autouse=True)
def quick(tmp_path, monkeypatch):
    monkeypatch.setenv("MEWS_RATE_LIMIT_DIR", str(tmp_path / "limit"))
    monkeypatch.setenv("MEWS_CACHE", str(tmp_path / "cache"))
    defaults, waits = commoncrawl.FetchConfig, {name: QUICK[name] for name in ("min_wait", "max_wait", "timeout")}
    monkeypatch.setattr(commoncrawl, "FetchConfig", lambda cache: defaults(cache, **waits))
