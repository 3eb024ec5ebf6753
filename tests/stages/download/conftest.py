"""A site with two files, and folders of the test's own for what is fetched and for the rate limit."""

import pytest

from tests.helpers.fetch import BODY
from tests.helpers.server import Site, serving


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.setenv("MEWS_RATE_LIMIT_DIR", str(tmp_path / "limit"))
    monkeypatch.setenv("MEWS_CACHE", str(tmp_path / "cache"))
    with serving(Site({"/a.warc.gz": BODY, "/b.warc.gz": BODY[::-1]})) as site:
        yield site
