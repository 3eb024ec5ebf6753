"""Real pages beside the checkout, for tests that skip without them."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.extraction_speed import pages


def real_pages(shared: Path, one_in: int) -> Iterator[tuple[bytes, str | None, str]]:
    """Bytes, charset and URL of some of the real pages."""
    for number, (_, *found) in enumerate(pages(shared / "data")):
        if number % one_in == 0:
            yield tuple(found)  # type: ignore[misc]
