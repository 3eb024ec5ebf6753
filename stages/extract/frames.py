"""Messages over the sockets between a worker and its extraction process: bytes after their length."""

import socket
import struct

LENGTH = struct.Struct("!Q")
NUMBER = struct.Struct("!q")  # a pid, an exit status, or READY
READY = NUMBER.pack(0)


def send(sock: socket.socket, *frames: bytes) -> None:
    """Write frames, each after its length in eight bytes."""
    for frame in frames:
        sock.sendall(LENGTH.pack(len(frame)))
        sock.sendall(frame)


def receive(sock: socket.socket) -> bytes | None:
    """Read one frame; None when the other side is gone."""
    head = read_exactly(sock, LENGTH.size)
    return None if head is None else read_exactly(sock, *LENGTH.unpack(head))


def read_exactly(sock: socket.socket, size: int) -> bytes | None:
    """Read exactly `size` bytes; None when the other side is gone before that."""
    got = b""
    while len(got) < size:
        more = sock.recv(size - len(got), socket.MSG_WAITALL)  # all at once, but for a signal
        if not more:
            return None
        got = got + more if got else more
    return got
