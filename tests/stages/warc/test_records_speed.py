"""Reading with recovery beside FastWARC alone, in one process."""

import time

import pytest
from fastwarc.warc import ArchiveIterator

from stages.warc.records import records


@pytest.mark.slow
def test_recovery_costs_little_on_clean_files(shared):
    path = str(shared / "data" / "realweb" / "realweb-dev-00000.warc.gz")

    def fastwarc() -> int:
        return sum(len(record.reader.read()) for record in ArchiveIterator(path, parse_http=False, fsspec_args=False))

    def ours() -> int:
        with open(path, "rb") as file:
            return sum(len(record.block) for record in records(file))

    seconds: dict[str, list[float]] = {"fastwarc": [], "ours": []}
    for _ in range(5):
        for name, read in (("fastwarc", fastwarc), ("ours", ours)):
            started = time.process_time()
            assert read() > 90_000_000
            seconds[name].append(time.process_time() - started)
    ratio = min(seconds["ours"]) / min(seconds["fastwarc"])
    print(f"records with recovery take {ratio:.2f} times FastWARC alone")
    assert ratio < 2
