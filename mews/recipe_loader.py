"""Recipes by name (`recipes.refinedweb`) or by the path of a Python file, called with arguments as text."""

import importlib
import inspect
import sys
import traceback
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mews.arguments import convert_arguments, missing
from pipeline.errors import MewsError, UsageError
from pipeline.funnel import read_plan
from pipeline.make import Make
from pipeline.modules import REPO_ROOT
from pipeline.root import redact
from pipeline.run import plan
from pipeline.runner import one_line
from pipeline.shuffle import Gather, Scatter
from pipeline.stage import Map, Stage


def load_recipe(name: str, arguments: Sequence[str]) -> tuple[Stage, ...]:
    """The goals of a recipe (`recipes.<name>`, or the path of a file of your own) with its arguments.

    Raises UsageError that lists what there is to choose, or says in which line the recipe raised.
    """
    recipe, values = recipe_call(name, arguments)
    with _errors_in_one_line(name):
        goals = recipe(**values)
        goals = goals if isinstance(goals, tuple) else (goals,)
        stages = all(isinstance(goal, Map | Scatter | Gather | Make) for goal in goals)
    if not goals or not stages:
        raise UsageError(f"{name} returned {goals or 'nothing'}: a recipe returns a stage, or a tuple of stages")
    return goals


def recipe_call(name: str, arguments: Sequence[str]) -> tuple[Callable[..., Any], dict[str, Any]]:
    """The function of a recipe and the values of its arguments. Raises UsageError as `load_recipe`, without a call."""
    recipe = recipe_function(name)
    with _errors_in_one_line(name):
        values = convert_arguments(recipe, arguments)
        if wanted := missing(recipe, values):
            raise UsageError(f"{name} needs {', '.join(f'{each}=' for each in wanted)}")
    return recipe, values


def recipe_function(name: str) -> Callable[..., Any]:
    """The function `recipe` of a module or file. Raises UsageError when there is none."""
    recipe = getattr(recipe_module(name), "recipe", None)
    if not callable(recipe):
        raise UsageError(f"{name} has no function `recipe`")
    return recipe


def docs_of(name: str) -> list[str]:
    """What a recipe says of itself: the docstrings of its file and of its function, as far as there are any."""
    return [text for text in (inspect.getdoc(recipe_module(name)), inspect.getdoc(recipe_function(name))) if text]


def stages_of(root: str) -> list[Stage]:
    """The stages of the run at `root`, built anew by its recipe. Raises UsageError where there is no run or recipe."""
    about = read_plan(root)
    if "recipe" not in about:
        raise UsageError(f"{redact(root)} was not made by a recipe; there is nothing to build its stages with")
    return plan(*load_recipe(about["recipe"], about["arguments"]))


def recipe_module(name: str) -> types.ModuleType:
    """The module of a recipe, by its name or the path of its file. Raises UsageError when there is none."""
    module = _module(name) if name.endswith(".py") else name
    try:
        with _errors_in_one_line(name):
            return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name and not f"{module}.".startswith(f"{error.name}."):
            raise UsageError(f"recipe {name} needs the package {error.name}: install it") from None
        raise UsageError(
            f"there is no recipe {name}; give the path of a Python file of yours, or one of: {_recipes()}"
        ) from None


def _module(path: str) -> str:
    """The module name of a file: in this project its full name, else its own, with its folder on `sys.path`."""
    file = Path(path).expanduser().resolve()
    if not file.is_file():
        raise UsageError(f"there is no recipe {path}: no such file; others are {_recipes()}")
    if file.is_relative_to(REPO_ROOT):
        return ".".join(file.relative_to(REPO_ROOT).with_suffix("").parts)
    if getattr(sys.modules.get(file.stem), "__file__", str(file)) != str(file) or file.stem in sys.stdlib_module_names:
        raise UsageError(f"{path}: there is another module called {file.stem}; give the file another name")
    sys.path.insert(0, str(file.parent))
    return file.stem


@contextmanager
def _errors_in_one_line(name: str) -> Iterator[None]:
    """Turn an error of the recipe's own into a UsageError that names its file and line."""
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
