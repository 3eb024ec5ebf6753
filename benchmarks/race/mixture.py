"""WARC files of chosen pages, copied member by member: the first by a hash of their ids, or a share of English ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import xxhash

from stages import warc
from stages.language import likely, preview_text


@dataclass(frozen=True)
class Member:
    """Where a page lies, and how many bytes of HTML it has."""

    path: Path
    offset: int
    length: int
    id: str
    english: bool
    bytes: int


def archives(data: Path) -> Path:
    """The folder with the WARC files: the one given, or its realweb/."""
    folder = data / "realweb" if (data / "realweb").is_dir() else data
    if not list(folder.rglob("*.warc.gz")):
        raise SystemExit(f"error: no *.warc.gz in {folder}; give another folder: make race DATA=")
    return folder


def members(folder: Path) -> list[Member]:
    """The pages of a folder's WARC files in the order of a hash of their ids; English is what their text looks like."""
    found = []
    for path in sorted(folder.rglob("*.warc.gz")):
        for table in warc.read_pages(path, path.name):
            for row in table.to_pylist():
                if not row["reason"] and not row["error"]:
                    english = _looks_english(row["html"], row["charset"])
                    place = (path, row["offset"], row["length"])
                    found.append(Member(*place, row["id"], english, len(row["html"])))
    return sorted(found, key=lambda member: xxhash.xxh3_64_intdigest(member.id))


def _looks_english(html: bytes, charset: str | None) -> bool:
    return next(iter(likely(preview_text(html, charset), None, 1)), ("", 0.0))[0] == "en"


def with_english(pages: Sequence[Member], share: float, most: int | None = None) -> list[Member]:
    """As many of the pages, `most` at most, as a mix allows that holds this share of English ones, in their order."""
    english = [page for page in pages if page.english]
    others = [page for page in pages if not page.english]
    size = min(len(english) / share, len(others) / (1 - share), most or len(pages))
    chosen = {*english[: round(size * share)], *others[: round(size * (1 - share))]}
    return [page for page in pages if page in chosen]


def write(pages: Sequence[Member], folder: Path, files: int) -> Path:
    """The pages as so many WARC files in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.warc.gz"):
        old.unlink()
    for number in range(files):
        with (folder / f"pages-{number:02}.warc.gz").open("wb") as out:
            for page in pages[number::files]:
                with page.path.open("rb") as file:
                    file.seek(page.offset)
                    out.write(file.read(page.length))
    return folder
