"""`mews run` and `mews plan`: make what a recipe says, or list its stages."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperCommand

from mews import arguments as recipe_arguments
from mews.recipe_loader import docs_of, load_recipe, recipe_function
from mews.reports import Json, print_json
from pipeline import funnel as inspection
from pipeline.capacity import check_capacity
from pipeline.make import Make
from pipeline.receipts import receipted
from pipeline.root import redact
from pipeline.run import plan, run
from pipeline.runner import Local, Runner
from pipeline.stage import Stage
from pipeline.stats import Stats
from pipeline.store import open_root
from report.index import index_stage
from report.page.duplicates import flagged
from report.page.words import template_lines
from report.progress import Progress
from report.tables import print_funnel, print_rows, print_warnings
from report.terminal import print_line
from stages.download import rate_limit_server
from stages.publish import Card

RecipeName = Annotated[
    str, typer.Argument(metavar="RECIPE", help="recipes.refinedweb, or a Python file with `recipe`.")
]
Arguments = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="NAME=VALUE", help="The recipe's arguments, as in snapshot=sample; RECIPE --help lists them."
    ),
]
Root = Annotated[str, typer.Option("--root", help="Where everything is written: a folder or an object-store URL.")]
Anyway = Annotated[bool, typer.Option("--anyway", help="Begin even where memory or disk seem too small.")]
FEW = 100  # rows of a goal that are shown at the end


class Kind(StrEnum):
    """Where the work is done: in this process, or on Ray."""

    local = "local"
    ray = "ray"


class RecipeCommand(TyperCommand):
    """A command whose --help lists the arguments of the recipe that stands before it, too."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Remember the words of the command line, and parse them."""
        ctx.meta["words"] = list(args)  # --help is answered before the other words are
        return super().parse_args(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print what the recipe says of itself, if one is named, and then the help of the command."""
        given, _, _ = self.make_parser(ctx).parse_args(ctx.meta["words"])
        if name := given.get("recipe"):
            print_recipe(name, Console())
        super().format_help(ctx, formatter)


def print_recipe(name: str, console: Console) -> None:
    """What a recipe does, by the docstrings of its file and function, and its arguments with types and defaults."""
    for text in docs_of(name):
        print_line(f"{text}\n", console)
    listed = list(recipe_arguments.list_arguments(recipe_function(name)))
    width = min(40, max((len(shown) for shown, _ in listed), default=0))
    for shown, kind in listed:
        print_line(f"  {shown:<{width}}  {kind}", console)


def run_command(
    recipe: RecipeName,
    arguments: Arguments = None,
    root: Root = "out",
    runner: Annotated[Kind, typer.Option(help="In this process, or on Ray.")] = Kind.ray,
    address: Annotated[str | None, typer.Option(help="A Ray cluster; without it Ray runs on this machine.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Tasks at a time; default: all processors.")] = None,
    anyway: Anyway = False,
) -> None:
    """Make everything that the recipe says and that is not made yet."""
    console = Console(stderr=True)
    with _status(console, f"reading {recipe} and the list of its inputs"):
        goals = load_recipe(recipe, arguments or [])
    open_root(root)  # an error in the root is told before Ray is started
    with _status(console, "starting Ray" if runner is Kind.ray else "starting"):
        chosen = _runner(runner, address, workers)
    if not anyway:
        check_capacity(plan(*goals), root, chosen)
    about = {"recipe": recipe, "arguments": [redact(argument) for argument in arguments or []]}
    unindexed = list[str]()
    with Progress(console, plan(*goals), root=root) as progress:
        stats = run(*goals, root=root, runner=chosen, on_progress=progress, about=about,
                    on_finished=lambda stage: unindexed.extend(index_stage(root, stage, chosen)))  # fmt: skip
    for why in unindexed:
        print_line(f"no index of some pages, which explain will make: {why}", console)
    _print_results(goals, stats, root)
    for line in template_lines(flagged(root, plan(*goals))):
        print_line(f"attention: {line}", console)
    for goal in goals:
        if (card := _card(goal)) and card.lost:
            what = f"{card.published.name}: the columns {', '.join(card.lost)} are not published"
            print_line(f"{what}; publish(columns=...) keeps them", console)


@contextmanager
def _status(console: Console, what: str) -> Iterator[None]:
    """Say what goes on while there is no progress to show: a spinner on a terminal, one line elsewhere."""
    if console.is_terminal:
        with console.status(what):
            yield
        return
    print_line(what, console)
    yield


def _runner(kind: Kind, address: str | None, workers: int | None) -> Runner:
    if kind is Kind.local:
        return Local()
    from pipeline.ray_runner import Ray  # Ray takes seconds to import

    ray = Ray(address, workers)
    if ray.reachable_at:  # requests of all machines to Common Crawl go through one rate limit
        ray.settings["MEWS_RATE_LIMIT_SERVER"] = rate_limit_server.start(ray.reachable_at).address
    return ray


def _card(goal: Stage) -> Card | None:
    """What a goal makes when it publishes a data set."""
    return goal.maker if isinstance(goal, Make) and isinstance(goal.maker, Card) else None


def _print_results(goals: tuple[Stage, ...], stats: Mapping[str, Stats], root: str) -> None:
    """The funnel, tables that are small enough to read, and where the results are."""
    if sys.stdout.closed:  # by a function of the recipe
        sys.stdout = os.fdopen(1, "w", closefd=False)
    console = Console()
    print_funnel(inspection.funnel(root), console)
    print_warnings(inspection.warnings(root), console)
    for goal in goals:
        rows = stats[goal.name].rows_out
        if card := _card(goal):
            print_line(f"{rows:,} documents are in {redact(root)}/{card.published.name}", console)
            continue
        if rows <= FEW and "text" not in goal.schema.names:
            print_rows(goal.name, inspection.rows(root, goal.name), console)
        print_line(f"{rows:,} rows are in {redact(root)}/{goal.name}", console)


def plan_command(recipe: RecipeName, arguments: Arguments = None, root: Root = "out", as_json: Json = False) -> None:
    """List the stages of a recipe in order, and how many of their shards are made."""
    told = [
        {
            "stage": stage.name,
            "kind": stage.kind,
            "made": len(receipted(root, stage.name)),
            "after": [before.name for before in stage.inputs()],
        }
        for stage in plan(*load_recipe(recipe, arguments or []))
    ]
    if as_json:
        print_json({"stages": told})
        return
    for each in told:
        after = f"after {', '.join(each['after'])}" if each["after"] else ""
        print_line(f"{each['stage']:<30} {each['kind']:<8} {each['made']:>7,} made   {after}".rstrip(), Console())
