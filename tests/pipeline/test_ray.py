"""Ray for real: the same bytes for any number of workers, dead workers, dead drivers, clusters that are not there."""

import os
import re
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline import in_flight, ray_runner, ray_tasks
from pipeline.batches import Batches
from pipeline.errors import RunnerLost, StageFailed
from pipeline.ray_runner import Ray
from pipeline.run import run
from pipeline.runner import Failed, WorkQueue
from pipeline.stage import Map, Source
from tests.helpers import toy
from tests.helpers.runs import data, driver, make, slow_corpus


def mapped(ray: Ray, fn: Callable[[Any], Any], items: Iterable[Any], **needs: Any) -> Iterator[tuple[Any, Any]]:
    """The items of one queue with their outcomes."""
    return ((item, outcome) for _, item, outcome in ray.map([WorkQueue("work", fn, deque(items), **needs)]))


@pytest.fixture(scope="module")
def ray():
    runner = Ray(workers=2)
    yield runner
    runner.close()


def test_ray_and_local_give_the_same_bytes(tmp_path: Path, ray: Ray):
    folder = toy.corpus(tmp_path / "in")
    make(tmp_path / "local", folder)
    make(tmp_path / "ray", folder, ray)  # type: ignore[arg-type]
    assert data(tmp_path / "ray") == data(tmp_path / "local")


def test_a_worker_that_is_killed_is_replaced(tmp_path: Path, ray: Ray):
    folder = toy.corpus(tmp_path / "in")
    make(tmp_path / "calm", folder)
    (folder / "f2.txt").write_text((folder / "f2.txt").read_text().replace("page 1 of file 2", "<die>"))
    stats = make(tmp_path / "out", folder, ray)  # type: ignore[arg-type]
    assert (folder / "died").exists()
    assert stats["read"].rows_in == 480


class AlwaysDies:
    def __call__(self, name: str):
        if name == "bad":
            os.kill(os.getpid(), signal.SIGKILL)
        yield toy.SCHEMA.empty_table()


def test_a_shard_that_kills_every_worker_fails_alone_and_nothing_waits_for_ever(tmp_path: Path, ray: Ray):
    source = Source(("good", "bad", "fine"), AlwaysDies(), toy.SCHEMA)
    with pytest.raises(StageFailed) as caught:
        run(Map("read", source), root=str(tmp_path), runner=ray)
    assert [shard.partition("-")[0] for shard in caught.value.failures] == ["bad"]
    assert len(list((tmp_path / "read").iterdir())) == 2


def test_no_more_tasks_fly_than_twice_the_workers(ray: Ray, tmp_path: Path):
    running = tmp_path / "running"
    running.mkdir()

    def note(item: int) -> int:
        (running / str(item)).touch()
        time.sleep(0.05)
        return len(list(running.iterdir()))

    seen = 0
    for item, count in mapped(ray, note, range(40)):
        assert isinstance(count, int)
        seen += 1
        assert len(list(running.iterdir())) <= seen + 4
        (running / str(item)).exists()
    assert seen == 40


class StandsStill:
    """Never comes back from the item "stuck" the first time, nor ever from "always"; counts its calls in files."""

    def __init__(self, folder: str):
        self.folder = folder

    def __call__(self, item: tuple[str, int]) -> int:
        calls = len(list(Path(self.folder).glob(f"{item[0]}-*")))
        Path(self.folder, f"{item[0]}-{os.getpid()}-{calls}").touch()
        while item[0] == "always" or (item[0] == "stuck" and not calls):
            time.sleep(60)
        return os.getpid()


def test_tasks_that_stand_still_are_named_killed_and_tried_elsewhere(tmp_path, ray: Ray, monkeypatch, caplog):
    monkeypatch.setattr(in_flight, "SHORTEST", 3.0)
    monkeypatch.setattr(in_flight, "TIMES", 0.0)
    monkeypatch.setattr(ray_tasks, "PROBED", 0.5)
    quick = [(f"quick{n}", n) for n in range(400)]
    outcomes = mapped(ray, StandsStill(str(tmp_path)), [("stuck", 0), *quick])
    found = {}
    for (name, _), outcome in outcomes:
        found[name] = outcome
        time.sleep(0.02)  # so that tasks come back for some seconds
    assert len(found) == 401 and not [outcome for outcome in found.values() if isinstance(outcome, Failed)]
    said = caplog.records[0].message  # and others, whose new worker took its time
    assert said.startswith("work/stuck stands still for ")
    first, second = sorted(tmp_path.glob("stuck-*"), key=lambda path: path.name.rpartition("-")[2])
    assert int(second.name.split("-")[1]) == found["stuck"] != int(first.name.split("-")[1])
    with pytest.raises(ProcessLookupError):
        os.kill(int(first.name.split("-")[1]), 0)


def test_the_last_task_is_tried_again_when_nothing_runs_anywhere(tmp_path, ray: Ray, monkeypatch, caplog):
    """As when Ray does not tell that its machine is gone: here it is played that machines are idle, while it sleeps."""
    monkeypatch.setattr(in_flight, "SHORTEST", 3.0)
    monkeypatch.setattr(in_flight, "TIMES", 0.0)
    monkeypatch.setattr(in_flight, "QUIET", 1.0)
    monkeypatch.setattr(ray_tasks, "PROBED", 0.5)
    monkeypatch.setattr(Ray, "_idle", True)
    ((_, outcome),) = mapped(ray, StandsStill(str(tmp_path)), [("stuck", 0)])
    assert isinstance(outcome, int)
    assert caplog.records[0].message.startswith("work/stuck stands still for ")


def test_a_machine_that_works_is_not_idle(ray: Ray, tmp_path: Path):
    def ends_when_seen(item: int) -> int:
        (tmp_path / "begun").touch()
        while not (tmp_path / "seen").exists():
            time.sleep(0.05)
        return item

    outcomes = ray.map([WorkQueue("work", ends_when_seen, deque([1]))])
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(list, outcomes)
        assert until((tmp_path / "begun").exists) and until(lambda: not ray._idle)
        (tmp_path / "seen").touch()
        assert len(done.result()) == 1
    assert until(lambda: ray._idle)
    ray = joined(("w1", False, {"CPU": 2.0}))
    assert not ray._idle, "nor is a cluster without machines: a task waits for one"


def until(happened: Callable[[], bool]) -> bool:
    """Whether it happens within two minutes."""
    ends = time.monotonic() + 120
    while not (seen := happened()) and time.monotonic() < ends:
        time.sleep(0.1)
    return seen


class Batched:
    """Says in which process an item was done, and notes it; "kills" kills its worker, "raises" raises."""

    def __init__(self, folder: str):
        self.folder = folder

    def __call__(self, item: str) -> int:
        with open(Path(self.folder, item), "a") as file:
            file.write(f"{os.getpid()}\n")
        if item == "kills":
            os.kill(os.getpid(), signal.SIGKILL)
        if item == "raises":
            raise ValueError("this one is bad")
        return os.getpid()


def test_short_items_share_tasks_and_a_bad_one_costs_only_itself(tmp_path: Path, ray: Ray, monkeypatch):
    """An item that kills its worker is tried with the others of its batch, and then four times alone."""
    batches: list[list[str]] = []

    class Noted(Batches):
        def take(self) -> list[str]:
            batches.append(super().take())
            return batches[-1]

    monkeypatch.setattr(ray_runner, "Batches", Noted)
    monkeypatch.setattr(ray, "prefetch_depth", 0)  # as on a cluster
    monkeypatch.setattr(ray_tasks, "AT_ONCE", 2)
    items = [f"item{n:05d}" for n in range(3000)]
    items[2000], items[2500] = "kills", "raises"
    found = dict(mapped(ray, Batched(str(tmp_path)), items))
    assert sorted(found) == sorted(items)
    failed = {item: outcome.why for item, outcome in found.items() if isinstance(outcome, Failed)}
    assert set(failed) == {"kills", "raises"}
    assert failed["raises"] == "ValueError: this one is bad" and "died more than three times" in failed["kills"]
    (shared,) = (batch for batch in batches if "kills" in batch and len(batch) > 1)
    assert [[item] for item in shared] == [batch for batch in batches if batch[0] in shared and len(batch) == 1]
    assert len((tmp_path / "kills").read_text().split()) == 5
    assert len((tmp_path / "raises").read_text().split()) == 1
    assert len(batches) < 1500


def test_where_files_are_fetched_ahead_each_item_is_a_task(ray: Ray, monkeypatch):
    """Else a worker would fetch for one that has long done the same item, and the file would stay."""
    sizes = []
    take = Batches.take
    monkeypatch.setattr(Batches, "take", lambda self: sizes.append(take(self)) or sizes[-1])
    assert ray.prefetch_depth == 2
    assert len(dict(mapped(ray, Counted(1), range(300)))) == len(sizes) == 300


def test_what_a_stage_does_is_sent_once_and_read_once_a_worker(ray: Ray):
    answers = dict(mapped(ray, Counted(), range(20)))
    assert len(set(answers.values())) <= 2, "an object a worker"
    assert dict(mapped(ray, Counted(7), [1])) == {1: 7}, "another stage is another function"


class Counted:
    """Says which object it is in its worker."""

    def __init__(self, said: int = 0):
        self.said = said

    def __call__(self, item: int) -> int:
        return self.said or id(self) ^ os.getpid()


def assigned(item: int) -> float:
    """The bytes of memory that Ray gave to the task."""
    import ray

    return ray.get_runtime_context().get_assigned_resources().get("memory", 0.0)


def test_a_task_asks_for_the_memory_that_it_needs_or_all_that_the_largest_machine_has(ray: Ray):
    given = [outcome for memory in (0, 300 << 20, 1 << 60) for _, outcome in mapped(ray, assigned, [1], memory=memory)]
    assert given[:2] == [0.0, 300 << 20]
    assert 300 << 20 < given[2] < 1 << 60


@dataclass(frozen=True)
class AtOnce:
    """Notes how many tasks run at a time, each of which waits for three to be there, or for so many seconds."""

    folder: str
    seconds: float

    def __call__(self, item: int) -> int:
        mine, ends = Path(self.folder, str(item)), time.monotonic() + self.seconds
        mine.touch()
        while (together := len(os.listdir(self.folder))) < 3 and time.monotonic() < ends:
            time.sleep(0.02)
        time.sleep(0.1)  # the others have looked, too
        mine.unlink(missing_ok=True)
        return together


def test_where_tasks_of_a_cluster_fetch_files_more_run_than_there_are_processors(tmp_path: Path, ray: Ray, monkeypatch):
    at_once = AtOnce(str(tmp_path), 60.0)
    monkeypatch.setattr(ray, "prefetch_depth", 0)  # as on a cluster
    assert max(dict(mapped(ray, at_once, range(3), fetches=True)).values()) == 3
    at_once = AtOnce(str(tmp_path), 0.5)
    assert max(dict(mapped(ray, at_once, range(4))).values()) == 2, "others"
    monkeypatch.setattr(ray, "prefetch_depth", 2)
    assert max(dict(mapped(ray, at_once, range(4), fetches=True)).values()) == 2, "where files are fetched ahead"


class Cluster:
    """As much of Ray as tells about machines: a head that runs nothing, two workers, one of which is gone."""

    def __init__(self, *machines: tuple[str, bool, dict[str, float]]):
        self._machines = machines

    def cluster_resources(self) -> dict[str, float]:
        return {"CPU": sum(has.get("CPU", 0) for _, alive, has in self._machines if alive)}

    available_resources = cluster_resources

    def nodes(self) -> list[dict[str, object]]:
        return [{"NodeID": name, "Alive": alive, "Resources": has} for name, alive, has in self._machines]


def joined(*machines: tuple[str, bool, dict[str, float]]) -> Ray:
    """A runner on a cluster of these machines, that was not asked to run anything."""
    runner = Ray.__new__(Ray)
    runner._ray, runner._full = Cluster(*machines), set()
    return runner


HEAD = ("head", True, {"memory": 64e9})


def test_only_machines_that_run_tasks_say_how_much_memory_can_be_had():
    """A task that asked for what only a head without processors has would wait for ever."""
    small, gone, half = ("w1", True, {"CPU": 2, "memory": 8e9}), ("w2", False, {"CPU": 2, "memory": 32e9}), {"CPU": 0.5}
    assert joined(HEAD, small, gone, ("w3", True, half | {"memory": 9e9})).largest_memory == 8_000_000_000
    assert joined(HEAD).largest_memory == joined(("w1", True, {"CPU": 1})).largest_memory == 0, "it is not known"


def test_a_machine_with_a_full_disk_is_left_as_long_as_there_is_another():
    workers = [(name, True, {"CPU": 1.0}) for name in ("w1", "w2")]
    cluster = joined(HEAD, *workers, ("w3", False, {"CPU": 1.0}))
    assert cluster._elsewhere() == {}
    assert cluster.leave("w2") and cluster.leave("w2")
    assert cluster._elsewhere() == {"label_selector": {"ray.io/node-id": "!in(w2)"}}
    assert not cluster.leave("w1"), "neither the head nor one that is gone can run a task"
    assert cluster._elsewhere() == {"label_selector": {"ray.io/node-id": "!in(w2)"}}
    cluster._ray = Cluster(HEAD, workers[1])
    assert cluster._elsewhere() == {}, "a full one is better than none"


class Unreadable:
    def __reduce__(self):
        return exec, ("raise ModuleNotFoundError('No module named elsewhere')",)

    def __call__(self, item: int) -> int:
        return item


def test_what_cannot_begin_on_a_worker_is_not_called_dead(ray: Ray):
    ((_, failed),) = mapped(ray, Unreadable(), [1])
    assert isinstance(failed, Failed)
    assert "died" not in failed.why and failed.why.endswith("ModuleNotFoundError: No module named elsewhere")
    assert "\x1b" not in failed.why + failed.trace


OWN = """
from pipeline.stage import Map, Source
from pipeline.transform import screen
from tests.helpers import toy
from own_filters import no_ones

def recipe(folder: str):
    return Map("read", Source(("f0.txt",), toy.Read(folder), toy.SCHEMA), (screen(no_ones),))
"""


@pytest.mark.parametrize("runner", ["local", "ray"])
def test_a_recipe_of_ones_own_runs_by_its_path(tmp_path: Path, runner: str):
    folder, own = toy.corpus(tmp_path / "in", files=1), tmp_path / "own"
    own.mkdir()
    (own / "own_recipe.py").write_text(OWN)
    (own / "own_filters.py").write_text("def no_ones(doc):\n    return 'one' if '1' in doc.text else None\n")
    command = [sys.executable, "-m", "mews", "run", own / "own_recipe.py", "--root", tmp_path / "out"]
    run = subprocess.run([*command, "--runner", runner, f"folder={folder}"], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "own_filters.no_ones" in run.stdout


def test_a_driver_that_is_killed_on_ray_is_started_again(tmp_path: Path):
    folder = slow_corpus(tmp_path / "in")
    make(tmp_path / "whole", folder)
    process = driver(tmp_path / "killed", folder, "ray")
    deadline = time.monotonic() + 90
    while not list((tmp_path / "killed").glob("read/*.parquet")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    make(tmp_path / "killed", folder)
    assert data(tmp_path / "killed") == data(tmp_path / "whole")


def test_a_cluster_that_is_not_there_is_said_so():
    with pytest.raises(RunnerLost, match=r"cannot reach Ray at 127\.0\.0\.1:1: ConnectionRefused"):
        Ray(address="127.0.0.1:1")


def test_a_machine_that_is_too_busy_to_start_ray_is_said_so(monkeypatch: pytest.MonkeyPatch):
    def init(**settings: object) -> None:
        raise Exception("The current node timed out during startup.")

    monkeypatch.setattr("ray.init", init)
    with pytest.raises(RunnerLost, match="cannot reach Ray at this machine: Exception: The current node timed out"):
        Ray(workers=1)


def test_ray_listens_on_loopback_only(ray: Ray):
    outward = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            address, state, inode = line.split()[1], line.split()[3], line.split()[9]
            if state == "0A" and inode in _sockets_of_ray() and not LOOPBACK.match(address):
                outward.append(address)
    assert outward == []


LOOPBACK = re.compile(r"0100007F:|0000000000000000FFFF00000100007F:|00000000000000000000000001000000:")


def _sockets_of_ray() -> set[str]:
    inodes = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if b"ray" in (process / "cmdline").read_bytes():
                links = [os.readlink(fd) for fd in (process / "fd").iterdir()]
                inodes |= {link[8:-1] for link in links if link.startswith("socket:[")}
        except OSError:
            continue
    return inodes
