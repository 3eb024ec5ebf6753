"""Functions that return something else than they should are named, and told what to return."""

from collections.abc import Callable
from enum import Enum, StrEnum
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from pipeline.doc import Doc
from pipeline.errors import WrongReturn
from pipeline.returns import annotating, array_of, editing, judging, measured_of, reason_of, rewriting
from pipeline.rules import EditRules, Rules, most

DOC = Doc("a text")


class Reason(StrEnum):
    SHORT = "short"


class OldReason(str, Enum):  # noqa: UP042  # its f-string is "OldReason.LONG"
    LONG = "long"


def saying(value: Any) -> Callable[[Any], Any]:
    return lambda argument: value


@pytest.mark.parametrize("said", [None, "short", "x", "too short: 3 words", "x" * 200, Reason.SHORT, np.str_("short")])
def test_what_a_filter_may_return(said: str | None):
    assert judging("f", saying(said))(DOC) == (said, {})


WRONG = [True, False, 0, 3, 1.5, b"short", "", ("short", 3), ["short"], {}, Doc("x"), "two\nlines", "\ud800", "x" * 201]


@pytest.mark.parametrize("said", WRONG)
def test_what_a_filter_may_not_return(said: Any):
    with pytest.raises(WrongReturn) as caught:
        judging("f.long_enough", saying(said))(DOC)
    message = str(caught.value)
    assert message.startswith("filter f.long_enough returned ") and f"({type(said).__name__})" in message
    assert message.endswith(
        'return None to keep a document, or a short text that says why it is dropped, such as "short"'
    )
    assert isinstance(caught.value, TypeError) and len(message) < 300


def test_a_wrong_value_is_shown_with_its_type():
    with pytest.raises(WrongReturn, match=r"^filter f returned True \(bool\); return None"):
        reason_of("f", True)


@pytest.mark.parametrize(
    "said", [{}, {"words": 1}, {"a": 1.5, "b": True}, {"a": np.int64(3), "b": np.float32(1), "c": np.bool_(True)}]
)
def test_what_may_be_measured(said: dict[str, Any]):
    assert measured_of("f", said) is said


NOT_MEASURED = [None, 3, "words", [("words", 1)], {"words": "1"}, {"words": None}, {1: 2.0}, {"a": 1j}]


@pytest.mark.parametrize("said", NOT_MEASURED)
def test_what_may_not_be_measured(said: Any):
    with pytest.raises(WrongReturn, match=r"^f measured .*; return numbers by name, such as \{'words': 12\}$"):
        judging("f", Rules("f", saying(said), ()))(DOC)
    with pytest.raises(WrongReturn, match=r"^f measured "):
        editing("f", EditRules("f", saying(("text", said)), ()))(DOC)


def test_rules_give_their_reason_and_what_they_measured():
    rules = Rules("f", saying({"words": 3}), (most("words", 2, "long"),))
    assert judging("f", rules)(DOC) == ("long", {"words": 3})
    edits = EditRules("f", saying(("new", {"words": 3})), (most("words", 2, "long"),))
    assert editing("f", edits)(DOC) == ("new", "long", {"words": 3})
    assert editing("f", edits.replace(words=3))(DOC) == ("new", None, {"words": 3})


def test_what_an_editor_may_return():
    assert editing("f", saying(("new", None)))(DOC) == ("new", None, {})
    assert editing("f", saying(("new", "short")))(DOC) == ("new", "short", {})


NO_PAIRS = [None, "text", ("text",), ("text", None, None), (None, None), (b"text", None), ["text", None]]


@pytest.mark.parametrize("said", NO_PAIRS)
def test_what_an_editor_may_not_return(said: Any):
    named = rf"^f returned .* \({type(said).__name__}\); return the new text and None or the reason to drop"
    with pytest.raises(WrongReturn, match=named):
        editing("f", saying(said))(DOC)
    with pytest.raises(WrongReturn, match=r"^f returned .*; return the new text and the numbers that were measured$"):
        editing("f", EditRules("f", saying(said), ()))(DOC)


@pytest.mark.parametrize("said", [True, 3, "", ("a", "b")])
def test_the_reason_of_an_editor_is_checked_too(said: Any):
    with pytest.raises(WrongReturn, match=r"^filter f returned "):
        editing("f", saying(("text", said)))(DOC)


def test_what_a_rewriting_function_may_return():
    assert rewriting("f", str.upper)("text") == "TEXT"
    for said in (b"text", 3, ("text", None)):
        with pytest.raises(WrongReturn, match=rf"^f returned .* \({type(said).__name__}\); return the new text$"):
            rewriting("f", saying(said))("text")


def test_what_an_annotation_may_return():
    assert annotating("f", saying({"b": 2, "a": 1, "c": 3}), ["a", "b"])(DOC) == [1, 2]
    for said in (3, [1, 2], {"a": 1}, "ab", {"a", "b"}):
        named = rf"^f returned .* \({type(said).__name__}\); return a mapping with the keys a, b$"
        with pytest.raises(WrongReturn, match=named):
            annotating("f", saying(said), ["a", "b"])(DOC)


@pytest.mark.parametrize(
    ("kind", "good", "wrong"),
    [
        (pa.int64(), [1, None, np.int64(3)], ["1", 1.5, 2.0, True, 2**70, [1]]),
        (pa.int8(), [1, 127], [128]),
        (pa.string(), ["a", None], [3, "\ud800", ["a"]]),
        (pa.float64(), [1, 0.5, float("nan")], ["1", [0.5]]),
        (pa.list_(pa.string()), [["a"], [], None, ("a", "b")], ["ab", [1], {"a"}, {"a": 1}, 3]),
        (pa.list_(pa.int64()), [[1], np.array([1, 2])], [[1.5], ["1"], b"ab"]),
        (pa.large_list(pa.list_(pa.string())), [[["a"]]], ["ab"]),
    ],
)
def test_values_of_another_type_than_their_column_are_shown(kind: pa.DataType, good: list[Any], wrong: list[Any]):
    field = pa.field("score", kind)
    assert len(array_of("f", field, good)) == len(good)
    for value in wrong:
        with pytest.raises(WrongReturn) as caught:
            array_of("f", field, [*good, value, *good])
        assert str(caught.value).startswith("f gave ") and f"({type(value).__name__})" in str(caught.value)
        assert str(caught.value).endswith(f"for column score, which is {kind}")


def test_a_member_of_an_enum_gives_its_value():
    assert [f"f:{reason_of('f', said)}" for said in (Reason.SHORT, OldReason.LONG)] == ["f:short", "f:long"]
