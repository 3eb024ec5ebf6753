"""Kernels: loops over arrays that Numba compiles, and the project's one 64-bit mixer for them."""

import functools
import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar, cast

import numpy as np

from pipeline.cache_folder import cache_folder
from pipeline.garbage import loading
from pipeline.hashing import mix64, new_digest

ROOMS = ("dedup", "filters", "pipeline", "stages")  # that have kernels, or what these are compiled with
BLAS = "scipy.linalg.cython_blas"
F = TypeVar("F", bound=Callable[..., Any])


@functools.cache
def compiled_folder(root: Path = Path(__file__).parent.parent) -> Path:
    """Where compiled kernels are kept, unless NUMBA_CACHE_DIR says it: another folder for other sources.

    Numba looks only at the file of a kernel itself, and would take one that was compiled with a constant, a record or
    another kernel as it was in an older version.
    """
    hashed = new_digest()
    for path in sorted(path for room in ROOMS for path in (root / room).rglob("*.py")):
        hashed.update(path.read_bytes())
    return cache_folder() / "kernels" / hashed.hexdigest()


@functools.cache
def load_numba() -> ModuleType:
    """Numba, which is not to look yet whether SciPy is there.

    It does so as it begins, though it needs SciPy for linear algebra only, and that asks once more when it is compiled;
    and SciPy takes as long to import as all of Numba.
    """
    hidden = BLAS not in sys.modules
    if hidden:
        sys.modules[BLAS] = cast(ModuleType, None)  # the import system's way to say that there is none
    try:
        with loading():
            import numba

            importlib.import_module("numba.np.arraymath")  # which looks
    finally:
        if hidden:
            del sys.modules[BLAS]
    return numba


class _Kernel:
    """A function that is compiled when it is first given something.

    Numba takes half a second to import. Commands that look at a run do without: when they ask for the columns of a
    stage, its functions get no rows, and with nothing in its first array a kernel runs as plain Python.
    """

    def __init__(self, function: Callable[..., Any], options: dict[str, Any]):
        functools.update_wrapper(self, function)
        self._function, self._options = function, options

    @functools.cached_property
    def _compiled(self) -> Any:
        numba = load_numba()  # see the class
        settings: Any = vars(numba)["config"]  # whose attributes are made as it is imported
        settings.CACHE_DIR = settings.CACHE_DIR or str(compiled_folder())
        return numba.njit(cache=True, **self._options)(self._function)

    def __call__(self, *args: Any) -> Any:
        if isinstance(args[0], np.ndarray) and not args[0].size:
            with np.errstate(over="ignore"):  # compiled code wraps without a word
                return self._function(*args)
        return self._compiled(*args)

    def __getattr__(self, name: str) -> Any:
        """What Numba asks of a kernel that another one calls: its type, its options, its source."""
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._compiled, name)

    def __reduce__(self) -> str:
        return self._function.__qualname__


def kernel(function: F, **options: Any) -> F:
    """The function as a kernel; `options` are those of `numba.njit`. Results are the same with and without rows."""
    return cast(F, _Kernel(function, options))


inlined = functools.partial(kernel, inline="always")
mix64_kernel = inlined(mix64)
