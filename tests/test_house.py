"""The shape of the house: which folder may import which, and who alone knows Ray."""

import ast
from pathlib import Path

import pytest

REPO_ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {
    "text": {"text"},
    "pipeline": {"pipeline", "text"},
    "filters": {"filters", "pipeline.doc", "pipeline.errors", "text"},
    "dedup": {"dedup", "pipeline", "text"},
    "tokenizer": {"tokenizer", "pipeline", "text"},
    "sample": {"sample", "pipeline.errors", "text"},
    "stages": {"stages", "filters", "sample", "pipeline", "text"},
    "curriculum": {"curriculum", "stages", "dedup", "tokenizer", "filters", "pipeline", "text"},
    "report": {"report", "stages", "dedup", "tokenizer", "filters", "pipeline", "text"},
}
OURS = {*MAY_IMPORT, "recipes", "mews"}


def imports(path: Path) -> list[str]:
    names = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return names


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_imports_point_one_way(folder: str):
    allowed = MAY_IMPORT[folder]
    wrong = [
        (str(path.relative_to(REPO_ROOT)), name)
        for path in (REPO_ROOT / folder).rglob("*.py")
        for name in imports(path)
        if name.partition(".")[0] in OURS
        and not any(name == a or name.startswith(a + ".") or a.startswith(name + ".") for a in allowed)
    ]
    assert wrong == []


def test_one_file_knows_ray():
    knows = [
        p.relative_to(REPO_ROOT)
        for f in OURS
        for p in (REPO_ROOT / f).rglob("*.py")
        if "ray" in {n.partition(".")[0] for n in imports(p)}
    ]
    assert knows == [Path("pipeline/ray_runner.py")]


def test_no_file_names_a_registry():
    hosts = ("py" + "pi.org", "pythonhosted" + ".org", "registry." + "npmjs")
    tracked = [
        p
        for p in REPO_ROOT.rglob("*")
        if p.is_file() and not {".venv", ".git", "out"} & set(p.relative_to(REPO_ROOT).parts)
    ]
    texts = [
        p
        for p in tracked
        if p.suffix in (".py", ".md", ".toml", ".txt", ".yaml", ".yml", "") and p.stat().st_size < 1 << 20
    ]
    assert [p for p in texts if any(host in p.read_text(errors="replace") for host in hosts)] == []
