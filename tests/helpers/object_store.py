"""An S3 server on loopback, for what reads and writes object stores."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3

from tests.helpers.s3 import s3_server

KEYS = {"aws_access_key_id": "MYKEY", "aws_secret_access_key": "MYSECRET", "region_name": "us-east-1"}


@contextmanager
def bucket(files: Mapping[str, bytes] | None = None) -> Iterator[tuple[str, Any]]:
    """A bucket with these files: a pattern of URLs, "s3://…/{}?…" with keys in it, and a client of boto3."""
    with s3_server() as (host, port):
        client = boto3.client("s3", endpoint_url=f"http://{host}:{port}", **KEYS)
        name = f"corpus{uuid.uuid4().hex[:8]}"  # see `s3_server`
        client.create_bucket(Bucket=name)
        for key, data in (files or {}).items():
            client.put_object(Bucket=name, Key=key, Body=data)
        place = f"scheme=http&region=us-east-1&endpoint_override={host}:{port}"
        yield f"s3://MYKEY:MYSECRET@{name}/{{}}?{place}", client
