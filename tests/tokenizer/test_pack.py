"""Packing: every token once, pages whole, little padding; and files that others read."""

import json
import random
import struct
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import BadInput, UsageError
from tests.helpers.object_store import bucket
from tokenizer import encode, export, reader
from tokenizer.best_fit import best_fit
from tokenizer.pack import Pack, PlainPage, concatenate, cut_pages
from tokenizer.train import END, FIM_SPECIAL, TokenizerConfig, train

LENGTH = 64


def lengths(seed: int, number: int, most: int) -> np.ndarray:
    return np.array([1 + int(random.Random(seed * 10_007 + i).random() ** 2 * most) for i in range(number)], np.int64)


def fullest_of_all(sizes: list[int], room: int) -> int:
    """The largest sum of some of the sizes that is not over `room`, by trying all."""
    sums = {0}
    for size in sizes:
        sums |= {s + size for s in sums if s + size <= room}
    return max(sums)


@pytest.mark.parametrize("seed", range(6))
def test_every_sequence_is_as_full_as_what_is_left_allows(seed):
    sizes = lengths(seed, 60, 100)
    left = list(range(len(sizes)))
    for sequence in best_fit(sizes, 100):
        longest = max(sizes[p] for p in left)
        assert sizes[sequence[0]] == longest
        others = [int(sizes[p]) for p in left if p != sequence[0]]
        assert sum(sizes[p] for p in sequence[1:]) == fullest_of_all(others, 100 - longest)
        left = [p for p in left if p not in sequence]
    assert not left


@pytest.mark.parametrize(
    ("pages", "room"), [(370, 2_048), (1_400, 2_048), (7_400, 2_048), (1_400, 8_192), (9_000, 60_000)]
)
def test_best_fit_pads_no_more_than_the_last_sequence_must(pages, room):
    sizes = np.minimum(np.random.default_rng(pages).lognormal(5.4, 1.0, pages).astype(np.int64) + 1, room)
    sequences = best_fit(sizes, room)
    assert sorted(p for s in sequences for p in s) == list(range(len(sizes)))
    assert max(sum(sizes[p] for p in s) for s in sequences) <= room
    assert len(sequences) <= -(-sizes.sum() // room) + (len(sequences) > 500)


def test_best_fit_gives_the_same_for_pieces_of_one_length():
    assert best_fit(np.array([3, 5, 3, 5, 3]), 8) == [[1, 0], [3, 2], [4]]


def test_only_pages_longer_than_the_sequence_are_cut():
    pages = [PlainPage(np.arange(n, dtype=np.int32)) for n in (3, 64, 65, 200)]
    pieces, owners = cut_pages(pages, 64)
    assert [len(p) for p in pieces] == [3, 64, 64, 1, 64, 64, 64, 8] and owners == [0, 1, 2, 2, 3, 3, 3, 3]


def test_concatenation_is_the_stream_cut_at_even_lengths():
    pages = [np.arange(n, dtype=np.int32) for n in (5, 70, 64, 1, 3)]
    pieces, owners, sequences = concatenate([PlainPage(page) for page in pages], 64)
    assert [[len(pieces[p]) for p in s] for s in sequences] == [[5, 59], [11, 53], [11, 1, 3]]
    assert (np.concatenate(pieces) == np.concatenate(pages)).all() and owners == [0, 1, 1, 2, 2, 3, 4]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory) -> encode.Encoder:
    chosen = random.Random(0)
    words = [" " + "".join(chosen.choice("abcdeklmnorst") for _ in range(5)) for _ in range(2_000)]
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    path.write_text(train(words, TokenizerConfig(500, special=(END, *FIM_SPECIAL))).to_str())
    return encode.encoder(str(path.parent))


def mixture(encoder: encode.Encoder, number: int = 400, most: int = 40) -> pa.Table:
    """Pages as a phase draws them, some begun or ended elsewhere."""
    chosen = random.Random(9)
    texts = [
        " ".join(chosen.choice(("ant", "bee", "cat", "<|endoftext|>")) for _ in range(chosen.randint(1, most)))
        for _ in range(number)
    ]
    whole = [len(t) for t in encoder(texts)]
    skip = [n // 2 if i % 50 == 0 else 0 for i, n in enumerate(whole)]
    columns = {
        "position": [float(i) for i in range(number)],
        "source": ["web"] * number,
        "id": [f"p{i}" for i in range(number)],
    }
    columns |= {"copy": [0] * number, "epoch": [0] * number, "skip": skip, "text": texts}
    return pa.table(columns | {"tokens": [n - s for n, s in zip(whole, skip, strict=True)]})


def pieces(table: pa.Table) -> dict[str, list[list[int]]]:
    """Tokens of each page, its pieces put together by where they were cut."""
    found: dict[str, list[list[int]]] = {}
    for row in table.to_pylist():
        at = 0
        for name, length in zip(row["ids"], row["lengths"], strict=True):
            found.setdefault(name, []).append(row["tokens"][at : at + length])
            at += length
    return {name: sorted(parts, key=lambda p: (-len(p), p)) for name, parts in found.items()}


@pytest.mark.parametrize("method", ["best_fit", "concatenate"])
def test_every_token_of_every_page_is_packed_once(encoder, method):
    table = mixture(encoder)
    got = Pack(encoder, LENGTH, method)(table)
    assert all(len(t) == LENGTH for t in got["tokens"].to_pylist())
    pages = encoder(table["text"].to_pylist())
    wanted = {f"p{i}": page[s:] for i, (page, s) in enumerate(zip(pages, table["skip"].to_pylist(), strict=True))}
    for name, parts in pieces(got).items():
        assert sorted(t for p in parts for t in p) == sorted(wanted[name].tolist())
    flat = np.concatenate([r["tokens"][: sum(r["lengths"])] for r in got.to_pylist()])
    assert Counter(flat.tolist()) == Counter(np.concatenate(list(wanted.values())).tolist())
    if method == "best_fit":
        short = [n for n, page in wanted.items() if len(page) <= LENGTH]
        assert short and all(pieces(got)[n] == [wanted[n].tolist()] for n in short)


def test_padding_is_the_end_token_and_pages_end_with_it(encoder):
    got = Pack(encoder, LENGTH)(mixture(encoder)).to_pylist()
    for row in got:
        ends = np.cumsum(row["lengths"])
        assert set(row["tokens"][ends[-1] :]) <= {encoder.end}
        whole = [e for e, n in zip(ends, row["lengths"], strict=True) if n < LENGTH]
        assert all(row["tokens"][e - 1] == encoder.end for e in whole)
        assert row["tokens"][: ends[-1]].count(encoder.end) <= len(ends)  # a marker in a text is no end of text


def test_an_empty_shard_keeps_its_columns(encoder):
    table = mixture(encoder)
    assert Pack(encoder, LENGTH)(table.slice(0, 0)).schema == Pack(encoder, LENGTH)(table).schema


@pytest.fixture
def store(encoder, tmp_path) -> tuple[Path, np.ndarray]:
    """Two packed shards, and the matrix that they hold."""
    table, folder = Pack(encoder, LENGTH)(mixture(encoder)), tmp_path / "store"
    folder.mkdir()
    pq.write_table(table.slice(0, 40), folder / "a.parquet", row_group_size=16)
    pq.write_table(table.slice(40), folder / "b.parquet", row_group_size=16)
    return folder, np.array(table["tokens"].to_pylist(), np.int32)


def test_megatron_files_are_those_that_datatrove_writes(store, tmp_path):
    tokens = pytest.importorskip("datatrove.pipeline.tokens.megatron_tokenizer")
    folder, matrix = store
    export.export(str(folder), str(tmp_path / "ours"), "megatron")
    theirs = tokens.MegatronTokenizedFile(str(tmp_path), "theirs", token_size=2)
    for row in matrix:
        theirs.write(row.tolist())
    theirs.close()
    for ending in ("bin", "idx"):
        assert (tmp_path / f"ours.{ending}").read_bytes() == (tmp_path / f"theirs.{ending}").read_bytes()


def test_megatron_files_are_read_by_megatron(store, tmp_path):
    indexed = pytest.importorskip("megatron.core.datasets.indexed_dataset")
    folder, matrix = store
    export.export(str(folder), str(tmp_path / "ours"), "megatron")
    theirs = indexed.IndexedDataset(str(tmp_path / "ours"))
    assert len(theirs) == len(matrix) and all((theirs[i] == matrix[i]).all() for i in range(len(matrix)))


def test_parquet_is_read_by_datasets(store):
    datasets = pytest.importorskip("datasets")
    folder, matrix = store
    read = datasets.Dataset.from_parquet(
        [str(folder / "a.parquet"), str(folder / "b.parquet")], cache_dir=str(folder / "cache")
    )
    assert (np.array(read["tokens"]) == matrix).all()


def test_numpy_maps_the_matrix_and_the_page_lengths(store, tmp_path):
    folder, matrix = store
    export.export(str(folder), str(tmp_path / "out"), "numpy")
    mapped = np.load(tmp_path / "out.npy", mmap_mode="r")
    assert mapped.dtype == np.uint16 and (mapped == matrix).all()
    flat, starts = np.load(tmp_path / "out.lengths.npy"), np.load(tmp_path / "out.starts.npy")
    assert len(starts) == len(matrix) + 1 and starts[-1] == len(flat)
    assert all(flat[a:b].sum() <= LENGTH for a, b in pairwise(starts))


def all_forms(folder: Path, base: Path) -> list:
    export.export(str(folder), str(base / "m"), "megatron")
    export.export(str(folder), str(base / "n"), "numpy")
    return [reader.Parquet(str(folder)), reader.Megatron(base / "m"), reader.mapped(base / "n")]


def test_a_reader_goes_on_exactly_where_it_stopped_even_with_more_trainers(store, tmp_path):
    folder, matrix = store
    for form in all_forms(folder, tmp_path):
        first = reader.PackedReader(form, batch=3)
        read = [next(iter(first)) for _ in range(4)]
        later = [list(reader.PackedReader(form, 2, rank, 3, first.position)) for rank in range(3)]
        read += [batch for step in zip(*later, strict=True) for batch in step]
        flat = np.concatenate(read)
        assert (flat == matrix[: len(flat)]).all() and len(matrix) - len(flat) < 6


@pytest.mark.parametrize("given", [{"batch": 0}, {"rank": 2, "world": 2}, {"rank": -1}, {"position": -1}])
def test_a_reader_that_could_not_read_is_refused(given):
    with pytest.raises(UsageError, match="a position is what was saved"):
        reader.PackedReader(np.zeros((4, 8), np.int32), **{"batch": 1, **given})  # type: ignore[arg-type]


def test_an_export_that_fails_leaves_the_one_before(store, tmp_path, monkeypatch):
    folder, _ = store
    export.export(str(folder), str(tmp_path / "m"), "megatron")
    before = {f.name: f.read_bytes() for f in tmp_path.glob("m.*")}

    def broken(self, shard: str):
        yield np.zeros((1, LENGTH), np.int32), []
        raise OSError("the disk is gone")

    monkeypatch.setattr(export.PackedStore, "rows", broken)
    with pytest.raises(OSError, match="gone"):
        export.export(str(folder), str(tmp_path / "m"), "megatron")
    assert {f.name: f.read_bytes() for f in tmp_path.glob("m.???")} == before


def test_tokens_of_another_width_are_named(tmp_path):
    (tmp_path / "m.idx").write_bytes(export.HEADER + struct.pack("<QBQQ", 1, 5, 0, 1))
    with pytest.raises(BadInput, match="type code 5"):
        len(reader.Megatron(tmp_path / "m"))


def test_wide_vocabularies_are_written_as_int32(tmp_path):
    pq.write_table(pa.table({"tokens": [[1, 70_000]], "lengths": [[2]]}), tmp_path / "a.parquet")
    export.export(str(tmp_path), str(tmp_path / "out" / "m"), "megatron")
    assert reader.Megatron(tmp_path / "out" / "m")[0].tolist() == [1, 70_000]


def test_a_bucket_holds_packed_sequences_and_takes_exports(store, tmp_path):
    folder, matrix = store
    files = {f"run/a.packed/{path.name}": path.read_bytes() for path in folder.glob("*.parquet")}
    for format in ("megatron", "numpy"):
        export.export(str(folder), str(tmp_path / format), format)
    with bucket(files) as (url, client):
        far = reader.Parquet(url.format("run/a.packed"))
        assert (np.stack([far[n] for n in range(len(far))]) == matrix).all() and "MYSECRET" not in repr(far.store)
        said = export.export(url.format("run/a.packed"), url.format("out/megatron"), "megatron")
        export.export(url.format("run/a.packed"), url.format("out/numpy"), "numpy")
        name = url.partition("@")[2].partition("/")[0]
        listed = [each["Key"] for each in client.list_objects_v2(Bucket=name, Prefix="out/")["Contents"]]
        made = {key[4:]: client.get_object(Bucket=name, Key=key)["Body"].read() for key in listed}
    assert made == {path.name: path.read_bytes() for path in tmp_path.glob("*.*")} and len(made) == 5
    assert "MYSECRET" not in said


def planned_shards(*shards: str) -> str:
    return json.dumps({"shards": shards, "view": {"store": "store", "joins": []}, "gone": []})


def test_a_shard_that_is_not_made_is_named(store):
    folder, _ = store
    (folder.parent / "plan").mkdir()
    (folder.parent / "plan" / "store.json").write_text(planned_shards("a", "b", "c"))
    with pytest.raises(UsageError, match=r"store/c.parquet is not made: run the recipe to its end first"):
        len(reader.Parquet(str(folder)))
    (folder.parent / "plan" / "store.json").write_text(planned_shards("b"))
    assert len(reader.Parquet(str(folder))) == pq.read_metadata(folder / "b.parquet").num_rows
