"""Words for an end that Python does not see: Ray ends a driver whose raylet is gone from inside its own code."""

import atexit
import subprocess
import sys

WATCHER = "import sys; sys.stdin.read() or print(sys.argv[1], file=sys.stderr)"


class LastWords:
    """Says `text` on standard error when this process ends in another way than Python's own, as when it is killed.

    A small process waits for that, and ends with this one.
    """

    def __init__(self, text: str):
        command = [sys.executable, "-ISc", WATCHER, text]
        # A session of its own: Ctrl-C is for this process, which may still end well.
        self._watcher = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
        )
        atexit.register(self.keep)

    def keep(self) -> None:
        """Nothing needs to be said any more."""
        if self._watcher.poll() is None:
            self._watcher.communicate(b"well")
        atexit.unregister(self.keep)
