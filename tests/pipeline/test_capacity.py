"""What is refused before the first task: too little memory for a bucket, and disks that are clearly too small."""

import dataclasses
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pipeline import capacity, parts, store
from pipeline.capacity import check_capacity, task_memory
from pipeline.errors import UsageError
from pipeline.run import plan
from pipeline.shuffle import Gather, Scatter
from pipeline.source import InputSize
from pipeline.stage import Map, Source, Stage
from tests.helpers import toy


class Machines(NamedTuple):
    """As much of a runner as tells about its machines."""

    largest_memory: int = 0
    prefetch_depth: int = 1


class Disk(NamedTuple):
    free: int


def source_of(size: int, scratch: Path = Path(), fetched: int = 0, shards: int = 4) -> Source:
    def told(items: Sequence[str]) -> InputSize:
        return InputSize(size if len(items) == shards else 0, scratch, fetched)

    names = tuple(f"{n}.txt" for n in range(shards))
    return Source(names, toy.Read(""), toy.SCHEMA, size=told)


def stages_of(source: Source, buckets: int = 4, sends: int = 10) -> list[Stage]:
    """Bands of a stage of pages, of which a row has 8 + 4 + 8 bytes."""
    read = Map("read", Map("raw", source))
    return plan(Gather("pairs", Scatter("bands", read, toy.by_text, "key", buckets, sends=sends), toy.all_but_first))


def check(
    source: Source, root: object = "s3://bucket/x?region=us-east-1", memory: int = 0, here: int = 0, buckets: int = 4
) -> None:
    runner: Any = Machines(memory, here)
    check_capacity(stages_of(source, buckets), str(root), runner)


def test_the_memory_of_a_bucket_is_that_of_all_rows_that_are_sent_four_times():
    source = source_of(0)
    assert task_memory(stages_of(source), source, 1000) == {"bands": 100_000, "pairs": 200_000}
    assert task_memory(stages_of(source, 8, 1), source, 1000) == {"bands": 10_000, "pairs": 10_000}
    assert task_memory(stages_of(source), source_of(0), 1000) == {"bands": 0, "pairs": 0}, "pages of another source"


def test_several_shards_in_a_file_count_together(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(parts, "FILES", 2)
    source = source_of(0)
    assert task_memory(stages_of(source), source, 1000)["bands"] == 200_000


def test_nothing_is_said_of_what_a_gather_makes():
    stages = stages_of(source := source_of(0))
    (*_, pairs) = stages
    assert isinstance(pairs, Gather)
    home = Gather("home", Scatter("by", pairs, toy.itself, "shard", None), toy.verdicts, one_for=source)
    assert task_memory([*stages, *plan(home)[-2:]], source, 1000) == {"bands": 100_000, "pairs": 200_000, "by": 0}


def test_a_bucket_that_no_machine_has_memory_for_is_refused():
    source = source_of(133_000_000_000)  # a million pages
    check(source, memory=200_000_000)
    with pytest.raises(UsageError) as refused:
        check(source, memory=199_999_999)
    assert str(refused.value) == (
        "a task of stage pairs will need about 0.2 GB of memory, and no machine has more than 0.2 GB for tasks; take "
        "a larger machine, fewer inputs or more buckets, or give --anyway"
    )
    check(source, memory=100_000_000, buckets=8)
    for known, memory in ((source, 0), (source_of(0), 1), (source_of(132_999), 1)):
        check(known, memory=memory)


def test_a_source_that_does_not_know_its_size_is_not_refused(tmp_path: Path):
    check(dataclasses.replace(source_of(0), size=None), tmp_path, memory=1)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The folders whose disk was looked at; each has a million free bytes."""
    folders: list[str] = []
    monkeypatch.setattr(capacity.shutil, "disk_usage", lambda folder: folders.append(folder) or Disk(1_000_000))
    return folders


def test_a_local_root_must_have_room_for_a_hundredth_of_what_is_read(tmp_path: Path, asked: list[str]):
    root = tmp_path / "not" / "there"
    check(source_of(100_000_000), root)
    assert asked[-1] == str(tmp_path), "the folder is made later"
    with pytest.raises(UsageError) as refused:
        check(source_of(100_000_100), root)
    assert str(refused.value) == (
        f"the disk of {tmp_path} has 0.0 GB free, and a run takes at least a 100th of its inputs, 0.0 GB: free some, "
        "choose another root, or give --anyway"
    )
    check(source_of(0), root)
    check(source_of(10**15), here=0)


def test_the_disk_of_an_object_store_is_not_asked_for(asked: list[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(capacity, "receipted", lambda root, stage: [])
    check(source_of(10**15), here=1)
    assert asked == ["."], "the scratch folder"


def test_what_is_made_needs_no_more_room(tmp_path: Path, asked: list[str]):
    source = source_of(200_000_000)
    for made, shard in enumerate(source.names[:3]):
        store.write_bytes(str(tmp_path), f"receipts/raw/{shard}.json", b"")
        if made == 0:
            with pytest.raises(UsageError):
                check(source, tmp_path)
    check(source, tmp_path)


def test_a_scratch_folder_must_have_room_for_a_file(tmp_path: Path, asked: list[str]):
    check(source_of(1, tmp_path, 1_000_000), tmp_path, here=1)
    large = source_of(1, tmp_path, 1_000_001)
    with pytest.raises(UsageError, match=r"a file that is fetched has 0.0 GB: free some, set MEWS_CACHE to a larger"):
        check(large, tmp_path, here=1)
    check(large, tmp_path)
    for shard in large.names:
        store.write_bytes(str(tmp_path), f"receipts/raw/{shard}.json", b"")
    check(large, tmp_path, here=1)  # nothing is fetched any more


def test_the_disk_is_that_of_the_folder(tmp_path: Path):
    capacity.check_free(str(tmp_path), shutil.disk_usage(tmp_path).free // 2, "", "")
    with pytest.raises(UsageError):
        capacity.check_free(str(tmp_path), 1 << 60, "", "")
