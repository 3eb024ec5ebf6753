"""Recipes by name, with arguments as a person writes them: name=value."""

import importlib
import inspect
import sys
import traceback
import types
import typing
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.errors import MewsError, UsageError
from pipeline.fingerprint import REPO_ROOT
from pipeline.funnel import read_plan
from pipeline.run import plan
from pipeline.runner import one_line
from pipeline.stage import Stage
from pipeline.store import redact

NAMES = {bool: "true or false", int: "a whole number", float: "a number"}


def load(name: str, arguments: Sequence[str]) -> tuple[Stage, ...]:
    """The goals of a recipe (`recipes.<name>`, or the path of a file of your own) with its arguments.

    Raises UsageError that lists what there is to choose, or says in which line the recipe raised.
    """
    recipe = getattr(_import(name), "recipe", None)
    if recipe is None:
        raise UsageError(f"{name} has no function `recipe`")
    values = _convert(recipe, arguments)
    parameters = inspect.signature(recipe).parameters.values()
    wanted = [f"{p.name}=" for p in parameters if p.default is p.empty and p.name not in values]
    if wanted:
        raise UsageError(f"{name} needs {', '.join(wanted)}")
    with _said_in_a_line(name):
        goals = recipe(**values)
    goals = goals if isinstance(goals, tuple) else (goals,)
    if not goals or not all(callable(getattr(goal, "make", None)) for goal in goals):
        raise UsageError(f"{name} returned {goals or 'nothing'}: a recipe returns a stage, or a tuple of stages")
    return goals


def stages_of(root: str) -> list[Stage]:
    """The stages of the run at `root`, built anew by its recipe. Raises UsageError where there is no run or recipe."""
    about = read_plan(root)
    if "recipe" not in about:
        raise UsageError(f"{redact(root)} was not made by a recipe; there is nothing to build its stages with")
    return plan(*load(about["recipe"], about["arguments"]))


def _import(name: str) -> types.ModuleType:
    module = _module(name) if name.endswith(".py") else name
    try:
        with _said_in_a_line(name):
            return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name and not f"{module}.".startswith(f"{error.name}."):
            raise UsageError(f"recipe {name} needs the package {error.name}: install it") from None
        raise UsageError(
            f"there is no recipe {name}; give the path of a Python file of yours, or one of: {_recipes()}"
        ) from None


def _module(path: str) -> str:
    """The module of a file: of this house by its full name, else by its own, with its folder to import from."""
    file = Path(path).expanduser().resolve()
    if not file.is_file():
        raise UsageError(f"there is no recipe {path}: no such file; others are {_recipes()}")
    if file.is_relative_to(REPO_ROOT):
        return ".".join(file.relative_to(REPO_ROOT).with_suffix("").parts)
    sys.path.insert(0, str(file.parent))
    if getattr(sys.modules.get(file.stem), "__file__", str(file)) != str(file) or file.stem in sys.stdlib_module_names:
        raise UsageError(f"{path}: there is another module called {file.stem}; give the file another name")
    return file.stem


@contextmanager
def _said_in_a_line(name: str) -> Iterator[None]:
    """An error of a recipe's own as a UsageError that names its line."""
    try:
        yield
    except (MewsError, ModuleNotFoundError):
        raise
    except SyntaxError as error:
        raise UsageError(f"recipe {name}: {error.filename}, line {error.lineno}: {error.msg}") from None
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        raise UsageError(f"recipe {name}: {last.filename}, line {last.lineno}: {one_line(error)}") from error


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
                    raise UsageError(f"{name}={text}: give {NAMES[kind]}") from None
    if any(typing.get_origin(choice) is tuple for choice in choices):
        return tuple(part for part in text.split(",") if part)
    return text
