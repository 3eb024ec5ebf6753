"""The parts of a card that are text."""

import html

import pytest

from stages.publish import readme


def test_text_of_pages_is_no_markup_in_the_card():
    evil = "<script>x</script> [a](javascript:b) ![c](http://d) |\n# *e* `f` _g_"
    assert not set("<>[]()!|\n*`") & set(readme.escaped(evil))
    assert html.unescape(readme.escaped(evil)) == evil
    assert readme.escaped("news.site-1.example") == "news.site-1.example"


@pytest.mark.parametrize(
    ("documents", "category"),
    [
        (0, "n<1K"),
        (999, "n<1K"),
        (1_000, "1K<n<10K"),
        (99_999, "10K<n<100K"),
        (100_000, "100K<n<1M"),
        (968_000_015, "100M<n<1B"),
        (999_999_999_999, "100B<n<1T"),
        (1_000_000_000_000, "n>1T"),
    ],
)
def test_size_categories_are_those_of_the_hub(documents: int, category: str):
    assert readme.size_category(documents) == category


def test_the_versions_begin_with_our_own():
    assert next(iter(readme.package_versions().items())) == ("mews", "0.1.0")
    assert readme.package_versions()["trafilatura"]
