"""A run whose addresses are full of keys: none of them is in anything that it writes or says."""

import os
import subprocess
import sys
from pathlib import Path

import boto3
import pytest

from tests.helpers.s3 import s3_server
from tests.helpers.server import Site, serving, status
from tests.helpers.warc_maker import crawl, members

SECRETS = ("SECRETUSER", "SECRETPASS", "SECRETSIGN", "SECRETKEY", "SECRETACCESS", "SECRETHOST")
REPO_ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bucket():
    keys = {"aws_access_key_id": "SECRETKEY", "aws_secret_access_key": "SECRETACCESS", "region_name": "us-east-1"}
    with s3_server() as (host, port):
        client = boto3.client("s3", endpoint_url=f"http://{host}:{port}", **keys)
        client.create_bucket(Bucket="corpus")
        place = f"scheme=http&region=us-east-1&endpoint_override={host}:{port}"
        yield client, f"s3://SECRETKEY:SECRETACCESS@corpus/out?{place}"


@pytest.mark.slow
def test_no_secret_is_written_or_said(bucket, tmp_path: Path):
    client, root = bucket
    file = b"".join(members(crawl(40)))
    with serving(Site({"/a.warc.gz": file, "/b.warc.gz": file[: len(file) // 2], "/list.txt": b""})) as site:
        signed = site.url.replace("://", "://SECRETUSER:SECRETPASS@") + "{}?X-Amz-Signature=SECRETSIGN"
        site.files["/list.txt"] = "\n".join(map(signed.format, ("a.warc.gz", "b.warc.gz", "gone.warc.gz"))).encode()
        site.faults["/b.warc.gz"] = [status(401)] * 2
        first = mews(tmp_path, "run", "recipes.refinedweb", "--root", root, "--runner", "local",
                     f"snapshot={signed.format('list.txt')}")  # fmt: skip
        assert first.returncode == 1 and "2 shard(s) failed" in first.stderr, first.stderr
        good = mews(tmp_path, "run", "recipes.refinedweb", "--root", root, "--runner", "local",
                    f"snapshot={signed.format('b.warc.gz')}")  # fmt: skip
        assert good.returncode == 0, good.stderr
    said = [first, good]
    said += [mews(tmp_path, command, root, *more) for command, *more in (("stats",), ("verify",), ("explain", "x"))]
    said += [
        mews(tmp_path, command, root, *more) for command, *more in (("compare", root), ("family", "x"), ("replay",))
    ]
    names = [each["Key"] for each in client.list_objects_v2(Bucket="corpus")["Contents"]]
    written = [client.get_object(Bucket="corpus", Key=name)["Body"].read() for name in names]
    assert {"out/plan.json", "out/refinedweb/README.md"} <= set(names) and any("/receipts/" in name for name in names)
    assert any(name.startswith("out/failures/") for name in names)
    everything = [*written, *(name.encode() for name in names), *(f"{run.stdout}{run.stderr}".encode() for run in said)]
    assert {secret for secret in SECRETS for each in everything if secret.encode() in each} == set()


def mews(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MEWS_"))}
    places = {"MEWS_RATE_LIMIT_DIR": str(folder / "gate"), "MEWS_CACHE": str(folder / "cache")}
    return subprocess.run(
        [sys.executable, "-m", "mews", *arguments],
        capture_output=True, text=True, cwd=REPO_ROOT, env=kept | places,
    )  # fmt: skip
