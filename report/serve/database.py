"""DuckDB over the files of a run: it can read what lies below the root, and do nothing else."""

import threading
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

import duckdb
import pyarrow.fs as pafs
from fsspec import AbstractFileSystem

from pipeline import store
from pipeline.errors import MewsError

PROTOCOL = "run"
MEMORY, THREADS = "1GB", 2
AT_A_TIME = 4  # queries; others wait for one to end


class TimeIsUp(MewsError):
    """A query took longer than it may."""


class RunFiles(AbstractFileSystem):
    """The files below a root for DuckDB, as `run://<name>`, on a local disk or an object store: read, never written."""

    protocol, cachable = PROTOCOL, False

    def __init__(self, root: str):
        super().__init__()
        self._root = root

    def _name(self, path: str) -> str:
        name = path.removeprefix(f"{PROTOCOL}://")
        if ".." in PurePosixPath(name).parts or name.startswith("/"):
            raise PermissionError(f"{path} is not below the root")
        return name

    def _open(self, path: str, mode: str = "rb", *_: Any, **__: Any) -> Any:
        if mode != "rb":
            raise PermissionError("the files of a run are only read")
        filesystem, place = store.locate(self._root, self._name(path))
        return filesystem.open_input_file(place)

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        """Name, size and kind of a file. Raises FileNotFoundError when there is none."""
        filesystem, place = store.locate(self._root, self._name(path))
        found = filesystem.get_file_info(place)
        if found.type != pafs.FileType.File:
            raise FileNotFoundError(path)
        return {"name": path, "size": found.size, "type": "file", "mtime": found.mtime}

    def modified(self, path: str) -> datetime:
        """When a file was written."""
        return self.info(path)["mtime"]


class Database:
    """Queries over the Parquet files of a root. What users give goes in as parameters; no SQL is made of it."""

    def __init__(self, root: str):
        self._turn = threading.BoundedSemaphore(AT_A_TIME)
        self._connection = duckdb.connect(
            config={
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "temp_directory": "",
                "memory_limit": MEMORY,
                "threads": THREADS,
            }
        )
        self._connection.register_filesystem(RunFiles(root))
        for setting in (f"allowed_directories=['{PROTOCOL}://']", "enable_external_access=false",
                        "lock_configuration=true"):  # fmt: skip
            self._connection.execute(f"SET {setting}")

    def rows(self, sql: str, values: Mapping[str, Any], ends: float) -> list[dict[str, Any]]:
        """The rows of a query, which is broken off at `ends` (seconds of time.monotonic). Raises TimeIsUp then."""
        if time.monotonic() >= ends:
            raise TimeIsUp("the time of a query is up")
        if not self._turn.acquire(timeout=max(ends - time.monotonic(), 0)):
            raise TimeIsUp("other queries are under way; try again in a moment")
        cursor, done = self._connection.cursor(), threading.Event()
        watch = threading.Thread(target=_interrupt, args=(cursor, done, ends), daemon=True)
        watch.start()
        try:
            found = cursor.execute(sql, values)
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        except duckdb.InterruptException:
            raise TimeIsUp("the time of a query is up") from None
        finally:
            done.set()
            watch.join()
            cursor.close()
            self._turn.release()


def _interrupt(cursor: duckdb.DuckDBPyConnection, done: threading.Event, ends: float) -> None:
    """Break a query off at its end; again and again, since one that has not begun yet does not hear it."""
    done.wait(max(ends - time.monotonic(), 0))
    while not done.wait(0.05):
        cursor.interrupt()


def files(names: Sequence[str]) -> list[str]:
    """Names below the root as DuckDB is given them."""
    return [f"{PROTOCOL}://{name}" for name in names]
