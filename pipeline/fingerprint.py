"""What a stage does, as a digest: its values, the code it reaches (ours, the user's), the versions of the rest."""

import copyreg
import dataclasses
import functools
import inspect
import types
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol, cast, runtime_checkable

import pyarrow as pa

from pipeline.errors import UsageError
from pipeline.hashing import digest, file_digest
from pipeline.modules import module_digest, reached, source_file, version_of


def fingerprint(value: Any) -> str:
    """A digest that changes when the value, the code that it runs, or a file that it names by a Path does.

    Comments and docstrings do not count, nor where a checkout or a file lies.
    """
    return digest(_described(value, set()))


def modules_of(value: Any) -> frozenset[str]:
    """Names of all modules of ours and of the user's that the code in a value reaches."""
    named: set[str] = set()
    _described(value, named)
    return frozenset[str]().union(*map(reached, named))


def _described(value: Any, modules: set[str]) -> str:
    """A text that is equal for equal values, in any process and on any machine; the modules of its code are added."""

    def described(part: Any) -> str:
        return _described(part, modules)

    if value is None or isinstance(value, bool | int | float | str | bytes):
        return repr(value)
    if isinstance(value, tuple | list | set | frozenset | Mapping):
        return _collection(value, described)
    if isinstance(value, Path):
        return _file(value)
    if isinstance(value, pa.Schema | pa.DataType):
        return str(value)
    if isinstance(value, functools.partial):
        return f"partial{described((value.func, value.args, value.keywords))}"
    if isinstance(value, types.MethodType):
        return f"{described(value.__self__)}.{value.__name__}"
    if callable(value) and hasattr(value, "__qualname__"):
        return _code(value, modules) + described(_held(value))
    return _code(type(value), modules) + described(_state(value))


def _collection(values: Any, described: Callable[[Any], str]) -> str:
    """The values in their order; those of a set, which has none, in the order of their descriptions."""
    if isinstance(values, Mapping):
        pairs = cast("Mapping[Any, Any]", values).items()
        return f"{{{','.join(f'{described(k)}:{described(v)}' for k, v in pairs)}}}"
    said = [described(value) for value in values]
    return f"[{','.join(said)}]" if isinstance(values, tuple | list) else f"{{{','.join(sorted(said))}}}"


def _file(path: Path) -> str:
    """A file by its name and content, a folder or what is not there by its name alone."""
    return f"{path.name}@{file_digest(path)}" if path.is_file() else f"path {path.name}"


def _held(function: Any) -> tuple[Any, ...]:
    """What a function holds beside its code: the variables that it closes over, and its defaults."""
    cells = [cell.cell_contents for cell in getattr(function, "__closure__", None) or ()]
    return cells, getattr(function, "__defaults__", None), getattr(function, "__kwdefaults__", None)


@runtime_checkable
class Fingerprinted(Protocol):
    """An object that says itself what of it counts."""

    def fingerprinted(self) -> object:
        """What changes the data that is made with it: not where files lie, or which keys open them."""
        ...


def _state(value: Any) -> Any:
    """What makes an object differ from others of its class: what it says itself, its fields, or what is pickled."""
    if isinstance(value, Fingerprinted):
        return value.fingerprinted()
    if dataclasses.is_dataclass(value):
        return {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    if hasattr(value, "__dict__"):
        return value.__dict__
    try:
        kind: Any = cast(Any, type(value))
        reducer: Any = copyreg.dispatch_table.get(kind)
        reduced: Any = reducer(value) if reducer else value.__reduce_ex__(4)
    except TypeError as error:
        raise UsageError(f"a stage holds {value!r}, and nobody can tell if it changes: {error}") from None
    if isinstance(reduced, str):
        return reduced
    return [list(cast("Iterator[Any]", part)) if isinstance(part, Iterator) else part for part in reduced]


def _code(thing: Any, modules: set[str]) -> str:
    """Name and code digest of a function or class; for one that is not ours, its distribution's version."""
    module = getattr(thing, "__module__", "") or "builtins"
    name = f"{module}.{thing.__qualname__}"
    if source_file(module):
        modules.add(module)
        return f"{name}@{module_digest(module)}"
    if module == "__main__" or "<locals>" in thing.__qualname__ or not version_of(module):
        return f"{name}@{digest(_source_text(thing))}"
    return f"{name}@{version_of(module)}"


def _source_text(thing: Any) -> str:
    try:
        return inspect.getsource(thing)
    except (OSError, TypeError):
        return ""
