"""Signals: what filters measure, kept as columns."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from pipeline.columns import put
from pipeline.doc import Doc
from pipeline.errors import MewsError, WrongReturn
from pipeline.guard import failure_of
from pipeline.naming import name_of
from pipeline.returns import measured_of
from pipeline.rules import EditRules, Rules


def values_of(function: Any) -> list[str]:
    """The names of the values that a filter or editor measures; none for a plain function.

    Raises WrongReturn when it cannot measure the empty Doc, which has the same values as all others.
    """
    if not isinstance(function, Rules | EditRules):
        return []
    try:
        return list(measured_of(function.name, function.measure(Doc(""))))
    except MewsError:
        raise
    except Exception as error:
        raise WrongReturn(f"{function.name} cannot measure an empty document: {failure_of(error)}") from error


def signal_names(function: Any) -> list[str]:
    """The columns in which the signals of a filter or editor are kept: "<filter>.<value>"."""
    return [f"{name_of(function)}.{value}" for value in values_of(function)]


def put_signals(
    table: pa.Table, steps: Sequence[str], functions: Sequence[Any], rows: Sequence[Sequence[Mapping[str, float]]]
) -> pa.Table:
    """The table with a float64 column "<step>.<value>" for each value that the function of each step measures.

    `rows` holds what each step measured of each row; a step that did not see the row may lack, and is null.
    """
    for number, (step, function) in enumerate(zip(steps, functions, strict=True)):
        for value in values_of(function):
            found = [row[number].get(value) if number < len(row) else None for row in rows]
            numbers = [None if each is None else float(each) for each in found]
            table = put(table, f"{step}.{value}", pa.array(numbers, pa.float64()))
    return table
