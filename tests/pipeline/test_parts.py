"""Parts: several shards in one file of a Scatter, and what comes out is the same."""

import contextlib
import math
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from dedup.prior_runs import prior_shards
from pipeline import parts, store
from pipeline.parts import is_part, members_of, parts_of
from pipeline.run import run
from pipeline.runner import Local
from pipeline.shuffle import Scatter
from pipeline.stage import Map, Source
from pipeline.verify import faults
from tests.helpers import toy
from tests.helpers.runs import Spy, data, make


@pytest.fixture
def few_files(monkeypatch: pytest.MonkeyPatch):
    """Scatters of more than a few shards put several into a file."""
    monkeypatch.setattr(parts, "FILES", 2)
    monkeypatch.setattr(parts, "FILES_HOME", 1)


@pytest.mark.parametrize(("shards", "size"), [(0, 4), (1, 4), (7, 1), (7, 2), (8, 4), (9, 4), (90_000, 16)])
def test_parts_hold_every_shard_once_and_in_order(shards: int, size: int):
    names = [f"s{n}" for n in range(shards)]
    made = parts_of(names, size)
    assert [shard for part in made for shard in members_of(part, names)] == names
    assert len(made) == math.ceil(shards / size) and all(is_part(part) == (size > 1) for part in made)
    assert sorted(made) == made or size == 1


@pytest.mark.parametrize(
    ("shards", "buckets", "merged"),
    [(9_999, 8, 1), (10_000, 8, 2), (90_000, 4096, 16), (255, None, 1), (256, None, 2), (1024, None, 8), (4, None, 1)],
)
def test_files_are_merged_when_there_are_twice_as_many_as_needed(shards: int, buckets: int | None, merged: int):
    source = Source((), toy.Read(""), toy.SCHEMA)
    assert Scatter("s", source, toy.by_text, "key", buckets).merged(shards) == merged
    if buckets is None:
        assert Scatter("s", source, toy.by_text, "shard", None, stay=True).merged(shards) == 1


def test_the_same_bytes_come_out_of_fewer_files(tmp_path: Path, few_files):
    folder = toy.corpus(tmp_path / "in", files=7)
    make(tmp_path / "merged", folder)
    merged = list((tmp_path / "merged/keys").iterdir())
    parts.FILES = parts.FILES_HOME = 1000
    make(tmp_path / "plain", folder)
    assert (len(merged), len(list((tmp_path / "plain/keys").iterdir()))) == (4, 7)
    assert len(list((tmp_path / "merged/home").iterdir())) == 1
    assert data(tmp_path / "merged") == data(tmp_path / "plain")
    assert list(faults(str(tmp_path / "merged"))) == []


class Killed(BaseException):
    """The end of a driver."""


@pytest.mark.parametrize("part", range(8))
def test_a_run_with_parts_that_is_killed_at_any_file_goes_on_to_the_same_bytes(
    tmp_path: Path, few_files, monkeypatch: pytest.MonkeyPatch, part: int
):
    """Each time before or after another file was written, with one more file of pages the second time."""
    folder, root, written = toy.corpus(tmp_path / "in", files=5), tmp_path / "out", 0
    writing = store.writing

    def killed_at(last: int):
        @contextmanager
        def counted(base: str, name: str):
            nonlocal written
            written += 1
            with writing(base, name) as sink:
                yield sink
                if written == last and last % 2:
                    raise Killed
            if written == last:
                raise Killed

        return counted

    for last in (6 + 5 * part, 7 + 4 * part):
        written = 0
        monkeypatch.setattr(store, "writing", killed_at(last))
        with contextlib.suppress(Killed):
            make(root, folder)
        (folder / "g.txt").write_text("a text that nobody else has")
    monkeypatch.setattr(store, "writing", writing)
    make(root, folder)
    make(tmp_path / "calm", folder)
    assert data(root) == data(tmp_path / "calm")
    assert list(faults(str(root))) == []


def test_a_new_file_makes_the_last_part_anew_and_a_changed_one_its_own(tmp_path: Path, few_files):
    folder, root = toy.corpus(tmp_path / "in", files=5), tmp_path / "out"
    make(root, folder)
    (folder / "g.txt").write_text("a text that nobody else has")
    spy = Spy()
    make(root, folder, spy)
    assert [shard for shard in spy.shards if shard.endswith(("2", "4", "6"))][:1] == ["part.00000004-00000006"]
    (folder / "f0.txt").write_text((folder / "f0.txt").read_text() + "\nanother text")
    spy = Spy()
    make(root, folder, spy)
    assert [shard for shard in spy.shards if shard.endswith(("2", "4", "6"))][:1] == ["part.00000000-00000002"]
    assert list(faults(str(root))) == []
    make(tmp_path / "anew", folder)
    assert data(root) == data(tmp_path / "anew")


def test_a_prior_run_with_parts_is_read_without_what_its_verdicts_drop(tmp_path: Path, few_files):
    """The pages that a part holds are judged by the verdicts of each shard in it."""
    from dedup.members import PageRecords, page_numbers

    folder = toy.corpus(tmp_path / "in", files=5)
    read = toy.recipe(str(folder)).inputs()[0]
    assert isinstance(read, Map)
    run(toy.recipe(str(folder)), Scatter("sent", read, PageRecords(), "doc", 4), root=str(tmp_path), runner=Local())
    source = prior_shards((str(tmp_path),), "sent", "verdicts")
    assert [name.partition("::part.")[2] for name in source.list] == [
        "00000000-00000002",
        "00000002-00000004",
        "00000004-00000005",
    ]
    found = {number for name in source.list for table in source.read(name) for number in table["doc"].to_pylist()}
    kept = set()
    for path in (tmp_path / "read").iterdir():
        dropped = pq.read_table(tmp_path / f"verdicts/{path.stem}.parquet")["id"].to_pylist()
        ids = pq.read_table(path)["id"]
        kept |= {
            n for n, i in zip(page_numbers(ids, path.stem).tolist(), ids.to_pylist(), strict=True) if i not in dropped
        }
        assert dropped or path.stem.startswith("f0")
    assert found == kept
    assert len({source.version(name) for name in source.list}) == 3
