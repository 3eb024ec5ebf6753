"""A page that holds words of an evaluation set is found, and no other; sets come in the forms people keep them in."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dedup.decontaminate import Overlaps, contaminated
from dedup.evaluation_sets import evaluation_set
from pipeline.errors import StageFailed, UsageError
from pipeline.fingerprint import fingerprint
from pipeline.hashing import shard_key
from pipeline.run import run
from pipeline.runner import Local
from pipeline.stage import Map, Source

SCHEMA = pa.schema([("id", pa.string()), ("text", pa.string())])
QUESTION = "Which of these thirteen words will the page repeat after it, word by word?"  # 14


@dataclass(frozen=True)
class Read:
    pages: tuple[str, ...]

    def __call__(self, name: str) -> Iterator[pa.Table]:
        rows = range(int(name), len(self.pages), 2)
        yield pa.table({"id": [str(i) for i in rows], "text": [self.pages[i] for i in rows]}, schema=SCHEMA)


def reasons(root: Path, pages: list[str], files: list[Path], **kwargs) -> dict[int, str]:
    """Reasons by page, of pages in two shards."""
    stage = contaminated("eval", Source(("0", "1"), Read(tuple(pages)), SCHEMA), tuple(map(str, files)), **kwargs)
    run(stage, root=str(root), runner=Local())
    shards = sorted((root / "eval").glob("*.parquet"))
    assert len(shards) == 2
    return {int(row["id"]): row["reason"] for shard in shards for row in pq.read_table(shard).to_pylist()}


def written(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("".join(json.dumps({"id": 1, "q": {"choices": [line]}}) + "\n" for line in lines))
    return path


@pytest.mark.parametrize(("page", "found"), [
    (QUESTION, True),
    ("before it " + QUESTION.upper().replace(" ", "\n ") + " and after", True),
    ("which of these thirteen words will the page repeat after it word by", True),
    ("which of these thirteen words will the page repeat after it word - no", False),
    ("eight words are long enough to be matched", True),
    ("so: Eight words are long enough to be matched!", True),
    ("eight words are long enough to be unmatched", False),
    ("seven words are not enough for it", False),
    ("", False),
])  # fmt: skip
def test_a_page_with_words_of_the_set_is_found(tmp_path, page, found):
    sets = [
        written(
            tmp_path,
            "quiz.jsonl",
            QUESTION,
            "Eight words are long enough to be matched.",
            "seven words are not enough for it",
        )
    ]
    assert reasons(tmp_path, [page, "another page"], sets) == ({0: "contaminated:quiz"} if found else {})


def test_found_pages_are_those_of_plain_sets_of_words(tmp_path):
    rng = np.random.default_rng(2)

    def sentence(size: int) -> list[str]:
        return [f"w{i}" for i in rng.integers(0, 3, size)]

    sets, pages = (
        [sentence(size) for size in rng.integers(1, 40, 12)],
        [sentence(size) for size in rng.integers(1, 90, 300)],
    )
    n, held = 13, set()
    for words in sets:
        length = min(n, len(words))
        held |= {tuple(words[i : i + length]) for i in range(len(words) - length + 1) if length >= 8}
    wanted = {
        i
        for i, page in enumerate(pages)
        for gram in held
        for at in range(len(page))
        if tuple(page[at : at + len(gram)]) == gram
    }
    assert 0 < len(wanted) < 300
    path = written(tmp_path, "random.jsonl", *(" ".join(words) for words in sets))
    assert set(reasons(tmp_path, [" ".join(page) for page in pages], [path])) == wanted


def test_the_first_file_in_the_given_order_is_named(tmp_path):
    other = QUESTION + " It does."
    sets = [written(tmp_path, "a.jsonl", QUESTION), written(tmp_path, "b.jsonl", other)]
    assert reasons(tmp_path / "1", [other], sets) == {0: "contaminated:a"}
    assert reasons(tmp_path / "2", [other], sets[::-1]) == {0: "contaminated:b"}


def test_a_page_may_hold_as_many_places_as_one_allows(tmp_path):
    sets = [written(tmp_path, "quiz.jsonl", QUESTION)]
    assert reasons(tmp_path / "2", [QUESTION], sets, min_count=2) == {0: "contaminated:quiz"}
    assert reasons(tmp_path / "3", [QUESTION], sets, min_count=3) == {}


def test_verdicts_drop_the_page(tmp_path):
    pages = Source(("0", "1"), Read((QUESTION, "clean")), SCHEMA)
    goal = Map("kept", pages, verdicts=contaminated("eval", pages, (str(written(tmp_path, "quiz.jsonl", QUESTION)),)))
    stats = run(goal, root=str(tmp_path / "out"), runner=Local())["kept"]
    assert (stats.rows_in, stats.rows_out) == (2, 1)


def test_files_that_cannot_serve_are_named(tmp_path):
    pages = Source(("0",), Read(("page",)), SCHEMA)
    with pytest.raises(UsageError, match=r"nowhere\.jsonl"):
        contaminated("eval", pages, ("nowhere.jsonl",))
    empty = written(tmp_path, "empty.jsonl", "short")
    with pytest.raises(StageFailed, match=r"empty\.jsonl holds no text of 8 words"):
        run(contaminated("eval", pages, (str(empty),)), root=str(tmp_path / "out"), runner=Local())


def test_a_changed_file_is_another_stage(tmp_path):
    pages, path = Source(("0",), Read(("page",)), SCHEMA), written(tmp_path, "quiz.jsonl", QUESTION)
    before = fingerprint(contaminated("eval", pages, (str(path),)).sources[0].code())
    assert before == fingerprint(contaminated("eval", pages, (str(path),)).sources[0].code())
    written(tmp_path, "quiz.jsonl", QUESTION + " more")
    assert before != fingerprint(contaminated("eval", pages, (str(path),)).sources[0].code())


def test_rows_to_send(tmp_path):
    sets = (evaluation_set(str(written(tmp_path, "quiz.v2.jsonl", QUESTION))),)
    table = pa.table({"id": ["a", "b", "c"], "text": ["nothing", QUESTION + " " + QUESTION, None]})
    found = Overlaps(sets, 13, 1)(table, "shard")
    assert found.to_pylist() == [
        {"shard": shard_key("shard"), "id": "b", "reason": "contaminated:quiz", "contaminated_places": 4}
    ]
    assert Overlaps(sets, 13, 5)(table, "shard").num_rows == 0
    assert Overlaps(sets, 13, 5)(table, "shard").schema == found.schema


@pytest.mark.parametrize(
    ("n", "words", "found"), [(13, 12, False), (13, 13, True), (12, 12, True), (5, 5, True), (5, 4, False)]
)
def test_so_many_words_in_a_row_are_one_match(tmp_path, n, words, found):
    item = " ".join(f"w{i}" for i in range(40))
    page = "before " + " ".join(f"w{i}" for i in range(20, 20 + words)) + " after"
    assert bool(reasons(tmp_path, [page], [written(tmp_path, "set.jsonl", item)], n=n)) == found


@pytest.mark.parametrize(("words", "found"), [(7, False), (8, True), (12, True)])
def test_a_whole_short_item_is_matched_from_eight_words_on(tmp_path, words, found):
    item = " ".join(f"w{i}" for i in range(words))
    sets = [written(tmp_path, "set.jsonl", item, QUESTION)]
    assert bool(reasons(tmp_path, [f"x {item} y"], sets)) == found


def test_verdicts_count_places_and_are_sorted(tmp_path):
    stage = contaminated(
        "eval", Source(("0",), Read((QUESTION,)), SCHEMA), (str(written(tmp_path, "q.jsonl", QUESTION)),)
    )
    assert stage.name == "eval" and stage.sources[0].name == "eval.routed" and stage.sources[0].buckets is None
    table = pa.table({"shard": [1, 1], "id": ["b", "a"], "reason": ["r", "r"], "contaminated_places": [1, 2]})
    assert stage.fn(table).to_pylist() == [
        {"id": "a", "reason": "r", "contaminated_places": 2}, {"id": "b", "reason": "r", "contaminated_places": 1},
    ]  # fmt: skip
