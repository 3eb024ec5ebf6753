"""What tests share: the folder of real data, when there is one."""

import os
from pathlib import Path

import pytest

from tests.helpers.corpus import another as another
from tests.helpers.corpus import corpus as corpus


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real pages and gold beside the checkout (or $MEWS_SHARED); skips the test when it is absent."""
    folder = Path(os.environ.get("MEWS_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"no real data at {folder}")
    return folder
