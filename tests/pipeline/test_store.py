"""Files on a local disk and on an object store: whole or not there."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import boto3
import pyarrow as pa
import pytest
from moto.server import ThreadedMotoServer

from pipeline import parquet, store
from pipeline.errors import UsageError
from pipeline.funnel import faults, stage_stats
from pipeline.ledger import receipt_name
from pipeline.stage import shard_files
from tests.helpers import toy
from tests.pipeline.test_laws import Spy, data, driver, make


@pytest.fixture(scope="module")
def bucket():
    """An s3:// root on a server of our own."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    client = boto3.client(
        "s3",
        endpoint_url=f"http://{host}:{port}",
        aws_access_key_id="k",
        aws_secret_access_key="s",
        region_name="us-east-1",
    )
    client.create_bucket(Bucket="corpus")
    yield f"s3://k:s@corpus/run?scheme=http&endpoint_override={host}:{port}&region=us-east-1", client
    server.stop()


def test_a_run_on_an_object_store_is_the_run_on_a_disk(tmp_path: Path, bucket):
    root, client = bucket
    folder, spy = toy.corpus(tmp_path / "in"), Spy()
    local = make(tmp_path / "out", folder)
    assert {k: v.rows_out for k, v in make(root, folder).items()} == {k: v.rows_out for k, v in local.items()}
    keys = [
        o["Key"] for page in client.get_paginator("list_objects_v2").paginate(Bucket="corpus") for o in page["Contents"]
    ]
    stored = {
        key.removeprefix("run/"): client.get_object(Bucket="corpus", Key=key)["Body"].read()
        for key in keys
        if key.endswith(".parquet")
    }
    assert stored == data(tmp_path / "out")
    assert list(faults(root)) == []
    assert stage_stats(root)["unique"].rows_out == local["unique"].rows_out
    make(root, folder, spy)
    assert spy.sent == []


def test_an_upload_that_fails_leaves_nothing(bucket):
    root, _ = bucket
    with pytest.raises(ValueError), store.writing(root, "half") as sink:
        sink.write(b"x" * (6 << 20))
        raise ValueError
    assert not store.exists(root, "half")


def test_a_root_that_nobody_understands_is_said_so_without_its_keys():
    with pytest.raises(UsageError) as caught:
        store.open_root("gopher://key:secret@host/path")
    assert "secret" not in str(caught.value)


FULL = """
import resource, sys
from pathlib import Path
from mews.__main__ import main
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
sys.argv = ["pipeline", "run", "tests.helpers.toy", "--runner", "local", "--root", sys.argv[1], "folder=" + sys.argv[2]]
main()
"""


def test_a_disk_that_takes_no_more_is_one_line_and_loses_nothing(tmp_path: Path):
    folder = toy.corpus(tmp_path / "in", files=3)
    (folder / "f1.txt").write_text("\n".join(os.urandom(30).hex() for _ in range(3000)))
    run = subprocess.run([sys.executable, "-c", FULL, tmp_path / "out", folder], capture_output=True, text=True)
    assert run.returncode == 1
    (said,) = [line for line in run.stderr.splitlines() if line.startswith("error: ")]
    assert said.startswith("error: stage read: 1 shard(s) failed: f1-") and "File too large" in said
    assert "Traceback" not in run.stderr
    assert len(list((tmp_path / "out/read").glob("*"))) == 2, (
        "the others are made, and nothing unfinished lies beside them"
    )
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_row_groups_depend_on_rows_alone(tmp_path: Path):
    schema = pa.schema([("n", pa.int64())])
    for name, batch in (("a", 1_000), ("b", 1_000)):
        with parquet.writing(str(tmp_path), name, schema, {}) as writer:
            for start in range(0, 50_000, batch):
                writer.write(pa.table({"n": range(start, start + batch)}, schema=schema))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    with parquet.open_file(str(tmp_path), "a") as file:
        assert [file.metadata.row_group(g).num_rows for g in range(file.num_row_groups)] == [20_000, 20_000, 10_000]


def test_hidden_files_are_not_listed_and_parts_are_swept(tmp_path: Path):
    for name in ("b", "a", ".a.123.part"):
        store.write_bytes(str(tmp_path), f"folder/{name}", b"")
    assert store.listing(str(tmp_path), "folder") == ["a", "b"]
    store.sweep_parts(str(tmp_path))
    assert sorted(os.listdir(tmp_path / "folder")) == ["a", "b"]
    assert store.listing(str(tmp_path), "nowhere") == []


def test_what_is_renamed_into_place_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    done: list[str] = []
    for name in ("fsync", "replace"):
        call = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *a, name=name, call=call: (done.append(name), call(*a))[1])
    store.write_bytes(str(tmp_path), "stage/shard.parquet", b"rows")
    assert done == ["fsync", "replace", "fsync"], "the file, then its name, then the folder"


def test_a_shard_that_is_made_anew_has_no_receipt_meanwhile(tmp_path: Path):
    root = str(tmp_path)
    store.write_bytes(root, receipt_name("stage", "shard"), b"{}")
    with shard_files(root, "stage", "shard"):
        assert not store.exists(root, receipt_name("stage", "shard"))


def test_nothing_of_a_process_is_in_the_data(tmp_path: Path):
    folder = toy.corpus(tmp_path / "in")
    make(tmp_path / "here", folder)
    process = driver(tmp_path / "there", folder, "local")
    assert process.wait() == 0
    assert data(tmp_path / "there") == data(tmp_path / "here")
