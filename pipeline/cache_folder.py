"""What takes a while to find out and stays true: kept in the user's cache folder for the processes that come after."""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def cache_folder() -> Path:
    """Where such things are kept: $MEWS_CACHE, or `mews` in the user's cache folder."""
    user = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("MEWS_CACHE") or Path(user) / "mews")


def remembered(name: str, find: Callable[[], T]) -> T:
    """What `find` says, a value of JSON other than null, found out once: `name` must tell all that it depends on.

    A folder that cannot be written, or a file that is no JSON, costs time and nothing else. Null is not kept.
    """
    path = cache_folder() / f"{name}.json"
    with suppress(OSError, ValueError):
        return json.loads(path.read_bytes())
    said = find()
    if said is not None:
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(f".{os.getpid()}")
            partial.write_text(json.dumps(said))
            partial.replace(path)
    return said
