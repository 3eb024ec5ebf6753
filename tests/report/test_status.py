"""How far a run is: before it begins a stage, in the middle, when shards failed, and at its end."""

import io
import json
import os
import time
from pathlib import Path

import pytest
from rich.console import Console

from pipeline import store
from pipeline.errors import StageFailed, UsageError
from pipeline.run import run
from pipeline.runner import Local
from pipeline.stage import Map, Source
from pipeline.transform import rewrite
from report.status import StageStatus, duration, print_status, status, time_left
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
    assert (raw.stage, raw.kind, raw.made, raw.shards, raw.rows) == ("raw", "map", 1, 2, 1)
    (shard,) = raw.failed
    assert shard.startswith("absent-")
    assert clean[:5] == ("clean", "map", 0, 2, []), "it follows raw, so that its shards are known"
    clean = StageStatus("clean", "map", 0, None, [])
    assert "FileNotFoundError" in store.read_bytes(failed, f"failures/raw/{shard}.txt").decode()
    assert [
        " ".join(line.split()) for line in printed([raw._replace(bytes=1_500, speed=2.0, left=7_500.0), clean])
    ] == [
        "0 of 2 stages are done, the time left is not known yet",
        "stage kind made of rows dropped size rows/s left failed",
        "raw map 1 2 1 1.5 kB 2 2 h 5 min 1",
        "clean map 0 ?",
        f"raw/{shard} failed; failures/raw/{shard}.txt in the root has the error",
    ]


def test_a_shard_that_was_taken_away_is_not_made(corpus):
    pages = corpus.source([{"id": "a"}], [{"id": "b"}])
    root = str(corpus.folder / "run")
    run(pages, root=root, runner=Local())
    assert printed(status(root))[0] == "1 of 1 stages are done"
    store.remove(root, f"receipts/pages/{store.listing(root, 'receipts/pages')[0]}")
    assert [each.made for each in status(root)] == [1]


def test_a_stage_under_way_tells_its_speed_and_what_is_left(corpus):
    """Two of four shards were made in the ten seconds since the run began."""
    pages = corpus.source(*([{"id": f"{n}", "text": "text"}, {"id": f"{n}b"}] for n in range(4)))
    root = str(corpus.folder / "run")
    run(pages, root=root, runner=Local())
    for shard in store.listing(root, "receipts/pages")[:2]:
        store.remove(root, f"receipts/pages/{shard}")
    store.remove(root, "plan/pages.sums.json")
    began = time.time() - 100
    for name, at in [
        ("plan.json", began),
        *((f"receipts/pages/{f}", began + 5) for f in store.listing(root, "receipts/pages")),
    ]:
        os.utime(f"{root}/{name}", (at, at))
    (stage,) = status(root, lambda: began + 10)
    assert (stage.made, stage.shards, stage.rows) == (2, 4, 4)
    assert stage.speed == pytest.approx(0.4) and stage.left == pytest.approx(10)
    assert time_left([stage]) == pytest.approx(10)


def test_rows_within_a_shard_count(corpus):
    """The run began ten seconds ago; nothing is made, and a worker tells of 40 rows."""
    pages = corpus.source([{"id": "a"}])
    root = str(corpus.folder / "run")
    run(pages, root=root, runner=Local())
    for name in (f"receipts/pages/{store.listing(root, 'receipts/pages')[0]}", "plan/pages.sums.json"):
        store.remove(root, name)
    store.write_bytes(root, "progress/pages/part0.json", b'{"rows": 40, "seconds": 9, "host": "h"}')
    began = os.path.getmtime(f"{root}/plan.json")
    (stage,) = status(root, lambda: began + 10)
    assert (stage.made, stage.under_way, stage.left) == (0, 40, None) and stage.speed == pytest.approx(4)
    assert printed([stage])[2].split()[:5] == ["pages", "map", "0+", "1", "40"]


def test_who_is_slow_is_named(corpus):
    """Two of five shards were made, in 30 seconds each; a third takes longer than three times as long, a fourth does
    not yet, and of the fifth nothing was heard for a minute."""
    pages = corpus.source(*([{"id": f"{n}"}] for n in range(5)))
    root = str(corpus.folder / "run")
    run(pages, root=root, runner=Local())
    names = store.listing(root, "receipts/pages")
    for name in names[:2]:
        receipt = json.loads(store.read_bytes(root, f"receipts/pages/{name}"))
        receipt["stats"]["seconds"] = 30.0
        store.write_json(root, f"receipts/pages/{name}", receipt)
    for name in [*(f"receipts/pages/{name}" for name in names[2:]), "plan/pages.sums.json"]:
        store.remove(root, name)
    now = time.time()
    for name, seconds, silent in [(names[1], 500, 0), (names[2], 91, 59), (names[3], 90, 59), (names[4], 5, 60)]:
        store.write_json(root, f"progress/pages/{name}", {"rows": 7, "seconds": seconds, "host": "box"})
        os.utime(f"{root}/progress/pages/{name}", (now - silent, now - silent))
    (stage,) = status(root, lambda: now)
    assert [(each["shard"], round(each["silent"])) for each in stage.slow] == [
        (names[2].removesuffix(".json"), 59), (names[4].removesuffix(".json"), 60),
    ]  # fmt: skip
    assert printed([stage])[3:] == [
        f"pages/{stage.slow[0]['shard']} is slow: 7 rows in 91 s on box",
        f"pages/{stage.slow[1]['shard']} is slow: 7 rows in 5 s on box, nothing heard for 60 s",
    ]


def test_a_stage_that_nobody_is_at_work_on_has_no_speed(failed: str):
    """The run was begun anew a second ago, and has made nothing yet."""
    now = time.time()
    for folder, name in [("receipts/raw", store.listing(failed, "receipts/raw")[0])]:
        os.utime(f"{failed}/{folder}/{name}", (now - 100, now - 100))
    os.utime(f"{failed}/plan.json", (now - 1, now - 1))
    assert [each.speed for each in status(failed)] == [None, None]


def test_the_time_that_a_run_will_take():
    """Two workers: a stage that has not begun takes half of what the finished ones of its kind cost."""
    raw = StageStatus("raw", "map", 9, 9, [], 900, seconds=1_000.0)
    judged = StageStatus("judged", "map", 4, 4, [], 900, seconds=60.0)
    bands = StageStatus("bands", "scatter", 4, 8, [], 400, seconds=40.0, speed=20.0, left=25.0)
    clean = StageStatus("clean", "map", 0, None, [])
    assert time_left([raw, judged, bands, clean]) == 25 + 60 / 2
    assert time_left([raw, judged, bands, clean, clean._replace(kind="gather")]) == 25 + 60 / 2 + 60 / 2
    assert time_left([raw, bands, clean]) is None, "the first stage tells nothing of others"
    assert time_left([raw, judged, bands._replace(speed=None, left=None)]) is None
    assert time_left([raw, judged]) == 0


@pytest.mark.parametrize(
    ("seconds", "told"), [(0, "0 s"), (99, "99 s"), (100, "2 min"), (5_900, "98 min"), (7_500, "2 h 5 min")]
)
def test_durations(seconds: float, told: str):
    assert duration(seconds) == told


def test_without_a_run_there_is_no_status(tmp_path: Path):
    with pytest.raises(UsageError, match="holds no run"):
        status(str(tmp_path))
