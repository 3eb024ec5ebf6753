"""What stands in README.md and docs/: code blocks, with the comments that say how to take them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPO_ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([REPO_ROOT / "README.md", REPO_ROOT / "CONTRIBUTING.md", *(REPO_ROOT / "docs").glob("*.md")])
COMMAND = re.compile(r"(?:make|mews|python|ray|pip|pre-commit|\S*/mews|\S*/python|\.ci/run)(?=\s|$)")


@dataclass(frozen=True)
class Block:
    """A code block: its language ("" for an indented one or none), and the comments right above it."""

    page: str
    line: int
    language: str
    text: str
    comments: tuple[str, ...]

    def comment(self, name: str) -> str | None:
        """What a comment `<!-- name: value -->` above the block says."""
        found = [said.removeprefix(f"{name}:").strip() for said in self.comments if said.startswith(f"{name}:")]
        return found[-1] if found else None

    @property
    def commands(self) -> list[str]:
        """The shell commands in it, each as one line; none in a block of something else, or of one marked `not run`."""
        if self.language or self.comment("not run") is not None:
            return []
        lines = self.text.replace("\\\n", " ").splitlines()
        lines = [re.sub(r"\s{2,}#.*", "", line).strip() for line in lines]
        return [re.sub(r" +", " ", line) for line in lines if COMMAND.match(line)]


def blocks(path: Path) -> Iterator[Block]:
    """The code blocks of a page in order."""
    comments: list[str] = []
    lines = iter(enumerate(path.read_text().splitlines(), 1))
    name = str(path.relative_to(REPO_ROOT))
    for number, line in lines:
        if said := re.fullmatch(r"<!-- (.*) -->", line):
            comments.append(said[1])
        elif fence := re.match(r"(`{3,})(.*)", line):
            text = "\n".join(_until(lines, fence[1]))
            yield Block(name, number, fence[2].strip(), text, tuple(comments))
            comments = []
        elif line.startswith("    "):
            text = "\n".join([line, *_until(lines, "")])
            yield Block(name, number, "", text, tuple(comments))
            comments = []
        elif line.strip():
            comments = []


def _until(lines: Iterator[tuple[int, str]], end: str) -> Iterator[str]:
    for _, line in lines:
        if line.strip() == end:
            return
        yield line
