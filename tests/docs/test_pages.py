"""README.md and the site: short, true to the tree, and without a broken link."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from pipeline import VERSION
from tests.helpers.markdown import PAGES, REPO_ROOT, blocks

README = (REPO_ROOT / "README.md").read_text()


def test_the_readme_is_short():
    assert len(README.splitlines()) < 200


def test_the_tree_of_the_readme_is_the_tree():
    tree = next(block.text for block in blocks(REPO_ROOT / "README.md") if block.text.startswith("pipeline/"))
    told = {line.split("/")[0] for line in tree.splitlines()}
    packages = {path.parent.name for path in REPO_ROOT.glob("*/__init__.py")} | {"tests", "deploy"}
    assert told == packages


def test_the_six_words_are_explained():
    assert re.findall(r"^- A \*\*(\w+)\*\*", README, re.M) == ["Doc", "Filter", "Transform", "Stage", "Store", "Runner"]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(page: Path):
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text())
    local = [link for link in links if "://" not in link and not link.startswith("http")]
    assert [link for link in local if not (page.parent / link).exists()] == []


def test_the_site_builds_without_a_warning(tmp_path: Path):
    pytest.importorskip("mkdocs", reason="make docs installs it")
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(build, cwd=REPO_ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "site/index.html").read_text()
    assert "RefinedWeb" in page
    assert re.findall(r'<(?:script|link)[^>]+(?:src|href)="(?:https?:)?//', page) == [], "it needs no network"


def test_every_page_is_in_the_site():
    listed = re.findall(r": (\S+\.md)", (REPO_ROOT / "mkdocs.yml").read_text())
    pages = {path.name for path in (REPO_ROOT / "docs").glob("*.md")}
    assert sorted(listed) == sorted(pages | {"index.md", "contributing.md", "changes.md"})


def test_the_version_is_one():
    citation = yaml.safe_load((REPO_ROOT / "CITATION.cff").read_text())
    assert citation["version"] == VERSION
    assert tomllib.loads((REPO_ROOT / "pyproject.toml").read_text())["project"]["dynamic"] == ["version"]
    assert f"## {VERSION}" in (REPO_ROOT / "CHANGELOG.md").read_text()


def test_what_tests_and_docs_need_is_pinned():
    """All that pyproject.toml asks for has a version in constraints.txt."""
    project = tomllib.loads((REPO_ROOT / "pyproject.toml").read_text())["project"]
    wanted = [
        *project["dependencies"],
        *project["optional-dependencies"]["test"],
        *project["optional-dependencies"]["docs"],
    ]
    pinned = {
        line.partition("==")[0].lower().replace("_", "-")
        for line in (REPO_ROOT / "constraints.txt").read_text().splitlines()
    }
    names = {re.match(r"[\w.-]+", name)[0].lower().replace("_", "-") for name in wanted}  # type: ignore[index]
    assert names - pinned == set()
