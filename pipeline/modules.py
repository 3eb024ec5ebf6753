"""Modules of ours and of the user's: where their source lies, what they import, and a digest of both."""

import ast
import functools
import importlib.metadata
import os
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path

from pipeline import reads
from pipeline.hashing import digest

REPO_ROOT = Path(__file__).resolve().parent.parent
# The engine's own machinery moves shards and does not change what is in them.
MACHINERY = frozenset(
    f"pipeline.{name}"
    for name in (
        "batches bucket errors holder in_flight last_words lease ledger limit memory modules ray_runner ray_settings"
        " ray_tasks reads record root run runner shipping standstill verify"
    ).split()
)

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
    tree = _without_docstrings(ast.parse(path.read_text()))
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    return digest(ast.dump(tree)), tuple(dict.fromkeys(_imports(tree, package)))


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


def _imports(tree: ast.Module, package: str) -> Iterator[str]:
    """What a module of this package imports, wherever in its code; of installed packages the first name."""
    for node in _statements(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: package.count(".") + 2 - node.level] if node.level else []
            module = ".".join([*above, *filter(None, [node.module])])
            names = [module, *(f"{module}.{a.name}" for a in node.names if source_file(f"{module}.{a.name}"))]
        yield from (name if source_file(name) else name.partition(".")[0] for name in names)


@functools.cache
def source_file(module: str) -> Path | None:
    """The file of a module of ours or of the user's, found by name without importing it; None for installed ones."""
    if module == "__main__":
        return _main_file()
    for place in dict.fromkeys([REPO_ROOT, *map(Path, filter(is_users, map(os.path.abspath, sys.path)))]):
        base = place.joinpath(*module.split("."))
        for path in (base.parent / f"{base.name}.py", base / "__init__.py"):
            if module and path.is_file():
                return path
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
def _distributions() -> Mapping[str, list[str]]:
    return importlib.metadata.packages_distributions()


@functools.cache
def version_of(module: str) -> str:
    """The distribution of an installed module with its version: "numpy==2.4.6"; empty for Python's own."""
    names = _distributions().get(module.partition(".")[0], [])
    return ",".join(sorted(f"{name}=={importlib.metadata.version(name)}" for name in set(names)))
