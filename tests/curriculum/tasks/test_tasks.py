"""Tasks as a source: their lengths, their columns, and that files and their number change nothing."""

import random
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curriculum.places import pages
from curriculum.tasks import MakeTasks, cut_long
from pipeline.errors import UsageError
from pipeline.run import run
from pipeline.runner import Local
from pipeline.stats import TextCount
from tests.helpers.tables import rows_of


def count_words(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """A token a word."""
    return pa.chunked_array([pa.array([len((text or "").split()) for text in texts.to_pylist()], pa.int64())])


WORDS = TextCount("words", count_words)


def write(folder: Path, files: int, number: int = 300) -> str:
    chosen = random.Random(3)
    vocabulary = ["".join(chosen.choice("abcdefghijklm") for _ in range(6)) for _ in range(3_000)]
    rows = []
    for n in range(number):
        paragraphs = (
            " ".join(chosen.choices(vocabulary, k=chosen.randint(3, 60))) for _ in range(chosen.randint(1, 12))
        )
        rows.append({"id": f"p{n}", "language": "en", "text": "\n\n".join(paragraphs)})
    folder.mkdir()
    for n in range(files):
        pq.write_table(pa.Table.from_pylist(rows[n::files]), folder / f"{n}.parquet")
    return str(folder)


def tasks(base: Path, place: str, **more) -> list[dict]:
    stage = pages("tasks", place, {}, None, WORDS, **more)
    run(stage, root=str(base), runner=Local())
    return rows_of(base, "tasks.tasks")


def test_tasks_have_the_length_asked_for_and_their_answers_in_columns(tmp_path):
    place = f"tasks:1000:{write(tmp_path / 'in', 1)}"
    found = tasks(tmp_path / "out", place, buckets=4)
    sizes = [len(row["text"].split()) for row in found]
    assert max(sizes) <= 1_000 and sorted(sizes)[len(sizes) // 2] > 850
    kinds = Counter(row["task"] for row in found)
    assert set(kinds) == {"retrieval", "ordering", "counting", "copying", "key_value"}
    assert min(kinds.values()) > len(found) / 10
    assert all(row["text"].endswith(f"\n\n{row['question']}\n{row['answer']}") for row in found)
    assert len({row["id"] for row in found}) == len({row["seed"] for row in found}) == len(found) > 50
    used = {page for row in found for page in row["pages"]}
    assert len(used) > 280 and all(row["language"] == "en" for row in found)


def test_tasks_that_plant_more_than_there_is_room_for_hold_fewer_paragraphs():
    rows = [{"key": 1, "id": f"a{n}", "language": None, "text": "one two\n\nsix ten", "tokens": 4} for n in range(900)]
    sizes = [len(text.split()) for text in MakeTasks(300, WORDS)(pa.Table.from_pylist(rows))["text"].to_pylist()]
    assert len(sizes) > 10 and max(sizes) <= 300


def test_other_files_make_the_same_tasks_and_another_seed_others(tmp_path):
    one = tasks(tmp_path / "one", f"tasks:600:{write(tmp_path / 'a', 1)}", buckets=2)
    three = tasks(tmp_path / "three", f"tasks:600:{write(tmp_path / 'b', 3)}", buckets=2)
    assert one == three
    other = tasks(tmp_path / "other", f"tasks:600:{tmp_path / 'a'}", buckets=2, seed=1)
    assert [row["pages"] for row in other] == [row["pages"] for row in one]
    assert all(a["text"] != b["text"] for a, b in zip(one, other, strict=True))


def test_the_order_of_rows_that_are_alike_but_for_their_language_does_not_show():
    rows = [
        {"key": 1, "id": f"a{n // 2}", "language": ("de", "en", None)[n % 3], "text": "one\n\ntwo\n\nsix", "tokens": 3}
        for n in range(600)
    ]
    made = MakeTasks(300, WORDS)(pa.Table.from_pylist(rows))
    assert made.num_rows > 2 and made.equals(MakeTasks(300, WORDS)(pa.Table.from_pylist(rows[::-1])))


def test_a_text_that_is_longer_than_a_task_goes_on_in_the_next(tmp_path):
    (tmp_path / "in").mkdir()
    words = [f"w{n}" for n in range(4_000)]
    pq.write_table(pa.Table.from_pylist([{"id": "a", "text": " ".join(words)}]), tmp_path / "in" / "a.parquet")
    found = tasks(tmp_path / "out", f"tasks:500:{tmp_path / 'in'}", buckets=1)
    assert len(found) > 8 and all(row["pages"] == ["a"] for row in found)
    told = [word for row in found if row["task"] != "ordering" for word in row["text"].split() if word in words]
    assert len(set(told)) > 2_500


def test_what_is_too_short_for_a_task_is_left_out():
    make = MakeTasks(256, WORDS)
    row = {"key": 1, "id": "a", "language": None, "text": "one\n\ntwo", "tokens": 2}
    assert make(pa.Table.from_pylist([row])).num_rows == 0
    assert make(pa.Table.from_pylist([row | {"text": "one\n\ntwo\n\nthree", "tokens": 3}])).num_rows == 1


@pytest.mark.parametrize(("paragraph", "longest", "parts"), [
    ("aa bb cc", 100, ["aa bb cc"]), ("aa bb cc", 5, ["aa bb", "cc"]), ("aaaaaaaa", 3, ["aaa", "aaa", "aa"]),
])  # fmt: skip
def test_long_paragraphs_are_cut_at_blanks(paragraph, longest, parts):
    assert list(cut_long(paragraph, longest)) == parts


@pytest.mark.parametrize(
    ("place", "said"),
    [("tasks:255:x", "no Parquet or JSONL"), ("tasks:many:x", "write tasks:TOKENS:PLACE"),
     ("tasks:900", "write tasks:"),
     ("tasks:255:{base}", "give at least 256")],
)  # fmt: skip
def test_places_of_tasks_that_cannot_be_are_told(tmp_path, place, said):
    base = write(tmp_path / "in", 1, 5)
    with pytest.raises(UsageError, match=said):
        pages("tasks", place.format(base=base), {}, None, WORDS)
