"""Whether a run is whole, and whether what failed can be read now: `mews verify` and `mews replay`."""

from typing import Annotated

import typer

from mews.recipe_loader import stages_of
from mews.reports import Json, Run, print_json
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
    as_json: Json = False,
) -> None:
    """Read every receipt and file again; exit 1 and name each that is missing, changed or does not add up."""
    found = list[verify.Fault]()
    for fault in verify.faults(root):
        found.append(fault)
        if not as_json:
            print(for_terminal(fault.what), flush=True)
        if mend:
            verify.mend(root, fault)
    for name, what in () if found else index_faults(root):  # it tells of shards that hold
        found.append(verify.Fault("", name, what))
        if not as_json:
            print(for_terminal(what))
        if mend:
            store.remove(root, name)
    waiting = [] if found else verify.unfinished(root)
    if as_json:
        print_json({"faults": [fault._asdict() for fault in found], "unfinished": waiting})
    if found:
        todo = (
            "run the recipe again" if mend else "verify --mend forgets these shards, and the next run makes them anew"
        )
        raise MewsError(f"{len(found)} fault(s) in {redact(root)}; {todo}")
    if not as_json:
        print("\n".join([*map(for_terminal, waiting), f"{redact(root)}: every receipt holds"]))


def replay_command(root: Run, as_json: Json = False) -> None:
    """Try the quarantined records again and say which can be read now. Nothing is written."""
    from report.replay import replay  # with the readers of WARC files

    found = replay(root, stages_of(root))
    if as_json:
        print_json({"pages": [vars(page) for page in found.tried]})
    else:
        print(for_terminal(str(found)))
