"""The command line: `mews run recipes.refinedweb --root DIR snapshot=sample`."""

import json
import sys
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console

from mews import recipe_loader as recipes
from mews.recipe_loader import stages_of
from mews.tokenizer import app as tokenizer_app
from pipeline import funnel as inspection
from pipeline import verify
from pipeline.errors import MewsError
from pipeline.receipts import receipted
from pipeline.run import plan, run
from pipeline.runner import Local
from pipeline.store import open_root, redact
from report.compare import compare
from report.explain import explain
from report.family import show as family
from report.progress import Bar, plain, print_funnel, print_rows
from report.replay import replay
from report.whatif import whatif
from stages.download import keeper

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
app.add_typer(tokenizer_app, name="tokenizer")
Root = Annotated[str, typer.Option("--root", help="Where everything is written: a folder or an object-store URL.")]
FEW = 100  # rows of a goal that are shown at the end
Arguments = Annotated[list[str] | None, typer.Argument(help="Arguments of the recipe: snapshot=sample files=4")]

INTERRUPTED = 130


class Kind(StrEnum):
    local = "local"
    ray = "ray"


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
    with console.status("finding what the recipe reads"):  # which may be a list of files far away
        goals = recipes.load(recipe, arguments or [])
    open_root(root)  # says what is wrong with it before Ray is started
    about = {"recipe": recipe, "arguments": [redact(argument) for argument in arguments or []]}
    with Bar(console, len(plan(*goals))) as bar:
        stats = run(*goals, root=root, runner=_runner(runner, address, workers), on_progress=bar, about=about)
    out = Console()
    print_funnel(inspection.funnel(root), out)
    for goal in goals:
        if stats[goal.name].rows_out <= FEW and not hasattr(goal, "folder"):
            print_rows(goal.name, inspection.rows(root, goal.name), out)
        what = "documents" if hasattr(goal, "folder") else "rows"
        out.print(f"{stats[goal.name].rows_out:,} {what} are in {redact(root)}/{getattr(goal, 'folder', goal.name)}")


def _runner(kind: Kind, address: str | None, workers: int | None) -> Any:
    if kind is Kind.local:
        return Local()
    from pipeline.ray_runner import Ray

    ray = Ray(address, workers)
    if ray.reachable_at:  # all machines' requests to Common Crawl pass one gate
        ray.settings["MEWS_KEEPER"] = keeper.start(ray.reachable_at).address
    return ray


@app.command("plan")
def plan_command(
    recipe: Annotated[str, typer.Argument(help="A recipe: recipes.refinedweb")],
    arguments: Arguments = None,
    root: Root = "out",
) -> None:
    """Show the stages of a recipe in order, and how many of their shards are made."""
    console = Console()
    for stage in plan(*recipes.load(recipe, arguments or [])):
        after = ", ".join(each.name for each in stage.inputs())
        made = len(receipted(root, stage.name))
        console.print(
            f"{stage.name:<24} {stage.kind:<8} {made:>7,} made   {f'after {after}' if after else ''}",
            soft_wrap=True,
        )


@app.command("stats")
def stats_command(
    root: Annotated[str, typer.Argument(help="The --root of a run.")],
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
) -> None:
    """The funnel of a run: documents and tokens kept after each step, by reason."""
    if as_json:
        print(json.dumps({name: each.to_json() for name, each in inspection.stage_stats(root).items()}, indent=1))
        return
    print_funnel(inspection.funnel(root), Console())


@app.command("verify")
def verify_command(
    root: Annotated[str, typer.Argument(help="The --root of a run.")],
    mend: Annotated[
        bool, typer.Option("--mend", help="Forget faulty shards, so that the next run makes them.")
    ] = False,
) -> None:
    """Read every receipt and file again; exit 1 and name each that is missing, changed or does not add up."""
    found = 0
    for fault in verify.faults(root):
        found += 1
        print(plain(fault.what))
        if mend:
            verify.mend(root, fault)
    if found:
        todo = (
            "run the recipe again" if mend else "verify --mend forgets these shards, and the next run makes them anew"
        )
        raise MewsError(f"{found} fault(s) in {redact(root)}; {todo}")
    print(f"{redact(root)}: every receipt holds")


@app.command("explain")
def explain_command(
    root: Annotated[str, typer.Argument(help="The --root of a run.")],
    page: Annotated[str, typer.Argument(help="An id or a URL, whole.")],
) -> None:
    """Say where a page went: which step took it, why, and what was measured."""
    print(plain(explain(root, page)))


@app.command("whatif")
def whatif_command(
    root: Annotated[str, typer.Argument(help="The --root of a run that kept signals.")],
    changes: Annotated[list[str], typer.Argument(help="Thresholds: gopher.repetition.top_2gram=0.25")],
) -> None:
    """Try other thresholds on the signals that a run kept: the new funnel, and pages that would change sides."""
    print(plain(whatif(root, stages_of(root), changes)))


@app.command("compare")
def compare_command(
    first: Annotated[str, typer.Argument(help="The --root of a run.")],
    second: Annotated[str, typer.Argument(help="The --root of another run on the same snapshot.")],
) -> None:
    """Set two runs side by side: their funnels, and how the pages that they kept overlap."""
    print(plain(compare(first, second)))


@app.command("family")
def family_command(
    root: Annotated[str, typer.Argument(help="The --root of a run.")],
    page: Annotated[str, typer.Argument(help="The id of a page.")],
) -> None:
    """Show the family of near duplicates of a page, with a diff to the page that was kept."""
    print(plain(family(root, page)))


@app.command("replay")
def replay_command(root: Annotated[str, typer.Argument(help="The --root of a run.")]) -> None:
    """Try the quarantined records again and say which can be read now."""
    print(plain(str(replay(root, stages_of(root)))))


def main(arguments: list[str] | None = None) -> None:
    """Run one command, by default that of the command line, and exit with its code: 0, 1, or 2 for wrong usage."""
    try:
        code = app((sys.argv[1:] if arguments is None else arguments) or ["--help"], standalone_mode=False)
    except MewsError as error:
        _end(str(error), error.exit_code)
    except OSError as error:
        _end(f"{error.filename or 'a file'}: {error.strerror or error}", 1)
    except typer.TyperException as error:
        _end(f"{error.format_message().rstrip('.')}; mews --help says more", error.exit_code)
    else:
        if code == INTERRUPTED:
            _end("interrupted; the same command goes on with what is not made yet", code)
        sys.exit(code or 0)


def _end(why: str, code: int) -> None:
    print(plain(f"error: {why}"), file=sys.stderr)
    sys.exit(code)


if __name__ == "__main__":
    main()
