"""JSON Lines, a row a line: each line is an object, or is told with its number and what is wrong with it."""

import codecs
import itertools
import json
from collections.abc import Iterable, Iterator
from typing import Any

from readers.values import Unfit

LONGEST_LINE = 1 << 26  # bytes; a longer line is quarantined without being held in memory
WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
Line = tuple[int, bytes | None]


def numbered_lines(pieces: Iterable[bytes], longest: int = LONGEST_LINE) -> Iterator[Line]:
    r"""The lines of a file and their numbers, from 1 on; None in place of a line of more than `longest` bytes.

    Lines end at \\n only, since a text may hold other line separators.
    """
    held: list[bytes] = []
    size, number = 0, 1
    for piece in pieces:
        *ended, rest = piece.split(b"\n")
        for part in ended:
            held.append(part)
            yield number, b"".join(held) if size + len(part) <= longest else None
            held, size, number = [], 0, number + 1
        size += len(rest)
        held.append(rest)
        if size > longest:
            held.clear()
    if size:
        yield number, b"".join(held) if size <= longest else None


def as_utf8(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces of a file, of one that begins with the mark of UTF-16 (as PowerShell writes files) in UTF-8.

    Half of a surrogate pair stays what it is, which is no UTF-8, so that it costs its own line only.
    """
    pieces, head = iter(pieces), b""
    while len(head) < len(WIDE_MARKS[0]) and (piece := next(pieces, None)) is not None:
        head += piece
    if not head.startswith(WIDE_MARKS):
        yield head
        yield from pieces
        return
    decoder = codecs.getincrementaldecoder("utf-16")("surrogatepass")
    for piece in itertools.chain([head], pieces):
        yield decoder.decode(piece).encode("utf-8", "surrogatepass")


def objects(pieces: Iterable[bytes]) -> Iterator[tuple[int, dict[str, Any] | Unfit, int]]:
    """Of each line that is not blank its number, its object or what is wrong with it, and its size in bytes.

    A byte order mark is passed over on any line, since files may have been put one behind the other.
    """
    for number, line in numbered_lines(as_utf8(pieces)):
        if line is None:
            yield number, Unfit("too_long", f"a line of over {LONGEST_LINE:,} bytes"), 0
            continue
        line = line.removeprefix(codecs.BOM_UTF8)
        if line and not line.isspace():
            try:
                yield number, parsed(line), len(line)
            except Unfit as unfit:
                yield number, unfit, len(line)


def parsed(line: bytes) -> dict[str, Any]:
    """The object that a line holds. Raises Unfit."""
    try:
        row = json_value(line.decode())
    except UnicodeDecodeError as error:
        raise Unfit("not_utf8", str(error)) from None
    except RecursionError as error:
        raise Unfit("too_deep", str(error)) from None
    except ValueError as error:
        raise Unfit("not_json", str(error)) from None
    if not isinstance(row, dict):
        raise Unfit("not_an_object", type(row).__name__)
    return row


def json_value(text: str) -> Any:
    """What a text says in JSON. Raises ValueError, or RecursionError where it is nested too deep."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise
    except ValueError:  # Python turns no number of over 4,300 digits into one
        return json.loads(text, parse_int=str)
