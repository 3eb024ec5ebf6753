"""Modules of ours and of the user's: where their source lies, what they import, and a digest of both."""

import ast
import functools
import importlib.metadata
import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from pipeline import reads
from pipeline.cache_folder import remembered
from pipeline.hashing import digest

REPO_ROOT = Path(__file__).resolve().parent.parent
# The engine's own machinery moves shards and does not change what is in them.
MACHINERY = frozenset(
    f"pipeline.{name}"
    for name in (
        "batches bucket cache_folder capacity errors holder in_flight last_words lease ledger limit memory modules"
        " ray_runner ray_settings ray_tasks reads record root run runner shipping standstill verify"
    ).split()
)

ImportStatement: TypeAlias = tuple[int, str, list[str]]  # how many dots, the module, what is imported of it
PYTHON = (sys.implementation.name, *map(str, sys.version_info[:2]))  # on which the digest of the same code depends
BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")  # fields of a statement in which statements stand


def module_digest(module: str) -> str:
    """Digest of a module of ours or the user's, with all that it reaches.

    What counts is the code of every such module that it imports (comments and docstrings do not), the files that
    these read while they were imported, and the versions of all other packages.
    """
    parts = dict(_reached(module))
    for name in list(parts):
        parts |= {f"{name} reads {file}": content for file, content in reads.imported(name).items()}
    return digest(*(f"{name}={part}" for name, part in sorted(parts.items())))


def reached(module: str) -> frozenset[str]:
    """Names of the modules with source that a module imports, directly or not, and its own."""
    return frozenset(name for name in _reached(module) if source_file(name))


@functools.cache
def _reached(module: str) -> Mapping[str, str]:
    """Every module that one reaches: its name, and the digest of its code or the version of its package."""
    parts: dict[str, str] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name in parts or name in MACHINERY:
            continue
        if source_file(name) is None:
            parts[name] = version_of(name)
        else:
            parts[name], imported = _scanned(name)
            waiting += [*imported, *_packages(name)]
    return parts


@functools.cache
def _scanned(module: str) -> tuple[str, tuple[str, ...]]:
    """The digest of a module's code, and what it imports."""
    path = source_file(module)
    assert path is not None
    source = path.read_text()
    code, statements = remembered(f"modules/{digest(source, *PYTHON)}", lambda: _parsed(source))
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    return code, tuple(dict.fromkeys(_imports(statements, package)))


def _parsed(source: str) -> tuple[str, list[ImportStatement]]:
    """The digest of a module's code, and its import statements, wherever they stand."""
    tree = _without_docstrings(ast.parse(source))
    found: list[ImportStatement] = []
    for node in _statements(tree):
        if isinstance(node, ast.Import):
            found += [(0, alias.name, []) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append((node.level, node.module or "", [alias.name for alias in node.names]))
    return digest(ast.dump(tree)), found


def _packages(module: str) -> Iterator[str]:
    """The packages that a module lies in, whose own code runs before it."""
    while module := module.rpartition(".")[0]:
        if source_file(module):
            yield module


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in (tree, *_statements(tree)):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and ast.get_docstring(
            node, clean=False
        ):
            node.body = node.body[1:] or [ast.Pass()]
    return tree


def _statements(tree: ast.Module) -> Iterator[ast.AST]:
    """Every statement of a module, with the handlers and cases between them: a tenth of all that `ast.walk` visits."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        inside = [child for name in BLOCKS for child in getattr(node, name, ())]
        yield from inside
        waiting += inside


def _imports(statements: Iterable[ImportStatement], package: str) -> Iterator[str]:
    """What a module of this package imports; of installed packages the first name."""
    for level, name, members in statements:
        above = package.split(".")[: package.count(".") + 2 - level] if level else []
        module = ".".join([*above, *filter(None, [name])])
        names = [module, *(f"{module}.{member}" for member in members if source_file(f"{module}.{member}"))]
        yield from (name if source_file(name) else name.partition(".")[0] for name in names)


@functools.cache
def source_file(module: str) -> Path | None:
    """The file of a module of ours or of the user's, found by name without importing it; None for installed ones."""
    if module == "__main__":
        return _main_file()
    inside = module.replace(".", os.sep)
    for place in dict.fromkeys([str(REPO_ROOT), *filter(is_users, map(os.path.abspath, sys.path))]):
        for path in (f"{place}{os.sep}{inside}.py", os.path.join(place, inside, "__init__.py")):
            if module and os.path.isfile(path):
                return Path(path)
    return None


def _main_file() -> Path | None:
    """The script that runs; None when it is an installed one, or none."""
    file = getattr(sys.modules["__main__"], "__file__", None)
    return Path(file).resolve() if file and is_users(os.path.abspath(file)) and os.path.isfile(file) else None


def place_of(module: str) -> Path | None:
    """The folder from which a module of ours or the user's is imported; None for installed ones."""
    path = source_file(module)
    if path is None or module == "__main__":
        return path and path.parent
    return path.parents[module.count(".") + (path.name == "__init__.py")]


@functools.cache
def is_users(path: str) -> bool:
    """Whether an absolute path lies neither in Python's own folders nor where packages are installed."""
    kinds = ("stdlib", "platstdlib", "purelib", "platlib")
    # A virtual environment that Ray makes sees the packages of the one below it, too.
    installed = not {"site-packages", "dist-packages"}.isdisjoint(Path(path).parts)
    return not installed and not any(Path(path).is_relative_to(sysconfig.get_path(kind)) for kind in kinds)


@functools.cache
def _distributions() -> Mapping[str, list[importlib.metadata.Distribution]]:
    """The distributions that bring each top-level module.

    `importlib.metadata.packages_distributions` takes ten times as long, for it reads the names of all of them.
    """
    found: dict[str, list[importlib.metadata.Distribution]] = {}
    for distribution in importlib.metadata.distributions():
        for name in _top_level(distribution):
            found.setdefault(name, []).append(distribution)
    return found


def _top_level(distribution: importlib.metadata.Distribution) -> set[str]:
    """The top-level modules of a distribution: those that it names, or else those of its files."""
    if named := (distribution.read_text("top_level.txt") or "").split():
        return set(named)
    listed = [line.partition(",")[0] for line in (distribution.read_text("RECORD") or "").splitlines()]
    files = [path for path in listed or map(str, distribution.files or ()) if path.endswith((".py", ".so", ".pyd"))]
    return {path.partition("/")[0].partition(".")[0] for path in files}


@functools.cache
def version_of(module: str) -> str:
    """The distribution of an installed module with its version: "numpy==2.4.6"; empty for Python's own."""
    names = {each.name for each in _distributions().get(module.partition(".")[0], [])}
    return ",".join(sorted(f"{name}=={importlib.metadata.version(name)}" for name in names))
