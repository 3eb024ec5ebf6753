"""Snapshots: what they hold, in which order and under which names, and every page of them once."""

import gzip
import pickle
from pathlib import Path

import pytest

from pipeline.errors import BadInput, UsageError
from pipeline.fingerprint import fingerprint
from stages import commoncrawl, warc
from tests.helpers.server import Site, cut, serving, stall, status
from tests.helpers.warc_maker import crawl, ids, members

FOLDER = "crawl-data/CC-MAIN-2024-10/segments/1707947473347.0/warc"
NAMES = [f"{FOLDER}/CC-MAIN-20240220211055-20240221001055-0000{n}.warc.gz" for n in range(4)]
FILES = {name: b"".join(members(crawl(20, first=20 * n))) for n, name in enumerate(NAMES)}
LIST = "crawl-data/CC-MAIN-2024-10/warc.paths.gz"


@pytest.fixture
def site():
    listed = gzip.compress("".join(f"{name}\n" for name in NAMES).encode())
    with serving(Site({f"/{name}": data for name, data in {**FILES, LIST: listed}.items()})) as site:
        yield site


@pytest.fixture
def folder(tmp_path) -> Path:
    for name, data in FILES.items():
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (tmp_path / "in" / "notes.txt").write_text("nothing\n")
    return tmp_path / "in"


def rows(source) -> list[dict]:
    read = pickle.loads(pickle.dumps(source.read))
    return [row for name in source.list for table in read(name) for row in table.to_pylist()]


def test_a_crawl_is_read_from_its_list_through_storms(site):
    for n, fault in enumerate([status(503), cut(5000), stall(100, 0.6), status(403)]):
        site.faults[f"/{NAMES[n]}"] = [fault] * 3
    site.faults[f"/{LIST}"] = [status(503), cut(10)]
    source = commoncrawl.pages("CC-MAIN-2024-10", base=site.url)
    found = rows(source)
    assert [row["id"] for row in found] == ids(range(80))
    assert list(source.list) == NAMES
    assert {row["dump"] for row in found} == {"CC-MAIN-2024-10"}
    assert {row["segment"] for row in found} == {"1707947473347.0"}
    assert [row["warc"] for row in found[::20]] == NAMES
    assert source.schema == warc.PAGE


def test_files_takes_the_first_and_fetches_no_other(site):
    source = commoncrawl.pages("CC-MAIN-2024-10", files=2, base=site.url)
    assert [row["id"] for row in rows(source)] == ids(range(40))
    assert sorted({asked.path for asked in site.log}) == sorted([f"/{LIST}", *(f"/{name}" for name in NAMES[:2])])


def test_the_list_of_a_crawl_is_fetched_once(site):
    for _ in range(2):
        commoncrawl.pages("CC-MAIN-2024-10", base=site.url)
    assert len(site.log) == 1


def test_nothing_is_left_on_the_disk_unless_it_is_to_be_kept(site, tmp_path):
    rows(commoncrawl.pages("CC-MAIN-2024-10", files=1, base=site.url))
    left = [p for p in (tmp_path / "cache" / "files").iterdir() if p.suffix != ".lock"]
    assert len(left) == 1  # the list
    rows(commoncrawl.pages("CC-MAIN-2024-10", files=1, base=site.url, cache=str(tmp_path / "kept")))
    kept = [p for p in (tmp_path / "kept" / "files").iterdir() if p.suffix != ".lock"]
    assert sorted(p.stat().st_size for p in kept) == sorted([left[0].stat().st_size, len(FILES[NAMES[0]])])


@pytest.mark.parametrize(
    ("snapshot", "count"),
    [
        ("", 4),
        (FOLDER, 4),
        (f"{FOLDER}/*0000[12].warc.gz", 2),
        ("**/*-00003.warc.gz", 1),
        (NAMES[0], 1),
        ("crawl-data/*/", 4),
    ],
)
def test_local_folders_patterns_and_files(folder, snapshot, count):
    source = commoncrawl.pages(str(folder / snapshot))
    assert len(source.list) == count
    assert list(source.list) == sorted(source.list)
    found = rows(source)
    assert len(found) == len({row["id"] for row in found}) == 20 * count
    assert {(row["dump"], row["segment"]) for row in found} == {("CC-MAIN-2024-10", "1707947473347.0")}
    assert not any(row["warc"].startswith("/") for row in found)


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("absolute", [False, True])
def test_a_list_of_paths(folder, zipped, absolute):
    lines = "".join(f"{folder}/{name}\n" if absolute else f"{name}\n" for name in NAMES[::-1])
    path = folder / ("some.paths.gz" if zipped else "some.txt")
    path.write_bytes(gzip.compress(lines.encode()) if zipped else f"# mine\n\n{lines}".encode())
    source = commoncrawl.pages(str(path))
    assert list(source.list) == NAMES[::-1]  # the order of the list
    assert len(rows(source)) == 80


def test_a_list_of_common_crawl_names_means_common_crawl(site, tmp_path):
    path = tmp_path / "warc.paths"
    path.write_text("".join(f"{name}\n" for name in NAMES))
    assert len(rows(commoncrawl.pages(str(path), base=site.url))) == 80


def test_secrets_of_urls_stay_in_them(site, tmp_path):
    secret = site.url.replace("//", "//user:word@")
    path = tmp_path / "signed.txt"
    path.write_text("".join(f"{secret}{name}?Signature=hidden{n}\n" for n, name in enumerate(NAMES)))
    source = commoncrawl.pages(str(path))
    found = rows(source)
    shown = repr((source, source.list, [{k: v for k, v in row.items() if k != "html"} for row in found]))
    shown += repr([source.version(name) for name in source.list]) + fingerprint(source.read)
    assert len(found) == 80
    assert list(source.list) == NAMES
    assert not any(word in shown for word in ("user", "word@", "hidden", "Signature"))


def test_single_files_and_lists_over_http(site):
    assert [row["id"] for row in rows(commoncrawl.pages(f"{site.url}{NAMES[1]}?key=hidden"))] == ids(range(20, 40))
    assert list(commoncrawl.pages(f"{site.url}{LIST}?key=hidden", base=site.url).list) == NAMES


def test_a_list_from_elsewhere_names_no_local_file(site, folder):
    site.files["/evil.txt"] = f"{folder}/{NAMES[0]}\n../{NAMES[1]}\n".encode()
    source = commoncrawl.pages(f"{site.url}evil.txt")
    assert [source.read.origin.is_remote(name) for name in source.list] == [True, True]


def test_a_missing_file_of_a_list_is_the_reader_s_to_tell(tmp_path):
    (tmp_path / "some.txt").write_text("gone.warc.gz\n")
    source = commoncrawl.pages(str(tmp_path / "some.txt"))
    assert source.version("gone.warc.gz")
    with pytest.raises(BadInput, match=r"gone\.warc\.gz: no such file"):
        rows(source)


@pytest.mark.parametrize(
    ("snapshot", "says"),
    [
        ("CC-MAIN-1999-01", "no snapshot CC-MAIN-1999-01"),
        ("CC-NEWS-1999-01", "no snapshot CC-NEWS-1999-01"),
        ("CC-SCIENCE-1999-01", "no snapshot CC-SCIENCE-1999-01"),
        ("projects/x/CC-SCIENCE-1999-01", "no snapshot projects/x/CC-SCIENCE-1999-01"),
        ("{tmp}/none", "no snapshot, folder or file"),
        ("{tmp}/empty", "no file named .warc"),
        ("{tmp}/empty/*.warc.gz", "no WARC file matches"),
        ("{tmp}/words.txt", "no WARC path in it"),
        ("http://127.0.0.1:1/folder/", "https cannot list a folder"),
        ("sampel", "no snapshot, folder or file sampel"),
    ],
)
def test_what_cannot_be_had_is_told(site, tmp_path, snapshot, says):
    (tmp_path / "empty").mkdir()
    (tmp_path / "words.txt").write_text("just\nwords\n")
    with pytest.raises(UsageError, match=says) as raised:
        commoncrawl.pages(snapshot.format(tmp=tmp_path), base=site.url)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("snapshot", ["", "CC-MAIN-2024", "CC-NEWS", "cc-main-2024-10", "CC-MAIN-1999-01"])
def test_an_error_lists_the_forms_of_ids(site, snapshot):
    with pytest.raises(UsageError) as raised:
        commoncrawl.pages(snapshot, base=site.url)
    for form in ("CC-MAIN-YYYY-WW", "CC-MAIN-2008-2009", "CC-NEWS-YYYY-MM", "CC-SUPPLEMENTAL-YYYY-WW", "projects/"):
        assert form in str(raised.value)


@pytest.mark.parametrize("files", [0, -3])
def test_files_must_be_some(folder, files):
    with pytest.raises(UsageError, match="at least 1"):
        commoncrawl.pages(str(folder), files)


def test_where_files_lie_is_not_what_they_are(folder, tmp_path):
    (tmp_path / "in").rename(tmp_path / "elsewhere")
    moved = commoncrawl.pages(str(tmp_path / "elsewhere"), cache=str(tmp_path / "c"))
    (tmp_path / "elsewhere").rename(tmp_path / "in")
    stayed = commoncrawl.pages(str(folder))
    assert fingerprint(moved.read) == fingerprint(stayed.read)
    assert moved.list == stayed.list


def test_a_local_file_that_changes_has_another_version(folder):
    source = commoncrawl.pages(str(folder))
    before = source.version(NAMES[0])
    assert source.version(NAMES[0]) == before != source.version(NAMES[1])
    (folder / NAMES[0]).write_bytes(FILES[NAMES[0]][:-1] + b"\1")
    assert source.version(NAMES[0]) != before


def test_the_sample_is_made_where_it_is_read(monkeypatch, tmp_path):
    made: list[str] = []

    def make(folder: str) -> list[str]:
        made.append(folder)
        path = Path(folder, NAMES[0])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(FILES[NAMES[0]])
        return NAMES[:1]

    monkeypatch.setattr("sample.make", make)
    source = commoncrawl.pages("sample")
    Path(tmp_path, "cache", "sample", NAMES[0]).unlink()  # another machine of the cluster
    assert len(rows(source)) == 20
    assert made == [str(tmp_path / "cache" / "sample")] * 2


def test_files_that_only_a_query_tells_apart_are_not_lost(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("https://a.example/x.warc.gz?part=1\nhttps://a.example/x.warc.gz?part=2\n")
    with pytest.raises(UsageError, match="differ in nothing but scheme or query"):
        commoncrawl.pages(str(path))


def test_hidden_files_are_no_archives_unless_a_pattern_names_them(tmp_path):
    for name in ("a.warc.gz", "._a.warc.gz", ".cache/b.warc.gz", "sub/c.warc", "sub/.c.warc"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    assert commoncrawl.pages(str(tmp_path)).list == ("a.warc.gz", "sub/c.warc")
    assert commoncrawl.pages(f"{tmp_path}/*.warc.gz").list == ("a.warc.gz",)
    assert commoncrawl.pages(f"{tmp_path}/.cach?/*").list == (".cache/b.warc.gz",)
    assert commoncrawl.pages(f"{tmp_path}/.cache").list == ("b.warc.gz",)
