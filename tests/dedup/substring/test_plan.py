"""Repeated substrings are the suffix array's, window by window, however the corpus is cut into shards and buckets."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydivsufsort import divsufsort, kasai
from tokenizers import ByteLevelBPETokenizer

from dedup import substring
from dedup.subwords import by_file
from dedup.tokens import Tokens, word_tokens
from pipeline import buckets
from pipeline.run import run
from pipeline.runner import Local
from pipeline.stage import Map, Source

SCHEMA = pa.schema([("id", pa.string()), ("text", pa.string())])


@dataclass(frozen=True)
class Read:
    """Texts from memory; the input's name is the range of rows."""

    texts: tuple[str | None, ...]
    batch: int = 7

    def __call__(self, name: str) -> Iterator[pa.Table]:
        low, high = map(int, name.split("-"))
        for start in range(low, high, self.batch):
            rows = range(start, min(high, start + self.batch))
            yield pa.table({"id": [f"{i:06d}" for i in rows], "text": [self.texts[i] for i in rows]}, schema=SCHEMA)


def source(texts: list[str | None], shards: int = 3, batch: int = 7) -> Source:
    bounds = np.linspace(0, len(texts), shards + 1).astype(int)
    names = tuple(f"{low:06d}-{high:06d}" for low, high in pairwise(bounds))
    return Source(names, Read(tuple(texts), batch), SCHEMA)


def read(root: Path, stage: str) -> list[dict]:
    """The rows of a Scatter or of another stage."""
    sent = (buckets.read_all(str(root), f"{stage}/{path.name}") for path in sorted((root / stage).glob("*.buckets")))
    tables = [*chain(*sent), *(pq.read_table(path) for path in sorted((root / stage).glob("*.parquet")))]
    return [row for table in tables for row in table.to_pylist()]


def verdicts(
    root: Path, texts: list[str | None], n: int, shards: int = 3, buckets: int = 4, **kwargs
) -> dict[int, dict]:
    """Verdicts by row of the text."""
    stage = substring.repeated("repeats", source(texts, shards), n, buckets=buckets, **kwargs)
    run(stage, root=str(root), runner=Local())
    rows = {int(row.pop("id")): row for row in read(root, "repeats")}
    return {
        i: {name: [(s["start"], s["end"]) for s in spans] for name, spans in row.items()} for i, row in rows.items()
    }


def by_suffix_array(tokens: Tokens, n: int) -> set[int]:
    """Places of the windows of n tokens that occur again, by the suffix array of the whole corpus."""
    _, ids = np.unique(tokens.hashes, return_inverse=True)
    limit = np.repeat(tokens.bounds[1:], np.diff(tokens.bounds))
    array = ids.astype(np.uint32)
    suffixes = divsufsort(array)
    shared = kasai(array, suffixes).astype(np.int64)
    inside = suffixes + n <= limit[suffixes]
    # Suffixes that lie too near their text's end stand among the others: the least of what is shared passes over them.
    again, last, common = set(), -1, 0
    for rank, place in enumerate(suffixes):
        if inside[rank]:
            if last >= 0 and common >= n:
                again |= {int(last), int(place)}
            last, common = place, shared[rank]
        else:
            common = min(common, shared[rank])
    return again


def by_rounds(root: Path, tokens: Tokens, n: int) -> set[int]:
    """Places of the windows that the two rounds call repeated, from the pieces that they send home."""
    places: set[int] = set()
    rows = read(root, "repeats.windows.routed") + read(root, "repeats.windows.local")
    for row in rows:
        low, high = tokens.bounds[int(row["id"])], tokens.bounds[int(row["id"]) + 1]
        first = low + np.flatnonzero(tokens.starts[low:high] == row["start"])[0]
        last = low + np.flatnonzero(tokens.ends[low:high] == row["end"])[0]
        places |= set(range(first, last - n + 2))
    return places


def letters(rng: np.random.Generator, alphabet: int, sizes: list[int]) -> list[str]:
    """Texts of one-letter words; now and then a text repeats a part of one before it."""
    made: list[list[int]] = []
    for size in sizes:
        text = rng.integers(0, alphabet, size).tolist()
        if made and rng.random() < 0.5:
            other = made[rng.integers(len(made))]
            start = rng.integers(len(other) + 1)
            text[len(text) // 3 : len(text) // 2] = other[start : start + rng.integers(120)]
        made.append(text)
    return [" ".join(chr(97 + letter) for letter in text) for text in made]


@pytest.mark.parametrize(("alphabet", "n", "shards", "parts"), [
    (1, 5, 2, 1), (2, 8, 3, 4), (2, 12, 1, 7), (3, 2, 2, 3), (3, 10, 4, 2),
    (5, 50, 3, 4), (26, 50, 5, 16), (26, 3, 2, 5),
])  # fmt: skip
def test_windows_are_those_of_the_suffix_array(tmp_path, alphabet, n, shards, parts):
    rng = np.random.default_rng(alphabet * 100 + n)
    texts = letters(rng, alphabet, [0, 1, n - 1, n, n, n + 1, *rng.integers(0, 200, 40).tolist()])
    verdicts(tmp_path, texts, n, shards, parts)
    tokens = word_tokens(pa.array(texts))
    wanted = by_suffix_array(tokens, n)
    assert wanted
    assert by_rounds(tmp_path, tokens, n) == wanted


def test_windows_of_real_pages_are_those_of_the_suffix_array(tmp_path, shared):
    column = pq.read_table(shared / "data/gold/gold.parquet", columns=["gold_text"])["gold_text"]
    texts = [text for text in column.to_pylist() if text][:1000]
    found = verdicts(tmp_path, texts, 50, shards=3)
    tokens = word_tokens(pa.array(texts))
    wanted = by_suffix_array(tokens, 50)
    assert len(wanted) > 1000
    assert by_rounds(tmp_path, tokens, 50) == wanted
    for row, verdict in found.items():
        low, high = tokens.bounds[row : row + 2]
        inside = [place for place in range(low, high) for s, e in verdict["spans"] if s <= tokens.starts[place] < e]
        assert set(inside) == {p + i for p in wanted if low <= p < high for i in range(50)}


def test_the_answer_does_not_depend_on_shards_buckets_or_batches(tmp_path):
    texts = letters(np.random.default_rng(5), 2, [60] * 40)
    answers = [
        verdicts(tmp_path / f"{shards}-{buckets}", texts, 12, shards, buckets)
        for shards, buckets in ((1, 1), (2, 3), (5, 64), (9, 2))
    ]
    assert answers[0]
    assert all(answer == answers[0] for answer in answers)


def test_every_shard_has_verdicts_even_when_nothing_repeats(tmp_path):
    assert verdicts(tmp_path, ["a b c", None, "", "d e f", "g"], 3, shards=4) == {}
    assert len(list((tmp_path / "repeats").glob("*.parquet"))) == 4


def test_texts_shorter_than_the_window_never_repeat(tmp_path):
    texts = [" ".join("abcdefghij"[:size]) for size in (9, 9, 10, 10, 0)]
    assert verdicts(tmp_path, texts, 10) == {
        2: {"spans": [(0, 19)], "later_occurrences": []},
        3: {"spans": [(0, 19)], "later_occurrences": [(0, 19)]},
    }


def test_a_periodic_page_repeats_itself(tmp_path):
    found = verdicts(tmp_path, ["x " + "ha " * 300 + "y", "ha " * 50, "ha " * 49], 50)
    assert found[0] == {"spans": [(2, 2 + 899)], "later_occurrences": [(5, 2 + 899)]}
    assert found[1] == {"spans": [(0, 149)], "later_occurrences": [(0, 149)]}
    assert 2 not in found


def test_a_text_may_repeat_itself_alone(tmp_path):
    assert verdicts(tmp_path, ["a b c d e x a b c d e", "y"], 5) == {
        0: {"spans": [(0, 9), (12, 21)], "later_occurrences": [(12, 21)]}
    }


def test_spans_are_characters_of_the_untouched_text(tmp_path):
    sentence = "「漢字」とカナ。" + "这是一个关于重复内容的句子，" * 3 + "𠀀𠀁 é e\u0301 ÉTÉ!"
    texts = ["🙂🙂 tête 前 " + sentence + " 🙂 後", "別 " + sentence.upper() + "\n終わり", "e\u0301"]
    found = verdicts(tmp_path, texts, 20)
    for row, bare in ((0, sentence), (1, sentence.upper())):
        ((start, end),) = found[row]["spans"]
        assert texts[row][start:end] == bare
        assert (
            texts[row][:start].encode() + texts[row][start:end].encode() + texts[row][end:].encode()
            == texts[row].encode()
        )


def test_case_accents_and_punctuation_make_no_difference(tmp_path):
    found = verdicts(tmp_path, ['Un été, à l\'école: "Noël!"', "un ete a lecole noel", "un hiver a l'ecole noel"], 5)
    assert found == {
        0: {"spans": [(0, 26)], "later_occurrences": []},
        1: {"spans": [(0, 20)], "later_occurrences": [(0, 20)]},
    }


def test_later_occurrences_follow_the_order_of_shards_rows_and_places(tmp_path):
    texts = ["a b c d e", "x a b c d e", "y", "a b c d e z a b c d e"]
    found = verdicts(tmp_path, texts, 5, shards=2)
    assert {row: verdict["later_occurrences"] for row, verdict in found.items()} == {
        0: [],
        1: [(2, 11)],
        3: [(0, 9), (12, 21)],
    }


def test_a_removed_input_stops_voting(tmp_path):
    texts: list[str | None] = ["a b c d e", "f", "a b c d e"]
    assert set(verdicts(tmp_path, texts, 5, shards=3)) == {0, 2}
    fewer = Source(source(texts).list[:2], Read(tuple(texts)), SCHEMA)
    run(substring.repeated("repeats", fewer, 5, buckets=4), root=str(tmp_path), runner=Local())
    assert [
        row for name in fewer.shards() for row in pq.read_table(tmp_path / f"repeats/{name}.parquet").to_pylist()
    ] == []


def test_repeats_are_cut_from_the_texts(tmp_path):
    footer = " ".join(f"word{i}" for i in range(50))
    texts = [
        "A page of its own, long enough.\n\n" + footer,
        footer,
        "Another page which says more.\n" + footer + "\nEnd.",
    ]
    pages = source(texts)
    goal = Map("cut", pages, (substring.cut(),), verdicts=substring.repeated("repeats", pages, buckets=4))
    stats = run(goal, root=str(tmp_path), runner=Local())["cut"]
    assert [row["text"] for row in read(tmp_path, "cut")] == [
        "A page of its own, long enough.",
        "Another page which says more.\nEnd.",
    ]
    assert [row["reason"] for row in read(tmp_path, "cut.rejects")] == ["exact:short"]
    assert (stats.rows_in, stats.rows_out) == (3, 2)


def test_a_tokenizer_file_may_say_what_a_token_is(tmp_path):
    texts = ["Das Mädchen läuft über 漢字 🙂 weiter", "und das madchen lauft uber 漢字 weiter zum Haus", "漢漢漢漢"]
    trainer = ByteLevelBPETokenizer()
    trainer.train_from_iterator(["das madchen lauft"] * 9, vocab_size=300, show_progress=False)
    path = tmp_path / "tokenizer.json"
    trainer.save(str(path))
    found = verdicts(tmp_path, texts, 12, tokenise=by_file(str(path)))
    assert "Mädchen läuft über 漢字 🙂 weiter" in texts[0][slice(*found[0]["spans"][0])]
    assert "madchen lauft uber 漢字 weiter" in texts[1][slice(*found[1]["spans"][0])]
    assert 2 not in found


@pytest.mark.slow
def test_a_page_of_50_megabytes(tmp_path):
    rng = np.random.default_rng(0)
    page = " ".join(np.array([f"w{i}" for i in range(50_000)])[rng.integers(0, 50_000, 8_000_000)])
    found = verdicts(tmp_path, ["short", page, page[1000:2000]], 50)
    assert set(found) == {1, 2}
    (start, end) = found[1]["spans"][0]
    assert abs(start - 1000) < 10 and abs(end - 2000) < 10
