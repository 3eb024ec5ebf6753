"""Records of pages, their numbers, their labels, and ids that are there twice."""

import numpy as np
import pyarrow as pa
import pytest
import xxhash

from dedup.members import (
    MEMBERS,
    PageRecords,
    content_hashes,
    family_members,
    label_rows,
    page_numbers,
    ranked,
    refuse_repeated_ids,
    url_host,
    url_hosts,
)
from dedup.tokens import word_tokens
from pipeline.errors import BadInput
from pipeline.hashing import shard_key


def ids(*values: str | None) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, pa.string())])


def members(*rows: dict) -> pa.Table:
    empty = {"family": 0, "rank": 0, "tie": 0, "doc": 0, "shard": 0, "id": "x", "host": "", "content": 0}
    return pa.Table.from_pylist([{**empty, **row} for row in rows], MEMBERS)


def test_the_number_of_a_page_tells_shards_and_ids_apart():
    numbers = page_numbers(ids("a", "b", None, ""), "one").tolist()
    assert len(set(numbers)) == 3 and numbers[2] == numbers[3]
    assert not set(numbers) & set(page_numbers(ids("a", "b"), "two").tolist())
    assert all(number % 2 == 0 for number in numbers)
    assert numbers[0] == xxhash.xxh3_64_intdigest("a", seed=xxhash.xxh3_64_intdigest("one")) // 2 * 2


def test_records():
    table = pa.table(
        {
            "id": ["p", "q"],
            "url": ["http://A.example/x", None],
            "timestamp": pa.array([7, 8], pa.timestamp("s")),
            "text": ["some words", None],
        }
    )
    made = PageRecords("newest")(table, "shard")
    assert made.schema == MEMBERS
    first = made.to_pylist()[0]
    assert first == {
        "family": 0,
        "rank": -7,
        "tie": xxhash.xxh3_64_intdigest("p"),
        "doc": page_numbers(ids("p"), "shard")[0],
        "shard": shard_key("shard"),
        "id": "p",
        "host": "a.example",
        "content": 0,
    }
    assert made["host"].to_pylist() == ["a.example", ""]
    assert PageRecords()(table, "shard")["rank"].to_pylist() == [7, 8]
    by_score = PageRecords("best", "score")(table.append_column("score", pa.array([0.5, 2.5])), "s")
    assert by_score["rank"][1].as_py() < by_score["rank"][0].as_py()


def test_contents_are_compared_by_their_tokens():
    table = pa.table({"id": ["a", "b", "c", "d"], "text": ["Two words!", "two, words", "two  others", None]})
    content = PageRecords(contents=True)(table, "shard")["content"].to_pylist()
    assert content[0] == content[1] and len(set(content)) == 3
    assert content == content_hashes(table["text"], word_tokens).tolist()
    tokens = word_tokens(pa.array(["two words"]))
    assert content[0] == xxhash.xxh3_64_intdigest(tokens.hashes.tobytes())


@pytest.mark.parametrize(
    ("url", "expected"), [("https://User@Host.Example:80/a", "host.example"), ("x", ""), ("http://[bad", ""), ("", "")]
)
def test_the_host_of_a_url(url, expected):
    assert url_host(url) == expected


def test_pages_without_a_url_have_no_host():
    assert url_hosts(pa.table({"id": ["a", "b"]})).to_pylist() == ["", ""]


def test_members_take_the_family_of_their_label():
    labels = label_rows(pa.table({"doc": pa.array([8, 4], pa.uint64()), "family": pa.array([80, 40], pa.uint64())}), "")
    assert labels.schema == MEMBERS
    assert labels.to_pylist()[0] == {
        "family": 80, "rank": 0, "tie": 0, "doc": 8, "shard": 0, "id": None, "host": None, "content": 0,
    }  # fmt: skip
    pages = members(
        {"doc": 2, "id": "a"}, {"doc": 4, "id": "b"}, {"doc": 8, "id": "c", "rank": 5}, {"doc": 10, "id": "d"}
    )
    found = family_members(pa.concat_tables([pages, labels]))
    assert (
        found.to_pylist()
        == members({"doc": 4, "id": "b", "family": 40}, {"doc": 8, "id": "c", "family": 80, "rank": 5}).to_pylist()
    )
    assert family_members(pages).num_rows == 0
    assert family_members(MEMBERS.empty_table()).num_rows == 0


def test_a_repeated_id_is_refused_by_name():
    pages = members({"doc": 2, "id": "a"}, {"doc": 6, "id": "twice"}, {"doc": 4, "id": "b"}, {"doc": 6, "id": "twice"})
    with pytest.raises(BadInput) as error:
        family_members(pages)
    assert str(error.value) == (
        "ids repeat: 'twice' is the id of two pages of one shard; give every page an id of its own"
    )


def test_pages_of_prior_runs_may_repeat():
    """Two prior runs may have read the same shard: their pages have odd numbers, and drop others either way."""
    pages = members({"doc": 7, "id": "a"}, {"doc": 7, "id": "a"}, {"doc": 6, "id": "a"})
    assert family_members(pages).num_rows == 0


def test_numbers_that_are_all_different_pass():
    refuse_repeated_ids(np.array([3, 1, 2], np.uint64), ids("c", "a", "b"))
    refuse_repeated_ids(np.array([], np.uint64), ids())


def test_the_order_of_a_family():
    """By family, rank, hash of the id, and only then shard: cutting pages into other shards changes nothing."""
    rows = [
        {"family": 2, "rank": 0, "id": "f"},
        {"family": 1, "rank": 5, "tie": 0, "id": "e"},
        {"family": 1, "rank": 3, "tie": 9, "shard": 2, "doc": 1, "id": "d"},
        {"family": 1, "rank": 3, "tie": 9, "shard": 1, "doc": 2, "id": "c"},
        {"family": 1, "rank": 3, "tie": 4, "shard": 9, "doc": 9, "id": "b"},
        {"family": 1, "rank": -1, "tie": 9, "id": "a"},
    ]
    assert ranked(members(*rows))["id"].to_pylist() == list("abcdef")
