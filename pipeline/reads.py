"""Files that code reads: which, through which modules, and what was in them.

A word list beside a filter is part of what the filter does. An audit hook sees every file that Python opens to read:
- while a module is imported: its content counts as the module's code does (`imported`);
- while a shard is made (`watching`): the shard's receipt records it, and the next plan compares (`so_far`, `changed`).

Not seen are files that compiled code opens by itself (Parquet files by pyarrow, models, databases other than sqlite3),
and what other processes read: a filter that needs such a file takes its `pathlib.Path` as a field or argument, and the
file's content counts. Files of installed packages count by the package's version, those under /usr and /etc not at all.
"""

import functools
import os
import sys
import sysconfig
import threading
from collections.abc import Collection, Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

from pipeline.hashing import file_digest

MISSING = ""  # the digest of a file that was not there
SYSTEM = ("/proc/", "/sys/", "/dev/", "/etc/", "/usr/", "/lib/", "/var/lib/")
READ_AS_CODE = ("linecache.py", "tokenize.py", "inspect.py")  # what shows source, as in a traceback


class Read(NamedTuple):
    """What was read of a file: the modules on the way to it, the one that opened it first, and the file's digest."""

    modules: tuple[str, ...]
    digest: str


_imported: dict[str, dict[str, str]] = {}  # module -> file -> digest
_while_making: dict[str, Read] = {}  # by file; "./x" is relative to the folder that the first module is imported from
_thread = threading.local()


def imported(module: str) -> Mapping[str, str]:
    """The files that a module read while it was imported, with their digests."""
    return _imported.get(module, {})


def so_far() -> dict[str, Read]:
    """The files that were read in this process while a shard was made: what was read once may be remembered."""
    return dict(_while_making)


@contextmanager
def watching(on: bool = True) -> Generator[None]:
    """Record the files that this thread reads in the block; with `on=False` do not, in a part of such a block."""
    before = getattr(_thread, "watching", False)
    _thread.watching = on
    try:
        yield
    finally:
        _thread.watching = before


def unwatched(tables: Iterator[Any]) -> Iterator[Any]:
    """The same items; what is read to make them is not recorded. For sources, whose `version` tells of their files."""
    ended = object()
    while True:
        with watching(False):
            item = next(tables, ended)
        if item is ended:
            return
        yield item


def changed(reads: Mapping[str, Read], modules: Collection[str]) -> bool:
    """Whether a file that one of the modules read is here, and is not what it was."""
    relevant = {file: read for file, read in reads.items() if not set(read.modules).isdisjoint(modules)}
    return any(_now(file, read.modules[0]) not in (MISSING, read.digest) for file, read in relevant.items())


def _now(file: str, module: str) -> str:
    from pipeline.modules import place_of  # which imports this module

    place = place_of(module) if file.startswith("./") else Path("/")
    return _content(str(place / file)) if place else MISSING


def _on_event(event: str, arguments: tuple[Any, ...]) -> None:
    """The audit hook: notes files that are opened to be read."""
    if event == "open":
        path, _, flags = arguments
    elif event == "sqlite3.connect":
        path, flags = arguments[0], os.O_RDONLY
    else:
        return
    if getattr(_thread, "noting", False) or isinstance(path, int) or (flags or 0) & (os.O_WRONLY | os.O_RDWR):
        return
    _thread.noting = True
    try:
        _note(os.path.abspath(os.fsdecode(path)), sys._getframe(1))  # pyright: ignore[reportPrivateUsage]
    finally:
        _thread.noting = False


def _note(path: str, frame: FrameType) -> None:
    watched = getattr(_thread, "watching", False)
    if not _is_data(path) or _reads_code(frame):
        return
    modules, importing, place = _on_the_way(frame)
    name = f"./{os.path.relpath(path, place)}" if place and Path(path).is_relative_to(place) else path
    if watched and modules:
        known = _while_making.get(name, Read((), MISSING)).modules
        _while_making[name] = Read(tuple(dict.fromkeys([*modules, *known])), _content(path))
    elif importing and not watched:
        _imported.setdefault(importing, {})[name] = _content(path)


def _on_the_way(frame: FrameType | None) -> tuple[list[str], str, Path | None]:
    """The modules of ours and the user's that the engine called, the nearest first; which of them is being imported
    (or none); and the folder that the first of them is imported from. None when the engine itself opens the file.
    """
    modules, importing, place = list[str](), "", None
    while frame:
        name, file = frame.f_globals.get("__name__", ""), frame.f_code.co_filename
        if name.startswith("pipeline."):
            break
        if _is_users_code(file):
            if not modules:
                place = Path(file).parents[0 if name == "__main__" else name.count(".") + file.endswith("__init__.py")]
            modules.append(name)
            importing = importing or (name if _is_being_imported(name) else "")
        frame = frame.f_back
    return modules, importing, place


def _is_being_imported(module: str) -> bool:
    return getattr(getattr(sys.modules.get(module), "__spec__", None), "_initializing", False)


@functools.cache
def _is_users_code(file: str) -> bool:
    return not file.startswith("<") and not _is_installed(os.path.abspath(file))


def _is_data(path: str) -> bool:
    """Whether a path may be that of a data file: no folder, nor a part of the machine, of Python, or of a package."""
    apart = path.startswith(SYSTEM) or path.startswith(_caches()) or "/__pycache__/" in path or _is_installed(path)
    return not apart and not os.path.isdir(path) and path not in map(os.path.abspath, sys.path)


def _reads_code(frame: FrameType | None) -> bool:
    """Whether a file is opened to import it, or to show it: by Python's own, but for what `pkgutil` asks for."""
    imports = False
    while frame and frame.f_code.co_filename.startswith("<frozen"):
        imports, frame = True, frame.f_back
    file = frame.f_code.co_filename if frame else ""
    return file.endswith(READ_AS_CODE) or (imports and not file.endswith("pkgutil.py"))


def _caches() -> tuple[str, ...]:
    user = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return tuple(f"{os.path.abspath(folder)}{os.sep}" for folder in (user, os.environ.get("MEWS_CACHE")) if folder)


@functools.cache
def _folders() -> tuple[str, ...]:
    kinds = ("stdlib", "platstdlib", "purelib", "platlib")
    return tuple({f"{sysconfig.get_path(kind)}{os.sep}" for kind in kinds})


def _is_installed(path: str) -> bool:
    """Whether an absolute path lies in Python's own folders, or where packages are installed."""
    return path.startswith(_folders())


def _content(path: str) -> str:
    """The digest of a file, found again without reading while its size and time of change are the same."""
    try:
        stat = os.stat(path)
        return _digest(path, stat.st_size, stat.st_mtime_ns)
    except OSError:
        return MISSING


@functools.lru_cache(maxsize=4096)
def _digest(path: str, _size: int, _changed: int) -> str:
    return file_digest(path)


sys.addaudithook(_on_event)
