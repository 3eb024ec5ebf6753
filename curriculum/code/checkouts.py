"""Checkouts of repositories as a source: each is a shard, its code files in the order of their paths."""

import codecs
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from curriculum.code.languages import language, may_be_code
from curriculum.code.licences import is_licence_file, of_file, of_folder
from curriculum.code.origin import is_vendored
from pipeline.errors import UsageError
from pipeline.stage import Source
from stages.warc import charset

SCHEMA = pa.schema({name: pa.string() for name in ("id", "url", "repo", "path", "language", "license", "text")})
READ = pa.schema([*SCHEMA, ("reason", pa.string()), ("error", pa.string())])
MAX_BYTES = 1 << 20  # longer files are data, as a rule
BATCH_ROWS, BATCH_BYTES = 500, 8 << 20
DECLARED = re.compile(rb"coding[:=][ \t]*([-\w.]+)")  # of Python (PEP 263), Emacs and Vim, in the first two lines
REUSE_FOLDER = "LICENSES"


def repositories(folder: str) -> Source:
    """Each folder directly below `folder` is a repository. Raises UsageError when there is none."""
    base = Path(folder).expanduser().resolve()
    found = sorted(path for path in base.iterdir() if path.is_dir()) if base.is_dir() else []
    names = [str(path) for path in found if not path.name.startswith(".")]
    if not names:
        raise UsageError(f"no repository in {folder}: give a folder of checkouts")
    return Source(tuple(names), read_checkout, SCHEMA, state)


def repository(folder: str) -> Source:
    """One checkout. Raises UsageError when there is no such folder."""
    base = Path(folder).expanduser().resolve()
    if not base.is_dir():
        raise UsageError(f"no checkout at {folder}")
    return Source((str(base),), read_checkout, SCHEMA, state)


def read_checkout(repository: str) -> Iterator[pa.Table]:
    """Tables (`READ`) of the code files of a checkout.

    `license` is what a file says of itself, or what holds for the nearest folder above it that has a licence file. A
    copy of another's package (`code:vendored`) and a file of over a megabyte (`code:too_long`) are dropped unread.
    """
    checkout = Checkout(Path(repository))
    rows: list[dict[str, str | None]] = []
    size = 0
    for path in checkout.files():
        rows.append(checkout.row(path))
        size += len(rows[-1]["text"] or "")
        if len(rows) == BATCH_ROWS or size > BATCH_BYTES:
            yield pa.Table.from_pylist(rows, READ)
            rows, size = [], 0
    yield pa.Table.from_pylist(rows, READ)


def state(repository: str) -> str:
    """Sizes and times of change of all files that are read, licences among them."""
    checkout = Checkout(Path(repository))
    stats = ((path, path.stat()) for path in [*checkout.files(), *checkout.licence_files()])
    return ";".join(f"{path}:{s.st_size}:{s.st_mtime_ns}" for path, s in stats)


@dataclass(frozen=True)
class Checkout:
    """A folder of files under version control."""

    base: Path

    def files(self) -> Iterator[Path]:
        """Its files whose name is that of a language, in the order of their paths; no links, nothing hidden."""
        for folder, names in self._folders():
            paths = (folder / name for name in names if may_be_code(name))
            yield from (path for path in paths if not path.is_symlink() and path.is_file())

    def licence_files(self) -> Iterator[Path]:
        """Its files that hold licences."""
        for folder, names in self._folders():
            if folder.name == REUSE_FOLDER and folder.parent == self.base:
                yield from (folder / name for name in names)
            else:
                yield from (folder / name for name in names if is_licence_file(name))

    def _folders(self) -> Iterator[tuple[Path, list[str]]]:
        for folder, folders, names in os.walk(self.base):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            yield Path(folder), sorted(names)

    def row(self, path: Path) -> dict[str, str | None]:
        """A row of `READ`."""
        inside = path.relative_to(self.base).as_posix()
        name = self.base.name
        row: dict[str, str | None] = {"id": f"{name}/{inside}", "url": "", "repo": name, "path": inside, "text": ""}
        if is_vendored(inside):
            return row | {"reason": "code:vendored"}
        if path.stat().st_size > MAX_BYTES:
            return row | {"reason": "code:too_long"}
        data = path.read_bytes()
        if b"\0" in data and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return row | {"reason": "code:binary"}
        text = decode(data)
        found = language(inside, text)
        reason = None if found else "code:other_language"
        return row | {"language": found, "license": self._licence(path, text), "text": text, "reason": reason}

    def _licence(self, path: Path, text: str) -> str:
        beside = path.with_name(f"{path.name}.license")  # of REUSE
        said = of_file(text) or (of_file(beside.read_text(errors="replace")) if beside.is_file() else "")
        return said or self._granted(path.parent)

    @cached_property
    def _known(self) -> dict[Path, str]:
        """The licences that hold in the folders that were asked for."""
        return {}

    def _granted(self, folder: Path) -> str:
        """The licences of the nearest folder from this one upward that has any."""
        if folder not in self._known:
            own = self._of_folder(folder)
            above = "" if folder == self.base else self._granted(folder.parent)
            self._known[folder] = above if own is None else own
        return self._known[folder]

    def _of_folder(self, folder: Path) -> str | None:
        """The licences of a folder; None when it has no licence file."""
        names = [path.name for path in folder.iterdir() if is_licence_file(path.name) and path.is_file()]
        reuse = folder / REUSE_FOLDER
        if reuse.is_dir():
            names += [f"{REUSE_FOLDER}/{path.name}" for path in reuse.iterdir() if path.is_file()]
        texts = {name: (folder / name).read_text(errors="replace") for name in sorted(names)}
        return of_folder(texts) if texts else None


def decode(data: bytes) -> str:
    """The text of a source file: in the charset of its byte order mark, in UTF-8, or in what it says or looks like."""
    declared = DECLARED.search(b"\n".join(data[:500].split(b"\n")[:2]))
    name = declared[1].decode("ascii", "replace") if declared else ""
    name = charset.resolve_charset(data, f"text/plain; charset={name}")
    return data.decode(name, "replace").removeprefix("\ufeff")
