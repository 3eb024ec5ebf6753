"""The table of hashes on disk: what is in it, how it is built, and what it costs."""

import os
import random
import subprocess
import sys
import tarfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import xxhash

from filters import hashed_set, url
from pipeline.doc import Doc
from pipeline.hashing import file_digest


def test_every_line_is_found_and_others_are_not(tmp_path, monkeypatch):
    monkeypatch.setenv("MEWS_CACHE", str(tmp_path / "cache"))
    listed = tmp_path / "list"
    listed.write_text("\n".join(f"site{n}.org" for n in range(1000)))
    table = hashed_set.hashes(listed)
    assert len(table) == 1000 and table.dtype == np.uint64 and (np.diff(table) > 0).all()
    assert all(hashed_set.first_found(table, ["no", f"site{n}.org"]) == 1 for n in range(1000))
    assert all(hashed_set.first_found(table, [f"site{n}.net", f"site{n}"]) is None for n in range(1000))
    assert hashed_set.first_found(np.empty(0, np.uint64), ["a"]) is None
    with pytest.raises(ValueError, match="read-only"):
        table[0] = 0


def test_builders_at_once_leave_one_whole_table(tmp_path, monkeypatch):
    monkeypatch.setenv("MEWS_CACHE", str(tmp_path / "cache"))
    listed = tmp_path / "list"
    listed.write_text("\n".join(map(str, range(100_000))))
    code = f"from filters.hashed_set import hashes; from pathlib import Path; print(len(hashes(Path({str(listed)!r}))))"
    house = Path(url.__file__).resolve().parents[1]
    run = [sys.executable, "-c", code]
    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(lambda _: subprocess.run(run, capture_output=True, text=True, cwd=house), range(3)))
    assert [result.stdout.strip() for result in results] == ["100000"] * 3, results
    assert len(os.listdir(tmp_path / "cache")) == 1


def test_blank_lines_and_comments_do_not_count(tmp_path, monkeypatch):
    monkeypatch.setenv("MEWS_CACHE", str(tmp_path / "cache"))
    (tmp_path / "list").write_bytes(b"# note\n\n  a.org \r\nb.org\na.org\n # not a note of the list\n#c.org")
    table = hashed_set.hashes(tmp_path / "list")
    assert table.tolist() == sorted(map(xxhash.xxh3_64_intdigest, ("a.org", "b.org")))


def test_a_member_of_an_archive(tmp_path, monkeypatch):
    """Each member has a table of its own beside that of the archive."""
    monkeypatch.setenv("MEWS_CACHE", str(tmp_path / "cache"))
    for name, line in (("domains", "a.org"), ("urls", "b.org/c")):
        (tmp_path / name).write_text(f"{line}\n")
    with tarfile.open(tmp_path / "lists.tar.gz", "w:gz") as archive:
        for name in ("domains", "urls"):
            archive.add(tmp_path / name, name)
    domains, urls = (hashed_set.hashes(tmp_path / "lists.tar.gz", name) for name in ("domains", "urls"))
    assert hashed_set.first_found(domains, ["a.org"]) == hashed_set.first_found(urls, ["b.org/c"]) == 0
    assert len(domains) == len(urls) == 1
    digest = file_digest(tmp_path / "lists.tar.gz")[:16]
    assert sorted(os.listdir(tmp_path / "cache")) == [f"{digest}-domains.npy", f"{digest}-urls.npy"]


def test_the_place_of_the_first_line_that_is_found():
    table = np.sort(np.array([xxhash.xxh3_64_intdigest(line) for line in ("a", "b", "c")], np.uint64))
    assert hashed_set.first_found(table, ["x", "c", "a"]) == 1
    assert hashed_set.first_found(table, ["a", "b"]) == 0
    assert hashed_set.first_found(table, ["x", "y"]) is None
    assert hashed_set.first_found(table, []) is None


def test_a_table_that_is_there_is_not_built_again(tmp_path, monkeypatch):
    monkeypatch.setenv("MEWS_CACHE", str(tmp_path / "cache"))
    (tmp_path / "list").write_text("a.org\n")
    (built,) = [hashed_set.hashes(tmp_path / "list")]
    hashed_set.hashes.cache_clear()
    monkeypatch.setattr(hashed_set, "_hashed", lambda path, member: pytest.fail("it is there"))
    assert hashed_set.hashes(tmp_path / "list").tolist() == built.tolist()


@pytest.mark.slow
def test_the_packaged_block_list(tmp_path, monkeypatch):
    """4.6 million domains in under 60 MB: each line that is asked for is found, and a lookup takes microseconds."""
    monkeypatch.setenv("MEWS_CACHE", str(tmp_path / "cache"))
    with tarfile.open(url.UT1) as archive:
        file = archive.extractfile("domains")
        assert file
        lines = file.read().decode().split()
    sample = random.Random(0).sample(lines, 20_000)
    table = hashed_set.hashes(url.UT1, "domains")
    assert len(table) == len(set(lines)) and table.nbytes < 60e6
    start = time.process_time()
    assert all(hashed_set.first_found(table, [line]) == 0 for line in sample)
    assert (time.process_time() - start) / len(sample) < 10e-3
    assert not any(hashed_set.first_found(table, [f"{line}.invalid"]) for line in sample)
    assert url.blocked(Doc("", f"http://www.{sample[0]}/")) in ("domain", "subdomain")
