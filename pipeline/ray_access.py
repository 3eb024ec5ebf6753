"""Whether a Ray cluster can be reached, and with which token; asked before Ray is, which would try for minutes."""

import os
import socket
from pathlib import Path

import grpc

from pipeline.errors import RunnerLost, UsageError
from pipeline.ray_settings import LOOPBACK

DEFAULT_TOKEN = "~/.ray/auth_token"
WHERE = f"RAY_AUTH_TOKEN, in a file that RAY_AUTH_TOKEN_PATH names, or in {DEFAULT_TOKEN}"
ALIVE = "/ray.rpc.NodeInfoGcsService/CheckAlive"  # the call that every head answers
SECONDS = 10
TRIES = ("RAY_NUM_REDIS_GET_RETRIES", "4")  # to reach the head, of half a minute each; Ray's own are 20


def check_cluster(address: str) -> None:
    """Raise when the head at `address` (host:port, or ray://host:port) cannot be worked with, and say why.

    Where the head asks for a token and one is found, Ray is told to use it (RAY_AUTH_MODE=token); where it listens on
    loopback only, that it does (`LOOPBACK`). Raises OSError when
    nobody listens there, RunnerLost when the token is wanting or wrong, and UsageError on an address of another kind.
    """
    if address.startswith(("http://", "https://")):
        raise UsageError(
            f"{address} is the address of Ray's dashboard, which takes jobs; give that of the head: host:6379"
        )
    place = address.removeprefix("ray://")
    host, colon, port = place.rpartition(":")
    if not colon:
        return  # "auto": Ray finds it on this machine
    socket.create_connection((host.strip("[]"), int(port)), timeout=SECONDS).close()
    os.environ.setdefault(*TRIES)
    if host in ("127.0.0.1", "localhost") and not _listens_outward(int(port)):
        os.environ.setdefault(LOOPBACK, "0")
    if os.environ.get("RAY_USE_TLS", "0") != "0" or not _refuses(place, ""):
        return
    token, named = find_token()
    if not token:
        raise RunnerLost(
            f"Ray at {address} asks for a token: put it in {WHERE} (the head tells it: ray get-auth-token)"
        )
    if _refuses(place, token):
        raise RunnerLost(f"Ray at {address} does not take the token in {named} (the head tells it: ray get-auth-token)")
    os.environ["RAY_AUTH_MODE"] = "token"


def _listens_outward(port: int) -> bool:
    """Whether a head of this machine can be reached at its outward address, which Ray takes for 127.0.0.1."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
            way.connect(("192.0.2.1", 9))  # nothing is sent
            outward = way.getsockname()[0]
        socket.create_connection((outward, port), timeout=SECONDS).close()
    except OSError:
        return False
    return True


def find_token() -> tuple[str, str]:
    """The token that Ray would use, and where it was found; both empty without one."""
    if token := os.environ.get("RAY_AUTH_TOKEN", "").strip():
        return token, "RAY_AUTH_TOKEN"
    file = Path(os.environ.get("RAY_AUTH_TOKEN_PATH") or DEFAULT_TOKEN).expanduser()
    token = file.read_text().strip() if file.is_file() else ""
    return (token, str(file)) if token else ("", "")


def _refuses(place: str, token: str) -> bool:
    """Whether a head says that a token is missing or wrong."""
    headers = (("authorization", f"Bearer {token}"),) if token else None
    with grpc.insecure_channel(place) as channel:
        try:
            channel.unary_unary(ALIVE)(b"", timeout=SECONDS, metadata=headers)
        except grpc.RpcError as error:
            return error.code() is grpc.StatusCode.UNAUTHENTICATED  # type: ignore[attr-defined]
    return False
