"""Code of the user's own on its way to other machines: each folder that it is imported from, as an archive."""

import atexit
import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.fingerprint import modules_of
from pipeline.modules import REPO_ROOT, place_of
from pipeline.source import Stage

LARGEST = 100 << 20  # bytes of files
DATA = (".parquet", ".buckets", ".warc", ".warc.gz", ".arrow", ".pyc")
SKIPPED = ("__pycache__", "node_modules", "out")


def own_folders(stages: Iterable[Stage]) -> list[Path]:
    """The folders outside of this repository from which the code of the stages is imported."""
    return folders_of(module for stage in stages for module in sorted(modules_of(stage.code())))


def folders_of(modules: Iterable[str]) -> list[Path]:
    """The folders outside of this repository from which some modules are imported, each once."""
    places = dict.fromkeys(map(place_of, modules))
    return [place for place in places if place and not place.is_relative_to(REPO_ROOT)]


def pack_folder(folder: Path) -> bytes:
    """A zip archive of what is in a folder: the same bytes for the same files.

    Left out are hidden files, virtual environments, stores of runs, folders called `out` and files of rows. Raises
    UsageError when what is left is larger than 100 MB.
    """
    archive, total = io.BytesIO(), 0
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as files:
        for file in _shipped(folder):
            total += file.stat().st_size
            if total > LARGEST:
                raise UsageError(
                    f"{folder} goes to the workers with the code in it, and holds more than {LARGEST >> 20} MB; "
                    "move the code into a folder of its own"
                )
            name = zipfile.ZipInfo(str(file.relative_to(folder)))
            files.writestr(name, file.read_bytes(), zipfile.ZIP_DEFLATED)
    return archive.getvalue()


def _shipped(folder: Path) -> Iterator[Path]:
    for name, folders, files in os.walk(folder):
        here = Path(name)
        folders[:] = sorted(inner for inner in folders if _is_shipped(here / inner))
        yield from (here / file for file in sorted(files) if not file.startswith(".") and not file.endswith(DATA))


def _is_shipped(folder: Path) -> bool:
    outside = folder.name.startswith(".") or folder.name in SKIPPED
    return not outside and not (folder / "pyvenv.cfg").exists() and not (folder / "plan.json").exists()


def unpack(archives: Sequence[bytes]) -> list[str]:
    """Unpack archives, each into a temporary folder of this process; returns the folders."""
    return [_unpacked(archive) for archive in archives]


def _unpacked(archive: bytes) -> str:
    place = tempfile.mkdtemp(prefix="mews-own-")
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        files.extractall(place)
    return place
