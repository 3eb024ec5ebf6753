"""The command `mews mixture`: what curricula take of their sources."""

from typing import Annotated

import typer

from curriculum import Curriculum
from mews.recipe_loader import recipe_module
from mews.reports import Json, print_json
from pipeline.errors import UsageError
from report.mixture import Amount, Mixture, mixture_diff, mixture_lines, mixture_of
from report.terminal import for_terminal

app = typer.Typer(no_args_is_help=True, help="What curricula take of their sources.")
Which = Annotated[str, typer.Argument(help="The --root of a curriculum that was run, or its recipe: recipes.fox_1.")]


@app.callback()
def _group() -> None:
    """What curricula take of their sources."""


@app.command("diff")
def mixture_diff_command(first: Which, second: Which, as_json: Json = False) -> None:
    """Two mixtures line by line: shares wanted and realised by phase and source, in percent, and tokens."""
    found = mixture_diff((first, second), _mixture(first), _mixture(second))
    if as_json:
        print_json(found.to_json())
    else:
        print(for_terminal("\n".join(mixture_lines(found))))


def _mixture(name: str) -> Mixture:
    """The mixture of a root, or what a recipe wants. Raises UsageError on what is neither."""
    if not (name.startswith("recipes.") or name.endswith(".py")):
        return mixture_of(name)
    curriculum = getattr(recipe_module(name), "CURRICULUM", None)
    if not isinstance(curriculum, Curriculum):
        raise UsageError(f"{name} has no CURRICULUM of its own: run it, and give its --root")
    return {
        (phase.name, source): Amount(tokens, None, phase.tokens)
        for phase in curriculum.phases
        for source, tokens in phase.shares().items()
    }
