"""Modules: their code counts, with all that they import; comments, docstrings and the engine's machinery do not."""

import importlib.metadata
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline import modules
from pipeline.modules import is_users, module_digest, place_of, reached, source_file, version_of

Write = Callable[[str, str], None]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A folder of modules that stands for the repository; call it to write a module."""
    monkeypatch.setattr(modules, "REPO_ROOT", tmp_path)

    def forget() -> None:
        for cached in (modules._reached, modules._scanned, modules.source_file):
            cached.cache_clear()

    def write(name: str, code: str) -> None:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(code)
        forget()

    yield write
    monkeypatch.undo()
    forget()


def test_code_counts_comments_do_not_and_imports_are_followed(house: Write):
    house("helper.py", '"""Doc."""\nLIMIT = 3\n')
    house("mine.py", "import helper\n\ndef f(x):\n    '''Says.'''\n    return x > helper.LIMIT\n")
    first = module_digest("mine")
    house("mine.py", "# why\nimport helper\n\n\ndef f(x):\n    '''Says more.'''\n    return x > helper.LIMIT  # so\n")
    assert module_digest("mine") == first
    house("mine.py", "import helper\n\ndef f(x):\n    '  '\n    return x > helper.LIMIT\n")
    assert module_digest("mine") == first
    house("mine.py", "import helper\n\ndef f(x):\n    return x > helper.LIMIT\n")
    assert module_digest("mine") == first, "nor whether there is one"
    house("helper.py", "LIMIT = 4\n")
    assert module_digest("mine") != first


@pytest.mark.parametrize(
    "imported",
    ["import rooms.hall", "from rooms import hall", "from rooms.hall import x",
     "def f():\n    from rooms import hall", "from rooms.hall import *"],
)  # fmt: skip
def test_every_way_to_import_is_followed(house: Write, imported: str):
    house("rooms/__init__.py", "")
    house("rooms/hall.py", "x = 1\n")
    house("mine.py", f"{imported}\n")
    first = module_digest("mine")
    assert "rooms.hall" in reached("mine")
    house("rooms/hall.py", "x = 2\n")
    second = module_digest("mine")
    house("rooms/__init__.py", "y = 1\n")
    assert len({first, second, module_digest("mine")}) == 3, "the package's own code runs too"


def test_a_module_counts_the_packages_that_it_lies_in(house: Write):
    house("a/__init__.py", "x = 1\n")
    house("a/b/__init__.py", "")
    house("a/b/c.py", "from .. import x\nfrom ..d import y\nfrom . import e\n")
    house("a/d.py", "y = 1\n")
    house("a/b/e.py", "z = 1\n")
    assert reached("a.b.c") == {"a", "a.b", "a.b.c", "a.d", "a.b.e"}


@pytest.mark.parametrize(
    "name",
    ["buckets", "chain", "columns", "doc", "guard", "hashing", "parquet", "rules", "shard", "shuffle", "source",
     "stage", "stats", "store", "transform", "view"],
)  # fmt: skip
def test_an_edit_of_what_makes_shards_counts(house: Write, name: str):
    house(f"pipeline/{name}.py", "x = 1\n")
    house("mine.py", f"import pipeline.{name}\n")
    first = module_digest("mine")
    house(f"pipeline/{name}.py", "x = 2\n")
    assert module_digest("mine") != first


@pytest.mark.parametrize("name", ["ledger", "run", "runner", "ray_runner", "lease", "verify", "errors"])
def test_an_edit_of_the_machinery_makes_nothing_again(house: Write, name: str):
    house(f"pipeline/{name}.py", "x = 1\n")
    house("mine.py", f"import pipeline.{name}\n")
    first = module_digest("mine")
    house(f"pipeline/{name}.py", "x = 2\n")
    assert module_digest("mine") == first


def test_packages_count_by_their_version(house: Write, monkeypatch: pytest.MonkeyPatch):
    house("mine.py", "import pyarrow.compute\nimport json\n")
    first = module_digest("mine")
    assert version_of("pyarrow.compute").startswith("pyarrow==") and version_of("json") == ""
    monkeypatch.setattr(modules, "version_of", lambda module: f"{module}==0")
    modules._reached.cache_clear()
    assert module_digest("mine") != first


def test_a_module_is_found_without_being_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "found_only").mkdir()
    (tmp_path / "found_only/__init__.py").write_text("raise SystemExit")
    (tmp_path / "found_only/inner.py").write_text("raise SystemExit")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert source_file("found_only") == tmp_path / "found_only/__init__.py"
    assert place_of("found_only") == place_of("found_only.inner") == tmp_path
    assert source_file("json") is source_file("numpy") is source_file("") is place_of("json") is None
    assert place_of("pipeline.modules") == modules.REPO_ROOT


def test_installed_folders_are_not_the_users():
    assert not is_users(json.__file__) and not is_users(pytest.__file__)
    assert is_users(__file__)


def test_a_script_is_its_own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "script.py").write_text("LIMIT = 3\n")
    monkeypatch.setattr(sys.modules["__main__"], "__file__", str(tmp_path / "script.py"), raising=False)
    source_file.cache_clear()
    assert source_file("__main__") == tmp_path / "script.py" and place_of("__main__") == tmp_path
    monkeypatch.setattr(sys.modules["__main__"], "__file__", pytest.__file__, raising=False)
    source_file.cache_clear()
    assert source_file("__main__") is None
    monkeypatch.undo()
    source_file.cache_clear()


def test_versions_are_those_of_the_standard_library():
    brought = importlib.metadata.packages_distributions()
    for module in ("numpy", "yaml", "google", "lxml", "_pytest", "pkg_resources", "ray"):
        expected = {f"{name}=={importlib.metadata.version(name)}" for name in brought.get(module, [])}
        assert version_of(module) == ",".join(sorted(expected)), module
    assert version_of("numpy").startswith("numpy==")


@pytest.mark.parametrize(
    ("files", "brought"),
    [
        ({"top_level.txt": "alpha\nbeta\n", "RECORD": "gamma/x.py,,\n"}, {"alpha", "beta"}),
        ({"RECORD": "alpha/x.py,sha256=a,1\nbeta.py,,\nalpha/data.txt,,\na-1.dist-info/R,,\n"}, {"alpha", "beta"}),
        ({"RECORD": "_fast.cpython-311-x86_64-linux-gnu.so,,\n"}, {"_fast"}),
    ],
)  # fmt: skip
def test_the_modules_of_a_distribution(tmp_path: Path, files: dict[str, str], brought: set[str]):
    folder = tmp_path / "a-1.dist-info"
    folder.mkdir()
    for name, text in {"METADATA": "Metadata-Version: 2.1\nName: a\nVersion: 1\n", **files}.items():
        (folder / name).write_text(text)
    assert modules._top_level(importlib.metadata.PathDistribution(folder)) == brought


def test_a_module_is_parsed_once_for_all_processes(house: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("MEWS_CACHE", str(tmp_path / "cache"))
    house("helper.py", "x = 1\n")
    house("mine.py", "import helper\nfrom os import path\n")
    first = module_digest("mine")
    for cached in (modules._reached, modules._scanned):
        cached.cache_clear()
    monkeypatch.setattr(modules, "_parsed", lambda source: pytest.fail("parsed again"))
    assert module_digest("mine") == first
    assert reached("mine") == {"mine", "helper"}
