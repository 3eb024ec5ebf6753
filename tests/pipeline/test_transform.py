"""Transforms made of functions: what they do with a table, and with the calls of a guard."""

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from pipeline.doc import Doc
from pipeline.errors import UsageError, WrongReturn
from pipeline.guard import Guard
from pipeline.limit import CpuLimit
from pipeline.protocols import Judgement, RowTransform
from pipeline.rules import EditRules, Rules, least, most
from pipeline.transform import annotate, edit, rewrite, screen

FOUR = ["", "one", "one two", "one two three"]


def texts(*of: str | None) -> pa.Table:
    ids = pa.array([f"id{n}" for n in range(len(of))], pa.string())
    return pa.table({"id": ids, "text": pa.array(of, pa.string())})


def words(doc: Doc) -> dict[str, float]:
    return {"words": len(doc.text.split()), "characters": np.float32(len(doc.text))}


def no_three(doc: Doc) -> str | None:
    return "three" if "three" in doc.text else None


def raises_on_two(doc: Doc) -> str | None:
    if "two" in doc.text:
        raise ValueError("two")
    return None


LENGTH = Rules("length", words, (least("words", 1, "empty"), most("words", 2, "long")))


def passed(transform: RowTransform, table: pa.Table) -> tuple[pa.Table, list[Judgement | None]]:
    """What a transform makes of a table in a run, where its steps are called first, second, ..."""
    with CpuLimit() as cpu:
        names = ["first", "second", "third"][: len(transform.steps)]
        return transform.apply(table, [Guard(name, cpu) for name in names])


def test_a_screen_gives_the_first_reason_and_what_was_measured_for_it():
    made = screen(no_three, LENGTH)(texts(*FOUR))
    assert made["reason"].to_pylist() == ["length:empty", None, None, "test_transform.no_three:three"]
    assert [m and json.loads(m) for m in made["measured"].to_pylist()] == [
        {"words": 0, "characters": 0.0}, None, None, None
    ]  # fmt: skip
    assert made.column_names == ["id", "text", "reason", "measured"]
    assert made["text"].to_pylist() == FOUR


def test_a_screen_without_filters_drops_nothing():
    assert screen()(texts("a"))["reason"].to_pylist() == [None]
    assert screen().steps == ()


def test_filters_of_one_name_have_steps_and_reasons_of_their_own():
    twice = screen(LENGTH, LENGTH.replace(max_words=1), no_three, signals=True)
    assert twice.steps == ("length", "length", "test_transform.no_three")
    made = twice(texts(*FOUR))
    assert made["reason"].to_pylist() == ["length:empty", None, "length#2:long", "length:long"]
    assert made["length#2.words"].to_pylist() == made["length.words"].to_pylist() == [0, 1, 2, 3]


def test_behind_a_filter_that_drops_no_other_is_asked():
    asked: list[str] = []

    def note(doc: Doc) -> str | None:
        asked.append(doc.text)
        return None

    screen(LENGTH, note)(texts(*FOUR))
    assert asked == ["one", "one two"]


def test_signals_are_measured_by_all_filters_whatever_the_reason():
    made = screen(no_three, LENGTH, signals=True)(texts(*FOUR))
    assert made["length.words"].to_pylist() == [0, 1, 2, 3]
    assert made["length.characters"].to_pylist() == [0, 3, 7, 13]
    assert made["reason"].to_pylist() == ["length:empty", None, None, "test_transform.no_three:three"]
    assert "length.words" not in screen(LENGTH)(texts("a")).column_names


def test_what_a_screen_does_with_a_filter_that_raises():
    table, judgements = passed(screen(LENGTH, raises_on_two), texts(*FOUR))
    assert table.equals(texts(*FOUR))
    kept, dropped, failed = judgements[1], judgements[0], judgements[2]
    assert kept is None
    assert dropped == (0, "first:empty", '{"words": 0, "characters": 0.0}', None, None, None)
    assert failed[:5] == (1, None, None, "second:ValueError", "two")
    assert failed.error_place.startswith("tests/pipeline/test_transform.py:")
    assert failed.error_place.endswith(", in raises_on_two")


def test_with_signals_an_error_behind_the_reason_changes_nothing():
    def measure(doc: Doc) -> dict[str, float]:
        raises_on_two(doc)
        return {"n": 1}

    _, judgements = passed(screen(LENGTH, Rules("late", measure, ()), signals=True), texts(*FOUR))
    assert [j and (j.step, j.reason, j.error) for j in judgements] == [
        (0, "first:empty", None), None, (1, None, "second:ValueError"), (0, "first:long", None)
    ]  # fmt: skip


def test_a_filter_with_the_wrong_return_type_fails_and_is_named():
    def long_enough(doc: Doc) -> bool:
        return len(doc.text) > 2

    with pytest.raises(WrongReturn, match=r"^filter first returned True \(bool\); return None to keep"):
        passed(screen(long_enough), texts("a text"))  # type: ignore[arg-type]


def test_rows_whose_fate_is_decided_do_not_count_for_the_filters_behind():
    with CpuLimit() as cpu:
        guards = [Guard("first", cpu), Guard("second", cpu)]
        screen(LENGTH, Rules("words", words, ()), signals=True).apply(texts(*FOUR), guards)
    assert [guard.rows for guard in guards] == [4, 2]


@pytest.mark.parametrize(
    "transform", [edit(lambda doc: None), rewrite(lambda text: None), rewrite(lambda text: "\ud800")]
)
def test_a_function_of_texts_with_the_wrong_return_type_is_named(transform: RowTransform):
    with pytest.raises(WrongReturn, match=r"^first (returned None|gave '\\ud800')"):
        passed(transform, texts("a"))


def upper_or_drop(doc: Doc) -> tuple[str, str | None]:
    if doc.text == "fail":
        raise KeyError("fail")
    return doc.text.upper(), "short" if len(doc.text) < 3 else None


def test_an_edit_replaces_texts_and_a_row_that_leaves_keeps_its_own():
    made = edit(upper_or_drop)(texts("one", "a", "two", None))
    assert made["text"].to_pylist() == ["ONE", "a", "TWO", None]
    assert made["reason"].to_pylist() == [None, "test_transform.upper_or_drop:short"] * 2
    table, judgements = passed(edit(upper_or_drop), texts("one", "fail", "a"))
    assert table["text"].to_pylist() == ["ONE", "fail", "a"]
    assert [j and (j.step, j.reason, j.error) for j in judgements] == [
        None, (0, None, "first:KeyError"), (0, "first:short", None)
    ]  # fmt: skip


def without_hashes(doc: Doc) -> tuple[str, dict[str, float]]:
    return doc.text.replace("#", ""), {"hashes": doc.text.count("#")}


HASHES = EditRules("hashes", without_hashes, (most("hashes", 1, "many"),))


def test_an_edit_with_limits():
    made = edit(HASHES, signals=True)(texts("a", "#b", "##c"))
    assert made["text"].to_pylist() == ["a", "b", "##c"]
    assert made["reason"].to_pylist() == [None, None, "hashes:many"]
    assert made["measured"].to_pylist() == [None, None, '{"hashes": 2}']
    assert made["hashes.hashes"].to_pylist() == [0, 1, 2]
    assert edit(HASHES).steps == ("hashes",)
    assert "hashes.hashes" not in edit(HASHES)(texts("a")).column_names


def test_a_rewrite_replaces_texts():
    assert rewrite(str.upper)(texts("one", None))["text"].to_pylist() == ["ONE", ""]

    def fails(text: str) -> str:
        return {"a": "b"}[text]

    table, judgements = passed(rewrite(fails), texts("a", "c"))
    assert table["text"].to_pylist() == ["b", None]
    assert [j and (j.step, j.error) for j in judgements] == [None, (0, "first:KeyError")]


@pytest.mark.parametrize("transform", [rewrite(lambda text: "\ud800"), edit(lambda doc: ("\ud800", None))])
def test_a_text_that_is_no_unicode_is_told_with_the_step_that_made_it(transform: RowTransform):
    with pytest.raises(WrongReturn, match=r"^first gave '\\ud800' \(str\) for column text, which is string$"):
        passed(transform, texts("a"))


def test_an_annotation_adds_columns():
    schema = pa.schema([("length", pa.int32()), ("id", pa.string())])

    def about(doc: Doc) -> dict[str, Any]:
        return {"length": 10 // len(doc.text), "id": doc.text, "more": 3}

    made = annotate(about, schema)(texts("aa", "b"))
    assert made.column_names[:3] == ["id", "text", "length"]
    assert made["length"].to_pylist() == [5, 10] and made.schema.field("length").type == pa.int32()
    assert made["id"].to_pylist() == ["aa", "b"]
    table, judgements = passed(annotate(about, schema), texts("aa", ""))
    assert table["length"].to_pylist() == [5, None] and table["id"].to_pylist() == ["aa", None]
    assert [j and (j.step, j.error) for j in judgements] == [None, (0, "first:ZeroDivisionError")]


def test_an_annotation_cannot_name_the_engines_columns():
    with pytest.raises(UsageError, match=r"^column reason: "):
        annotate(words, pa.schema([("words", pa.int64()), ("reason", pa.string())]))


@pytest.mark.parametrize("said", [None, {}, {"length": "two"}, {"length": 1.5}])
def test_an_annotation_with_the_wrong_type_fails_and_is_named(said: Any):
    with pytest.raises(WrongReturn, match=r"^first (returned|gave) "):
        passed(annotate(lambda doc: said, pa.schema([("length", pa.int64())])), texts("a"))


@pytest.mark.parametrize("transform", [screen(LENGTH, signals=True), edit(HASHES, signals=True), rewrite(str.upper)])
def test_an_empty_table_gives_the_same_columns(transform: RowTransform):
    assert transform(texts()).schema.equals(transform(texts("a")).schema)
    assert transform(texts()).num_rows == 0
    assert [transform(texts()).schema.field(name).type for name in ("reason", "measured")] == [pa.string()] * 2


def test_all_of_them_are_known_as_transforms_of_rows():
    made = [screen(LENGTH), edit(HASHES), rewrite(str.upper), annotate(words, pa.schema([("words", pa.int64())]))]
    assert all(isinstance(transform, RowTransform) for transform in made)
    assert [transform.steps for transform in made] == [
        ("length",), ("hashes",), ("builtins.upper",), ("test_transform.words",)
    ]  # fmt: skip
    assert not isinstance(lambda table: table, RowTransform)
