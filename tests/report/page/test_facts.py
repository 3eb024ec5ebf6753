"""Where a page is from, and in which script."""

from datetime import datetime

import pytest

from report.page.facts import facts_of, script_of


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Ein kurzer Text, 12 Wörter.", "Latin"),
        ("Короткий текст with English", "Cyrillic"),
        ("短い文です漢字漢字", "Han"),
        ("ひらがなのぶん", "Hiragana"),
        ("한국어 글", "Hangul"),
        ("نص قصير", "Arabic"),
        ("12 34 !?", "(none)"),
        ("", "(none)"),
    ],
)
def test_the_script_of_most_letters(text: str, script: str):
    assert script_of(text) == script


def test_facts_of_a_row():
    row = {
        "url": "https://www.news.co.uk/a",
        "language": "en",
        "timestamp": datetime(2024, 5, 18, 7, 30),
        "text": "Words",
    }
    assert facts_of(row) == ("news.co.uk", "co.uk", "en", "Latin", "2024", "2024-05", "07:00")


@pytest.mark.parametrize("url", [None, "", "http://[", "no address"])
def test_facts_of_a_row_of_which_nothing_is_known(url):
    facts = facts_of({"url": url})
    assert facts[1:] == ("(none)",) * 6 and facts.domain in ("(none)", "no address")


def test_an_address_without_a_suffix_is_its_host():
    assert facts_of({"url": "http://10.0.0.1/a"}).domain == "10.0.0.1"
