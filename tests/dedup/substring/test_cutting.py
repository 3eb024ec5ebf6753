"""What a cut leaves: everything outside of the spans, and whitespace as a writer would have set it."""

import json

import numpy as np
import pyarrow as pa
import pytest

from dedup.substring import cut
from dedup.substring.cutting import span_size, without_spans
from dedup.substring.spans import TEXT_SPAN
from pipeline.errors import UsageError

LISTS = pa.list_(TEXT_SPAN)
TEXT = "0123456789" * 10


def table(*rows: tuple[str | None, list | None, list | None]) -> pa.Table:
    def spans(pairs: list | None) -> list | None:
        return pairs and [{"start": start, "end": end} for start, end in pairs]

    columns = {"id": [str(i) for i in range(len(rows))], "text": [row[0] for row in rows]}
    made = pa.table(columns, pa.schema([("id", pa.string()), ("text", pa.string())]))
    for name, place in (("spans", 1), ("later_occurrences", 2)):
        made = made.append_column(name, pa.array([spans(row[place]) for row in rows], LISTS))
    return made


@pytest.mark.parametrize(("marked", "left"), [
    ("A. [B.] C.", "A. C."),
    ("A.\n\n[B.] C.", "A.\n\nC."),
    ("A. [B.]\n\nC.", "A.\n\nC."),
    ("A.\n[B.]\nC.", "A.\nC."),
    ("A. [B.] [C.]\n[D.] E.", "A.\nE."),
    ("[A.]\n\nB.", "B."),
    ("A.\n\n[B.]", "A."),
    ("A.\n[B.] [C.] ", "A."),
    ("[A.]", ""),
    ("你好。[再见。]你好", "你好。你好"),
    ("你好[再见] abc", "你好 abc"),
    ("  A [B] C\n", "  A C\n"),
    ("  [A] B", "B"),
    ("untouched  text\n", "untouched  text\n"),
])  # fmt: skip
def test_whitespace_around_a_cut(marked, left):
    spans, text = [], ""
    for part in marked.split("]"):
        before, bracket, inside = part.partition("[")
        if bracket:
            start = len(text) + len(before)
            spans.append({"start": start, "end": start + len(inside)})
        text += before + inside
    assert without_spans(text, spans) == left


def test_nothing_but_the_spans_and_whitespace_is_lost():
    rng = np.random.default_rng(1)
    for _ in range(300):
        text = "".join(rng.choice(list("ab漢🙂\n e\u0301"), rng.integers(0, 60)))
        bounds = np.sort(rng.choice(len(text) + 1, min(len(text) + 1, 2 * int(rng.integers(0, 4))), replace=False))
        pairs = bounds[: len(bounds) // 2 * 2].reshape(-1, 2).tolist()
        outside = [c for i, c in enumerate(text) if not any(start <= i < end for start, end in pairs)]
        left = without_spans(text, [{"start": start, "end": end} for start, end in pairs])
        assert "".join(left.split()) == "".join("".join(outside).split())


@pytest.mark.parametrize(("mode", "spans", "later", "text", "reason"), [
    ("cut", [(0, 80)], [], TEXT[80:], None),
    ("cut", [(0, 81)], [], TEXT, "exact:short"),
    ("cut", [(0, 30), (40, 90)], [], TEXT[30:40] + TEXT[90:], None),
    ("cut", None, None, TEXT, None),
    ("cut_keep_first", [(0, 100)], [], TEXT, None),
    ("cut_keep_first", [(0, 100)], [(10, 60)], TEXT[:10] + TEXT[60:], None),
    ("cut_keep_first", [(0, 100)], [(0, 100)], TEXT, "exact:short"),
    ("drop", [(0, 5)], [], TEXT, "exact:repeated"),
    ("drop", None, None, TEXT, None),
    ("drop_partial", [(0, 10), (20, 30)], [], TEXT, None),
    ("drop_partial", [(0, 10), (20, 31)], [], TEXT, "exact:share"),
    ("mask", [(0, 100)], [(0, 100)], TEXT, None),
])  # fmt: skip
def test_modes(mode, spans, later, text, reason):
    (row,) = cut(mode)(table((TEXT, spans, later))).to_pylist()
    assert (row["text"], row.get("reason")) == (text, reason)
    repeated = sum(end - start for start, end in (later if mode == "cut_keep_first" else spans) or [])
    assert reason is None or json.loads(row["measured"]) == {"length": 100, "repeated": repeated}


def test_a_mask_keeps_the_spans_and_only_them():
    masked = cut("mask")(table((TEXT, [(0, 5)], [(0, 5)]), ("short", None, None), (None, None, None)))
    assert masked["spans"].to_pylist() == [[{"start": 0, "end": 5}], [], []]
    assert "later_occurrences" not in masked.column_names


@pytest.mark.parametrize("mode", ["cut", "cut_keep_first", "mask", "drop", "drop_partial"])
def test_the_schema_does_not_depend_on_the_rows(mode):
    rows = [(TEXT, [(0, 90)], [(0, 90)]), ("short", None, None), (None, None, None)]
    assert cut(mode)(table(*rows)).schema == cut(mode)(table()).schema
    assert cut(mode)(table(*rows)).num_rows == 3


def test_a_short_page_without_repeats_stays():
    assert cut()(table(("short", None, None)))["reason"].to_pylist() == [None]


def test_an_unknown_mode_is_named():
    with pytest.raises(UsageError, match="cut_keep_first"):
        cut("paste")  # type: ignore[arg-type]


@pytest.mark.parametrize(("left", "reason"), [(20, None), (19, "exact:short"), (0, "exact:short")])
def test_twenty_characters_are_enough(left, reason):
    row = cut()(table(("a" * left + " " + TEXT, [(left + 1, left + 101)], []))).to_pylist()[0]
    assert row["reason"] == reason
    assert row["text"] == ("a" * left if reason is None else "a" * left + " " + TEXT)


@pytest.mark.parametrize(("mode", "option", "spans", "reason"), [
    ("cut", {"min_chars": 50}, [(0, 50)], None), ("cut", {"min_chars": 51}, [(0, 50)], "exact:short"),
    ("drop_partial", {"share": 0.5}, [(0, 50)], None), ("drop_partial", {"share": 0.4}, [(0, 50)], "exact:share"),
])  # fmt: skip
def test_limits_by_argument(mode, option, spans, reason):
    assert cut(mode, **option)(table((TEXT, spans, []))).to_pylist()[0]["reason"] == reason


def test_a_row_without_text_keeps_none():
    assert cut("drop")(table((None, [(0, 5)], []), ("kept", None, None)))["text"].to_pylist() == [None, "kept"]


def test_columns_of_the_verdicts_go_away():
    kept = table((TEXT, [(0, 90)], []))
    assert cut()(kept).column_names == ["id", "text", "reason", "measured"]
    assert cut("mask")(kept).column_names == ["id", "text", "spans"]


def test_spans_are_measured_in_characters():
    assert span_size([{"start": 3, "end": 10}, {"start": 20, "end": 21}]) == 8
    assert span_size([]) == 0
