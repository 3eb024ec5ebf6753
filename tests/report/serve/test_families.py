"""Families in the browser: those that reading all verdicts finds, in every order, page by page."""

import time
from pathlib import Path

import pytest

from dedup import minhash
from report.family import family_verdicts, largest_families
from report.serve import scan
from report.serve.database import Database
from report.serve.families import SORTS, FamilyQuery, search_families
from tests.helpers.corpus import Corpus

SIZES = [2, 2, 3, 2, 5, 4, 2, 3, 7, 2, 6]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Families of these sizes, their pages spread over six shards; the addresses of every second name "even"."""
    corpus = Corpus(tmp_path_factory.mktemp("corpus"))
    shards: list[list[dict]] = [[{"id": f"lone{n}", "text": f"alone {n}"}] for n in range(6)]
    for family, size in enumerate(SIZES):
        text = " ".join(f"word{family}x{n}" for n in range(80))
        where = "Even" if family % 2 == 0 else "odd"
        for n in range(size):
            url = f"http://host.example/{where}/{family:02}/{n}"
            shards[(family + n) % 6].append({"id": f"f{family:02}n{n}", "text": text, "url": url, "timestamp": n})
    corpus.verdicts(minhash.near("near", corpus.source(*shards), buckets=2))
    return str(corpus.folder / "run")


def found(root: str, start: int = 0, **asked: str) -> list[tuple[str, int, str, str]]:
    answer = search_families(root, Database(root), FamilyQuery(start=start, **asked))
    assert not answer.unread and not answer.cut
    return [(row["stage"], row["size"], row["id"], row["url"]) for row in answer.rows]


def test_they_are_those_that_reading_all_verdicts_finds(root: str):
    """In the same order, with the address of the page that is kept; the recipe is not asked."""
    every = [(each.stage, each.size, each.kept, each.url) for each in largest_families(root, 100)]
    assert found(root) == every and sorted(size for _, size, *_ in every) == sorted(SIZES)
    assert [verdicts[:2] for verdicts in family_verdicts(root)] == [("near", "near_kept")]


def test_orders(root: str):
    every = found(root)
    assert found(root, sort="smallest") == sorted(every, key=lambda row: (row[1], row[2]))
    assert found(root, sort="address") == sorted(every, key=lambda row: row[3])


@pytest.mark.parametrize("sort", SORTS)
def test_a_part_of_the_address(root: str, sort: str):
    every = found(root, sort=sort)
    assert found(root, sort=sort, url="/eVEN/") == [row for row in every if "/Even/" in row[3]] != []
    assert found(root, sort=sort, url="%") == found(root, sort=sort, url="'") == []
    assert found(root, sort=sort, stage="near", url="/04/") == [row for row in every if "/04/" in row[3]] != []
    assert found(root, sort=sort, stage="urls") == []


@pytest.mark.parametrize("sort", SORTS)
def test_page_by_page_all_come_once(root: str, sort: str, monkeypatch: pytest.MonkeyPatch):
    every = found(root, sort=sort)
    monkeypatch.setattr(scan, "ROWS", 4)
    monkeypatch.setattr(scan, "SHARDS", 8)
    assert [row for start in (0, 4, 8) for row in found(root, start, sort=sort)] == every
    answers = [search_families(root, Database(root), FamilyQuery(sort=sort, start=start)) for start in (0, 8)]
    assert [answer.more for answer in answers] == [True, False]


def test_the_time_is_bounded(root: str):
    began = time.monotonic()
    answer = search_families(root, Database(root), FamilyQuery(), seconds=0)
    assert answer.cut and not answer.rows and answer.looked == 0 < answer.files
    assert time.monotonic() - began < 60


def test_a_run_without_families(tmp_path: Path):
    corpus = Corpus(tmp_path)
    corpus.verdicts(minhash.near("near", corpus.source([{"id": "a", "text": "alone"}]), buckets=2))
    assert found(str(corpus.folder / "run")) == []
