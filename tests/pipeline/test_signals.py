"""What filters measure, as columns."""

import numpy as np
import pyarrow as pa
import pytest

from pipeline.doc import Doc
from pipeline.errors import UsageError, WrongReturn
from pipeline.rules import EditRules, Rules, most
from pipeline.signals import put_signals, signal_names, values_of


def measure(doc: Doc) -> dict[str, float]:
    return {"words": len(doc.words), "share": 0.5}


def edit(doc: Doc) -> tuple[str, dict[str, float]]:
    return doc.text, {"removed": 0.0}


RULES, EDITS = Rules("length", measure, ()), EditRules("lines", edit, ())


def test_names():
    assert values_of(RULES) == ["words", "share"] and signal_names(RULES) == ["length.words", "length.share"]
    assert values_of(EDITS) == ["removed"] and signal_names(EDITS) == ["lines.removed"]
    assert values_of(len) == signal_names(len) == []


def test_rules_that_cannot_measure_an_empty_text_are_named():
    broken = Rules("mean", lambda doc: {"mean": 1 / len(doc.text)}, (most("mean", 1),))
    said = r"^mean cannot measure an empty document: ZeroDivisionError: division by zero \(tests/pipeline/test_signals"
    with pytest.raises(WrongReturn, match=said):
        values_of(broken)
    with pytest.raises(WrongReturn, match=r"^words measured 3 \(int\)"):
        values_of(Rules("words", lambda doc: 3, ()))  # type: ignore[arg-type,return-value]


def test_errors_for_the_person_are_theirs():
    def no_model(doc: Doc) -> dict[str, float]:
        raise UsageError("no model")

    with pytest.raises(UsageError, match=r"^no model$"):
        values_of(Rules("model", no_model, ()))


def test_columns_are_null_where_a_step_did_not_measure():
    table = pa.table({"id": ["a", "b", "c"]})
    rows = [
        [{"words": 3, "share": np.float32(0.5)}, {}, {"removed": True}],
        [{"words": np.int64(4)}],
        [{"words": 5, "share": 1}, {}, {"removed": np.bool_(False)}],
    ]
    made = put_signals(table, ("length", "plain", "lines#2"), (RULES, len, EDITS), rows)
    assert made.schema.remove_metadata() == pa.schema(
        [("id", pa.string())] + [(n, pa.float64()) for n in ("length.words", "length.share", "lines#2.removed")]
    )
    assert made.drop_columns("id").to_pydict() == {
        "length.words": [3.0, 4.0, 5.0],
        "length.share": [0.5, None, 1.0],
        "lines#2.removed": [1.0, None, 0.0],
    }
