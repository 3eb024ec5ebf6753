"""Each example as it stands, from the command line, on the sample crawl or a small one; and that the docs name it."""

import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pyarrow.parquet as pq
import pytest

from pipeline.verify import faults
from tests.helpers.commands import mews

REPO_ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = REPO_ROOT / "examples"


def made(name: str, root: Path, *arguments: str) -> subprocess.CompletedProcess:
    return mews("run", EXAMPLES / f"{name}.py", "--root", root, "--runner", "local", *arguments)


def rows(root: Path, data_set: str) -> list[dict]:
    assert list(faults(str(root))) == []
    return [
        row for path in sorted((root / data_set / "data").glob("*.parquet")) for row in pq.read_table(path).to_pylist()
    ]


def test_a_week_of_news_in_a_language(tmp_path: Path):
    """The sample was crawled in the night to December 30, 2024."""
    told = made("news_week", tmp_path, "snapshot=sample", "first=2024-12-23", "language=de")
    assert told.returncode == 0, told.stderr
    found = rows(tmp_path, "news")
    assert found and {row["language"] for row in found} == {"de"}
    assert len({row["url"] for row in found}) == len(found) and all(row["token_count"] > 0 for row in found)
    told = made("news_week", tmp_path / "none", "snapshot=sample", "first=2024-12-22", "days=7")
    assert told.returncode == 2 and "no file of sample was begun on the 7 days from 2024-12-22 on" in told.stderr


def test_code_and_mathematics(tmp_path: Path):
    told = made("code_and_math", tmp_path, "math=0.005")
    assert told.returncode == 0, told.stderr
    code, math = rows(tmp_path, "code"), rows(tmp_path, "math")
    assert code and min(row["code"] for row in code) >= 0.1
    assert math and min(row["formulas"] for row in math) >= 0.005
    assert {row["id"] for row in code} != {row["id"] for row in math}


def test_a_list_of_domains(tmp_path: Path):
    (tmp_path / "list.txt").write_text("# two sites\nfernhill-tools.example\n\n  Measured-Times.example \n")
    told = made("domain_list", tmp_path / "out", f"domains={tmp_path}/list.txt")
    assert told.returncode == 0, told.stderr
    hosts = {urlsplit(row["url"]).hostname for row in rows(tmp_path / "out", "domains")}
    assert hosts and all(host.endswith((".fernhill-tools.example", ".measured-times.example")) for host in hosts)
    assert len({host.split(".")[-2] for host in hosts}) == 2
    told = made("domain_list", tmp_path / "none", "domains=absent.txt")
    assert told.returncode == 2 and "domains=absent.txt is no file" in told.stderr


RECIPES = sorted(path for path in EXAMPLES.glob("*.py") if "def recipe(" in path.read_text())


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_each_is_listed_and_says_how_it_is_run(path: Path):
    assert f"examples/{path.name}" in (REPO_ROOT / "docs/writing.md").read_text()
    assert re.search(rf"mews run examples/{path.name} --root \S+ ", path.read_text())
    assert "examples/" in (REPO_ROOT / "README.md").read_text()
