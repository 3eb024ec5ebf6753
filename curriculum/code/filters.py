"""Which files of code stay: those that one may use, and that somebody wrote."""

from collections.abc import Mapping
from dataclasses import dataclass

from curriculum.code.licences import PERMISSIVE, is_permissive
from curriculum.code.origin import is_generated, is_vendored
from pipeline.doc import Doc
from pipeline.rules import Rules, least, most


@dataclass(frozen=True)
class Licensed:
    """A filter: drops files whose licence is not one of these, or is not known."""

    allowed: frozenset[str] = PERMISSIVE
    name: str = "code.licence"

    def __call__(self, doc: Doc) -> str | None:
        """The reason to drop a page; None keeps it."""
        return None if is_permissive(doc.fields.get("license") or "", self.allowed) else "not_permissive"


@dataclass(frozen=True)
class Original:
    """A filter: drops copies of others' packages, and what a program wrote, by path and head.

    The path is the column `path`, or what follows the repository's name in an id.
    """

    name: str = "code.origin"

    def __call__(self, doc: Doc) -> str | None:
        """The reason to drop a page; None keeps it."""
        path = doc.fields.get("path") or doc.id.partition("/")[2]
        if is_vendored(path):
            return "vendored"
        return "generated" if is_generated(path, doc.text) else None


def lines_and_letters(doc: Doc) -> Mapping[str, float]:
    """The longest line and the mean line in characters, and the share of letters and digits."""
    lines = doc.text.split("\n")
    letters = sum(map(str.isalnum, doc.text)) / max(len(doc.text), 1)
    return {"longest_line": max(map(len, lines)), "mean_line": len(doc.text) / len(lines), "letters": letters}


# What no person wrote, minified files among it, by the rules of Codex (Chen et al. 2021, section 3.1).
human_written = Rules(
    "code.human_written",
    lines_and_letters,
    (
        most("longest_line", 1_000, "long_lines"),
        most("mean_line", 100, "long_lines"),
        least("letters", 0.25, "few_letters"),
    ),
)
