"""What a card says of its source: the sample, Common Crawl, or files of one's own; and no path of the machine."""

import gzip
import shutil
from pathlib import Path

import pytest

from pipeline.stage import Map, Source
from sample import make
from stages import commoncrawl
from stages.publish.provenance import provenance_of, without_paths
from tests.helpers.corpus import PAGES, ReadParquet
from tests.helpers.server import Site, serving


@pytest.fixture(autouse=True)
def caches(tmp_path: Path, sample_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache/sample").symlink_to(sample_folder)
    monkeypatch.setenv("MEWS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("MEWS_RATE_LIMIT_DIR", str(tmp_path / "gate"))


def test_the_sample_is_called_a_sample():
    said = provenance_of(Map("raw", commoncrawl.pages("sample", 1)))
    assert "sample" in said.text and "Common Crawl" not in said.text and said.license == ""


def test_local_files_are_called_files_without_a_word_on_their_licence(tmp_path: Path, sample_folder: Path):
    make(str(sample_folder))
    shutil.copytree(sample_folder / "crawl-data", tmp_path / "crawl-data/CC-MAIN-2024-10/crawl-data")
    said = provenance_of(Map("raw", commoncrawl.pages(str(tmp_path))))
    assert said.license == "" and "Common Crawl" not in said.text and str(tmp_path) not in said.text
    assert f"{len(list(tmp_path.rglob('*.warc.gz')))} files" in said.text


@pytest.mark.parametrize(
    ("snapshot", "folder"),
    [("CC-MAIN-2024-10", "crawl-data/CC-MAIN-2024-10"), ("CC-NEWS/2024/03", "crawl-data/CC-NEWS/2024/03")],
)
def test_a_crawl_is_named_with_its_terms(snapshot: str, folder: str):
    names = [f"{folder}/segments/1/warc/part-{n}.warc.gz" for n in range(3)]
    listing = gzip.compress("\n".join(names).encode())
    with serving(Site({f"/{folder}/warc.paths.gz": listing})) as site:
        said = provenance_of(Map("raw", commoncrawl.pages(snapshot, base=site.url)))
    assert f"Common Crawl ({snapshot})" in said.text
    assert "license_link: https://commoncrawl.org/terms-of-use" in said.license and "odc-by" not in said.license


def test_pages_chosen_by_the_index_of_a_crawl_are_of_the_crawl():
    name = "cc-index/table/cc-main/warc/crawl=CC-MAIN-2024-10/subset=warc/part-00000.parquet"
    with serving(Site({"/crawl-data/CC-MAIN-2024-10/cc-index-table.paths.gz": gzip.compress(name.encode())})) as site:
        said = provenance_of(Map("raw", commoncrawl.pages("CC-MAIN-2024-10", domains=("a.example",), base=site.url)))
    assert "Common Crawl (CC-MAIN-2024-10)" in said.text


def test_a_reader_of_ones_own_is_nothing_that_we_know():
    said = provenance_of(Map("raw", Source(("a", "b"), ReadParquet(), PAGES)))
    assert "2 files" in said.text and said.license == ""


@pytest.mark.parametrize(
    ("argument", "shown"),
    [
        ("snapshot=/home/someone/my crawl/warcs", "snapshot=<local>"),
        ("snapshot=warcs/*.gz", "snapshot=<local>"),
        ("snapshot=~", "snapshot=<local>"),
        ("snapshot=file:///data/x", "snapshot=<local>"),
        ("seen=/runs/one,/runs/two", "seen=<local>,<local>"),
        ("sources=web=/data/a,code=repos:/data/b", "sources=web=<local>,code=<local>"),
        ("snapshot=s3://bucket/warcs/", "snapshot=s3://bucket/warcs/"),
        ("snapshot=https://host.example/list.txt", "snapshot=https://host.example/list.txt"),
        ("snapshot=CC-MAIN-2024-10", "snapshot=CC-MAIN-2024-10"),
        ("snapshot=CC-NEWS/2024/03", "snapshot=CC-NEWS/2024/03"),
        ("snapshot=projects/some/CC-SUPPLEMENTAL-2026-22", "snapshot=projects/some/CC-SUPPLEMENTAL-2026-22"),
        ("domains=a.example,b.example", "domains=a.example,b.example"),
        ("language=en", "language=en"),
    ],
)
def test_local_paths_are_left_out(argument: str, shown: str):
    assert without_paths(argument) == shown
