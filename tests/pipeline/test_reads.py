"""Data files beside code: when one changes, what was made with it is made again, however it is read."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline import reads
from pipeline.reads import MISSING, Read, changed, imported, so_far, unwatched, watching

# A process that has imported the engine, and runs a recipe of each folder that it is told in a fork of its own.
SERVER = """
import json, os, sys
from pathlib import Path
import pyarrow as pa
from pipeline import store
from pipeline.doc import Doc
from pipeline.fingerprint import fingerprint
from pipeline.run import run
from pipeline.stage import Map
from pipeline.transform import screen
from tests.helpers.runs import Spy
from tests.helpers.tables import pages, source
from text.tokens import pretokens

store._sync = lambda path: None
fingerprint((Map, screen(), source))  # parses the engine's modules, once for all
Doc("a text").words, pretokens("a text"), pa.array(["a"])  # each imports what takes long

def recipe(folder):
    os.chdir(folder)
    sys.path.insert(0, folder)
    from own import judge
    texts = pages("a", "b", "yellowish")
    raw = Map("raw", source(Path("in").absolute(), one=texts, two=texts))
    stats = run(Map("kept", raw, (screen(judge),)), root=folder + "/out", runner=(spy := Spy()))
    return [stats["kept"].rows_out, len(spy.sent)]

for line in sys.stdin:
    if os.fork():
        os.wait()
    else:
        try:
            print(json.dumps(recipe(line.strip())), flush=True)
        except BaseException as error:
            print(json.dumps(repr(error)), flush=True)
        os._exit(0)
"""
Run = Callable[[Path], list[int]]


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Runs the recipe whose filter is `own.judge` of a folder: pages that are kept, and shards that were made."""
    environment = {**os.environ, "PYTHONPATH": os.getcwd(), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", SERVER]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True) as server:
        assert server.stdin and server.stdout
        to, back = server.stdin, server.stdout

        def ask(folder: Path) -> list[int]:
            print(folder, file=to, flush=True)
            return json.loads(back.readline())

        yield ask
        to.close()


JUDGE = "def judge(doc):\n    return 'listed' if set(words()) & set(doc.words) else None\n"
HERE = "from pathlib import Path\nHERE = Path(__file__).parent\n"
READ = "(HERE / 'words.txt').read_text().split()"
GIVE = "def words(): return WORDS\n"
KINDS = {
    "at module level": {"own.py": f"{HERE}WORDS = {READ}\n{GIVE}"},
    "with open": {"own.py": f"{HERE}WORDS = open(HERE / 'words.txt').read().split()\n{GIVE}"},
    "by a helper function of the module": {"own.py": f"{HERE}def load(): return {READ}\nWORDS = load()\n{GIVE}"},
    "by a class at module level": {"own.py": f"{HERE}class C:\n    W = {READ}\ndef words(): return C.W\n"},
    "at the first call, and remembered": {
        "own.py": f"from functools import cache\n{HERE}@cache\ndef words(): return {READ}\n"
    },
    "at every call": {"own.py": f"{HERE}def words(): return {READ}\n"},
    "by a module that the filter's module imports": {
        "own.py": "from helper import words\n",
        "helper.py": f"{HERE}WORDS = {READ}\n{GIVE}",
    },
    "by a module that is imported at the first call": {
        "own.py": "def words():\n    import helper\n    return helper.WORDS\n",
        "helper.py": f"{HERE}WORDS = {READ}\n",
    },
    "by a module that is imported by a name made up": {
        "own.py": "import importlib\ndef words():\n    return importlib.import_module('hel' + 'per').words()\n",
        "helper.py": f"{HERE}def words(): return {READ}\n",
    },
    "by a package": {
        "own.py": "from lists.sub import words\n",
        "lists/__init__.py": f"{HERE}WORDS = (HERE.parent / 'words.txt').read_text().split()\n",
        "lists/sub.py": "from lists import WORDS\ndef words(): return WORDS\n",
    },
    "as a resource of a package": {
        "own.py": "import pkgutil\ndef words(): return pkgutil.get_data('lists', '../words.txt').decode().split()\n",
        "lists/__init__.py": "",
    },
    "as importlib.resources": {
        "own.py": "from importlib import resources\ndef words():\n"
        "    return resources.files('lists').joinpath('../words.txt').read_text().split()\n",
        "lists/__init__.py": "",
    },
    "from a folder below": {
        "own.py": f"{HERE}WORDS = (HERE / 'a/b/words.txt').read_text().split()\ndef words(): return WORDS\n"
    },
    "as JSON": {
        "own.py": f"import json\n{HERE}WORDS = json.load(open(HERE / 'words.json'))\ndef words(): return WORDS\n"
    },
    "as CSV at the first call": {
        "own.py": f"import csv\n{HERE}def words():\n    with open(HERE / 'words.txt') as f:\n"
        "        return [word for row in csv.reader(f) for word in row[0].split()]\n"
    },
    "relative to where it is run": {"own.py": "WORDS = open('words.txt').read().split()\ndef words(): return WORDS\n"},
    "by its absolute name": {"own.py": "def words(): return open('{folder}/words.txt').read().split()\n"},
    "by numpy": {
        "own.py": f"import numpy as np\n{HERE}def words():\n"
        "    return np.loadtxt(HERE / 'words.txt', str, ndmin=1).tolist()\n"
    },
    "by the low-level os.open": {
        "own.py": f"import os\n{HERE}def words():\n    fd = os.open(HERE / 'words.txt', os.O_RDONLY)\n"
        "    said = os.read(fd, 999).decode().split()\n    os.close(fd)\n    return said\n"
    },
    "by another thread, at import": {
        "own.py": f"from concurrent.futures import ThreadPoolExecutor\n{HERE}def load(x): return {READ}\n"
        f"WORDS = list(ThreadPoolExecutor(1).map(load, [1]))[0]\n{GIVE}"
    },
    "when a field names it by a Path": {
        "own.py": f"from dataclasses import dataclass\n{HERE}@dataclass(frozen=True)\nclass Listed:\n    path: Path\n"
        "    def __call__(self, doc):\n        import re\n"
        "        return 'listed' if set(self.path.read_text().split()) & set(doc.words) else None\n"
        "judge = Listed(HERE / 'words.txt')\n"
    },
    "when an argument names it by a Path, and compiled code reads it": {
        "own.py": f"from functools import partial\nimport pyarrow as pa\n{HERE}def listed(doc, path):\n"
        "    said = pa.OSFile(str(path)).read().decode().split()\n"
        "    return 'listed' if set(said) & set(doc.words) else None\n"
        "judge = partial(listed, path=HERE / 'words.txt')\n"
    },
}


def write(folder: Path, words: str) -> None:
    for name in ("words.txt", "a/b/words.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(words)
    (folder / "words.json").write_text(json.dumps(words.split()))


@pytest.mark.parametrize("kind", KINDS)
def test_a_data_file_that_changes_makes_again_what_was_made_with_it(tmp_path: Path, run: Run, kind: str):
    for name, code in KINDS[kind].items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(code.replace("{folder}", str(tmp_path)))
    with open(tmp_path / "own.py", "a") as own:
        own.write("" if "judge =" in KINDS[kind]["own.py"] else JUDGE)
    write(tmp_path, "nothing")
    (tmp_path / "other.txt").write_text("yellowish")
    assert run(tmp_path) == [6, 4], "both shards of both stages"
    (tmp_path / "other.txt").write_text("that nobody reads")
    assert run(tmp_path) == [6, 0]
    write(tmp_path, "nothing yellowish")
    assert run(tmp_path) == [4, 2], "the shards of the stage that filters, and no others"
    assert run(tmp_path) == [4, 0]
    write(tmp_path, "nothing")
    assert run(tmp_path)[0] == 6, "and back"


MAYBE = f"""{HERE}
def words():
    try:
        return (HERE / 'words.txt').read_text().split()
    except FileNotFoundError:
        return []
{JUDGE}"""


def test_a_file_that_was_not_there_is_noticed_when_it_comes_and_not_when_it_goes(tmp_path: Path, run: Run):
    (tmp_path / "own.py").write_text(MAYBE)
    assert run(tmp_path) == [6, 4]
    (tmp_path / "words.txt").write_text("yellowish")
    assert run(tmp_path) == [4, 2]
    (tmp_path / "words.txt").unlink()
    assert run(tmp_path) == [4, 0], "on another machine it may be there; what is made is kept"


def test_a_file_that_a_recipe_reads_when_it_is_built_is_no_part_of_its_code(tmp_path: Path, run: Run):
    """What it says are arguments: one more input in a list makes one more shard, and nothing again."""
    code = "def build():\n    open('list.txt').read()\n    return lambda doc: None\n"
    (tmp_path / "own.py").write_text(f"{code}def __getattr__(name):\n    return build()\n")
    (tmp_path / "list.txt").write_text("one")
    assert run(tmp_path)[1] == 4
    (tmp_path / "list.txt").write_text("one two")
    assert run(tmp_path)[1] == 0


@pytest.fixture
def forgotten() -> Iterator[None]:
    """What was read so far is forgotten."""
    before = dict(reads._while_making)
    reads._while_making.clear()
    yield
    reads._while_making.clear()
    reads._while_making.update(before)


def own_reads() -> dict[str, Read]:
    return {file: read for file, read in so_far().items() if "test_reads" in file or "words" in file}


def test_only_what_is_opened_to_be_read_in_a_watched_block_is_noted(tmp_path: Path, forgotten: None):
    for name in ("words.before", "words.within", "words.paused", "words.behind", "words.thread"):
        (tmp_path / name).write_text(name)

    def read(name: str) -> str:
        return (tmp_path / name).read_text()

    read("words.before")
    with watching():
        read("words.within")
        with watching(False):
            read("words.paused")
        (tmp_path / "words.written").write_text("x")
        with open(tmp_path / "words.changed", "w+") as file:
            file.read()
        with open(tmp_path / "words.appended", "a") as file:
            file.write("x")
        os.listdir(tmp_path)
        other = threading.Thread(target=read, args=("words.thread",))
        other.start()
        other.join()
    read("words.behind")
    assert {Path(file).name for file in own_reads()} == {"words.within"}
    (seen,) = own_reads().values()
    assert __name__ in seen.modules and seen.digest == reads.file_digest(tmp_path / "words.within")


def test_a_source_that_reads_is_not_watched(tmp_path: Path, forgotten: None):
    (tmp_path / "words.input").write_text("one\ntwo\n")
    (tmp_path / "words.list").write_text("x")

    def source() -> Iterator[str]:
        with open(tmp_path / "words.input") as file:
            yield from file

    with watching():
        for _ in unwatched(source()):
            (tmp_path / "words.list").read_text()
        assert list(unwatched(iter([1, None, 2]))) == [1, None, 2]
    assert {Path(file).name for file in own_reads()} == {"words.list"}


def test_files_of_the_machine_of_packages_and_of_caches_are_left_out(tmp_path: Path, forgotten: None, home: Path):
    (home / ".cache/mews").mkdir(parents=True, exist_ok=True)
    (home / ".cache/mews/words").write_text("x")
    with watching():
        (home / ".cache/mews/words").read_text()
        Path("/etc/passwd").read_text()
        Path("/proc/self/stat").read_text()
        Path(pytest.__file__).read_text()
        Path(json.__file__).read_text()
        with open(tmp_path / "file", "w") as file, os.fdopen(os.dup(file.fileno())) as again:
            assert again
    assert so_far() == {}


def test_the_cache_of_the_home_folder_is_left_out_too(tmp_path: Path, forgotten: None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CACHE_HOME", "MEWS_CACHE"):
        monkeypatch.delenv(name)
    for name in (".cache/words", "words.list", ".cached/words.list"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    with watching():
        for name in (".cache/words", "words.list", ".cached/words.list"):
            (tmp_path / name).read_text()
    assert {Path(file).name for file in own_reads()} == {"words.list"} and len(own_reads()) == 2


def test_sqlite_is_seen(tmp_path: Path, forgotten: None):
    import sqlite3

    with watching(), sqlite3.connect(tmp_path / "words.db") as database:
        database.execute("create table t (x)")
    assert {Path(file).name for file in own_reads()} == {"words.db"}


def test_what_is_remembered_is_what_was_read_last_by_all_who_read_it(tmp_path: Path, forgotten: None):
    (tmp_path / "words").write_text("one")
    with watching():
        (tmp_path / "words").read_text()
        first = own_reads()
        (tmp_path / "words").write_text("another")
        (tmp_path / "words").read_text()
    assert own_reads().keys() == first.keys() and own_reads() != first


def test_a_change_counts_for_stages_whose_code_read_the_file(tmp_path: Path):
    file = tmp_path / "words"
    file.write_text("one")
    said = {str(file): Read(("own", "recipe"), reads.file_digest(file))}
    assert not changed(said, {"own"})
    file.write_text("two")
    assert changed(said, {"own"}) and changed(said, {"x", "recipe"})
    assert not changed(said, {"other"}) and not changed(said, ())
    file.unlink()
    assert not changed(said, {"own"})
    assert not changed({str(file): Read(("own",), MISSING)}, {"own"})
    file.write_text("one")
    assert changed({str(file): Read(("own",), MISSING)}, {"own"})


def test_a_file_beside_code_is_named_from_the_folder_of_the_code(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """On a cluster that folder is elsewhere."""
    (tmp_path / "own_package").mkdir()
    (tmp_path / "own_package/__init__.py").touch()
    (tmp_path / "own_package/words").write_text("one")
    monkeypatch.syspath_prepend(str(tmp_path))
    said = {"./own_package/words": Read(("own_package",), reads.file_digest(tmp_path / "own_package/words"))}
    assert not changed(said, {"own_package"})
    (tmp_path / "own_package/words").write_text("two")
    assert changed(said, {"own_package"})
    gone = {"./own_package/words": Read(("no_such_module",), "0")}
    assert not changed(gone, {"no_such_module"}), "of code that is not here nobody can tell"


def test_files_read_at_import_belong_to_the_module_that_is_imported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "reads_words.py").write_text(f"{HERE}WORDS = (HERE / 'words').read_text()\n")
    (tmp_path / "words").write_text("one")
    monkeypatch.syspath_prepend(str(tmp_path))
    import importlib

    importlib.import_module("reads_words")
    assert imported("reads_words") == {"./words": reads.file_digest(tmp_path / "words")}
    assert imported("nobody") == {}
