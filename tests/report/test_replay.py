"""Replay: what is in quarantine is tried again, and said to be readable exactly when it is."""

import subprocess
import sys

import pytest

from mews.recipe_loader import load_recipe, stages_of
from pipeline.errors import UsageError
from pipeline.funnel import stage_stats
from pipeline.run import run
from pipeline.runner import Local
from report.replay import replay
from tests.helpers.server import Site, serving
from tests.helpers.warc_maker import crawl, ids, members, record, response

RECIPE = "tests.report.replay_recipe"


@pytest.fixture
def spoiled(tmp_path, monkeypatch):
    """A run over two files: a damaged member, a member without a head, a cut end, and a page that fails."""
    whole = {
        "a.warc.gz": members(crawl(4)),
        "b.warc.gz": members([*crawl(2, first=4), record(response(b"<p>x"), number=9)]),
    }
    a, b = ([*parts] for parts in whole.values())
    a[2] = a[2][:120] + b"\0\0\0" + a[2][123:]
    a[8] = b"xx" + a[8][2:]
    b[-1] = b[-1][:-30]
    folder = tmp_path / "in"
    folder.mkdir()
    for name, parts in zip(whole, (a, b), strict=True):
        (folder / name).write_bytes(b"".join(parts))
    monkeypatch.setenv("MEWS_TEST_FAILS", "Page 5")
    arguments = [f"snapshot={folder}"]
    goals = load_recipe(RECIPE, arguments)
    run(*goals, root=str(tmp_path / "out"), runner=Local(), about={"recipe": RECIPE, "arguments": arguments})
    return folder, str(tmp_path / "out"), whole


def test_what_is_still_damaged_is_said_to_be(spoiled):
    _, root, _ = spoiled
    assert stage_stats(root)["raw"].quarantined == {"warc:damaged": 2, "warc:truncated": 1, "extract:timeout": 1}
    found = replay(root, stages_of(root))
    assert [(one.error, one.now, one.reads) for one in found.tried] == [
        ("warc:damaged", "warc:damaged", False),
        ("warc:damaged", "warc:damaged", False),
        ("warc:truncated", "warc:truncated", False),
        ("extract:timeout", "extract:timeout", False),
    ]
    assert "4 pages are in quarantine; 0 can be read now" in str(found)


def test_what_was_mended_is_read_and_judged(spoiled, monkeypatch):
    folder, root, whole = spoiled
    monkeypatch.delenv("MEWS_TEST_FAILS")
    for name, parts in whole.items():
        (folder / name).write_bytes(b"".join(parts))
    found = replay(root, stages_of(root))
    assert [(one.error, one.now) for one in found.tried] == [
        ("warc:damaged", "kept"),
        ("warc:damaged", "kept"),
        ("warc:truncated", "replay_recipe.short:short"),
        ("extract:timeout", "kept"),
    ]
    assert all(one.reads for one in found.tried)
    assert ids([5])[0] in str(found)
    assert str(found).count("to take it in, delete receipts/raw/") == 2


def test_what_is_gone_is_said_to_be(spoiled):
    folder, root, _ = spoiled
    (folder / "b.warc.gz").write_bytes(b"")
    found = replay(root, stages_of(root))
    assert [one.now.partition(":")[0] for one in found.tried[2:]] == ["gone", "gone"]
    assert not any(one.reads for one in found.tried)


def test_replay_from_the_command_line(spoiled):
    _, root, _ = spoiled
    said = subprocess.run([sys.executable, "-m", "mews", "replay", root], capture_output=True, text=True)
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.startswith("4 pages are in quarantine; 0 can be read now")


def test_replay_changes_nothing(spoiled, tmp_path):
    def files() -> dict:
        return {p: p.read_bytes() for p in (tmp_path / "out").rglob("*") if p.is_file()}

    before = files()
    replay(spoiled[1], stages_of(spoiled[1]))
    assert files() == before


def test_a_folder_without_a_run_is_told(tmp_path):
    with pytest.raises(UsageError, match="holds no run"):
        replay(str(tmp_path), stages_of(str(tmp_path)))


def test_of_a_remote_file_only_the_pages_in_quarantine_are_fetched(spoiled, tmp_path, monkeypatch):
    """A file of Common Crawl is a gigabyte, and a run has thousands of pages in quarantine."""
    folder, _, whole = spoiled
    monkeypatch.setenv("MEWS_RATE_LIMIT_DIR", str(tmp_path / "gate"))
    monkeypatch.setenv("MEWS_CACHE", str(tmp_path / "cache"))
    with serving(Site({f"/{name}": (folder / name).read_bytes() for name in whole})) as site:
        site.files["/list.txt"] = "".join(f"{site.url}{name}\n" for name in whole).encode()
        arguments, root = [f"snapshot={site.url}list.txt"], str(tmp_path / "remote")
        run(
            *load_recipe(RECIPE, arguments), root=root, runner=Local(), about={"recipe": RECIPE, "arguments": arguments}
        )
        local, before = replay(spoiled[1], stages_of(spoiled[1])), len(site.log)
        found = replay(root, stages_of(root))
        assert [(one.id, one.error, one.now) for one in found.tried if one.error == "extract:timeout"] == [
            (one.id, one.error, one.now) for one in local.tried if one.error == "extract:timeout"
        ]
        assert [(one.error, one.now) for one in found.tried] == [(one.error, one.now) for one in local.tried]
        again = [asked for asked in site.log[before:] if not asked.path.endswith(".txt")]
        assert len(again) == 4 and all(asked.range for asked in again)
        site.files |= {f"/{name}": b"".join(parts) for name, parts in whole.items()}
        assert sum(one.reads for one in replay(root, stages_of(root)).tried) == 3
