"""Which LaTeX commands a math corpus uses: counted once, and the list kept beside this file.

Falcon-H1 (arXiv 2507.22448, section 2.4) injects LaTeX commands into its vocabulary; its list is not published.
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import re2

from pipeline.errors import UsageError

KEPT = Path(__file__).with_name("latex_commands.tsv")
COMMAND = re2.compile(r"\\[A-Za-z]+")
LONGEST = 24  # letters; longer ones are private macros


def count(texts: Iterable[str]) -> Counter[str]:
    """How many texts use each command: a macro that fills one book counts once."""
    found: Counter[str] = Counter()
    for text in texts:
        found.update({c for c in COMMAND.findall(text) if len(c) <= LONGEST + 1})
    return found


def write(counts: Counter[str], path: Path, least: int = 3) -> None:
    """Commands in at least `least` texts, the most common first, as lines of command, tab, number of texts."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    path.write_text("".join(f"{command}\t{number}\n" for command, number in ordered if number >= least))


def commands(first: int = 512, path: Path = KEPT) -> tuple[str, ...]:
    """The `first` commands of the list, or all that it has. Raises UsageError below 0."""
    if first < 0:
        raise UsageError(f"{first} LaTeX commands: give 0 or more")
    return tuple(line.partition("\t")[0] for line in path.read_text().splitlines()[:first])
