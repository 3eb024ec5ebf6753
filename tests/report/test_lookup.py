"""Finding a page by its id, its URL or another spelling of it; near ones are proposed when there is none."""

import re

import pytest

from pipeline import store
from pipeline.errors import UsageError
from report.lookup import find_page
from report.page_index import PageIndex
from tests.helpers.judged import made


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> str:
    from tests.helpers.corpus import Corpus

    return made(Corpus(tmp_path_factory.mktemp("corpus")))[0]


def ids(root: str, page: str) -> set[str]:
    return {found.row["id"] for found in find_page(root, page)}


@pytest.mark.parametrize(
    ("page", "id"),
    [
        ("p10", "p10"),
        ("http://host.example/p10", "p10"),
        ("http://host.example/p10/", "p10"),
        ("https://www.host.example/p10", "p10"),
        ("HTTP://HOST.EXAMPLE:80/p10#top", "p10"),
        ("host.example/p10", "p10"),
        ("//host.example/p10/?utm_source=x", "p10"),
        ("http://host.example/r20/", "r20"),
    ],
)
def test_a_page_has_an_id_and_many_spellings(root: str, page: str, id: str):
    assert ids(root, page) == {id}


def test_a_url_as_it_is_goes_before_its_spellings(root: str):
    assert ids(root, "http://host.example/r20") == {"r20", "r21"}
    assert ids(root, "https://www.host.example/r20?utm_source=x") == {"r21"}


def test_every_place_of_a_page_is_told_in_the_order_of_the_plan(root: str):
    assert [(found.stage, found.where) for found in find_page(root, "s40")] == [
        ("raw", "kept"),
        ("filtered", "dropped"),
    ]
    assert [(found.stage, found.where) for found in find_page(root, "u5")] == [("raw", "dropped")]
    kept = [found.stage for found in find_page(root, "p11") if found.where == "kept"]
    assert kept[:2] == ["raw", "filtered"]


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("http://host.example/p12", "near it are http://host.example/p1"),
        (
            f"http://host.example/{'z' * 200}",
            "of host.example there are other pages, as http://host.ex",
        ),
        ("http://elsewhere.example/", "give it whole"),
        ("http://hots.example/p11", "near it are http://host.example/p11"),
        ("http://host.exampel/p11", "near it are http://host.example/p11"),
        ("http://hst.example/p11", "near it are http://host.example/p11"),
        ("http://hostt.example/p11", "near it are http://host.example/p11"),
        ("http://hosy.example/p11", "near it are http://host.example/p11"),
        ("http://tsoh.example/p11", "give it whole"),
        ("p12", "give it whole"),
        ("", "give it whole"),
    ],
)
def test_near_spellings_are_proposed(root: str, page: str, said: str):
    with pytest.raises(UsageError) as unknown:
        find_page(root, page)
    assert f"no page of {root} has the id or URL {page}" in str(unknown.value)
    assert said in str(unknown.value) and "\n" not in str(unknown.value)


@pytest.mark.parametrize("indexed", [True, False])
def test_of_a_cut_file_nothing_is_told_and_of_the_others_everything(corpus, indexed: bool):
    """The index is not written of a shard that cannot be read: with the file back, the page is found there again."""
    root, _ = made(corpus)
    whole = [place[:3] for place in find_page(root, "p10")] if indexed else []
    name = f"raw/{store.listing(root, 'raw')[0]}"
    content = store.read_bytes(root, name)
    store.write_bytes(root, name, content[:-20])
    index = PageIndex(root)
    found = [place[:3] for place in find_page(root, "p10", index)]
    assert [stage for stage, *_ in found] == ["filtered", "unique", "fuzzy"]
    (said,) = index.unread
    assert re.match(rf"{name} in .* is cut or damaged .*mews verify --mend", said)
    with pytest.raises(UsageError, match=rf"nobody.*; 1 of the files cannot be read: {name}"):
        find_page(root, "nobody", PageIndex(root)) if not indexed else find_page(root, "nobody", index)
    store.write_bytes(root, name, content)
    whole = whole or [("raw", *found[0][1:]), *found]
    assert [place[:3] for place in find_page(root, "p10")] == whole
