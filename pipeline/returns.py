"""What the functions given to transforms return, checked: anything else than they should is an error that says so."""

import reprlib
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from contextlib import suppress
from numbers import Integral, Real
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.types as pat

from pipeline.doc import Doc
from pipeline.errors import WrongReturn
from pipeline.protocols import Editor, Filter
from pipeline.rules import EditRules, Rules

LONGEST_REASON = 200  # characters
NUMBERS = frozenset((int, float, bool))
CONVERSION = (pa.ArrowException, TypeError, ValueError, OverflowError)  # what pyarrow raises on a wrong value


def judging(name: str, fn: Filter) -> Callable[[Doc], tuple[str | None, Mapping[str, float]]]:
    """A filter as a function that returns its reason and what it measured."""
    if not isinstance(fn, Rules):
        return lambda doc: (reason_of(name, fn(doc)), {})

    def judge(doc: Doc) -> tuple[str | None, Mapping[str, float]]:
        measured = measured_of(name, fn.measure(doc))
        return fn.judge(measured), measured

    return judge


def editing(name: str, fn: Editor | EditRules) -> Callable[[Doc], tuple[str, str | None, Mapping[str, float]]]:
    """An editor as a function that returns the new text, its reason and what it measured."""
    if isinstance(fn, EditRules):

        def judge(doc: Doc) -> tuple[str, str | None, Mapping[str, float]]:
            text, measured = _pair(name, fn.fn(doc), "the numbers that were measured")
            return text, fn.judge(measured_of(name, measured)), measured

        return judge

    def change(doc: Doc) -> tuple[str, str | None, Mapping[str, float]]:
        text, reason = _pair(name, fn(doc), "None or the reason to drop the document")
        return text, reason_of(name, reason), {}

    return change


def rewriting(name: str, fn: Callable[[str], str]) -> Callable[[str], str]:
    """A function of a text whose result is checked."""

    def change(text: str) -> str:
        said: Any = fn(text)
        if isinstance(said, str):
            return said
        raise WrongReturn(f"{name} returned {_shown(said)}; return the new text")

    return change


def annotating(name: str, fn: Callable[[Doc], Mapping[str, Any]], columns: Sequence[str]) -> Callable[[Doc], list[Any]]:
    """An annotation as a function that returns the values of the columns in order."""

    def values(doc: Doc) -> list[Any]:
        said: Any = fn(doc)
        if isinstance(said, Mapping) and all(column in said for column in columns):
            return [said[column] for column in columns]
        raise WrongReturn(f"{name} returned {_shown(said)}; return a mapping with the keys {', '.join(columns)}")

    return values


def reason_of(name: str, said: Any) -> str | None:
    """What a filter said: None, or a reason. Raises WrongReturn on anything else."""
    if said is None:
        return None
    if isinstance(said, str) and 0 < len(said) <= LONGEST_REASON and said.isprintable():
        return str.__str__(said)  # of a member of an Enum its value, which is not what f"{said}" shows
    raise WrongReturn(
        f"filter {name} returned {_shown(said)}; return None to keep a document, or a short text that says why it is"
        f' dropped, such as "short"'
    )


def measured_of(name: str, said: Any) -> Mapping[str, float]:
    """What a filter measured: numbers by name. Raises WrongReturn on anything else."""
    if isinstance(said, Mapping):
        measured = cast("Mapping[str, float]", said)
        odd = set(map(type, measured.values())) - NUMBERS
        named = all(isinstance(key, str) for key in list[Any](measured))
        if named and all(issubclass(kind, Real | np.bool_) for kind in odd):
            return measured
    raise WrongReturn(f"{name} measured {_shown(said)}; return numbers by name, such as {{'words': 12}}")


def array_of(name: str, field: pa.Field, values: Sequence[Any]) -> pa.Array:
    """The values as a column. Raises WrongReturn with the first value that the type of the field does not take."""
    if all(_is_of(value, field.type) for value in values):
        with suppress(*CONVERSION):
            return pa.array(values, field.type)
    wrong = next(value for value in values if not _converts(value, field.type))
    raise WrongReturn(f"{name} gave {_shown(wrong)} for column {field.name}, which is {field.type}")


def _converts(value: Any, kind: pa.DataType) -> bool:
    with suppress(*CONVERSION):
        return _is_of(value, kind) and len(pa.array([value], kind)) == 1
    return False


def _is_of(value: Any, kind: pa.DataType) -> bool:
    """Whether a value is none that Arrow would silently change: it makes 1 of 1.5, and ["a", "b"] of "ab"."""
    if value is None:
        return True
    if pat.is_integer(kind):
        return isinstance(value, Integral)
    if pat.is_list(kind) or pat.is_large_list(kind):
        if isinstance(value, str | bytes | Set | Mapping) or not isinstance(value, Iterable):
            return False
        values = cast("Iterable[Any]", value)
        return not pat.is_integer(kind.value_type) or all(_is_of(each, kind.value_type) for each in values)
    return True


def _pair(name: str, said: Any, second: str) -> tuple[str, Any]:
    pair = cast("tuple[Any, ...]", said) if isinstance(said, tuple) else ()
    if len(pair) == 2 and isinstance(pair[0], str):
        return pair
    raise WrongReturn(f"{name} returned {_shown(said)}; return the new text and {second}")


def _shown(value: Any) -> str:
    """A value and its type for a message, shortened: "True (bool)"."""
    return f"{reprlib.repr(value)} ({type(value).__name__})"
