"""Values of other people's rows as values of ours: text, whole numbers, ids; and what is wrong with the others."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pat

Kind = Literal["string", "integer", "number", "scalar", "strings"]
SHOWN = 100  # characters of a value that is shown in a message
ARROW: dict[Kind, pa.DataType] = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "scalar": pa.string(),
    "strings": pa.string(),
}


@dataclass(frozen=True)
class Field:
    """A column that a reader makes, and the names that it may have in a file: the first one that is there is read.

    Kinds: "string"; "integer" (whole floats too, NaN is null); "number" (true is 1, NaN is null); "scalar" (strings and
    numbers, as a string); "strings" (a string, or a list of strings that becomes "a, b"). A file's column that cannot
    be of this kind is left out, that is, the values are null; it is refused when the field is `required`.
    """

    name: str
    kind: Kind = "string"
    names: tuple[str, ...] = ()
    required: bool = False

    def column_in(self, columns: Any) -> str | None:
        """The name of its column among these; None when there is none."""
        return next((name for name in self.names or (self.name,) if name in columns), None)


class Unfit(ValueError):
    """A row or value that cannot be read: `code` says why in a word that many rows share, `message` more exactly."""

    def __init__(self, code: str, message: str = ""):
        super().__init__(code)
        self.code, self.message = code, message


def converted(field: Field, value: Any) -> str | int | float | None:
    """A value as one of the field's kind; null stays null. Raises Unfit."""
    if value is None:
        return None
    try:
        return _CONVERT[field.kind](value)
    except UnicodeError as error:
        raise Unfit(f"{field.name}_not_unicode", str(error)) from None
    except (TypeError, OverflowError):
        raise Unfit(f"{field.name}_not_{field.kind}", repr(value)[:SHOWN]) from None


def _string(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode()
    if not isinstance(value, str):
        raise TypeError
    if not value.isascii():
        value.encode()  # half of a surrogate pair is no character
    return value


def _integer(value: Any) -> int | None:
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise TypeError
    if not -(2**63) <= value < 2**63:
        raise OverflowError
    return int(value)


def _number(value: Any) -> float | None:
    if not isinstance(value, bool | int | float):
        raise TypeError
    return None if math.isnan(value) else float(value)


def _scalar(value: Any) -> str:
    if isinstance(value, dict | list):
        raise TypeError
    if isinstance(value, bytes):  # a UUID, for one
        return value.hex()
    return _string(value) if isinstance(value, str) else str(value)


def _strings(value: Any) -> str:
    return ", ".join(map(_string, value)) if isinstance(value, list) else _string(value)


_CONVERT: dict[Kind, Callable[[Any], str | int | float | None]] = {
    "string": _string,
    "integer": _integer,
    "number": _number,
    "scalar": _scalar,
    "strings": _strings,
}


def fits_type(kind: Kind, type: pa.DataType) -> bool:
    """Whether a column of this Arrow type can hold values of the kind."""
    if isinstance(type, pa.BaseExtensionType):
        return fits_type(kind, type.storage_type)
    if pat.is_dictionary(type):
        return fits_type(kind, type.value_type)
    if pat.is_null(type) or (kind not in ("integer", "number") and _is_text(type)):
        return True
    if kind == "strings":
        return _is_list(type) and fits_type("string", type.value_type)
    if kind in ("integer", "number"):
        return pat.is_integer(type) or pat.is_floating(type) or (kind == "number" and pat.is_boolean(type))
    return kind == "scalar" and not pat.is_nested(type)


def _is_text(type: pa.DataType) -> bool:
    strings = pat.is_string(type) or pat.is_large_string(type) or pat.is_string_view(type)
    return strings or pat.is_binary(type) or pat.is_large_binary(type) or pat.is_binary_view(type)


def _is_list(type: pa.DataType) -> bool:
    return pat.is_list(type) or pat.is_large_list(type) or pat.is_list_view(type)


def typed_column(field: Field, values: pa.ChunkedArray) -> tuple[pa.Array, dict[int, Unfit]]:
    """A file's column as one of the field's kind, and what is wrong at which row; the value is null there."""
    if isinstance(values.type, pa.BaseExtensionType):
        values = pa.chunked_array([chunk.storage for chunk in values.chunks], values.type.storage_type)
    kind, type = ARROW[field.kind], values.type
    plain = type.value_type if pat.is_dictionary(type) else type
    try:
        if field.kind == "number":
            return _without_nan(pc.cast(values, kind).combine_chunks()), {}
        if field.kind == "integer" or pat.is_integer(plain):
            return pc.cast(values, kind).combine_chunks(), {}
        if _is_text(plain):  # by way of bytes, since Arrow believes a file's strings to be UTF-8
            return pc.cast(pc.cast(values, pa.large_binary()), kind).combine_chunks(), {}
    except pa.ArrowInvalid:
        pass  # some value does not fit: find which
    if pat.is_dictionary(type):
        values = pc.cast(values, plain)
    if _is_text(plain):
        values = pc.cast(values, pa.large_binary())
    return _one_by_one(field, values)


def _without_nan(numbers: pa.Array) -> pa.Array:
    return pc.if_else(pc.is_nan(numbers), pa.scalar(None, numbers.type), numbers)


def _one_by_one(field: Field, values: pa.ChunkedArray) -> tuple[pa.Array, dict[int, Unfit]]:
    made: list[str | int | float | None] = []
    wrong: dict[int, Unfit] = {}
    for row, value in enumerate(values.to_pylist()):
        try:
            made.append(converted(field, value))
        except Unfit as unfit:
            made.append(None)
            wrong[row] = unfit
    return pa.array(made, ARROW[field.kind]), wrong
