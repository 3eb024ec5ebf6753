"""Meta tags found without a parse."""

import pytest

from stages.warc.meta import attributes, meta_tags


@pytest.mark.parametrize(
    ("tag", "values"),
    [
        (b'<meta name="robots" content="none">', {b"name": b"robots", b"content": b"none"}),
        (b"<META NAME=robots\nCONTENT='a > b' />", {b"name": b"robots", b"content": b"a > b"}),
        (b'<meta name = "x" content = "it\'s" lang>', {b"name": b"x", b"content": b"it's"}),
        (b"<meta/charset=utf-8>", {b"charset": b"utf-8"}),
        (b'<meta content="">', {b"content": b""}),
    ],
)
def test_attributes(tag, values):
    assert list(meta_tags(b"<html>" + tag + b"<p>")) == [values]


def test_only_tags_are_found_and_not_what_quotes_them():
    page = b"<!-- <meta a=1> --><script>'<meta a=2>'</script><meta a=3><style><meta a=4></style><metal a=5><meta a=6>"
    assert list(meta_tags(page)) == [{b"a": b"3"}, {b"a": b"6"}]
    assert list(meta_tags(b"<!-- never closed <meta a=1>")) == []
    assert list(meta_tags(b"<script>never closed <meta a=1>")) == []


def test_the_start_of_a_page_is_looked_at():
    assert list(meta_tags(b" " * 65_000 + b"<meta a=1>" + b" " * 2_000 + b"<meta a=2>")) == [{b"a": b"1"}]


def test_attributes_of_any_tag():
    assert attributes(b"a href=/x rel='license nofollow'") == {b"href": b"/x", b"rel": b"license nofollow"}
