"""What a person asks of a run: `mews stats`, `status`, `report`, `explain`, `whatif`, `compare` and `family`.

A command imports what it needs itself: together that takes longer than most of them do.
"""

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from mews.recipe_loader import load_recipe, stages_of
from pipeline import funnel as inspection
from pipeline import store
from pipeline.errors import UsageError
from pipeline.funnel import read_plan
from pipeline.root import redact
from pipeline.run import plan
from pipeline.stage import Stage
from pipeline.summary import summary
from report.page import PAGES
from report.status import print_status, status, time_left
from report.tables import print_funnel, print_warnings
from report.terminal import for_terminal

REPORT = "report.html"
Run = Annotated[str, typer.Argument(metavar="ROOT", help="The --root of a run.")]
Json = Annotated[bool, typer.Option("--json", help="The same as JSON.")]


def print_json(told: Any) -> None:
    """Print what a program reads; docs/report.md has the shapes."""
    print(json.dumps(told, indent=1, default=str))


def stats_command(
    root: Run,
    by: Annotated[str, typer.Option(help="language, domain, suffix, script, length, year, month, hour or shard.")] = "",
    as_json: Json = False,
) -> None:
    """Show the funnel of a run: documents and their text kept after each step, and why the others were dropped.

    With --by, the pages that came and that were kept, by language, domain and so on.
    """
    if by:
        from report.breakdown import breakdown, breakdown_lines

        found = breakdown(root, by)
        if as_json:
            print_json({**found._asdict(), "groups": [group._asdict() for group in found.groups]})
        else:
            print(for_terminal("\n".join(breakdown_lines(found))))
        return
    if as_json:
        print_json(summary(inspection.stage_stats(root)))
        return
    console = Console()
    print_funnel(inspection.funnel(root), console)
    print_warnings(inspection.warnings(root), console)


def status_command(root: Run, as_json: Json = False) -> None:
    """Show how far a run is: shards, rows and bytes of every stage, rows a second, the time left, and what failed."""
    stages = status(root)
    if as_json:
        print_json({"left": time_left(stages), "stages": [each._asdict() for each in stages]})
        return
    print_status(stages, Console())


def samples_command(
    root: Run,
    reason: Annotated[str, typer.Argument(metavar="REASON", help="As the funnel has it: short, extract:empty, kept.")],
    count: Annotated[int, typer.Option("-n", min=1, help="How many pages.")] = 20,
    as_json: Json = False,
) -> None:
    """Show pages of one reason, chosen by a hash of their ids, with what was measured and what the rule objected to."""
    from report.samples import print_samples, samples

    rows = samples(root, stages_or_none(root), reason, count)
    if as_json:
        print_json({"reason": reason, "pages": rows})
    else:
        print_samples(rows, Console())


def explain_command(
    root: Annotated[str, typer.Argument(metavar="ROOT", help="The --root of a run; or a recipe, for a page of none.")],
    page: Annotated[str, typer.Argument(metavar="PAGE", help="The id or the URL of a page; of no run: a file or URL.")],
    arguments: Annotated[list[str] | None, typer.Argument(metavar="NAME=VALUE", help="Arguments of a recipe.")] = None,
    as_json: Json = False,
) -> None:
    """Say where a page went: which step dropped it, why, and what was measured beside the limits.

    With a recipe in place of the root, as recipes.refinedweb, every step is tried on a page that was never run.
    """
    if root.startswith("recipes.") or root.endswith(".py"):
        from report.unseen import explain_unseen, unseen_lines

        found = explain_unseen(page, plan(*load_recipe(root, arguments or [])))
        _print(unseen_lines(found), {**found._asdict(), "steps": [step._asdict() for step in found.steps]}, as_json)
        return
    from report.explain import explain, explain_lines
    from report.page_index import PageIndex

    pages = explain(root, page, stages_or_none(root), index := PageIndex(root))
    told = [{**p._asdict(), "record": p.record._asdict(), "stages": [s._asdict() for s in p.stages]} for p in pages]
    _print(explain_lines(pages), {"pages": told}, as_json)
    _print_unread(index.unread)


def _print(lines: Sequence[str], told: Any, as_json: bool) -> None:
    """Print what a person reads, or the same as JSON."""
    if as_json:
        print_json(told)
    else:
        print(for_terminal("\n".join(lines)))


def _print_unread(lines: Iterable[str]) -> None:
    """Say on stderr of which files nothing is known."""
    for line in lines:
        print(for_terminal(f"not read: {line}"), file=sys.stderr)


def stages_or_none(root: str) -> list[Stage]:
    """The stages of a run; none, and a line on stderr, when its recipe cannot be loaded any more."""
    read_plan(root)
    try:
        return stages_of(root)
    except UsageError as error:
        print(for_terminal(f"limits are not shown: {error}"), file=sys.stderr)
        return []


def whatif_command(
    root: Run,
    changes: Annotated[
        list[str], typer.Argument(metavar="LIMIT=NUMBER", help="Other limits, as gopher.quality.min_words=100.")
    ],
    as_json: Json = False,
) -> None:
    """Try other limits on the pages of a run: the funnel before and after, and pages that would change sides."""
    from report.whatif import whatif, whatif_lines

    found = whatif(root, stages_of(root), changes)
    _print(whatif_lines(found), found._asdict(), as_json)


def compare_command(
    first: Run,
    second: Annotated[str, typer.Argument(metavar="ROOT", help="The --root of another run on the same snapshot.")],
    as_json: Json = False,
) -> None:
    """Set two runs side by side: their funnels line by line, and how the pages that they kept overlap."""
    from report.compare import compare, comparison_lines

    found = compare(first, second)
    _print(comparison_lines(found), found.to_json(), as_json)


def html_report_command(
    root: Run,
    out: Annotated[str | None, typer.Option(help="The file to write; by default report.html in the root.")] = None,
    pages: Annotated[int, typer.Option(min=1, help="Pages to sample, equally many of each reason.")] = PAGES,
    other: Annotated[str, typer.Option("--compare", metavar="ROOT", help="Another run to set beside this one.")] = "",
    html: Annotated[
        bool | None, typer.Option(help="Show what the HTML of pages shows; by default, if the WARC files are local.")
    ] = None,
) -> None:
    """Write one HTML page about a run, which opens without a network: funnel, limits to move, pages, duplicates."""
    from report.page.report import make_report

    made = make_report(root, stages_or_none(root), pages, other, html=html)
    if out is None:
        store.write_bytes(root, REPORT, made.html.encode())
    else:
        Path(out).write_text(made.html)
    size = f"{len(made.html) / 1e6:.1f} MB, made of {made.sampled:,} pages"
    print(for_terminal(f"{out or f'{redact(root)}/{REPORT}'}: {size}"))
    for said in made.attention:
        print(for_terminal(f"attention: {said}"))


def family_command(
    root: Run,
    page: Annotated[str, typer.Argument(metavar="[PAGE]", help="The id or the URL of a page.")] = "",
    as_json: Json = False,
) -> None:
    """Show the duplicates of a page and what differs from the one that is kept; without a page the largest families."""
    from report.family import family, family_lines, largest_families
    from report.page_index import PageIndex

    index = PageIndex(root) if page else None
    found = family(root, page, index) if page else largest_families(root)
    _print(family_lines(found), {"families": [each._asdict() for each in found]}, as_json)
    _print_unread(index.unread if index else ())
