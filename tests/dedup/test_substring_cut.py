"""What a cut leaves: everything outside of the spans, and whitespace as a writer would have set it."""

import json

import numpy as np
import pyarrow as pa
import pytest

from dedup.substring import cut
from dedup.substring_cut import without
from dedup.substring_spans import SPAN
from pipeline.errors import UsageError

LISTS = pa.list_(SPAN)
TEXT = "0123456789" * 10


def table(*rows: tuple[str | None, list | None, list | None]) -> pa.Table:
    def spans(pairs: list | None) -> list | None:
        return pairs and [{"start": start, "end": end} for start, end in pairs]

    columns = {"id": [str(i) for i in range(len(rows))], "text": [row[0] for row in rows]}
    made = pa.table(columns, pa.schema([("id", pa.string()), ("text", pa.string())]))
    for name, place in (("spans", 1), ("copies", 2)):
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
    assert without(text, spans) == left


def test_nothing_but_the_spans_and_whitespace_is_lost():
    rng = np.random.default_rng(1)
    for _ in range(300):
        text = "".join(rng.choice(list("ab漢🙂\n e\u0301"), rng.integers(0, 60)))
        bounds = np.sort(rng.choice(len(text) + 1, min(len(text) + 1, 2 * int(rng.integers(0, 4))), replace=False))
        pairs = bounds[: len(bounds) // 2 * 2].reshape(-1, 2).tolist()
        outside = [c for i, c in enumerate(text) if not any(start <= i < end for start, end in pairs)]
        left = without(text, [{"start": start, "end": end} for start, end in pairs])
        assert "".join(left.split()) == "".join("".join(outside).split())


@pytest.mark.parametrize(("mode", "spans", "copies", "text", "reason"), [
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
def test_modes(mode, spans, copies, text, reason):
    (row,) = cut(mode)(table((TEXT, spans, copies))).to_pylist()
    assert (row["text"], row["reason"]) == (text, reason)
    assert reason is None or json.loads(row["measured"])["length"] == 100


def test_a_mask_keeps_the_spans_and_only_them():
    masked = cut("mask")(table((TEXT, [(0, 5)], [(0, 5)]), ("short", None, None), (None, None, None)))
    assert masked["spans"].to_pylist() == [[{"start": 0, "end": 5}], [], []]
    assert "copies" not in masked.column_names


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
