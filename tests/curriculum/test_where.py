"""Expressions over columns: what is true, what is not known, and what is refused."""

import pickle

import pyarrow as pa
import pytest

from curriculum.where import AnyWhere, Where
from pipeline.errors import UsageError

TABLE = pa.table(
    {
        "edu": pa.array([1, 3, None, 4.5, 0, -2], pa.float64()),
        "cluster": pa.array([1, 2, 3, None, 5, 6], pa.int64()),
        "language": pa.array(["en", "en", "en", "fr", None, "de"]),
    }
)


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("edu >= 3", [1, 3]),
        ("edu > 3", [3]),
        ("edu < 0", [5]),
        ("edu <= 0", [4, 5]),
        ("edu == 4.5", [3]),
        ("edu != 3", [0, 3, 4, 5]),
        ("3 <= edu", [1, 3]),
        ("-2 <= edu < 3", [0, 4, 5]),
        ("edu >= 3 and language == 'en'", [1]),
        ("edu >= 3 or language == 'de'", [1, 3, 5]),
        ("edu < 0 or edu > 4 or cluster == 3", [2, 3, 5]),
        ("not edu >= 3", [0, 4, 5]),
        ("not (edu >= 3 or language == 'de')", [0]),
        ("edu is None", [2]),
        ("edu is not None and edu is not None", [0, 1, 3, 4, 5]),
        ("language in ('fr', 'de')", [3, 5]),
        ("language not in ['fr', 'de']", [0, 1, 2]),
        ("cluster in (2, 3.0)", [1, 2]),
        ("cluster not in (2, 3)", [0, 4, 5]),
        ("edu", [0, 1, 3, 5]),
        ("not edu", [4]),
        ("edu == True", [0]),
        ("edu < cluster", [4, 5]),
        ('  language == "en"  ', [0, 1, 2]),
    ],
)
def test_an_expression_chooses_the_rows_for_which_it_is_true(text, chosen):
    where = Where(text)
    assert [n for n, is_chosen in enumerate(where.mask(TABLE).to_pylist()) if is_chosen] == chosen
    assert where.rows(TABLE).equals(TABLE.take(chosen))
    assert pickle.loads(pickle.dumps(where)).rows(TABLE).num_rows == len(chosen)
    assert where.rows(TABLE.slice(0, 0)).num_rows == 0


def test_the_columns_are_known_with_the_kind_that_they_are_compared_with():
    assert Where("edu >= 3 and language in ('en',) and x is None and flag").kinds == {
        "edu": "number", "language": "string", "x": "scalar", "flag": "number"
    }  # fmt: skip
    assert Where("a < b or a is None").kinds == {"a": "number", "b": "number"}


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "f(edu) > 1",
        "edu.real > 1",
        "edu[0] > 1",
        "edu + 1 > 2",
        "(lambda: 1) == edu",
        "1 < 2",
        "'text'",
        "edu in language",
        "edu in ()",
        "edu in (1, 'a')",
        "edu in (1, None)",
        "edu is 3",
        "edu == None",
        "3 in (3, 4)",
        "[edu for edu in (1, 2)]",
        "edu := 3",
        "edu < -'a'",
        f"{'not ' * 5_000}edu",
    ],
)
def test_nothing_else_is_understood_and_nothing_is_run(text):
    with pytest.raises(UsageError, match=r"is not understood; an expression may hold a name|is no expression"):
        Where(text)


def test_one_column_is_not_compared_with_a_text_and_a_number():
    with pytest.raises(UsageError, match="column edu with a text and with a number"):
        Where("edu > 3 and edu == 'high'")


def test_rows_that_no_expression_chooses_leave_with_a_reason():
    both = AnyWhere((Where("edu >= 3"), Where("language == 'de'")))
    assert both(TABLE)["reason"].to_pylist() == ["mixture:not_chosen", None] * 1 + [
        "mixture:not_chosen", None, "mixture:not_chosen", None
    ]  # fmt: skip
    assert both(TABLE.slice(0, 0)).schema.names[-1] == "reason"
