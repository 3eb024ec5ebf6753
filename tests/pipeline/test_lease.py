"""One run at a time on a root: locks, leases that are renewed, and those that a killed run left behind."""

import json
import logging
import os
import socket
import subprocess
import sys
import threading
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import obstore
import pyarrow.fs as pafs
import pytest
from obstore.exceptions import BaseError, NotSupportedError
from obstore.store import MemoryStore

from pipeline import holder, lease
from pipeline.errors import LeaseLost, UsageError
from pipeline.holder import Holder, this_process
from pipeline.lease import NAME, StoreLease, held
from tests.helpers import toy
from tests.helpers.runs import driver, make, slow_corpus
from tests.helpers.s3 import Server


def test_a_local_root_is_held_by_one_run(tmp_path: Path):
    with held(str(tmp_path / "out")):
        said = json.loads((tmp_path / "out/.lock").read_text())
        with pytest.raises(UsageError) as caught, held(str(tmp_path / "out")):
            pass
    assert str(caught.value) == (
        f"another run is at work on {tmp_path}/out (process {os.getpid()} on {said['host']}, since {said['since']}); "
        "wait for it, or choose another root"
    )
    with held(str(tmp_path / "out")) as again:
        again.check()


def test_a_second_run_ends_with_one_line_and_exit_code_2(tmp_path: Path):
    folder = toy.corpus(tmp_path / "in", files=1, pages=20)
    with held(str(tmp_path / "out")):
        other = driver(tmp_path / "out", folder, "local")
        said = other.communicate()[1]
    assert other.returncode == 2
    assert said.splitlines()[-1].startswith(
        f"error: another run is at work on {tmp_path}/out (process {os.getpid()} on "
    )
    assert said.count("error") == 1 and "Traceback" not in said
    make(tmp_path / "out", folder)


def test_a_file_system_without_locks_is_not_held_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def no_locks(*arguments: Any) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(lease.fcntl, "flock", no_locks)
    with held(str(tmp_path)), held(str(tmp_path)):
        assert f"{tmp_path} cannot be held against other runs (Operation not supported)" in caplog.text


def test_a_lease_is_an_object_that_goes_when_the_run_ends(s3: Server):
    with held(s3.root("one")) as mine:
        assert s3.names("one") == ["one/.lock"]
        said = json.loads(s3.read("one/.lock"))
        assert said["pid"] == os.getpid() and said["since"].endswith(" UTC")
        mine.check()
        with pytest.raises(UsageError, match=rf"another run is at work on s3://corpus/one \(process {os.getpid()} on "):
            held(s3.root("one")).__enter__()
        with held(s3.root("two")):
            pass
        assert s3.names("one") == ["one/.lock"], "the look at the store's clock leaves nothing"
    assert s3.names() == []


def test_two_runs_with_different_arguments_on_one_bucket(s3: Server, tmp_path: Path):
    """The second says who is at work, ends with exit code 2, and has changed nothing."""
    folder = slow_corpus(tmp_path / "in")
    variables = os.environ | s3.variables
    with held(s3.root("run 1")):
        rival = driver("s3://corpus/run 1", folder, "local", env=variables)
        said = rival.communicate()[1]
        assert (rival.returncode, said.count("error")) == (2, 1)
        assert f"\nerror: another run is at work on s3://corpus/run 1 (process {os.getpid()} on " in said
        assert s3.names("run 1") == ["run 1/.lock"]
    given = ("characters=3", "characters=1")
    runs = [driver("s3://corpus/both", folder, "local", argument, env=variables) for argument in given]
    ends = sorted((run.communicate()[1], run.returncode)[::-1] for run in runs)
    assert [code for code, _ in ends] in ([0, 2], [0, 0]), ends
    assert all("another run is at work" in said for code, said in ends if code == 2)
    assert "both/.lock" not in s3.names("both")


def killed() -> Holder:
    """A process of this machine that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return Holder("here", holder._machine(), ended.pid, "some time ago", "killed")


def elsewhere() -> Holder:
    return Holder("far.example", "another boot", 1, "some time ago", "elsewhere")


@pytest.fixture
def bucket() -> MemoryStore:
    return MemoryStore()


def put(bucket: MemoryStore, who: Holder) -> None:
    obstore.put(bucket, NAME, who.to_json())


def content(bucket: MemoryStore) -> dict[str, str]:
    return json.loads(bytes(obstore.get(bucket, NAME).bytes()))


def test_a_lease_of_a_process_of_this_machine_that_ended_is_taken_over_at_once(bucket: MemoryStore):
    put(bucket, killed())
    mine = StoreLease("s3://b/x", bucket, NAME)
    assert content(bucket)["pid"] == os.getpid()
    mine.release()
    with pytest.raises(FileNotFoundError):
        obstore.get(bucket, NAME)


def test_a_lease_of_another_machine_is_taken_over_when_it_is_stale(
    bucket: MemoryStore, monkeypatch: pytest.MonkeyPatch
):
    put(bucket, elsewhere())
    with pytest.raises(UsageError, match=r"s3://b/x \(process 1 on far.example, since some time ago\)"):
        StoreLease("s3://b/x", bucket, NAME)
    monkeypatch.setattr(lease, "STALE", -1.0)
    StoreLease("s3://b/x", bucket, NAME).release()


@pytest.mark.parametrize(("seconds", "free"), [(-80, False), (80, False), (-100, True), (100, True)])
def test_a_lease_is_stale_also_when_the_clock_of_the_store_was_set_back(
    bucket: MemoryStore, monkeypatch: pytest.MonkeyPatch, seconds: int, free: bool
):
    """Else nobody could take it until that clock has come to where it was."""
    put(bucket, elsewhere())
    head = obstore.head
    monkeypatch.setattr(
        obstore, "head", lambda *of: {"last_modified": head(*of)["last_modified"] + timedelta(seconds=seconds)}
    )
    with nullcontext() if free else pytest.raises(UsageError, match="another run is at work"):
        StoreLease("s3://b/x", bucket, NAME).release()


def test_a_lease_that_nobody_can_read_is_waited_for(bucket: MemoryStore, monkeypatch: pytest.MonkeyPatch):
    obstore.put(bucket, NAME, b"not JSON")
    with pytest.raises(UsageError, match=r"another run is at work on s3://b/x; wait for it"):
        StoreLease("s3://b/x", bucket, NAME)
    monkeypatch.setattr(lease, "STALE", -1.0)
    StoreLease("s3://b/x", bucket, NAME).release()


def test_a_lease_lives_longer_than_some_renewals_take():
    assert lease.RENEWED * 4 < lease.STALE <= 300


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Leases are renewed all the time; the event is set at each renewal."""
    renewed, once = threading.Event(), StoreLease._renew_once
    monkeypatch.setattr(lease, "RENEWED", 0.001)
    monkeypatch.setattr(StoreLease, "_renew_once", lambda self: (once(self), renewed.set())[0])
    return renewed


def test_a_lease_is_renewed_while_its_run_lives(bucket: MemoryStore, quick: threading.Event):
    mine = StoreLease("s3://b/x", bucket, NAME)
    said = set()
    for _ in range(3):
        quick.clear()
        assert quick.wait(30)
        said.add(content(bucket)["renewed"])
    assert len(said) == 3
    mine.check()
    mine.release()


def test_a_run_whose_lease_was_taken_over_is_told_who_has_it(bucket: MemoryStore, quick: threading.Event):
    mine = StoreLease("s3://k:secret@b/x", bucket, NAME)
    put(bucket, elsewhere())
    mine._thread.join(30)
    with pytest.raises(LeaseLost) as caught:
        mine.check()
    assert str(caught.value).startswith("s3://b/x was taken over by process 1 on far.example, since some time ago")
    mine.release()
    assert content(bucket)["id"] == "elsewhere", "the lease of another is not ours to delete"


def test_a_lease_that_a_person_deleted_is_made_again(bucket: MemoryStore, quick: threading.Event):
    mine = StoreLease("s3://b/x", bucket, NAME)
    obstore.delete(bucket, NAME)
    quick.clear()
    assert quick.wait(30)
    assert content(bucket)["pid"] == os.getpid()
    mine.check()
    mine.release()


def test_a_renewal_whose_answer_was_lost_is_ours(bucket: MemoryStore, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lease, "RENEWED", 3600.0)
    mine = StoreLease("s3://b/x", bucket, NAME)
    obstore.put(bucket, NAME, mine._me.to_json(renewed="came through"))
    mine._renew_once()
    mine._renew_once()
    mine.check()
    mine.release()


def test_a_store_that_cannot_be_reached_for_a_while_loses_no_lease(
    bucket: MemoryStore, quick: threading.Event, monkeypatch: pytest.MonkeyPatch
):
    mine = StoreLease("s3://b/x", bucket, NAME)
    put_object, failed = obstore.put, threading.Event()

    def failing(*arguments: Any, **options: Any) -> Any:
        if failed.is_set():
            return put_object(*arguments, **options)
        failed.set()
        raise BaseError("no answer")

    monkeypatch.setattr(lease.obstore, "put", failing)
    assert failed.wait(30)
    quick.clear()
    assert quick.wait(30), "it is renewed again"
    mine.check()
    mine.release()


@pytest.mark.parametrize("how", ["overwrites", "refuses"])
def test_a_store_that_knows_no_conditions_is_not_held_and_that_is_said(
    how: str, bucket: MemoryStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    put_object = obstore.put

    def without_conditions(store: Any, name: str, data: bytes, **options: Any) -> Any:
        if how == "refuses":
            raise NotSupportedError("conditional put\nis not implemented")
        return put_object(store, name, data)

    monkeypatch.setattr(lease, "open_bucket", lambda filesystem, name: bucket)
    monkeypatch.setattr(lease.obstore, "put", without_conditions)
    monkeypatch.setattr(lease, "open_root", lambda root: (pafs.SubTreeFileSystem("/", pafs.LocalFileSystem()), "b/x"))
    with held("s3://b/x") as nothing:
        nothing.check()
    assert "s3://b/x cannot be held against other runs" in caplog.text and caplog.records[0].levelno == logging.WARNING


def test_a_holder_is_read_as_it_was_written():
    me = this_process()
    assert Holder.from_json(me.to_json(renewed="x")) == me and not me.gone and me.id != this_process().id
    assert str(me) == f"process {os.getpid()} on {socket.gethostname()}, since {me.since}"
    assert killed().gone and not elsewhere().gone
    assert not Holder("here", "", killed().pid, "", "").gone, "of an unknown machine nobody knows"
    for damaged in (b"", b"[]", b"{}", b"null", b"\xff"):
        assert Holder.from_json(damaged) is None
