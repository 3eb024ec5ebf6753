"""A file that is being fetched, beside its final name, with what is needed to go on with it later."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO


@dataclass
class PartialFile:
    """`<name>.part` and `<name>.part.json`: the bytes so far, and the whole size and the version at the server."""

    target: Path
    total: int | None = None
    version: str = ""

    def __post_init__(self) -> None:
        self.path = self.target.with_name(f"{self.target.name}.part")
        self._note = self.target.with_name(f"{self.target.name}.part.json")
        self.total, self.version = self._known()
        # Bytes of an unknown version cannot be gone on with.
        if not self.version:
            self.path.unlink(missing_ok=True)

    def _known(self) -> tuple[int | None, str]:
        """Size and version as noted; nothing when there is no note, or one that a crash left half written."""
        try:
            known = json.loads(self._note.read_text())
            return known["total"], known["version"]
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None, ""

    @property
    def whole(self) -> bool:
        """Whether nothing is missing but the name."""
        return self.total is not None and self.path.exists() and self.size == self.total

    @property
    def size(self) -> int:
        """Bytes so far."""
        return self.path.stat().st_size if self.path.exists() else 0

    def begin(self, total: int | None, version: str) -> None:
        """Start from nothing with another version."""
        self.path.unlink(missing_ok=True)
        self.total, self.version = total, version
        self._note.write_text(json.dumps({"total": total, "version": version}))

    def append(self) -> BinaryIO:
        """The file, open to write more of it."""
        return open(self.path, "ab")

    def finish(self) -> None:
        """Sync the file and give it its name, which only a whole file ever has."""
        with open(self.path, "ab") as file:
            os.fsync(file.fileno())
        self.path.replace(self.target)
        self._note.unlink(missing_ok=True)
