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
    world[0].fault = ""


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
    proxy.fault = fault
    assert answer(proxy, "there").status == answer(proxy, "there", "HEAD").status == status
    proxy.fault = ""
    assert answer(proxy, "there").read() == b"0123456789"
    assert proxy.told[fault] == 2


def test_half_an_answer(world: tuple[Proxy, Any, str]):
    proxy, client, _ = world
    client.put_object(Bucket=BUCKET, Key="there", Body=b"0123456789")
    proxy.fault = "half"
    with pytest.raises(http.client.IncompleteRead) as cut:
        answer(proxy, "there").read()
    assert cut.value.partial == b"01234" and cut.value.expected == 5


def test_a_slow_answer_is_right(world: tuple[Proxy, Any, str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(chaos_store, "SLOW", 0.5)
    proxy, client, _ = world
    client.put_object(Bucket=BUCKET, Key="there", Body=b"0123456789")
    proxy.fault, began = "slow", time.monotonic()
    assert answer(proxy, "there").read() == b"0123456789"
    assert time.monotonic() - began >= 0.5
