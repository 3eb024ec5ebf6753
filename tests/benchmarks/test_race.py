"""The race: processor time of a whole tree, mixtures, what is told, and a whole run where the peers are there."""

import gzip
import json
import sys
from pathlib import Path

import pytest

from benchmarks.race import environments, mixture
from benchmarks.race.course import PEERS, Course, plain_id, ratio, ratios
from benchmarks.race.differences import counted, reasons
from benchmarks.race.document import table
from benchmarks.race.measure import Spent, spent
from stages import warc
from tests.helpers.warc_maker import members, record, response

BUSY = "import time\nend = time.process_time() + {}\nwhile time.process_time() < end: pass"
ENGLISH = "The people of the town met at the bridge in the morning and talked about the old road. " * 9
STORY = (
    "The people of the town met at the bridge one cold morning and talked about how the old road might be mended.",
    "A farmer said that his cart had lost two wheels since winter, and that nobody would pay him for the damage.",
    "The baker wanted stones from a quarry beyond those hills, where her brother had worked for many years.",
    "Others feared what such a plan would cost, because harvests were poor and taxes had been raised again.",
    "After an hour they agreed to ask the council for money, with a letter that the teacher was to write.",
    "It left with the evening post, and an answer came before the first snow fell on roofs and fields.",
)
GERMAN = "Die Leute der Stadt trafen sich am Morgen auf der Brücke und sprachen über die neue Straße. " * 9


def crawl(folder: Path, english: int, german: int) -> Path:
    folder.mkdir()
    texts = [ENGLISH] * english + [GERMAN] * german
    made = [
        record(response(f"<html><body><p>{text}</p></body></html>".encode()), number=n) for n, text in enumerate(texts)
    ]
    (folder / "x.warc.gz").write_bytes(b"".join(members(made)))
    return folder


def test_time_of_orphans_counts(tmp_path):
    orphan = f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {BUSY.format(0.6)!r}])"
    took = spent([sys.executable, "-c", orphan], [0], tmp_path / "log")
    assert 0.6 <= took.cpu < 5 and took.megabytes > 1


def test_time_of_processes_that_nobody_waits_for_counts(tmp_path):
    """As Ray starts its workers: when the parent ignores their ends, the kernel adds their time to nobody's."""
    code = "import signal, subprocess, sys, time\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
    code += f"child = subprocess.Popen([sys.executable, '-c', {BUSY.format(2)!r}])\n"
    code += "while subprocess.os.path.exists(f'/proc/{child.pid}'): time.sleep(0.05)"
    assert 1.5 <= spent([sys.executable, "-c", code], [0], tmp_path / "log").cpu < 6


def test_a_command_that_fails_is_an_error_with_its_log(tmp_path):
    with pytest.raises(RuntimeError, match="no such model"):
        spent([sys.executable, "-c", "import sys; sys.exit('no such model')"], [0], tmp_path / "log")


def test_a_mixture_has_its_share_and_its_members_read_as_before(tmp_path):
    pages = mixture.members(crawl(tmp_path / "crawl", 8, 4))
    assert sum(page.english for page in pages) == 8 and len(pages) == 12
    mixed = mixture.with_english(pages, 0.5)
    assert [page.english for page in mixed].count(True) == 4 == [page.english for page in mixed].count(False)
    assert mixed == [page for page in pages if page in mixed]
    few = mixture.with_english(pages, 0.5, most=4)
    assert [page.english for page in few].count(True) == 2 == [page.english for page in few].count(False)
    folder = mixture.write(mixed, tmp_path / "mix", 2)
    ids = [
        id
        for path in sorted(folder.glob("*.warc.gz"))
        for t in warc.read_pages(path, "x")
        for id in t["id"].to_pylist()
    ]
    assert sorted(ids) == sorted(page.id for page in mixed) and len(list(folder.glob("*.warc.gz"))) == 2


def test_a_folder_is_taken_as_it_is_or_by_its_realweb(tmp_path):
    folder = crawl(tmp_path / "crawl", 1, 0)
    assert mixture.archives(folder) == folder
    (tmp_path / "data").mkdir()
    assert mixture.archives(crawl(tmp_path / "data" / "realweb", 1, 0).parent) == tmp_path / "data" / "realweb"
    (tmp_path / "none").mkdir()
    with pytest.raises(SystemExit, match=r"no \*\.warc\.gz"):
        mixture.archives(tmp_path / "none")


def rounds(*seconds: tuple[float, float]) -> list[dict[str, Spent]]:
    return [{"own": Spent(peer, 1, 1), "faithful": Spent(ours, 1, 1)} for peer, ours in seconds]


def test_a_ratio_is_the_median_of_the_rounds():
    assert ratio(rounds((30, 10), (40, 10), (90, 10)), "own", "faithful") == 4
    assert ratios(rounds((30, 10)), "own", "faithful", {"own": 10, "faithful": 5}) == [4]


def test_reasons_of_a_peer_are_read_by_its_blocks(tmp_path):
    course = Course(tmp_path)
    for block, row in (("language", {}), ("gopher.quality", {"filter_reason": "short"})):
        folder = course.out("own") / "dropped" / block
        folder.mkdir(parents=True)
        with gzip.open(folder / "0.jsonl.gz", "wt") as file:
            file.write(json.dumps({"id": f"<urn:uuid:{block}>", "metadata": row}) + "\n")
    why = reasons(course, "own")
    assert why == {"language": "language", "gopher.quality": "gopher.quality: short"}
    assert counted(["language", "x", "y"], why, "unsaid") == [("unsaid", 2), ("language", 1)]
    assert plain_id("<urn:uuid:1-2>") == "1-2"


def test_the_table_tells_ratios_with_their_spread():
    both = {"own": 4.0, "same_trafilatura": 3.0}
    spread = {"own": [3.9, 4.2], "same_trafilatura": [2.8, 3.1]}
    found = {
        "pages": 1200, "rounds": [{}, {}], "lost": 0.0025, "kept": {"faithful": 9, "own": 8},
        "faithful": both, "cascade": both, "spread": {"faithful": spread, "cascade": spread},
        "without_start": {"faithful": both, "cascade": both},
    }  # fmt: skip
    text = table(found)
    assert "1,200 pages; 2 rounds." in text and "| 4.00 (3.90 to 4.20) | 3.00 (2.80 to 3.10) |" in text
    assert "loses 0.25 %" in text and "45 %" not in text
    assert "45 % of them English" in table({**found, "mix": found})


@pytest.mark.parametrize("peer", PEERS)
def test_ours_and_the_peer_keep_the_same_plain_pages(tmp_path, peer):
    folder = Path(__file__).resolve().parents[2] / "out" / "race"
    for name in (environments.OURS, peer):
        if not environments.python_of(name, folder).exists():
            pytest.skip("make race makes the environments")
        (tmp_path / name).symlink_to(folder / name)
    data = tmp_path / "crawl"
    data.mkdir()
    texts = [" ".join(STORY), " ".join(reversed(STORY)).replace("town", "village"), GERMAN]
    made = [record(response(f"<html><body><p>{t}</p></body></html>".encode()), number=n) for n, t in enumerate(texts)]
    (data / "x.warc.gz").write_bytes(b"".join(members(made)))
    (tmp_path / "assets").symlink_to(folder / "assets")
    course = Course(tmp_path)
    taken = course.rounds(data, 1, ("faithful", "cascade", peer))[0]
    assert all(one.cpu > 0.5 for one in taken.values())
    assert course.kept("faithful") == course.kept("cascade") == course.kept(peer)
    assert len(course.kept("faithful")) == 2
