"""The shape of the repository: which room may import which, who alone knows Ray, and how large things may grow."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

REPO_ROOT = Path(__file__).resolve().parent.parent
BELOW_STAGES = {"text", "pipeline", "readers", "filters", "sample"}
MAY_IMPORT = {
    "text": set(),
    "pipeline": {"text"},
    "readers": {"pipeline", "text"},
    "filters": {"pipeline", "readers", "text"},
    "dedup": {"pipeline", "readers", "text"},
    "tokenizer": {"pipeline", "readers", "text"},
    "sample": {"pipeline", "text"},
    "stages": BELOW_STAGES,
    "curriculum": {*BELOW_STAGES, "stages", "dedup", "tokenizer"},
    "report": {*BELOW_STAGES, "stages", "dedup", "tokenizer"},
    "recipes": {*BELOW_STAGES, "stages", "dedup", "tokenizer", "curriculum"},
    "mews": {*BELOW_STAGES, "stages", "dedup", "tokenizer", "curriculum", "report", "recipes"},
}
LONGEST_FILE, LONGEST_FUNCTION = 220, 45  # lines
LARGEST_ROOM = 1 / 5  # of all lines; each package of stages/ is a room
# Names that every module of their kind has, with one meaning: a recipe's function, the verdict stage of a question.
SHARED = {"recipe", "repeated", "main", "pages"}
# Where the date is read, by a clock that may be set at any time: to show it to a person, or to compare it with that of
# files. Nothing waits by it.
READ_THE_DATE = {"mews/submit.py", "pipeline/heartbeat.py", "pipeline/holder.py", "report/status.py"}
READ_THE_DATE |= {"stages/download/request.py"}  # a Retry-After of a server that does not tell its own
DATE = re.compile(r"\btime\.time(_ns)?\b|\b(now|utcnow|today)\(")
# What still breaks a rule, to be mended: nothing is added here, and no file in it grows.
TOO_LONG: dict[str, int] = {}


def modules(room: str) -> list[Path]:
    return sorted((REPO_ROOT / room).rglob("*.py"))


def imports(tree: ast.Module) -> list[str]:
    """Modules that are imported, by a statement or by a string that names a module of this repository."""
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.append(node.module)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and names_a_module(node.value):
            names.append(node.value)
    return names


def names_a_module(text: str) -> bool:
    """Whether a string is the dotted name of a package or module here: what import_module or `python -m` would take."""
    room, *rest = text.split(".")
    if room not in MAY_IMPORT or not all(part.isidentifier() for part in rest):
        return False
    place = REPO_ROOT.joinpath(room, *rest)
    return bool(rest) and (place.is_dir() or place.with_suffix(".py").is_file())


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_imports_point_one_way(room: str):
    allowed = {room, *MAY_IMPORT[room]}
    upward = [
        (str(path.relative_to(REPO_ROOT)), name)
        for path in modules(room)
        for name in imports(ast.parse(path.read_text()))
        if name.partition(".")[0] in MAY_IMPORT.keys() - allowed
    ]
    assert upward == []


def test_a_module_named_by_a_string_is_an_import():
    tree = ast.parse(
        'importlib.import_module("stages.extract")\nx = "stages.extract is a package"\nimport pipeline.run'
    )
    assert imports(tree) == ["pipeline.run", "stages.extract"]


def test_one_file_knows_ray():
    knows = [
        str(path.relative_to(REPO_ROOT))
        for room in MAY_IMPORT
        for path in modules(room)
        if "ray" in {name.partition(".")[0] for name in imports(ast.parse(path.read_text()))}
    ]
    assert knows == ["pipeline/ray_runner.py"]


def test_nothing_waits_by_a_clock_that_may_be_set():
    reads = {
        str(path.relative_to(REPO_ROOT))
        for room in MAY_IMPORT
        for path in modules(room)
        if DATE.search(path.read_text())
    }
    assert reads == READ_THE_DATE


def test_files_and_functions_stay_short():
    long = []
    for path in (path for room in MAY_IMPORT for path in modules(room)):
        text, name = path.read_text(), str(path.relative_to(REPO_ROOT))
        if text.count("\n") > TOO_LONG.get(name, LONGEST_FILE):
            long.append((name, text.count("\n")))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= LONGEST_FUNCTION:
                long.append((f"{name}: {node.name}", node.end_lineno - node.lineno + 1))
    assert long == []


def test_no_room_holds_more_than_a_fifth():
    sizes: dict[str, int] = defaultdict(int)
    for path in (path for room in MAY_IMPORT for path in modules(room)):
        parts = path.relative_to(REPO_ROOT).parts
        sizes["/".join(parts[:2]) if parts[0] == "stages" else parts[0]] += path.read_text().count("\n")
    total = sum(sizes.values())
    assert {room: size for room, size in sizes.items() if size > LARGEST_ROOM * total} == {}


def test_one_public_name_one_meaning():
    defined = defaultdict(list)
    for path in (path for room in MAY_IMPORT for path in modules(room)):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                defined[node.name].append(str(path.relative_to(REPO_ROOT)))
    twice = {name: places for name, places in defined.items() if len(places) > 1 and name not in SHARED}
    assert twice == {}


def test_no_file_names_a_registry():
    hosts = ("py" + "pi.org", "pythonhosted" + ".org", "registry." + "npmjs")
    kinds = (".py", ".md", ".toml", ".txt", ".yaml", ".yml", ".cff", "")
    skipped = {".venv", ".git", "out", "mutants"}
    texts = [
        path
        for path in REPO_ROOT.rglob("*")
        if not skipped & set(path.relative_to(REPO_ROOT).parts)
        and path.suffix in kinds
        and path.is_file()
        and path.stat().st_size < 1 << 20
    ]
    assert [path for path in texts if any(host in path.read_text(errors="replace") for host in hosts)] == []
