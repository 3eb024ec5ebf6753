"""The arguments of a recipe: read from `name=value` by their types, and listed for `mews run RECIPE --help`."""

import inspect
import types
import typing
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from pipeline.errors import UsageError

REQUIRED = inspect.Parameter.empty
BOOLEANS = {"true": True, "false": False}
NAMES = {
    bool: "true or false", int: "a whole number", float: "a number", str: "text", Path: "a path", types.NoneType: "none"
}  # fmt: skip
SEQUENCES = (tuple, list, frozenset, set)
# The order in which the members of a union are tried: the strictest first, since any value is a text.
STRICTEST = (types.NoneType, bool, int, float, Path, str)


@dataclass(frozen=True)
class Parameter:
    """An argument of a recipe. `kind` is its type: as it is annotated, else that of its default, else `str`."""

    name: str
    kind: Any
    default: Any = REQUIRED


def parameters(recipe: Callable[..., Any]) -> list[Parameter]:
    """The arguments that a recipe takes by name, in its order. Raises NameError on an annotation that names nothing."""
    hints = typing.get_type_hints(recipe)
    taken = [
        p for p in inspect.signature(recipe).parameters.values() if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)
    ]
    return [Parameter(p.name, hints.get(p.name, _kind_of(p.default)), p.default) for p in taken]


def convert_arguments(recipe: Callable[..., Any], arguments: Sequence[str]) -> dict[str, Any]:
    """The values of `name=value` arguments. Raises UsageError on an unknown name or a value of another type."""
    known = {p.name: p for p in parameters(recipe)}
    values: dict[str, Any] = {}
    for argument in arguments:
        name, equals, text = argument.partition("=")
        if not equals or name not in known:
            raise UsageError(
                f"{argument!r} is no argument of this recipe; write name=value with one of: {', '.join(known)}"
            )
        try:
            values[name] = parse_value(text, known[name].kind)
        except ValueError:
            raise UsageError(f"{argument}: give {accepted_values(known[name].kind)}") from None
    return values


def missing(recipe: Callable[..., Any], values: typing.Container[str]) -> list[str]:
    """Names of the arguments without a default that have no value."""
    return [p.name for p in parameters(recipe) if p.default is REQUIRED and p.name not in values]


def parse_value(text: str, kind: Any) -> Any:
    """The value of a text as this type. Raises ValueError when it is none of it."""
    members = typing.get_args(kind)
    if _is_union(kind):
        return _first(text, sorted(members, key=_strictness))
    if typing.get_origin(kind) is typing.Literal:
        return {_typed(choice): choice for choice in members}[_one_of(text, map(_typed, members))]
    if _sequence(kind):
        parts = [parse_value(part, members[0] if members else str) for part in text.split(",") if part]
        return _sequence(kind)(parts)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind[_one_of(text, kind.__members__)]
    if kind is types.NoneType:
        return {"none": None, "": None}[_one_of(text.lower(), ("none", ""))]
    if kind is bool:
        return BOOLEANS[_one_of(text.lower(), BOOLEANS)]
    if kind in (int, float, Path):
        return kind(text)
    if kind in (str, Any):
        return text
    raise ValueError(text)


def accepted_values(kind: Any) -> str:
    """What to give for a type, as a person reads it: "a whole number or none"."""
    members = typing.get_args(kind)
    if _is_union(kind):
        return " or ".join(accepted_values(member) for member in sorted(members, key=lambda m: m is types.NoneType))
    if typing.get_origin(kind) is typing.Literal:
        return f"one of {', '.join(map(_typed, members))}"
    if _sequence(kind):
        each = accepted_values(members[0]) if members and members[0] is not str else ""
        return f"a list with commas between{f', each {each}' if each else ''}"
    if isinstance(kind, type) and issubclass(kind, Enum):
        return f"one of {', '.join(kind.__members__)}"
    return NAMES.get(kind, "text" if kind is Any else "it in a recipe file of your own, not on the command line")


def list_arguments(recipe: Callable[..., Any]) -> Iterator[tuple[str, str]]:
    """(`name=default`, what to give) for every argument of a recipe, in its order."""
    for p in parameters(recipe):
        yield (
            f"{p.name}={'' if p.default is REQUIRED else _typed(p.default)}",
            accepted_values(p.kind) + (" (needed)" if p.default is REQUIRED else ""),
        )


def _kind_of(default: Any) -> Any:
    if default is REQUIRED or default is None:
        return str | None if default is None else str
    if isinstance(default, SEQUENCES):
        first = next(iter(default), "")
        return types.GenericAlias(type(default), (type(first),))
    return type(default)


def _typed(value: Any) -> str:
    """A value as it is typed on the command line."""
    if value is None or isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, SEQUENCES):
        return ",".join(map(_typed, value))
    return value.name if isinstance(value, Enum) else str(value)


def _is_union(kind: Any) -> bool:
    return typing.get_origin(kind) in (typing.Union, types.UnionType)


def _sequence(kind: Any) -> Any:
    """The type to make of several values, for a kind that holds several; None for any other."""
    origin = typing.get_origin(kind) or kind
    if origin in SEQUENCES:
        return origin
    return tuple if origin in (Sequence, typing.Sequence) else None


def _strictness(kind: Any) -> int:
    return STRICTEST.index(kind) if kind in STRICTEST else STRICTEST.index(Path) - 1


def _first(text: str, kinds: Sequence[Any]) -> Any:
    for kind in kinds:
        try:
            return parse_value(text, kind)
        except ValueError:
            continue
    raise ValueError(text)


def _one_of(text: str, choices: typing.Iterable[str]) -> str:
    if text not in (listed := list(choices)):
        raise ValueError(f"{text} is not one of {listed}")
    return text
