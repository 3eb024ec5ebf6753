"""`python -m benchmarks.race DATA [--json FILE] [--rounds N] [--pages N] [--extras]`: `make race`.

DATA is a folder of `*.warc.gz`, or one with such a folder named realweb/. Prints how many times as long datatrove takes
as we do, in seconds of processors; what belongs to docs/performance.md is made with `--extras` and written with
`--document`. Peers and runs lie in out/race.
"""

import argparse
import json
import statistics
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.race import environments, mixture
from benchmarks.race.course import OURS, PEERS, ROOT, Course, ratios
from benchmarks.race.document import DOCUMENT, document, table
from benchmarks.race.extras import extras

FOLDER = ROOT / "out" / "race"
ENGLISH = 0.45  # Common Crawl's share


def result(course: Course, data: Path, one: Path, rounds: int) -> dict[str, Any]:
    """The rounds on a folder, and the ratios with and without the start, which the folder `one` of one page shows."""
    runners = (*OURS, *PEERS)
    alone = course.rounds(one, 1, runners)[0]
    done = course.rounds(data, rounds, runners)
    kept = {runner: course.kept(runner) for runner in runners}
    found: dict[str, Any] = {ours: {peer: _median(ratios(done, peer, ours)) for peer in PEERS} for ours in OURS}
    start = {runner: alone[runner].cpu for runner in runners}
    found["without_start"] = {ours: {peer: _median(ratios(done, peer, ours, start)) for peer in PEERS} for ours in OURS}
    found["spread"] = {
        ours: {peer: [round(value, 2) for value in sorted(ratios(done, peer, ours))] for peer in PEERS} for ours in OURS
    }
    lost = len(kept["faithful"] - kept["cascade"]) / max(len(kept["faithful"]), 1)
    found |= {"lost": round(lost, 5), "kept": {runner: len(ids) for runner, ids in kept.items()}}
    found["only_peer"] = {peer: len(kept[peer] - kept["faithful"]) for peer in PEERS}
    found["only_ours"] = {peer: len(kept["faithful"] - kept[peer]) for peer in PEERS}
    found["start"] = {runner: asdict(spent) for runner, spent in alone.items()}
    found["rounds"] = [{runner: asdict(spent) for runner, spent in one.items()} for one in done]
    return found


def _median(values: list[float]) -> float:
    return round(statistics.median(values), 3)


def _save(path: Path | None, found: dict[str, Any]) -> None:
    if path:
        path.write_text(json.dumps(found, indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--pages", type=int, help="the first so many by a hash of their ids; default: all files as they are"
    )
    parser.add_argument("--extras", action="store_true", help="the mix, FineWeb's rules, two workers, the steps, why")
    parser.add_argument("--document", action="store_true", help="write docs/performance.md")
    given = parser.parse_args()
    data = mixture.archives(given.data).resolve()
    for name in (environments.OURS, *PEERS):
        environments.make(name, FOLDER)
    pages = mixture.members(data)
    one = mixture.write(pages[:1], FOLDER / "data" / "one", 1)
    chosen = mixture.write(pages[: given.pages], FOLDER / "data" / "some", 2) if given.pages else data
    course = Course(FOLDER)
    course.rounds(one, 1, (*OURS, *PEERS))  # unpacks block lists, compiles
    found = {"pages": len(pages[: given.pages]), **result(course, chosen, one, given.rounds)}
    _save(given.json, found)  # the rest takes long
    if given.extras:
        mixed = mixture.with_english(pages, ENGLISH, given.pages)
        mix = mixture.write(mixed, FOLDER / "data" / "mix", 2)
        found["mix"] = {"pages": len(mixed), **result(course, mix, one, given.rounds)}
        _save(given.json, found)
        found |= extras(FOLDER, chosen, one, data)
    found["versions"] = {peer: environments.versions(environments.python_of(peer, FOLDER)) for peer in PEERS}
    print(table(found), end="")
    _save(given.json, found)
    if given.document:
        DOCUMENT.write_text(document(found))


if __name__ == "__main__":
    main()
