"""The command line: `python -m pipeline run recipes.refinedweb --root DIR snapshot=sample`."""

import importlib
import inspect as python
import json
import sys
import types
import typing
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from pipeline import inspect as inspection
from pipeline.errors import MewsError, UsageError
from pipeline.ledger import receipted
from pipeline.progress import Bar, print_funnel
from pipeline.run import kind_of, plan, run
from pipeline.runner import Local
from pipeline.stage import Stage
from pipeline.store import redact

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
Root = Annotated[str, typer.Option("--root", help="Where everything is written: a folder or an object-store URL.")]
Arguments = Annotated[list[str] | None, typer.Argument(help="Arguments of the recipe: snapshot=sample files=4")]


class Kind(StrEnum):
    local = "local"
    ray = "ray"


def load_recipe(name: str, arguments: list[str]) -> Stage:
    """The goal of `recipes.<name>` with its arguments. Raises UsageError that lists what there is to choose."""
    try:
        recipe = importlib.import_module(name).recipe
    except (ModuleNotFoundError, AttributeError) as error:
        if isinstance(error, ModuleNotFoundError) and error.name and not name.startswith(error.name):
            raise UsageError(f"recipe {name} needs the package {error.name}: install it") from None
        raise UsageError(
            f"there is no recipe {name}; recipes are modules with a function `recipe`: {_recipes()}"
        ) from None
    values = _convert(recipe, arguments)
    parameters = python.signature(recipe).parameters.values()
    wanted = [f"{p.name}=" for p in parameters if p.default is p.empty and p.name not in values]
    if wanted:
        raise UsageError(f"{name} needs {', '.join(wanted)}")
    return recipe(**values)


def _recipes() -> str:
    folder = importlib.import_module("recipes").__path__[0]
    names = sorted(path.stem for path in Path(folder).glob("[a-z]*.py"))
    return ", ".join(f"recipes.{name}" for name in names)


def _convert(recipe: Any, arguments: list[str]) -> dict[str, Any]:
    hints = typing.get_type_hints(recipe)
    known = [name for name in python.signature(recipe).parameters]
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


@app.command("run")
def run_command(
    recipe: Annotated[str, typer.Argument(help="A recipe: recipes.refinedweb")],
    arguments: Arguments = None,
    root: Root = "out",
    runner: Annotated[Kind, typer.Option(help="In this process, or on Ray.")] = Kind.ray,
    address: Annotated[str | None, typer.Option(help="A Ray cluster; without it Ray runs on this machine.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Tasks at a time; default: all processors.")] = None,
) -> None:
    """Make everything that the recipe says and that is not made yet."""
    console = Console(stderr=True)
    goal = load_recipe(recipe, arguments or [])
    about = {"recipe": recipe, "arguments": [redact(argument) for argument in arguments or []]}
    with Bar(console) as bar:
        stats = run(goal, root=root, runner=_runner(runner, address, workers), watch=bar, about=about)
    out = Console()
    print_funnel(stats, out)
    out.print(f"{stats[goal.name].rows_out:,} documents are in {redact(root)}/{getattr(goal, 'folder', goal.name)}")


def _runner(kind: Kind, address: str | None, workers: int | None) -> Any:
    if kind is Kind.local:
        return Local()
    from pipeline.ray_runner import Ray

    return Ray(address, workers)


@app.command("plan")
def plan_command(
    recipe: Annotated[str, typer.Argument(help="A recipe: recipes.refinedweb")],
    arguments: Arguments = None,
    root: Root = "out",
) -> None:
    """Show the stages of a recipe in order, and how many of their shards are made."""
    console = Console()
    for stage in plan(load_recipe(recipe, arguments or [])):
        after = ", ".join(each.name for each in stage.after())
        made = len(receipted(root, stage.name))
        console.print(f"{stage.name:<24} {kind_of(stage):<8} {made:>7,} made   {f'after {after}' if after else ''}")


@app.command("stats")
def stats_command(
    root: Annotated[str, typer.Argument(help="The --root of a run.")],
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
) -> None:
    """The funnel of a run: documents and tokens kept after each step, by reason."""
    stats = inspection.stage_stats(root)
    if as_json:
        print(json.dumps({name: each.to_json() for name, each in stats.items()}, indent=1))
        return
    print_funnel(stats, Console())


@app.command("verify")
def verify_command(root: Annotated[str, typer.Argument(help="The --root of a run.")]) -> None:
    """Read every receipt and file again; exit 1 and name each that is missing, changed or does not add up."""
    found = 0
    for fault in inspection.faults(root):
        found += 1
        print(fault)
    if found:
        raise MewsError(f"{found} fault(s) in {redact(root)}; run the recipe again to make these shards anew")
    print(f"{redact(root)}: every receipt holds")


def main() -> None:
    try:
        app()
    except MewsError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
