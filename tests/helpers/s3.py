"""An S3 server of our own, on loopback."""

import logging
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import boto3
import pytest
from moto.server import ThreadedMotoServer


class Server(NamedTuple):
    """A server with the bucket `corpus`: its address, and a client that knows it."""

    host: str
    port: int
    client: Any

    def root(self, prefix: str) -> str:
        """A root on it, with the keys and the address in its URL."""
        where = f"{self.host}:{self.port}"
        return f"s3://k:s@corpus/{prefix}?scheme=http&endpoint_override={where}&region=us-east-1"

    @property
    def variables(self) -> dict[str, str]:
        """The environment in which `s3://corpus/...` lies on it."""
        keys = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_DEFAULT_REGION": "us-east-1"}
        return {"AWS_ENDPOINT_URL": f"http://{self.host}:{self.port}", **keys}

    def names(self, prefix: str = "") -> list[str]:
        """The names of the objects in the bucket that are no folders, sorted."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket="corpus", Prefix=prefix)
        return sorted(
            key for page in pages for found in page.get("Contents", ()) if not (key := found["Key"]).endswith("/")
        )

    def read(self, key: str) -> bytes:
        """The content of an object."""
        return self.client.get_object(Bucket="corpus", Key=key)["Body"].read()


@contextmanager
def s3_server() -> Iterator[tuple[str, int]]:
    """A server while the block runs: its host and port. Servers of one process share their buckets."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        yield server.get_host_and_port()
    finally:
        server.stop()


@pytest.fixture(scope="module")
def s3() -> Iterator[Server]:
    """A server with an empty bucket."""
    with s3_server() as (host, port):
        yield _emptied(host, port)


def _emptied(host: str, port: int) -> Server:
    keys = {"aws_access_key_id": "k", "aws_secret_access_key": "s", "region_name": "us-east-1"}
    client = boto3.client("s3", endpoint_url=f"http://{host}:{port}", **keys)
    # What earlier modules left goes.
    urllib.request.urlopen(urllib.request.Request(f"http://{host}:{port}/moto-api/reset", method="POST")).close()
    client.create_bucket(Bucket="corpus")
    return Server(host, port, client)
