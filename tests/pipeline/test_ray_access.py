"""Whether a cluster can be reached, and with which token. The head is played here; `test_cluster.py` has a real one."""

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from pipeline import ray_access
from pipeline.errors import RunnerLost, UsageError
from pipeline.ray_access import check_cluster, find_token

HINT = "(the head tells it: ray get-auth-token)"
Play = Callable[..., str]


class Refused(grpc.RpcError):
    """What a head answers."""

    def __init__(self, code: grpc.StatusCode):
        self._code = code

    def code(self) -> grpc.StatusCode:
        return self._code


class Channel:
    """A channel to a head that takes one token, or any (None)."""

    def __init__(self, place: str, token: str | None, code: grpc.StatusCode, asked: list[Any]):
        self._place, self._token, self._code, self._asked = place, token, code, asked

    def __enter__(self) -> "Channel":
        return self

    def __exit__(self, *error: object) -> None:
        self._asked.append("closed")

    def unary_unary(self, method: str) -> Callable[..., bytes]:
        assert method == "/ray.rpc.NodeInfoGcsService/CheckAlive"

        def call(request: bytes, timeout: float, metadata: tuple[tuple[str, str], ...] | None) -> bytes:
            assert request == b"" and 0 < timeout <= 60
            self._asked.append((self._place, metadata))
            if self._token is None or metadata == (("authorization", f"Bearer {self._token}"),):
                return b""
            raise Refused(self._code)

        return call


@pytest.fixture
def asked() -> list[Any]:
    """What heads were asked."""
    return []


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch, asked: list[Any], tmp_path: Path) -> Iterator[Play]:
    """Plays a head: `play(token)` returns its address. No token is set, nor lies in the home folder."""
    for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"):  # a Ray of this process sets them
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    servers = list[socket.socket]()

    def begin(
        token: str | None, host: str = "127.0.0.1", code: grpc.StatusCode = grpc.StatusCode.UNAUTHENTICATED
    ) -> str:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        servers.append(socket.create_server((host, 0), family=family))
        monkeypatch.setattr(ray_access.grpc, "insecure_channel", lambda place: Channel(place, token, code, asked))
        return f"{f'[{host}]' if ':' in host else host}:{servers[-1].getsockname()[1]}"

    yield begin
    for server in servers:
        server.close()


def test_a_head_that_asks_for_no_token_is_asked_once_and_without_one(play: Play, asked: list[Any]):
    address = play(None)
    check_cluster(address)
    check_cluster(f"ray://{address}")
    assert asked == [(address, None), "closed"] * 2
    assert "RAY_AUTH_MODE" not in os.environ


def test_a_token_that_is_right_is_used_from_then_on(play: Play, asked: list[Any], monkeypatch: pytest.MonkeyPatch):
    address = play("right")
    monkeypatch.setenv("RAY_AUTH_TOKEN", " right\n")
    check_cluster(address)
    assert [each for each in asked if each != "closed"] == [
        (address, None), (address, (("authorization", "Bearer right"),))
    ]  # fmt: skip
    assert os.environ["RAY_AUTH_MODE"] == "token"


def test_a_token_that_is_wanting_is_asked_for(play: Play):
    address = play("right")
    with pytest.raises(RunnerLost) as caught:
        check_cluster(address)
    assert str(caught.value) == (
        f"Ray at {address} asks for a token: put it in RAY_AUTH_TOKEN, in a file that RAY_AUTH_TOKEN_PATH names, or in"
        f" ~/.ray/auth_token {HINT}"
    )


def test_a_token_that_is_wrong_is_told_with_its_place(play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    address = play("right")
    (tmp_path / "token").write_text("wrong")
    monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", str(tmp_path / "token"))
    with pytest.raises(RunnerLost) as caught:
        check_cluster(f"ray://{address}")
    assert str(caught.value) == f"Ray at ray://{address} does not take the token in {tmp_path}/token {HINT}"
    assert "RAY_AUTH_MODE" not in os.environ


def test_another_error_of_the_head_is_left_to_ray(play: Play):
    check_cluster(play("right", code=grpc.StatusCode.UNAVAILABLE))


def test_a_head_with_tls_is_left_to_ray(play: Play, asked: list[Any], monkeypatch: pytest.MonkeyPatch):
    address = play("right")
    monkeypatch.setenv("RAY_USE_TLS", "1")
    check_cluster(address)
    assert asked == []
    monkeypatch.setenv("RAY_USE_TLS", "0")
    with pytest.raises(RunnerLost):
        check_cluster(address)


@pytest.mark.skipif(not os.path.exists("/proc/net/if_inet6"), reason="this machine has no IPv6")
def test_an_address_may_be_of_ipv6(play: Play, asked: list[Any]):
    address = play(None, "::1")
    check_cluster(address)
    assert asked[0] == (address, None)


def test_where_nobody_listens_is_an_error_of_the_network(play: Play):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    for address in (f"127.0.0.1:{port}", f"ray://127.0.0.1:{port}"):
        with pytest.raises(ConnectionRefusedError):
            check_cluster(address)


def test_what_ray_finds_by_itself_is_not_asked(play: Play, asked: list[Any]):
    play("right")
    check_cluster("auto")
    assert asked == []


@pytest.mark.parametrize("address", ["http://head:8265", "https://head"])
def test_the_address_of_a_dashboard_is_refused(address: str):
    with pytest.raises(UsageError) as caught:
        check_cluster(address)
    said = "is the address of Ray's dashboard, which takes jobs; give that of the head: host:6379"
    assert str(caught.value) == f"{address} {said}"


def test_where_a_token_is_looked_for_and_in_which_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("RAY_AUTH_TOKEN", raising=False)  # Ray itself puts one there when it starts
    assert find_token() == ("", "")
    (tmp_path / ".ray").mkdir()
    (tmp_path / ".ray/auth_token").write_text("of the home\n")
    assert find_token() == ("of the home", f"{tmp_path}/.ray/auth_token")
    (tmp_path / "mine").write_text("\n")
    monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", "~/mine")
    assert find_token() == ("", ""), "an empty file has none"
    (tmp_path / "mine").write_text("of a file")
    assert find_token() == ("of a file", f"{tmp_path}/mine")
    monkeypatch.setenv("RAY_AUTH_TOKEN", " ")
    assert find_token()[0] == "of a file"
    monkeypatch.setenv("RAY_AUTH_TOKEN", "of a variable")
    assert find_token() == ("of a variable", "RAY_AUTH_TOKEN")
