"""Uploading a published data set to a hub on loopback."""

from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.run import run
from pipeline.runner import Local
from pipeline.stage import Map, Source
from stages.publish import publish
from tests.helpers.commands import mews
from tests.helpers.hub import Hub, serving_hub

SCHEMA = pa.schema([("id", pa.string()), ("url", pa.string()), ("text", pa.string())])
COLUMNS = pa.schema([("content", pa.string()), ("url", pa.string())])


def read(name: str):
    yield pa.table({"id": [name], "url": [f"http://host.example/{name}"], "text": [f"text of {name}"]}, SCHEMA)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """A hub that uploads go to, and a token."""
    with serving_hub() as serving:
        settings = {"HF_ENDPOINT": serving.url, "HF_TOKEN": "hf_secret", "HF_HUB_DISABLE_XET": "1"}
        for name, value in {**settings, "HF_HOME": str(tmp_path / "home"), "HF_HUB_DISABLE_PROGRESS_BARS": "1"}.items():
            monkeypatch.setenv(name, value)
        yield serving


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A run that publishes two data sets."""
    one = publish("one", Map("pages", Source(("a", "b"), read, SCHEMA)), COLUMNS)
    two = publish("two", Map("others", Source(("c",), read, SCHEMA)), COLUMNS)
    run(one, two, root=str(tmp_path / "run"), runner=Local())
    return tmp_path / "run"


def test_a_data_set_is_uploaded_as_it_lies_there(hub: Hub, root: Path):
    (root / "one" / "notes.txt").write_text("no part of the data set")
    done = mews("push", root, "me/pages", "--name", "one", "--private")
    assert (done.returncode, done.stdout) == (0, f"{hub.url}/datasets/me/pages/commit/1\n"), done.stderr
    (made,) = hub.repositories
    assert (made["organization"], made["name"], made["type"]) == ("me", "pages", "dataset") and "private" in str(made)
    names = ["README.md", "data/train-00000-of-00001.parquet", "funnel.svg", "stats.json"]
    assert {name: (root / "one" / name).read_bytes() for name in names} == hub.committed
    assert hub.tokens == {"Bearer hf_secret"} and "hf_secret" not in done.stderr


def test_which_of_several_has_to_be_said(hub: Hub, root: Path):
    for arguments in ([], ["--name", "three"]):
        done = mews("push", root, "me/pages", *arguments)
        assert done.returncode == 2 and "--name takes one of one, two" in done.stderr
    assert hub.committed == {}


def test_a_file_that_is_not_as_it_was_is_not_uploaded(hub: Hub, root: Path):
    (root / "two" / "stats.json").write_text("{}")
    done = mews("push", root, "me/pages", "--name", "two")
    assert done.returncode == 1 and done.stderr.startswith("error: two/stats.json is not as its receipt says")
    assert hub.repositories == []


def test_what_the_hub_refuses_is_told_in_one_line(hub: Hub, root: Path):
    hub.refuse = True
    done = mews("push", root, "me/pages", "--name", "two")
    assert done.returncode == 1 and "error: the hub refuses me/pages: " in done.stderr
    assert done.stderr.count("\n") == 2 and "Traceback" not in done.stderr


def test_a_run_that_publishes_nothing(hub: Hub, tmp_path: Path):
    run(Map("pages", Source(("a",), read, SCHEMA)), root=str(tmp_path / "run"), runner=Local())
    done = mews("push", tmp_path / "run", "me/pages")
    assert done.returncode == 2 and "has no published data set that is finished" in done.stderr
