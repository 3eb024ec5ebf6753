"""Work that stands still ends its process; work that computes, in this process or in another, does not."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline import run as runs
from pipeline import scheduler, standstill
from pipeline.runner import Local
from pipeline.stage import Map
from pipeline.standstill import Used, ended_when_silent
from tests.helpers.runs import ids
from tests.helpers.tables import pages, source

CODE = """
import pdb, subprocess, sys, threading, time
from pipeline.standstill import ended_when_silent
def compute(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end: pass
def compute_here(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end: pass
with ended_when_silent("shard a of stage b", silent=2.0, look=0.1):
    {work}
print("done")
"""
BUSY = "import time; t = time.process_time() + 3\\nwhile time.process_time() < t: pass"
CHILD = f"subprocess.run([sys.executable, '-c', '{BUSY}'])"
GRANDCHILD = f"subprocess.run(['sh', '-c', 'true; {sys.executable} -c \\'{BUSY}\\'; true'])"
THREAD = "thread = threading.Thread(target=compute_here, args=(3,))\n    thread.start()\n    thread.join()"
GOES_ON = ("compute(3)", CHILD, GRANDCHILD, THREAD, "for _ in range(6): time.sleep(0.5)")
WAITS = "time.sleep(10_000)"
TICKS = "threading.Thread(target=lambda: [time.sleep(0.05) for _ in range(10_000)], daemon=True).start()\n    " + WAITS
AFTER = "pass\ntime.sleep(3)"
EXCUSED = "from pipeline.standstill import excused\n    list(excused(time.sleep(3) for _ in '1'))"
WAITS_AFTER = f"{EXCUSED}\n    {WAITS}"
Ends = dict[str, Future[subprocess.CompletedProcess[str]]]


@pytest.fixture(scope="module")
def ends() -> Iterator[Ends]:
    """How processes end, each of which does one work. They run at once: most of them wait."""

    def ended(work: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", CODE.format(work=work)]
        return subprocess.run(command, capture_output=True, text=True, timeout=120)

    works = (*GOES_ON, WAITS, TICKS, AFTER, EXCUSED, WAITS_AFTER)
    with ThreadPoolExecutor(len(works)) as pool:
        yield {work: pool.submit(ended, work) for work in works}


def test_work_that_waits_for_ever_ends_its_process_and_is_named(ends: Ends):
    done = ends[WAITS].result()
    assert done.returncode == 75 and done.stdout == ""
    assert done.stderr == "error: shard a of stage b stands still: no CPU time in 0 minutes\n"


class Looks(threading.Event):
    """Ends the watch after so many looks, which take no time."""

    def __init__(self, number: int):
        super().__init__()
        self.left = number

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout == 30
        self.left -= 1
        return self.left < 0


class Ended(Exception):
    """The process was ended with a code."""


def quiet_looks(*used: int) -> list[Used]:
    """What is used at each look: 0 is nothing more than before."""
    return [Used(float(sum(used[: n + 1])), 0.0, {}) for n in range(len(used))]


@pytest.mark.parametrize(
    ("used", "ends"),
    [
        (quiet_looks(1, 0, 0, 0), True),
        (quiet_looks(1, 0, 0), False),
        (quiet_looks(1, 0, 0, 1, 0, 0), False),
        (quiet_looks(1, 1, 0, 0, 0), True),
        ([Used(1.0, second, {}) for second in (0.0, 0.8, 1.6, 2.4)], True),
        ([Used(1.0, second, {}) for second in (0.0, 1.0, 2.0, 3.0)], False),
        ([Used(1.0, 0.0, {7: tick}) for tick in (0, 1, 2, 3)], False),
        ([Used(1.0, 0.0, {7: tick}) for tick in (3, 3, 3, 3)], True),
    ],
)
def test_a_process_ends_after_looks_that_found_nothing_done_one_after_the_other(
    used: list[Used], ends: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """Of 30 seconds each, with a bound of 90; 0.9 seconds of other threads are next to nothing."""
    at = iter(used)
    monkeypatch.setattr(standstill, "_used", lambda clock: next(at))

    def leave(code: int) -> None:
        raise Ended(code)

    monkeypatch.setattr(standstill, "_end_process", leave)
    main = threading.main_thread().ident
    assert main
    if not ends:
        standstill._watch("shard a", main, Looks(len(used) - 1), 90.0, 30.0)
        assert capsys.readouterr().err == ""
        return
    with pytest.raises(Ended, match="75"):
        standstill._watch("shard a", main, Looks(len(used) - 1), 90.0, 30.0)
    assert capsys.readouterr().err == "error: shard a stands still: no CPU time in 2 minutes\n"


@pytest.mark.parametrize("work", GOES_ON)
def test_work_that_goes_on_is_left_alone(work: str, ends: Ends):
    assert ends[work].result().stdout == "done\n"


def test_work_of_which_other_threads_do_next_to_nothing_stands_still(ends: Ends):
    """As the threads of Ray do in a worker that waits."""
    assert ends[TICKS].result().returncode == 75


def test_a_process_that_was_stopped_goes_on_where_it_was():
    """By Ctrl-Z, or by a machine that sleeps: time goes by, and nobody looks."""
    code = CODE.format(work="print('begun', flush=True); input()").replace("look=0.1", "look=0.25")
    command = [sys.executable, "-c", code.replace("silent=2.0", "silent=3.0")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout and process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGSTOP)
    time.sleep(4)
    process.send_signal(signal.SIGCONT)
    time.sleep(0.5)  # for two looks
    assert process.communicate("\n", timeout=60)[0] == "done\n"


def test_a_person_in_a_debugger_has_time():
    code = CODE.format(work="breakpoint()")
    command = [sys.executable, "-c", code]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONBREAKPOINT": "pdb.set_trace"},  # where Ray was imported it is Ray's own
    )
    assert process.stdout and process.stderr
    said = ""
    while not said.endswith("(Pdb) "):
        one = process.stdout.read(1)
        assert one, process.stderr.read()
        said += one
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(4)
    assert process.communicate("c\n", timeout=60)[0].endswith("done\n")


def test_looks_at_which_nothing_was_done_are_counted_from_the_last_at_which_something_was():
    idle = Used(1.0, 5.0, {7: 3})
    assert idle.nothing_since(idle, 30.0)
    assert Used(1.0, 5.8, {7: 3}).nothing_since(idle, 30.0), "three hundredths of a processor are not reached"
    assert not Used(1.0, 5.95, {7: 3}).nothing_since(idle, 30.0)
    assert not Used(1.01, 5.01, {7: 3}).nothing_since(idle, 30.0)
    assert not Used(1.0, 5.0, {7: 4}).nothing_since(idle, 30.0)
    assert not Used(1.0, 5.0, {}).nothing_since(idle, 30.0)


def test_nothing_is_watched_when_the_block_has_ended(ends: Ends):
    assert ends[AFTER].result().stdout == "done\n"


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


def test_the_shards_of_all_stages_are_watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    named: list[str] = []

    @contextmanager
    def noted(what: str):
        named.append(what.partition(" of stage ")[2])
        yield

    monkeypatch.setattr(scheduler, "ended_when_silent", noted)
    read = source(tmp_path, one=pages("a"))
    runs.run(Map("end", Map("read", read)), root=str(tmp_path / "out"), runner=Local())
    assert named == ["read", "end"]


def test_what_reads_a_source_may_wait_as_long_as_it_likes(ends: Ends):
    """For its turn at a host, for one; but not for ever what is done with what it read."""
    assert ends[EXCUSED].result().stdout == "done\n"
    assert ends[WAITS_AFTER].result().returncode == 75


WAITING = """
import sys, time
from pathlib import Path
from pipeline import standstill
from pipeline.run import run
from pipeline.runner import Local
from pipeline.stage import Map
from pipeline.transform import screen
from tests.helpers.tables import pages, source

standstill.SILENT, standstill.LOOK = 1.5, 0.1

def waits(doc):
    {before}
    if "wait" in doc.text:
        {wait}

def recipe(folder):
    read = source(Path(folder), one=pages("a", "wait", "b"), two=pages("c"))
    first = (screen(waits),)
    return Map("read", read, first) if {first} else Map("judged", Map("read", read), first)

run(recipe(sys.argv[1]), root=sys.argv[2], runner=Local())
"""


def judged(tmp_path: Path, **code: object) -> subprocess.CompletedProcess[str]:
    code = {"first": True, "before": "", "wait": "time.sleep(10_000)"} | code
    command = [sys.executable, "-c", WAITING.format(**code), str(tmp_path / "in"), str(tmp_path / "out")]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("first", [True, False])
def test_a_filter_that_waits_for_ever_costs_the_page_that_it_was_asked_about(tmp_path: Path, first: bool):
    done, name = judged(tmp_path, first=first), "read" if first else "judged"
    assert done.returncode == 0, done.stderr
    assert len(ids(tmp_path, f"out/{name}/*.parquet")) == 3
    (file,) = tmp_path.glob(f"out/quarantine/{name}/*.parquet")
    (row,) = pq.read_table(file, columns=["error", "error_message"]).to_pylist()
    assert row["error"] == "__main__.waits:CpuTimeExceeded"
    assert row["error_message"] == "it waited, without any CPU time, for something that does not come"


def test_a_filter_that_cannot_be_interrupted_ends_its_process(tmp_path: Path):
    again = "while True:\n            try: time.sleep(10_000)\n            except BaseException: pass"
    done = judged(tmp_path, wait=again)
    assert done.returncode == 75 and "stands still: no CPU time" in done.stderr
