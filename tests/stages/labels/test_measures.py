"""Plain measures: counted by hand on small texts, the same for any batch, and nothing is dropped."""

import numpy as np
import pyarrow as pa
import pytest

from stages.labels.measures import count_parts, measures

NAMES = ["reading_ease", "involved", "code", "formulas", "lists", "tables", "formula_count"]


def measured(text: str | None, **columns) -> dict:
    table = pa.table(
        {"text": pa.array([text], pa.string()), **{n: pa.array([v], pa.string()) for n, v in columns.items()}}
    )
    return measures()(table).to_pylist()[0]


@pytest.mark.parametrize(
    ("text", "words", "syllables", "sentences"),
    [
        ("", 0, 0, 0),
        ("The cat sat.", 3, 3, 1),
        ("Reading is easy! Isn't it?", 5, 7, 2),
        ("He came alone; we shared the rose.", 7, 9, 1),
        ("A value of 3.14 is pi. OK", 6, 7, 1),
        ("Ünïcode", 1, 1, 0),
        ("e.", 1, 1, 1),
        ("one\ntwo\tthree (four.) five...", 5, 5, 2),
    ],
)
def test_words_syllables_and_sentences(text, words, syllables, sentences):
    parts = count_parts(pa.chunked_array([[text]], pa.string()))
    assert [int(each[0]) for each in parts] == [words, syllables, sentences]


def test_texts_do_not_touch_each_other():
    texts = ["Ends with e", "begins. Me", "", None, "more\n"]
    together = count_parts(pa.chunked_array([["left out", *texts]], pa.string()).slice(1))
    alone = [count_parts(pa.chunked_array([[text]], pa.string())) for text in texts]
    for kind in range(3):
        assert together[kind].tolist() == [one[kind][0] for one in alone]
    split = count_parts(pa.chunked_array([texts[:2], texts[2:]], pa.string()))
    assert all((a == b).all() for a, b in zip(split, together, strict=True))


def test_reading_ease_is_fleschs_formula_and_of_english_alone():
    text = "The cat sat on the mat. The dog ran."
    wanted = 206.835 - 1.015 * 9 / 2 - 84.6 * 9 / 9
    assert measured(text)["reading_ease"] == pytest.approx(wanted, abs=1e-3)
    assert measured(text, language="en")["reading_ease"] == pytest.approx(wanted, abs=1e-3)
    assert measured(text, language=None)["reading_ease"] == pytest.approx(wanted, abs=1e-3)
    assert measured(text, language="de")["reading_ease"] is None
    assert measured("")["reading_ease"] is None and measured(None)["reading_ease"] is None
    hard = "Institutional considerations necessitate comprehensive reorganisation of administrative responsibilities."
    assert measured(hard)["reading_ease"] < 0 < measured(text)["reading_ease"]


PROSE = "This is a line of a letter, and it says what lines of letters say.\nIf it rains, we stay at home; else we go."
PYTHON = "import os\n\ndef f(x):\n    return x + 1\n\nfor n in range(3):\n    print(f(n))\n"
C = "#include <stdio.h>\nint main(void) {\n    int n = 0;\n    n += 1; // more\n    return n;\n}\n"
LIST = "Shopping:\n- milk\n- bread\n* eggs\n1. first\n2) second\n(a) third\n"
TABLE = "| a | b |\n|---|---|\n| 1 | 2 |\nend\n"
LATEX = r"We have $x^2 + y_1 = z$ and \(a\) so \[b\] with \begin{align} x ≤ y \end{align}"


@pytest.mark.parametrize(
    ("name", "text", "low", "high"),
    [
        ("code", PROSE, 0, 0.0),
        ("code", PYTHON, 0.7, 1),
        ("code", C, 0.8, 1),
        ("code", LIST, 0, 0),
        ("lists", LIST, 6 / 7, 6 / 7),
        ("lists", PROSE, 0, 0),
        ("tables", TABLE, 0.75, 0.75),
        ("tables", "a\tb\tc\n1\t2\t3\nplain", 2 / 3, 2 / 3),
        ("tables", "home | news | shop", 1, 1),
        ("tables", PROSE, 0, 0),
        ("formulas", LATEX, 1, 1),
        ("formulas", "It costs $5 and then $6, or ten in all." * 3, 0, 0),
        ("formulas", "Prices from $5 to $6 (US$) and $variables of $shells, again and again" * 3, 0, 0),
        ("formulas", "The sum \\sum of all \\alpha is here, ten words in this", 0.8, 0.9),
        ("involved", "I think you're right, and we said it to your uncle", 0.36, 0.37),
        ("involved", "It’s ours", 1, 1),
        ("involved", "The usual mine of the industry, its meter and other items", 0.09, 0.1),
        ("involved", "The council has decided that the bridge is closed", 0, 0),
        ("formula_count", LATEX, 4, 4),
        ("formula_count", "It costs $5 and $6. `$x^2$` is code, $n$ a number.", 1, 1),
        ("formula_count", PROSE, 0, 0),
        ("formulas", "In this text of ten words there is one $x_1$ only", 0.4, 0.5),
    ],
)
def test_shares_of_what_a_text_is_made_of(name, text, low, high):
    assert low - 1e-6 <= measured(text)[name] <= high + 1e-6


def test_columns_are_added_and_no_row_leaves():
    table = pa.table({"id": ["a", "b", "c"], "text": [PROSE, None, PYTHON]})
    made = measures()(table)
    assert made.column_names == ["id", "text", *NAMES] and made.num_rows == 3
    assert [made[name].type for name in NAMES] == [pa.float32()] * 6 + [pa.int32()]
    assert measures()(table.slice(0, 0)).schema == made.schema
    assert not np.isinf(made["reading_ease"].drop_null().to_numpy()).any()
