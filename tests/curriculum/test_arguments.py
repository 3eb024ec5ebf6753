"""What a person writes for the arguments of a curriculum."""

import pytest

from curriculum.arguments import columns_by_source, numbers, pairs, rates
from pipeline.errors import UsageError


def test_a_list_of_names_and_values_is_checked():
    assert pairs("a=1,b=c:/d=e") == {"a": "1", "b": "c:/d=e"}
    with pytest.raises(UsageError, match="'a,b=1' is not a list of name=value"):
        pairs("a,b=1")
    with pytest.raises(UsageError, match="gives a name twice"):
        pairs("a=1,a=2")


def test_numbers_of_tokens_and_shares_are_read():
    assert numbers("web=1e3,code=7") == {"web": 1_000, "code": 7}
    assert rates("web=0.25", ["web", "code"]) == {"web": 0.25}
    with pytest.raises(UsageError, match="have=web=inf: give tokens"):
        numbers("web=inf")


@pytest.mark.parametrize(
    ("text", "web", "code"),
    [
        ("", {}, {}),
        (
            "text=content,language=lang",
            {"text": "content", "language": "lang"},
            {"text": "content", "language": "lang"},
        ),
        ("web: language=lang", {"language": "lang"}, {}),
        ("text=content; code: text=body ,id=n;", {"text": "content"}, {"text": "body", "id": "n"}),
        ("code:text=dc:title", {}, {"text": "dc:title"}),
        ("text=dc:title", {"text": "dc:title"}, {"text": "dc:title"}),
    ],
)
def test_columns_are_named_for_all_sources_and_for_one(text, web, code):
    assert columns_by_source(text, ["web", "code"]) == {"web": web, "code": code}


@pytest.mark.parametrize(
    ("text", "said"),
    [("moon: text=a", "names source moon, which is no source here: web"), ("web: text", "is not a list")],
)
def test_columns_of_no_source_are_refused(text, said):
    with pytest.raises(UsageError, match=said):
        columns_by_source(text, ["web"])
