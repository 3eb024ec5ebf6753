"""The store of bad days: right answers until a fault is set, and each fault as it is called."""

import http.client
import time
from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks import chaos_store
from benchmarks.chaos_store import BUCKET, Proxy, faulty_store
from pipeline import store


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[Proxy, Any, str]]:
    with faulty_store() as made:
        yield made


@pytest.fixture(autouse=True)
def always(world: tuple[Proxy, Any, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A fault that is set strikes each request, and none is left behind."""
    monkeypatch.setattr(chaos_store, "SHARE", 1.0)
    yield
    world[0].arm("", 0, 0)


def answer(proxy: Proxy, name: str, method: str = "GET") -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", proxy.server_address[1], timeout=30)
    # A store lets nobody in who says no name; the signature is not looked at.
    name_of_key = "AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
    connection.request(method, f"/{BUCKET}/{name}", headers={"Authorization": name_of_key})
    return connection.getresponse()


def test_without_a_fault_it_is_a_store(world: tuple[Proxy, Any, str]):
    _, client, root = world
    store.write_bytes(root.format("plain"), "folder/file", b"0123456789" * 1000)
    assert client.get_object(Bucket=BUCKET, Key="plain/folder/file")["Body"].read() == b"0123456789" * 1000
    assert store.read_bytes(root.format("plain"), "folder/file") == b"0123456789" * 1000
    assert store.sizes(root.format("plain"), "folder") == {"file": 10_000}


@pytest.mark.parametrize(("fault", "status"), [("503", 503), ("500", 500), ("404", 404)])
def test_wrong_answers(world: tuple[Proxy, Any, str], fault: str, status: int):
    proxy, client, _ = world
    client.put_object(Bucket=BUCKET, Key="there", Body=b"0123456789")
    proxy.arm(fault, 1, 60)
    assert answer(proxy, "there").status == answer(proxy, "there", "HEAD").status == status
    assert proxy.struck == 2
    proxy.arm("", 0, 0)
    assert answer(proxy, "there").read() == b"0123456789" and proxy.struck == 0


def test_half_an_answer(world: tuple[Proxy, Any, str]):
    proxy, client, _ = world
    client.put_object(Bucket=BUCKET, Key="there", Body=b"0123456789")
    proxy.arm("half", 1, 60)
    with pytest.raises(http.client.IncompleteRead) as cut:
        answer(proxy, "there").read()
    assert cut.value.partial == b"01234" and cut.value.expected == 5


def test_a_slow_answer_is_right(world: tuple[Proxy, Any, str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(chaos_store, "SLOW", 0.5)
    proxy, client, _ = world
    client.put_object(Bucket=BUCKET, Key="there", Body=b"0123456789")
    proxy.arm("slow", 1, 60)
    began = time.monotonic()
    assert answer(proxy, "there").read() == b"0123456789"
    assert time.monotonic() - began >= 0.5


def test_a_store_that_is_killed_does_not_answer(world: tuple[Proxy, Any, str]):
    proxy, _, _ = world
    proxy.arm("killed", 1, 60)
    with pytest.raises(http.client.RemoteDisconnected):
        answer(proxy, "there")


def test_an_old_listing_shows_what_was_there_when_it_was_first_asked_for(world: tuple[Proxy, Any, str]):
    proxy, _, root = world
    store.write_bytes(root.format("aged"), "folder/first", b"1")
    assert list(store.sizes(root.format("aged"), "folder")) == ["first"]
    store.write_bytes(root.format("aged"), "folder/second", b"2")
    proxy.arm("old", 1, 60)
    assert list(store.sizes(root.format("aged"), "folder")) == ["first"]
    assert proxy.struck
    proxy.arm("", 0, 0)
    assert list(store.sizes(root.format("aged"), "folder")) == ["first", "second"]


def test_a_fault_waits_for_its_request_and_for_one_that_it_can_strike(world: tuple[Proxy, Any, str]):
    proxy, client, _ = world
    client.put_object(Bucket=BUCKET, Key="there", Body=b"0123456789")
    proxy.arm("half", 3, 60)
    assert answer(proxy, "there").read() == answer(proxy, "there").read() == b"0123456789"
    assert not proxy.reached.is_set()
    assert answer(proxy, "there", "HEAD").status == 200 and proxy.reached.is_set() and not proxy.struck
    assert answer(proxy, ".lock", "HEAD").status == 404, "a lease is no sign of a run that goes on"
    assert proxy.asked == 3
    with pytest.raises(http.client.IncompleteRead):
        answer(proxy, "there").read()
    assert proxy.struck == 1


def test_a_fault_passes_by(world: tuple[Proxy, Any, str]):
    proxy, client, _ = world
    client.put_object(Bucket=BUCKET, Key="there", Body=b"0123456789")
    proxy.arm("503", 1, 0.2)
    assert answer(proxy, "there").status == 503
    time.sleep(0.3)
    assert answer(proxy, "there").status == 200 and proxy.struck == 1
