"""The packages of a job, for machines that do not have them: those that this project needs, pinned."""

import importlib.metadata
import re
from collections.abc import Iterator

from packaging.requirements import Requirement

from pipeline.errors import UsageError
from pipeline.modules import REPO_ROOT

# Not asked for: this project is sent, Ray runs there, and setuptools comes with pip.
THERE = frozenset({"mews", "ray", "setuptools"})


def pinned_packages() -> list[str]:
    """All that this project needs with the versions of constraints.txt, as pip takes them; sorted, without Ray.

    Raises UsageError when a package has no pin, or when the project is not installed here.
    """
    pins = dict(_pins())
    names = sorted(_needed("mews") - THERE)
    if without := [name for name in names if name not in pins]:
        raise UsageError(f"constraints.txt pins no version of {', '.join(without)}; pin it")
    return [pins[name] for name in names]


def _pins() -> Iterator[tuple[str, str]]:
    for line in (REPO_ROOT / "constraints.txt").read_text().splitlines():
        pin = line.partition("#")[0].strip()
        if "==" in pin:
            yield _canonical(pin.partition("==")[0]), pin


def _needed(package: str) -> set[str]:
    """A package and all that it needs here, by what the installed packages say of themselves."""
    waiting, seen = [(package, frozenset[str]())], set()
    while waiting:
        name, extras = each = waiting.pop()
        if each in seen or seen.add(each) or name in THERE - {package}:
            continue
        for need in map(Requirement, _requires(name)):
            if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
                waiting.append((_canonical(need.name), frozenset(need.extras)))
    return {name for name, _ in seen}


def _requires(name: str) -> list[str]:
    try:
        return importlib.metadata.requires(name) or []
    except importlib.metadata.PackageNotFoundError:
        raise UsageError(
            f"{name} is not installed here, so that nobody can tell what it needs; run make setup"
        ) from None


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
