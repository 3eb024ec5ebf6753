"""Whether the check of trafilatura has passed on this machine before, with the same code on both sides."""

import hashlib
import importlib.util
import os
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path

import lxml.etree as etree

from pipeline.cache_folder import remembered

OURS = Path(__file__).resolve().parents[1]  # stages/extract
THEIRS = ("trafilatura", "justext")
BELOW = ("lxml", "google-re2", "courlan", "htmldate")


def passed_before() -> bool:
    """Whether a process has noted that it passed."""
    return remembered(_name(), lambda: None) is not None


def note_passed() -> None:
    """Note it for the processes to come, which need not check again."""
    remembered(_name(), lambda: True)


@cache
def _name() -> str:
    """A name that changes with any file of ours or theirs, and with what is below them."""
    files, hashed = _files(), hashlib.blake2b(digest_size=16)
    for said in (sys.version, str(etree.LIBXML_VERSION), *map(version, BELOW), *files):
        hashed.update(f"{said}\0".encode())
    for path in files:
        with open(path, "rb") as file:
            hashed.update(file.read())
    return f"reader/{hashed.hexdigest()}"


def _files() -> list[str]:
    """All files of code, and of the data that code reads, of us and of them."""
    walks = [entry for folder in (OURS, *map(_folder, THEIRS)) for entry in os.walk(folder)]
    return sorted(f"{folder}/{name}" for folder, _, names in walks for name in names if "__pycache__" not in folder)


def _folder(package: str) -> Path:
    found = importlib.util.find_spec(package)
    assert found and found.origin, f"{package} is not installed"
    return Path(found.origin).parent
