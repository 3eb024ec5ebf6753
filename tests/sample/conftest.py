"""The sample and the truth about it, for all tests of the room."""

from pathlib import Path

import pytest

import sample


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """The sample, made once for all tests of a session."""
    place = tmp_path_factory.getbasetemp() / "sample"
    sample.make(str(place))
    return place


@pytest.fixture(scope="module")
def truth(folder) -> list[dict]:
    return sample.truth(str(folder)).to_pylist()
