"""Recipes by name, with arguments as a person writes them: name=value."""

import importlib
import inspect
import types
import typing
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.errors import UsageError
from pipeline.stage import Stage


def load(name: str, arguments: Sequence[str]) -> tuple[Stage, ...]:
    """The goals of `recipes.<name>` with its arguments. Raises UsageError that lists what there is to choose."""
    try:
        recipe = importlib.import_module(name).recipe
    except (ModuleNotFoundError, AttributeError) as error:
        if isinstance(error, ModuleNotFoundError) and error.name and not name.startswith(error.name):
            raise UsageError(f"recipe {name} needs the package {error.name}: install it") from None
        raise UsageError(
            f"there is no recipe {name}; recipes are modules with a function `recipe`: {_recipes()}"
        ) from None
    values = _convert(recipe, arguments)
    parameters = inspect.signature(recipe).parameters.values()
    wanted = [f"{p.name}=" for p in parameters if p.default is p.empty and p.name not in values]
    if wanted:
        raise UsageError(f"{name} needs {', '.join(wanted)}")
    try:
        goals = recipe(**values)
    except ValueError as error:
        raise UsageError(f"{name}: {error}") from None
    return goals if isinstance(goals, tuple) else (goals,)


def _recipes() -> str:
    folder = importlib.import_module("recipes").__path__[0]
    names = sorted(path.stem for path in Path(folder).glob("[a-z]*.py"))
    return ", ".join(f"recipes.{name}" for name in names)


def _convert(recipe: Any, arguments: Sequence[str]) -> dict[str, Any]:
    hints = typing.get_type_hints(recipe)
    known = [name for name in inspect.signature(recipe).parameters]
    values: dict[str, Any] = {}
    for argument in arguments:
        name, equals, text = argument.partition("=")
        if not equals or name not in known:
            raise UsageError(
                f"{argument!r} is no argument of this recipe; write name=value with one of: {', '.join(known)}"
            )
        values[name] = _value(name, text, hints.get(name, str))
    return values


def _value(name: str, text: str, hint: Any) -> Any:
    if typing.get_origin(hint) is typing.Literal:
        if text not in typing.get_args(hint):
            raise UsageError(f"{name}={text}: give one of {', '.join(typing.get_args(hint))}")
        return text
    choices = typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, types.UnionType) else (hint,)
    if type(None) in choices and text.lower() in ("none", ""):
        return None
    for kind in (bool, int, float):
        if kind in choices:
            try:
                return {"true": True, "false": False}[text.lower()] if kind is bool else kind(text)
            except (ValueError, KeyError):
                if str not in choices and kind is [c for c in choices if c in (bool, int, float)][-1]:
                    raise UsageError(f"{name}={text}: give a {kind.__name__}") from None
    if any(typing.get_origin(choice) is tuple for choice in choices):
        return tuple(part for part in text.split(",") if part)
    return text
