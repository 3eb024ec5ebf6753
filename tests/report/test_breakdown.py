"""What came and what stayed, by something: exact on a small run, scaled on a sample."""

import pytest

from pipeline.errors import UsageError
from report.breakdown import Breakdown, Group, breakdown, breakdown_lines
from tests.helpers.corpus import Corpus
from tests.helpers.judged import made


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> str:
    return made(Corpus(tmp_path_factory.mktemp("corpus")))[0]


def test_by_domain_and_script(root: str):
    assert breakdown(root, "domain").groups == [Group("host.example", 11, 5), Group("www.host.example", 1, 0)]
    assert breakdown(root, "script") == Breakdown("script", 12, 12, [Group("Latin", 12, 5)])


def test_lengths_are_in_their_order(root: str):
    assert breakdown(root, "length").groups == [Group("1 to 249", 11, 5), Group("250 to 499", 1, 0)]


def test_by_shard(root: str):
    first, second = breakdown(root, "shard").groups
    assert (first.name[:6], first.pages, first.kept) == ("part0-", 6, 3)
    assert (second.name[:6], second.pages, second.kept) == ("part1-", 6, 2)


def test_a_sample_is_scaled(root: str):
    """Each of the eight fates has one page in the sample; the kept one stands for five."""
    found = breakdown(root, "domain", pages=8)
    assert (found.sampled, found.pages, found.groups) == (
        8,
        12,
        [Group("host.example", 11, 5), Group("www.host.example", 1, 0)],
    )
    assert breakdown_lines(found)[-1] == "counted on 8 sampled pages of 12, and scaled"


def test_the_table():
    groups = [Group(f"g{n:02}", 1_000, n) for n in range(30)]
    lines = breakdown_lines(Breakdown("domain", 5, 5, groups))
    assert lines[0].split() == ["domain", "pages", "kept", "share"] and len(lines) == 27
    assert lines[4].split() == ["g03", "1,000", "3", "0.3%"] and lines[-1] == "5 more"


def test_by_something_else(root: str):
    with pytest.raises(UsageError, match="cannot be told by 'colour'; take one of language, domain"):
        breakdown(root, "colour")
