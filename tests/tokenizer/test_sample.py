"""The sample of a tokenizer: within its size, fair to every stratum, and the same however the rows lie."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import UsageError
from readers.texts import Unread
from tokenizer import sample


def rows(source: str, number: int, size: int, language: str) -> list[dict]:
    return [{"id": f"{source}{i}", "language": language, "text": f"{i:05d}" + "x" * (size - 5)} for i in range(number)]


def write(base, shards: int) -> dict[str, str]:
    data = {"web": [*rows("w", 900, 100, "en"), *rows("v", 100, 100, "de")], "code": rows("c", 50, 400, "")}
    for source, listed in data.items():
        (base / source).mkdir(parents=True)
        for n in range(shards):
            pq.write_table(pa.Table.from_pylist(listed[n::shards]), base / source / f"{n}.parquet")
    return {source: str(base / source) for source in data}


def texts(at: dict[str, str], size: int, alpha: float = 1.0, seed: int = 0) -> dict[tuple[str, str], dict[str, str]]:
    """Texts by id, by source and language."""
    sources = sample.open_sources(at)
    below = sample.bounds(sample.measure(sources, seed), size, alpha)
    taken = {}
    for row in sample.sample_rows(sources, below, seed):
        taken.setdefault((row.source, row.language), {})[row.id] = row.text
    return taken


def chosen(at: dict[str, str], size: int, alpha: float = 1.0, seed: int = 0) -> dict[tuple[str, str], set[str]]:
    return {stratum: set(rows) for stratum, rows in texts(at, size, alpha, seed).items()}


def test_the_sample_is_within_its_size_and_in_proportion(tmp_path):
    taken = texts(write(tmp_path, 3), 12_000)
    size = {k: sum(map(len, rows.values())) for k, rows in taken.items()}
    assert size == {("web", "en"): 9_000, ("web", "de"): 1_000, ("code", ""): 2_000}


def test_a_language_of_few_long_books_has_its_share(tmp_path):
    book = [{"id": f"b{i}", "language": "hu", "text": f"{i}" * 50_000} for i in range(2)]
    pq.write_table(pa.Table.from_pylist([*rows("w", 900, 100, "en"), *book]), tmp_path / "a.parquet")
    size = {k: sum(map(len, taken.values())) for k, taken in texts({"web": str(tmp_path)}, 10_000, alpha=0).items()}
    assert size == {("web", "en"): 5_000, ("web", "hu"): 5_000}


def test_alpha_zero_gives_all_strata_the_same(tmp_path):
    taken = chosen(write(tmp_path, 2), 24_000, alpha=0)
    assert [len(taken[k]) for k in sorted(taken)] == pytest.approx([20, 80, 80], abs=2)


def test_shards_and_their_order_change_nothing(tmp_path):
    assert chosen(write(tmp_path / "a", 1), 12_000) == chosen(write(tmp_path / "b", 7), 12_000)


def test_another_seed_takes_other_rows(tmp_path):
    at = write(tmp_path, 1)
    assert chosen(at, 12_000)["web", "en"] != chosen(at, 12_000, seed=1)["web", "en"]


def test_a_larger_sample_holds_the_smaller(tmp_path):
    at = write(tmp_path, 1)
    small, large = chosen(at, 12_000), chosen(at, 24_000)
    assert all(ids < large[k] for k, ids in small.items())


def test_what_a_small_stratum_cannot_fill_goes_to_the_others():
    assert sample.allot({"a": 10, "b": 1_000, "c": 1_000}, 610, alpha=0) == {"a": 10, "b": 300, "c": 300}
    assert sample.allot({"a": 10, "b": 20}, 1_000) == {"a": 10, "b": 20}
    assert sample.allot({"a": 0, "b": 20}, 10, alpha=0)["b"] == 10


def test_refinedweb_s_content_column_is_read(tmp_path):
    pq.write_table(pa.table({"content": ["one", "two"]}), tmp_path / "a.parquet")
    assert sorted(texts({"web": str(tmp_path)}, 1_000)["web", ""].values()) == ["one", "two"]


def test_a_source_is_what_a_person_calls_so_and_not_a_column(tmp_path):
    table = pa.table({"text": ["a"] * 50, "source": [f"https://site{n}.example/p" for n in range(50)], "id": range(50)})
    pq.write_table(table, tmp_path / "a.parquet")
    assert [*sample.measure(sample.open_sources({"web": str(tmp_path)}))] == [("web", "")]


def test_json_lines_are_read_and_bad_rows_are_counted(tmp_path):
    (tmp_path / "a.jsonl").write_text(
        '{"text": "one", "language": "en"}\n{"text": 5}\n{"text": "two", "language": null}\n'
    )
    sources, unread = sample.open_sources({"web": str(tmp_path)}), Unread()
    sizes = sample.measure(sources, unread=unread)
    assert {stratum: int(size.sum()) for stratum, size in sizes.items()} == {("web", ""): 3, ("web", "en"): 3}
    assert str(unread) == f"1 rows could not be read (1 row:text_not_string; the first is {tmp_path}/a.jsonl:2: 5)"


@pytest.mark.parametrize(("number", "strata"), [(1_000, 1_000), (1_001, 1)])
def test_a_column_of_too_many_languages_is_no_language(tmp_path, number, strata):
    rows = [{"id": n, "text": "x" * 10, "language": f"http://{n}"} for n in range(number)]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    sources = sample.open_sources({"web": str(tmp_path), "code": str(tmp_path)})
    sizes = sample.measure(sources)
    assert len(sizes) == 2 * strata and sum(int(size.sum()) for size in sizes.values()) == 20 * number
    taken = list(sample.sample_rows(sources, sample.bounds(sizes, 20 * number)))
    assert len(taken) == 2 * number and len({(row.source, row.language) for row in taken}) == 2 * strata


def test_no_shards_is_said(tmp_path):
    with pytest.raises(UsageError, match="no Parquet or JSONL file"):
        sample.open_sources({"web": str(tmp_path)})
