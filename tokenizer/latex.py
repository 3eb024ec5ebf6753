"""The LaTeX commands that mathematics uses, as tokens of their own; the list is kept beside this file.

Falcon-H1 (arXiv 2507.22448, section 2.4) injects LaTeX commands into its vocabulary; its list is not published. Each
line here holds a command, the number of independent programs (of 14: typesetters, converters, editors) that know it,
and its use, from 0 to 1,000 (docs/tokenizer.md). The most used come first.
"""

from pathlib import Path

from pipeline.errors import UsageError

LIST = Path(__file__).with_name("latex_commands.tsv")


def commands(number: int = 512) -> tuple[str, ...]:
    """The `number` most used commands. Raises UsageError when there are not so many."""
    known = [line.partition("\t")[0] for line in LIST.read_text().splitlines()]
    if not 0 <= number <= len(known):
        raise UsageError(
            f"{number} LaTeX commands are asked for, and the list has {len(known)}: give 0 to {len(known)}"
        )
    return tuple(known[:number])
