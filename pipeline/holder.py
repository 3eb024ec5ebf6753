"""Who holds a root: a process, told to others in a lock."""

import json
import os
import socket
import uuid
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True)
class Holder:
    """The process that holds a root, and since when (ISO 8601, UTC); `machine` and `pid` tell whether it lives."""

    host: str
    machine: str
    pid: int
    since: str
    id: str

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}, since {self.since}"

    @property
    def gone(self) -> bool:
        """Whether it ran on this machine, and does no more."""
        return bool(self.machine) and self.machine == _machine() and not Path(f"/proc/{self.pid}").exists()

    def to_json(self, **more: str) -> bytes:
        """As it is written into a lock."""
        return json.dumps({**asdict(self), **more}).encode()

    @staticmethod
    def from_json(content: bytes) -> "Holder | None":
        """A holder from a lock; None when that cannot be read."""
        try:
            said = json.loads(content)
            return Holder(**{field.name: said[field.name] for field in fields(Holder)})
        except (ValueError, TypeError, KeyError):
            return None


def this_process() -> Holder:
    """This process as a holder; each call is another one."""
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return Holder(socket.gethostname(), _machine(), os.getpid(), now, uuid.uuid4().hex)


def _machine() -> str:
    """What process ids count within: a boot of a kernel, and a namespace of ids (a container has its own)."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    return f"{boot.read_text().strip()} {os.readlink('/proc/self/ns/pid')}" if boot.exists() else ""
