"""The sample and the truth about it, for all tests of the room."""

import shutil
from pathlib import Path

import pytest

import sample


@pytest.fixture(scope="module")
def folder(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample in a folder where no other worker of xdist makes it."""
    place = tmp_path_factory.mktemp("sample")
    sample.make(str(sample_folder))
    shutil.copytree(sample_folder / "crawl-data", place / "crawl-data")
    return place


@pytest.fixture(scope="module")
def truth(folder) -> list[dict]:
    return sample.truth(str(folder)).to_pylist()
