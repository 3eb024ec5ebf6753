"""How far a run is: before it begins a stage, in the middle, when shards failed, and at its end."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from pipeline import store
from pipeline.errors import StageFailed, UsageError
from pipeline.run import run
from pipeline.runner import Local
from pipeline.stage import Map, Source
from pipeline.transform import rewrite
from report.status import StageStatus, print_status, status
from tests.helpers.corpus import PAGES, ReadParquet


def printed(stages: list[StageStatus]) -> list[str]:
    file = io.StringIO()
    print_status(stages, Console(file=file, width=60))
    return [line.rstrip() for line in file.getvalue().splitlines()]


@pytest.fixture
def failed(corpus) -> str:
    """The root of a run whose first stage has made one of two shards; the other input is missing."""
    good = corpus.source([{"id": "a", "text": "text"}]).source.list[0]
    raw = Map("raw", Source((good, "absent.parquet"), ReadParquet(), PAGES))
    root = str(corpus.folder / "run")
    with pytest.raises(StageFailed):
        run(Map("clean", raw, (rewrite(str.lower),)), root=root, runner=Local())
    return root


def test_a_stage_that_failed_and_one_that_waits(failed: str):
    raw, clean = status(failed)
    assert (raw.stage, raw.kind, raw.made, raw.shards) == ("raw", "map", 1, 2)
    (shard,) = raw.failed
    assert shard.startswith("absent-")
    assert clean == StageStatus("clean", "map", 0, None, [])
    assert "FileNotFoundError" in store.read_bytes(failed, f"failures/raw/{shard}.txt").decode()
    assert printed(status(failed)) == [
        "0 of 2 stages are done",
        "  stage  kind  made  of  failed",
        "  raw    map      1   2       1",
        "  clean  map      0   ?",
        f"raw/{shard} failed; failures/raw/{shard}.txt in the root has the error",
    ]


def test_a_shard_that_was_taken_away_is_not_made(corpus):
    pages = corpus.source([{"id": "a"}], [{"id": "b"}])
    root = str(corpus.folder / "run")
    run(pages, root=root, runner=Local())
    assert printed(status(root))[0] == "1 of 1 stages are done"
    store.remove(root, f"receipts/pages/{store.listing(root, 'receipts/pages')[0]}")
    assert [each.made for each in status(root)] == [1]


def test_without_a_run_there_is_no_status(tmp_path: Path):
    with pytest.raises(UsageError, match="holds no run"):
        status(str(tmp_path))
