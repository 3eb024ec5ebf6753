"""Pages for the tests of extraction, and this process made ready for them."""

import pytest

from sample.cases import sample_pages
from sample.pages import page_bytes
from stages.extract import page
from stages.extract.reader.specimens import SPECIMENS
from tests.helpers.random_pages import random_page


@pytest.fixture(scope="session", autouse=True)
def warm() -> None:
    page.warm()


@pytest.fixture(scope="session")
def made_pages() -> list[bytes]:
    """Specimens of the reader's self-check, pages of the sample crawl, and random ones."""
    by_look = {(row.site.template, row.site.language): row for row in sample_pages() if row.body is None}
    others, comments = ("A headline to follow", "Another one"), ("I read that too.", "So did I, and it was long.")
    sampled = [page_bytes(row, others, comments) for row in list(by_look.values())[:40]]
    return [specimen.encode() for specimen in SPECIMENS] + sampled + [random_page(seed) for seed in range(150)]
