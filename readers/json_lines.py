"""JSON Lines, a row a line: each line is an object, or is told with its number and what is wrong with it."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from readers.values import Unfit

LONGEST_LINE = 1 << 26  # bytes; a longer line is quarantined without being held in memory
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
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


def objects(pieces: Iterable[bytes]) -> Iterator[tuple[int, dict[str, Any] | Unfit, int]]:
    """Of each line that is not blank its number, its object or what is wrong with it, and its size in bytes."""
    for number, line in numbered_lines(pieces):
        if line is None:
            yield number, Unfit("too_long", f"a line of over {LONGEST_LINE:,} bytes"), 0
            continue
        line = line.removeprefix(BYTE_ORDER_MARK) if number == 1 else line
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
