"""A file of which any range can be read and searched through one buffer."""

import io
from typing import BinaryIO

READ_SIZE = 1 << 20  # bytes that are read at a time, from the file or out of a long member


class BufferedFile:
    """Random access to a file. Memory: the largest range that is asked for, at least READ_SIZE."""

    def __init__(self, file: BinaryIO):
        self.file, self.size = file, file.seek(0, io.SEEK_END)
        self.data, self.base = b"", 0

    def read(self, at: int, count: int) -> bytes:
        """`count` bytes from `at` on; fewer at the end of the file."""
        if at < self.base or at + count > self.base + len(self.data):
            self.file.seek(at)
            self.data, self.base = self.file.read(max(count, READ_SIZE)), at
        return self.data[at - self.base : at - self.base + count]

    def find(self, magic: bytes, at: int, stop: int) -> int:
        """Where `magic` is next found before `stop`; -1 when it is not."""
        stop = min(stop, self.size)
        while at + len(magic) <= stop:
            self.read(at, len(magic))
            found = self.data.find(magic, at - self.base, stop - self.base)
            if found >= 0:
                return self.base + found
            at = self.base + len(self.data) - len(magic) + 1
        return -1
