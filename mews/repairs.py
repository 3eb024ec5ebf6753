"""Whether a run is whole, and whether what failed can be read now: `mews verify` and `mews replay`."""

from typing import Annotated

import typer

from mews.recipe_loader import stages_of
from mews.reports import Run
from pipeline import store, verify
from pipeline.errors import MewsError
from pipeline.root import redact
from report.index import index_faults
from report.terminal import for_terminal


def verify_command(
    root: Run,
    mend: Annotated[
        bool, typer.Option("--mend", help="Forget faulty shards, so that the next run makes them.")
    ] = False,
) -> None:
    """Read every receipt and file again; exit 1 and name each that is missing, changed or does not add up."""
    found = 0
    for fault in verify.faults(root):
        found += 1
        print(for_terminal(fault.what))
        if mend:
            verify.mend(root, fault)
    for name, what in () if found else index_faults(root):  # it tells of shards that hold
        found += 1
        print(for_terminal(what))
        if mend:
            store.remove(root, name)
    if found:
        todo = (
            "run the recipe again" if mend else "verify --mend forgets these shards, and the next run makes them anew"
        )
        raise MewsError(f"{found} fault(s) in {redact(root)}; {todo}")
    for line in verify.unfinished(root):
        print(for_terminal(line))
    print(f"{redact(root)}: every receipt holds")


def replay_command(root: Run) -> None:
    """Try the quarantined records again and say which can be read now. Nothing is written."""
    from report.replay import replay  # with the readers of WARC files

    print(for_terminal(str(replay(root, stages_of(root)))))
