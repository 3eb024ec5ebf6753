"""Shards of later stages are made as soon as what they read is made; what comes out is as if stages took turns."""

import inspect
import json
import logging
import time
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipeline import memory, parts, scheduler
from pipeline.errors import StageFailed
from pipeline.parts import is_part
from pipeline.ray_runner import Ray
from pipeline.receipts import read_receipt
from pipeline.run import run
from pipeline.runner import Local, WorkQueue, attempt
from pipeline.shuffle import Scatter
from pipeline.source import Source
from pipeline.stage import Map
from pipeline.transform import rewrite
from pipeline.verify import faults
from pipeline.view import planned
from tests.helpers import toy
from tests.helpers.runs import data, make
from tests.helpers.tables import dropping, pages, rows_of, shout, source


class LastOneTakesLong(Local):
    """A runner of which one worker takes long over the last item of a queue: all others are done meanwhile.

    Notes stages and shards in the order in which they were made. Outcomes of other stages than the first of the queues
    are `held` until nothing else is left, as of workers that are not done when a stage ends. An `eager` one makes at
    once what can be. It is killed after `most` outcomes.
    """

    def __init__(self, held: bool = False, eager: bool = False, most: int = 10**9):
        self.made, self.told = list[tuple[str, str]](), list[str]()
        self._held, self._eager, self._left = held, eager, most

    def map(self, queues: Sequence[WorkQueue]) -> Generator[tuple[WorkQueue, Any, Any]]:
        self.stream = self._map(queues)  # nobody else closes it who forgets about it
        return self.stream

    def _map(self, queues: Sequence[WorkQueue]) -> Generator[tuple[WorkQueue, Any, Any]]:
        held = list[tuple[WorkQueue, Any, Any]]()
        while (waiting := [queue for queue in queues if queue.items]) or held:
            if not waiting:
                late = held.pop(0)
                yield late
                self.told.append(late[0].name)
                continue
            queue = waiting[0] if len(waiting[0].items) > 1 and not self._eager else waiting[-1]
            item = queue.items.popleft()
            self.made.append((queue.name, item[0]))
            done = (queue, item, attempt(queue.fn, item))
            if self._held and queue is not queues[0]:
                held.append(done)
                continue
            self._left -= 1
            if self._left < 0:
                raise Killed
            yield done
            self.told.append(queue.name)

    def of(self, stage: str) -> list[str]:
        """The shards of a stage that were made."""
        return [shard for name, shard in self.made if name == stage]

    def before_last_of(self, stage: str, other: str) -> list[str]:
        """The shards of another stage that were made before the last of this one."""
        names = [name for name, _ in self.made]
        end = len(names) - names[::-1].index(stage)
        return [shard for name, shard in self.made[:end] if name == other]


class Killed(BaseException):
    """The end of a driver."""


@pytest.mark.parametrize("held", [False, True])
def test_what_is_made_early_is_what_would_be_made_in_turn(tmp_path: Path, held: bool):
    folder, early = toy.corpus(tmp_path / "in"), LastOneTakesLong(held)
    in_turn = make(tmp_path / "turn", folder)
    stats = make(tmp_path / "early", folder, early)
    assert len(early.before_last_of("read", "keys")) == 3
    assert max(Counter(early.made).values()) == 1
    assert data(tmp_path / "early") == data(tmp_path / "turn")
    assert list(faults(str(tmp_path / "early"))) == []
    counts = [{n: (s.rows_in, s.rows_out, s.dropped, s.bytes) for n, s in each.items()} for each in (stats, in_turn)]
    assert counts[0] == counts[1], "no shard is counted twice"
    make(tmp_path / "early", folder, again := LastOneTakesLong())
    assert again.made == []


class Waits:
    """A reader whose input "last" comes when a shard that was made of "first" is there."""

    def __init__(self, made: Path):
        self.made = made

    def __call__(self, name: str) -> Iterator[pa.Table]:
        ends = time.monotonic() + 120
        while name == "last" and not list(self.made.glob("*.buckets")):
            if time.monotonic() > ends:
                raise ValueError("nobody made a shard of what is there")
            time.sleep(0.01)
        yield pa.table([[name], ["u"], ["w"], ["text"]], schema=toy.SCHEMA)


def test_a_worker_makes_the_next_stages_while_another_one_still_reads(tmp_path: Path):
    """The last file waits for keys of a page of the first, two stages on: with stages in turn it would for ever."""
    read = Map("read", Source(("last", "first"), Waits(tmp_path / "out/keys"), toy.SCHEMA))
    loud = Map("loud", read, (rewrite(shout),))
    ray = Ray(workers=2)
    try:
        run(Scatter("keys", loud, toy.by_text, "key", 4), root=str(tmp_path / "out"), runner=ray)
    finally:
        ray.close()
    assert len(list((tmp_path / "out/keys").iterdir())) == 2
    assert list(faults(str(tmp_path / "out"))) == []


def test_a_run_that_is_killed_anywhere_makes_nothing_twice_and_ends_with_the_same_bytes(tmp_path: Path):
    folder = toy.corpus(tmp_path / "in", files=3)
    make(tmp_path / "whole", folder, whole := LastOneTakesLong())
    for most in range(len(whole.made)):
        root, killed, rest = tmp_path / str(most), LastOneTakesLong(most=most), LastOneTakesLong()
        with pytest.raises(Killed):
            make(root, folder, killed)
        make(root, folder, rest)
        assert sorted(killed.made + rest.made) == sorted(whole.made)
        assert data(root) == data(tmp_path / "whole")
        assert list(faults(str(root))) == []


def test_a_file_of_several_shards_is_made_when_the_last_of_them_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(parts, "FILES", 2)
    folder, early = toy.corpus(tmp_path / "in", files=7), LastOneTakesLong()
    make(tmp_path / "turn", folder)
    make(tmp_path / "early", folder, early)
    keys = early.of("keys")
    assert len(keys) == 4 and all(map(is_part, keys))
    names = planned(str(tmp_path / "early"), "read")
    order = [early.made.index(("read", shard)) for shard in names]
    for n, part in enumerate(sorted(keys)):
        assert early.made.index(("keys", part)) > max(order[2 * n : 2 * n + 2])
    assert sorted(early.before_last_of("read", "keys")) == sorted(keys)[:3]
    assert data(tmp_path / "early") == data(tmp_path / "turn")


def three(folder: Path) -> Map:
    return Map("raw", source(folder, a=pages("a"), b=pages("b"), c=pages("c")))


def test_a_shard_waits_for_all_that_it_reads(tmp_path: Path):
    raw = three(tmp_path / "in")
    end = Map("end", raw, (rewrite(shout),), verdicts=dropping("judged", raw, "b"))
    run(end, root=str(tmp_path / "out"), runner=(early := LastOneTakesLong()))
    first, second, _ = planned(str(tmp_path / "out"), "raw")
    assert early.before_last_of("raw", "judged.sent") == [first, second], "of the rows alone"
    assert early.before_last_of("raw", "end") == [], "the verdicts are not there yet"
    assert early.before_last_of("judged", "end") == [first, second]
    assert [row["id"] for row in rows_of(tmp_path / "out", "end")] == ["a", "c"]


def test_a_stage_follows_one_that_was_found_before(tmp_path: Path):
    """What loud has made while raw was read is known when judged, whose turn comes first, makes the verdicts."""
    raw = three(tmp_path / "in")
    judged = dropping("judged", raw, "b")
    end = Map("end", Map("loud", raw, (rewrite(shout),)), (rewrite(shout),), verdicts=judged)
    run(judged, end, root=str(tmp_path / "out"), runner=(early := LastOneTakesLong()))
    assert len(early.before_last_of("judged", "end")) == 2


def test_what_is_under_way_in_the_turns_of_several_stages_is_made_once(tmp_path: Path):
    raw = three(tmp_path / "in")
    others = [Map(name, raw, (rewrite(shout),)) for name in ("one", "two", "three")]
    run(*others, root=str(tmp_path / "out"), runner=(early := LastOneTakesLong(held=True)))
    assert len(early.made) == len(set(early.made)) == 12
    assert list(faults(str(tmp_path / "out"))) == []


def test_views_are_followed_through(tmp_path: Path):
    """A stage that writes no rows of its own is as good as any."""
    raw = three(tmp_path / "in")
    seen = Map("seen", raw, verdicts=dropping("judged", raw, "b"))
    run(Scatter("sent", seen, sent, "key", 4), root=str(tmp_path / "out"), runner=(early := LastOneTakesLong()))
    assert len(early.before_last_of("judged", "sent")) == 2
    assert list(faults(str(tmp_path / "out"))) == []


def sent(table: pa.Table, shard: str) -> pa.Table:
    return table.select(["id"]).append_column("key", pa.array(range(table.num_rows), pa.uint64()))


def test_another_source_is_read_while_the_first_one_ends_and_files_are_fetched_ahead(tmp_path: Path):
    raw, other = three(tmp_path / "in"), Map("other", source(tmp_path / "more", d=pages("d"), e=pages("e")))
    items = dict[str, Any]()

    class Told(LastOneTakesLong):
        def map(self, queues):
            for queue, item, outcome in super().map(queues):
                items[item[0][:1]] = item[2][:1]
                yield queue, item, outcome

    run(raw, other, root=str(tmp_path / "out"), runner=(early := Told()))
    assert len(early.before_last_of("raw", "other")) == 2
    assert items == {"a": "b", "b": "c", "c": "", "d": "e", "e": ""}


class Refuses:
    """Rows for a Scatter; raises until there is a file `mended`. Notes its calls."""

    def __init__(self, folder: Path):
        self.folder = folder

    def __call__(self, table: pa.Table, shard: str) -> pa.Table:
        if shard and not (self.folder / "mended").exists():
            with open(self.folder / "calls", "a") as file:
                file.write("x")
            raise ValueError("not yet")
        return sent(table, shard)


def test_what_fails_early_is_told_to_the_log_and_tried_again_in_its_turn(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    keys = Scatter("keys", three(tmp_path / "in"), Refuses(tmp_path), "key", 4)
    told = list[str]()

    def mend(stage) -> None:
        told.append(stage.name)
        (tmp_path / "mended").touch()

    early = LastOneTakesLong(eager=True)
    run(keys, root=str(tmp_path / "out"), runner=early, on_finished=mend)
    first, second, third = planned(str(tmp_path / "out"), "raw")
    assert early.before_last_of("raw", "keys") == [first], "and no other is tried early"
    assert sorted(early.of("keys")) == [first, first, second, third]
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert caplog.records[0].message == (
        f"keys/{first} failed, and is tried again in the turn of its stage: ValueError: not yet"
    )
    assert told == ["raw", "keys"] and not list((tmp_path / "out").glob("failures/*/*"))
    assert (tmp_path / "calls").read_text() == "x"


def test_what_fails_again_in_its_turn_fails_its_stage(tmp_path: Path):
    keys = Scatter("keys", three(tmp_path / "in"), Refuses(tmp_path), "key", 4)
    with pytest.raises(StageFailed) as caught:
        run(keys, root=str(tmp_path / "out"), runner=LastOneTakesLong())
    assert caught.value.stage == "keys" and len(caught.value.failures) == 3
    assert len(list((tmp_path / "out/failures/keys").iterdir())) == 3
    assert len(list((tmp_path / "out/raw").iterdir())) == 3


def test_a_stage_that_fails_ends_the_run_when_what_is_under_way_is_done(tmp_path: Path):
    """What others made of its good shards is kept, and nothing new of them begins."""
    folder = tmp_path / "in"
    raw = three(folder)
    (folder / "a").write_text("{")
    loud = Map("loud", raw, (rewrite(shout),))
    keys = Scatter("keys", loud, sent, "key", 4)
    failing = LastOneTakesLong(held=True)
    with pytest.raises(StageFailed, match="stage raw"):
        run(keys, root=str(tmp_path / "out"), runner=failing)
    _, second, _ = planned(str(tmp_path / "out"), "raw")
    assert failing.of("loud") == [second] and failing.of("keys") == []
    assert failing.told == ["raw", "raw", "raw"] and inspect.getgeneratorstate(failing.stream) == inspect.GEN_CLOSED
    assert list(faults(str(tmp_path / "out"))) == []
    (folder / "a").write_text(json.dumps(pages("a")))
    run(keys, root=str(tmp_path / "out"), runner=(rest := LastOneTakesLong()))
    assert second not in rest.of("loud") and len(rest.of("loud")) == 2


def test_nothing_is_made_early_that_has_a_receipt(tmp_path: Path):
    """It may be right or not: its own turn tells. Here it was made of rows that are others now."""
    folder, root = tmp_path / "in", tmp_path / "out"
    raw = Map("raw", source(folder, **{name: pages(name) for name in "abcd"}))
    loud = Map("loud", raw, (rewrite(shout),))
    keys = Scatter("keys", loud, sent, "key", 4)
    with pytest.raises(Killed):
        run(keys, root=str(root), runner=(killed := LastOneTakesLong(most=6)))
    first, second, third, _ = planned(str(root), "raw")
    assert killed.of("raw") == [first, second, third] and killed.of("loud") == [first, second]
    for name in "abcd":
        (folder / name).write_text(json.dumps(pages(f"new{name}")))
    run(keys, root=str(root), runner=(rest := LastOneTakesLong()))
    assert rest.before_last_of("raw", "loud") == [third]
    assert rest.before_last_of("raw", "keys") == [third], "nor what reads one of them"
    assert sorted(rest.of("loud")) == sorted(planned(str(root), "loud"))
    run(keys, root=str(tmp_path / "fresh"), runner=Local())
    assert data(root) == data(tmp_path / "fresh")


def test_a_stage_that_was_finished_is_left_to_its_turn(tmp_path: Path):
    """Its record says which shards are made: it goes before one is made anew, and tells the others until then."""
    folder, root = tmp_path / "in", tmp_path / "out"
    run(Map("loud", three(folder), (rewrite(shout),)), root=str(root), runner=Local())
    more = source(folder, **{name: pages(name) for name in "abcdef"})
    loud = Map("loud", Map("raw", more), (rewrite(shout),))
    run(loud, root=str(root), runner=(rest := LastOneTakesLong()))
    assert len(rest.of("raw")) == len(rest.of("loud")) == 3
    assert rest.before_last_of("raw", "loud") == []
    assert [row["id"] for row in rows_of(root, "loud")] == list("abcdef")


def test_receipts_of_shards_that_were_entered_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    read = Counter[str]()
    monkeypatch.setattr(
        "pipeline.receipts.read_receipt", lambda root, *name: (read.update(name[:1]), read_receipt(root, *name))[1]
    )
    make(tmp_path / "out", toy.corpus(tmp_path / "in"), early := LastOneTakesLong())
    assert early.before_last_of("read", "keys") and not read


def test_inputs_that_are_taken_away_and_come_back_are_found(tmp_path: Path):
    """A run with other files that was killed took down a plan for a stage whose turn never came."""
    folder, root = tmp_path / "in", tmp_path / "out"
    keys = Scatter("keys", three(folder), sent, "key", 4)
    with pytest.raises(Killed):
        run(keys, root=str(root), runner=(first := LastOneTakesLong(most=3)))
    assert len(first.of("keys")) == 2
    other = Scatter("keys", Map("raw", source(folder, a=pages("a"), z=pages("z"))), sent, "key", 4)
    with pytest.raises(Killed):
        run(other, root=str(root), runner=LastOneTakesLong(most=0))
    assert len(planned(str(root), "keys")) == 2
    run(keys, root=str(root), runner=(rest := LastOneTakesLong()))
    assert len(rest.of("raw")) == 1 and len(rest.of("keys")) == 1
    assert list(faults(str(root))) == []


def test_a_file_asks_early_for_the_memory_of_its_own_rows_and_in_turn_for_that_of_the_largest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(memory, "LEAST", 0)
    sizes = [("a", 9), ("b", 1), ("c", 4), ("d", 2)]
    raw = Map("raw", source(tmp_path / "in", **{n: pages(*(f"{n}{i}" for i in range(size))) for n, size in sizes}))
    asked = list[int]()

    class Asked(LastOneTakesLong):
        def map(self, queues):
            for queue, item, outcome in super().map(queues):
                asked.extend([queue.memory] if queue.name == "keys" else [])
                yield queue, item, outcome

    run(Scatter("keys", raw, sent, "key", 4, sends=5), root=str(tmp_path / "out"), runner=Asked())
    row = 2 * 5 * (4 + 8)
    assert asked == [9 * row, 9 * row, 9 * row, 9 * row], "three wait together while the last is read"
    monkeypatch.setattr(scheduler, "memory_of", lambda stage, ledger: 7 * row if stage.name == "keys" else 0)
    asked.clear()
    run(Scatter("keys", Map("raw2", raw.source), sent, "key", 4, sends=5), root=str(tmp_path / "two"), runner=Asked())
    assert max(asked) == 9 * row
