"""A remote file that is read like a local one, by requests for ranges of it."""

import io

from stages import download
from stages.download.origin import Origin

BLOCK = 8 << 20  # bytes of a request of a file that is read onwards


class RangeFile(io.RawIOBase):
    """A file of which only the bytes that are read are fetched."""

    def __init__(self, origin: Origin, name: str):
        self.origin, self.name, self.at = origin, name, 0
        self.length = download.read_range(origin, name, 0, 4)[1]

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        self.at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.length}[whence]
        return self.at

    def tell(self) -> int:
        """The place of the next byte."""
        return self.at

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most `size` of them."""
        size = self.length - self.at if size < 0 else min(size, self.length - self.at)
        data = download.read_range(self.origin, self.name, self.at, size)[0] if size > 0 else b""
        self.at += len(data)
        return data


class BlockFile(RangeFile):
    """The same of a file that is read onwards: fetches blocks, of which it holds the last two."""

    def __init__(self, origin: Origin, name: str):
        super().__init__(origin, name)
        self._held: dict[int, bytes] = {}

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most `size` of them."""
        end, parts = self.length if size < 0 else min(self.at + size, self.length), list[bytes]()
        while self.at < end:
            number, place = divmod(self.at, BLOCK)
            parts.append(self._block(number)[place : place + end - self.at])
            self.at += len(parts[-1])
        return b"".join(parts)

    def _block(self, number: int) -> bytes:
        if number not in self._held:
            size = min(BLOCK, self.length - number * BLOCK)
            block = download.read_range(self.origin, self.name, number * BLOCK, size)[0]
            self._held = {**dict(list(self._held.items())[-1:]), number: block}
        return self._held[number]
