"""What a stage does, as a digest: its values, the code it reaches (ours, the user's), the versions of the rest."""

import ast
import dataclasses
import functools
import hashlib
import importlib.metadata
import inspect
import os
import sys
import sysconfig
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import xxhash

GOLDEN64 = np.uint64(0x9E3779B97F4A7C15)  # 2**64 divided by the golden ratio, odd: a step that visits evenly
REPO_ROOT = Path(__file__).resolve().parent.parent
# The engine's own machinery moves shards and does not change what is in them.
MACHINERY = frozenset(
    f"pipeline.{name}"
    for name in ("__main__", "errors", "fingerprint", "ledger", "limit", "progress", "ray_runner", "run", "runner")
)


def hash64(strings: pa.Array | pa.ChunkedArray | list[str]) -> np.ndarray:
    """xxh3-64 of each string: uint64, one a row. A null counts as the empty string."""
    values = strings if isinstance(strings, list) else strings.to_pylist()
    return np.fromiter((xxhash.xxh3_64_intdigest(v or "") for v in values), np.uint64, len(values))


def mix64(value: Any) -> Any:
    """SplitMix64's finaliser (Steele, Lea and Flood 2014): a bijection that spreads every bit of a uint64 over all.

    Takes a uint64 array, or a `np.uint64`, and returns the same; `numba.njit(mix64)` serves kernels.
    """
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def shard_key(shard: str) -> int:
    """The key that routes rows to the one bucket of a shard: xxh3-64 of its name."""
    return xxhash.xxh3_64_intdigest(shard)


def digest(*parts: str) -> str:
    """BLAKE2b-128 of some strings, hexadecimal; their bounds count."""
    hashed = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = part.encode()
        hashed.update(len(data).to_bytes(8, "little") + data)
    return hashed.hexdigest()


def fingerprint(value: Any) -> str:
    """A digest that changes when the value, or the code that it runs, does; comments and docstrings do not count."""
    return digest(describe(value))


def describe(value: Any) -> str:
    """The text that is digested: stable between processes, machines and checkouts."""
    if value is None or isinstance(value, bool | int | float | str | bytes):
        return repr(value)
    if isinstance(value, tuple | list):
        return f"[{','.join(map(describe, value))}]"
    if isinstance(value, set | frozenset):
        return f"{{{','.join(sorted(map(describe, value)))}}}"
    if isinstance(value, Mapping):
        return f"{{{','.join(f'{describe(k)}:{describe(v)}' for k, v in value.items())}}}"
    if isinstance(value, pa.Schema | pa.DataType | Path):
        return str(value)
    if isinstance(value, functools.partial):
        return f"partial{describe((value.func, value.args, value.keywords))}"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        return f"{_code(type(value))}{describe(fields)}"
    if isinstance(value, types.MethodType):
        return f"{describe(value.__self__)}.{value.__name__}"
    if callable(value) and hasattr(value, "__qualname__"):
        return _code(value) + _closure(value)
    return f"{_code(type(value))}{describe(getattr(value, '__dict__', {}))}"


def _closure(function: Any) -> str:
    cells = [cell.cell_contents for cell in getattr(function, "__closure__", None) or ()]
    return describe((cells, getattr(function, "__defaults__", None)))


def _code(thing: Any) -> str:
    """Name and code digest of a function or class; for one that is not ours, its distribution's version."""
    module = getattr(thing, "__module__", "") or "builtins"
    name = f"{module}.{thing.__qualname__}"
    path = _source(module)
    if path:
        return f"{name}@{module_digest(module)}"
    if module == "__main__" or "<locals>" in thing.__qualname__ or not _version(module):
        return f"{name}@{digest(_source_text(thing))}"
    return f"{name}@{_version(module)}"


def _source_text(thing: Any) -> str:
    try:
        return inspect.getsource(thing)
    except (OSError, TypeError):
        return ""


@functools.cache
def module_digest(module: str) -> str:
    """Digest of a module of ours with all modules of ours that it imports, and the versions of all others."""
    parts: dict[str, str] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        path = _source(name)
        if name in parts or name in MACHINERY:
            continue
        if path is None:
            parts[name] = _version(name)
            continue
        tree = _bare(ast.parse(path.read_text()))
        parts[name] = digest(ast.dump(tree))
        waiting += _imports(tree, name if path.name == "__init__.py" else name.rpartition(".")[0])
    return digest(*(f"{name}={part}" for name, part in sorted(parts.items())))


def _bare(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and ast.get_docstring(
            node
        ):
            node.body = node.body[1:] or [ast.Pass()]
    return tree


def _imports(tree: ast.Module, package: str) -> list[str]:
    """What a module of this package imports, wherever in its code."""
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: package.count(".") + 2 - node.level] if node.level else []
            module = ".".join([*above, *filter(None, [node.module])])
            names += [module, *(f"{module}.{a.name}" for a in node.names if _source(f"{module}.{a.name}"))]
    return [name if _source(name) else name.partition(".")[0] for name in names]


@functools.cache
def _source(module: str) -> Path | None:
    """The file of a module of ours or of the user's, found by name without importing it; None for installed ones."""
    for place in dict.fromkeys([REPO_ROOT, *map(Path, filter(_is_users, map(os.path.abspath, sys.path)))]):
        base = place.joinpath(*module.split("."))
        for path in (base.parent / f"{base.name}.py", base / "__init__.py"):
            if module and path.is_file():
                return path
    return None


def _is_users(folder: str) -> bool:
    """Whether a folder of sys.path is neither Python's own nor one that packages are installed in."""
    return not any(
        folder.startswith(sysconfig.get_path(kind)) for kind in ("stdlib", "platstdlib", "purelib", "platlib")
    )


@functools.cache
def _distributions() -> Mapping[str, list[str]]:
    return importlib.metadata.packages_distributions()


@functools.cache
def _version(module: str) -> str:
    names = _distributions().get(module.partition(".")[0], [])
    return ",".join(sorted(f"{name}=={importlib.metadata.version(name)}" for name in set(names)))
