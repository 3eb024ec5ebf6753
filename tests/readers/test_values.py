"""Values of other people's columns: every type of string, whole numbers as floats, and what is none of these."""

import datetime
import math
import uuid

import pyarrow as pa
import pytest

from readers.values import Field, Unfit, converted, fits_type, typed_column

FLOAT = Field("f", "number")
TEXT, NUMBER, NAME, LIST = (Field("f", kind) for kind in ("string", "integer", "scalar", "strings"))


@pytest.mark.parametrize(
    ("field", "value", "wanted"),
    [
        (TEXT, "", ""),
        (FLOAT, 2, 2.0),
        (FLOAT, -1.5, -1.5),
        (FLOAT, True, 1.0),
        (FLOAT, math.nan, None),
        (FLOAT, math.inf, math.inf),
        (TEXT, "naïve 😀", "naïve 😀"),
        (TEXT, "naïve".encode(), "naïve"),
        (TEXT, None, None),
        (NUMBER, 3, 3),
        (NUMBER, 3.0, 3),
        (NUMBER, -(2**63), -(2**63)),
        (NUMBER, 2**63 - 1, 2**63 - 1),
        (NUMBER, math.nan, None),
        (NUMBER, None, None),
        (NAME, "a", "a"),
        (NAME, 17, "17"),
        (NAME, 1.5, "1.5"),
        (NAME, True, "True"),
        (NAME, b"\xff\x00", "ff00"),
        (NAME, datetime.date(2024, 3, 1), "2024-03-01"),
        (LIST, ["MIT", "Apache-2.0"], "MIT, Apache-2.0"),
        (LIST, [], ""),
        (LIST, "MIT", "MIT"),
    ],
)
def test_a_value_becomes_one_of_the_kind(field, value, wanted):
    assert converted(field, value) == wanted


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        (TEXT, 5, "f_not_string"),
        (TEXT, ["a"], "f_not_string"),
        (TEXT, {"a": 1}, "f_not_string"),
        (TEXT, "half \ud83d", "f_not_unicode"),
        (TEXT, b"caf\xe9", "f_not_unicode"),
        (FLOAT, "3", "f_not_number"),
        (FLOAT, [1.0], "f_not_number"),
        (NUMBER, "3", "f_not_integer"),
        (NUMBER, True, "f_not_integer"),
        (NUMBER, 1.5, "f_not_integer"),
        (NUMBER, math.inf, "f_not_integer"),
        (NUMBER, 2**63, "f_not_integer"),
        (NUMBER, [1], "f_not_integer"),
        (NAME, ["a"], "f_not_scalar"),
        (NAME, {}, "f_not_scalar"),
        (NAME, "\udc00", "f_not_unicode"),
        (LIST, ["a", 1], "f_not_strings"),
        (LIST, 5, "f_not_strings"),
    ],
)
def test_a_value_that_cannot_be_one_has_a_code(field, value, code):
    with pytest.raises(Unfit) as unfit:
        converted(field, value)
    assert unfit.value.code == code == str(unfit.value)


def codes(wrong: dict[int, Unfit]) -> dict[int, str]:
    return {row: unfit.code for row, unfit in wrong.items()}


def test_a_message_shows_the_value_in_short():
    for field, value, said in ((TEXT, 5, "5"), (TEXT, ["a" * 999], "['" + "a" * 98), (NUMBER, "many", "'many'")):
        with pytest.raises(Unfit) as unfit:
            converted(field, value)
        assert unfit.value.message == said
    with pytest.raises(Unfit) as unfit:
        converted(TEXT, "half \ud83d")
    assert "surrogates not allowed" in unfit.value.message


WORDS = ["The miller", None, "日本", ""]
STRINGS = [pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary(), pa.binary_view()]
STRINGS += [pa.dictionary(pa.int8(), pa.string()), pa.dictionary(pa.int32(), pa.large_string())]


def array(values: list, type: pa.DataType) -> pa.ChunkedArray:
    """The values as this type, in two chunks."""
    plain = type.value_type if pa.types.is_dictionary(type) else type
    if "binary" in str(plain):
        values = [v.encode() if isinstance(v, str) else v for v in values]
    parts = [pa.array(part, plain) for part in (values[:2], values[2:])]
    return pa.chunked_array([p.dictionary_encode() if plain != type else p for p in parts])


@pytest.mark.parametrize("type", STRINGS, ids=str)
@pytest.mark.parametrize("field", [TEXT, NAME, LIST], ids=lambda f: f.kind)
def test_every_type_of_string_is_read(type, field):
    values = array(WORDS, type)
    assert fits_type(field.kind, values.type) and not fits_type("integer", values.type)
    made, wrong = typed_column(field, values)
    assert made.type == pa.string() and made.to_pylist() == WORDS and wrong == {}


def invalid(type: pa.DataType) -> pa.ChunkedArray:
    """A column with the bytes of Latin-1 in its second row; Parquet's strings are not checked when they are read."""
    raw = pa.array([b"good", b"caf\xe9", b"too"], pa.large_binary() if "large" in str(type) else pa.binary())
    return pa.chunked_array([pa.Array.from_buffers(type, 3, raw.buffers())])


@pytest.mark.parametrize("type", [pa.string(), pa.large_string(), pa.binary(), pa.large_binary()], ids=str)
def test_a_value_that_is_no_utf8_costs_itself(type):
    made, wrong = typed_column(TEXT, invalid(type))
    assert made.to_pylist() == ["good", None, "too"] and codes(wrong) == {1: "f_not_unicode"}


def test_a_dictionary_with_a_value_that_is_no_utf8_costs_its_rows():
    coded = pa.DictionaryArray.from_arrays(pa.array([0, 1, None, 1, 2]), invalid(pa.string()).chunk(0))
    made, wrong = typed_column(TEXT, pa.chunked_array([coded]))
    assert made.to_pylist() == ["good", None, None, None, "too"] and set(wrong) == {1, 3}


@pytest.mark.parametrize(
    "type", [pa.int8(), pa.uint64(), pa.float32(), pa.float64(), pa.dictionary(pa.int8(), pa.int64())], ids=str
)
def test_whole_numbers_are_read(type):
    assert fits_type("integer", type)
    made, wrong = typed_column(NUMBER, array([1, None, 7, 100], type))
    assert made.to_pylist() == [1, None, 7, 100] and made.type == pa.int64() and wrong == {}


def test_numbers_that_are_not_whole_cost_themselves():
    made, wrong = typed_column(NUMBER, pa.chunked_array([[1.0, math.nan, 1.5, 1e300, 2.0]]))
    assert made.to_pylist() == [1, None, None, None, 2] and codes(wrong) == {2: "f_not_integer", 3: "f_not_integer"}
    made, wrong = typed_column(NUMBER, pa.chunked_array([pa.array([2**63, 5], pa.uint64())]))
    assert made.to_pylist() == [None, 5] and codes(wrong) == {0: "f_not_integer"}


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        (pa.array([1, None]), ["1", None]),
        (pa.array([1.5]), ["1.5"]),
        (pa.array([datetime.datetime(2024, 3, 1)], pa.timestamp("s")), ["2024-03-01 00:00:00"]),
        (pa.array([uuid.UUID(int=7).bytes], pa.binary(16)), ["0" * 31 + "7"]),
        (pa.array([uuid.UUID(int=7).bytes], pa.uuid()), ["0" * 31 + "7"]),
        (pa.array([None, None]), [None, None]),
    ],
    ids=lambda value: str(getattr(value, "type", "")),
)
def test_ids_may_be_of_any_plain_type(values, wanted):
    assert fits_type("scalar", values.type)
    assert typed_column(NAME, pa.chunked_array([values]))[0].to_pylist() == wanted


@pytest.mark.parametrize("kind", [pa.list_, pa.large_list, pa.list_view])
def test_lists_of_strings_are_joined(kind):
    values = pa.chunked_array([pa.array([["MIT", "BSD"], [], None], kind(pa.string()))])
    assert fits_type("strings", values.type) and typed_column(LIST, values)[0].to_pylist() == ["MIT, BSD", "", None]


@pytest.mark.parametrize(
    ("kind", "type"),
    [
        ("string", pa.int64()),
        ("string", pa.list_(pa.string())),
        ("string", pa.struct([("a", pa.string())])),
        ("string", pa.dictionary(pa.int8(), pa.int64())),
        ("number", pa.string()),
        ("number", pa.list_(pa.float64())),
        ("integer", pa.string()),
        ("integer", pa.bool_()),
        ("integer", pa.list_(pa.int64())),
        ("scalar", pa.list_(pa.string())),
        ("scalar", pa.struct([("a", pa.string())])),
        ("strings", pa.int64()),
        ("strings", pa.list_(pa.int64())),
    ],
    ids=str,
)
def test_a_column_of_another_type_does_not_fit(kind, type):
    assert not fits_type(kind, type)


@pytest.mark.parametrize("type", [pa.int8(), pa.float32(), pa.float64(), pa.bool_()], ids=str)
def test_columns_of_numbers_are_floats(type):
    made, wrong = typed_column(FLOAT, pa.chunked_array([pa.array([1, None, 0]).cast(type), pa.array([1]).cast(type)]))
    assert fits_type("number", type) and made.type == pa.float64()
    assert (made.to_pylist(), wrong) == ([1.0, None, 0.0, 1.0], {})


def test_a_number_that_is_none_is_not_there():
    made, wrong = typed_column(FLOAT, pa.chunked_array([[1.5, math.nan]]))
    assert (made.to_pylist(), wrong) == ([1.5, None], {})


def test_a_column_of_nothing_fits_everything():
    assert all(fits_type(kind, pa.null()) for kind in ("string", "integer", "number", "scalar", "strings"))
    assert typed_column(FLOAT, pa.chunked_array([pa.nulls(2)]))[0].equals(pa.nulls(2, pa.float64()))
    assert typed_column(NUMBER, pa.chunked_array([pa.nulls(2)]))[0].equals(pa.nulls(2, pa.int64()))


def test_a_field_is_found_under_the_first_of_its_names_that_is_there():
    field = Field("text", names=("text", "content"))
    assert field.column_in({"content": 1, "text": 2}) == "text"
    assert field.column_in(["content"]) == "content" and field.column_in(["body"]) is None
    assert Field("url").column_in(["url"]) == "url"
