"""Work that stands still ends its process; work that computes, in this process or in another, does not."""

import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest

from pipeline import run as runs
from pipeline.runner import Local
from pipeline.stage import Map
from pipeline.standstill import ended_when_silent
from tests.helpers.tables import pages, source

CODE = """
import subprocess, sys, time
from pipeline.standstill import ended_when_silent
def compute(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end: pass
with ended_when_silent("shard a of stage b", silent=2.0, look=0.1):
    {work}
print("done")
"""
BUSY = "import time; t = time.process_time() + 4\\nwhile time.process_time() < t: pass"
CHILD = f"subprocess.run([sys.executable, '-c', '{BUSY}'])"


def ended(work: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", CODE.format(work=work)], capture_output=True, text=True, timeout=120)


def test_work_that_waits_for_ever_ends_its_process_and_is_named():
    done = ended("time.sleep(10_000)")
    assert done.returncode == 75 and done.stdout == ""
    assert done.stderr == "error: shard a of stage b stands still: no CPU time in 0 minutes\n"


@pytest.mark.parametrize("work", ["compute(4)", CHILD, "for _ in range(8): time.sleep(0.5)"])
def test_work_that_goes_on_is_left_alone(work: str):
    assert ended(work).stdout == "done\n"


def test_nothing_is_watched_when_the_block_has_ended():
    assert ended("pass\ntime.sleep(4)").stdout == "done\n"


def test_other_threads_are_not_watched():
    before = threading.active_count()

    def watched() -> None:
        with ended_when_silent("x"):
            counts.append(threading.active_count())

    counts: list[int] = []
    thread = threading.Thread(target=watched)
    thread.start()
    thread.join()
    assert counts == [before + 1]


@pytest.mark.parametrize(("reads_stage", "is_watched"), [(True, True), (False, False)])
def test_shards_that_are_read_from_stages_are_watched(tmp_path, monkeypatch, reads_stage: bool, is_watched: bool):
    """One of a source may wait for its turn at a host for hours."""
    named: list[str] = []

    @contextmanager
    def noted(what: str):
        named.append(what)
        yield

    monkeypatch.setattr(runs, "ended_when_silent", noted)
    raw = Map("raw", source(tmp_path, one=pages("a")))
    runs.run(Map("end", raw) if reads_stage else raw, root=str(tmp_path / "out"), runner=Local())
    assert [what.partition(" of ")[2] for what in named] == (["stage end"] if is_watched else [])
