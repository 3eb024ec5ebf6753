"""Origins and settings: nothing secret is shown."""

import pytest

from pipeline.errors import UsageError
from stages import download
from stages.download.origin import FetchConfig, Origin, public, split_url
from tests.helpers.fetch import QUICK


def test_what_is_not_there_is_told_without_secrets(site):
    origin = Origin(FetchConfig(**QUICK), site.url.replace("//", "//user:pass@"), "?key=hidden")
    with pytest.raises(download.NotFound) as raised, download.local(origin, "none.warc.gz"):
        pass
    shown = f"{raised.value} {origin!r} {origin.shown('a')}"
    assert "none.warc.gz" in shown
    assert not any(secret in shown for secret in ("user", "pass", "hidden"))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://u:p@h/x?k=1#f", "https://h/x"),
        ("s3://KEY:se/cr+et@bucket/x", "s3://bucket/x"),
        ("s3://bucket/b:c@d", "s3://bucket/b:c@d"),
        ("/folder/a?b#c", "/folder/a?b#c"),
    ],
)
def test_what_may_be_secret_is_not_shown(url, shown):
    assert public(url) == shown


def test_names_have_their_own_addresses():
    origin = Origin(FetchConfig(), "https://h.example/a/", "?key=1", {"x": "s3://bucket/y"})
    assert [origin.url(name) for name in ("x", "b c.gz")] == ["s3://bucket/y", "https://h.example/a/b%20c.gz?key=1"]
    assert origin == Origin(FetchConfig(), "https://h.example/a/", "?key=1", {"x": "s3://bucket/y"})
    assert origin != Origin(FetchConfig(), "https://h.example/a/", "?key=2", {"x": "s3://bucket/y"})
    assert split_url("https://h.example/a/b.gz?key=1", FetchConfig())[1] == "b.gz"


def test_a_person_does_not_wait_long():
    assert (FetchConfig().interactive.max_wait, FetchConfig().interactive.timeout) == (4.0, 10.0)
    quick = FetchConfig(max_wait=1.0, timeout=2.0)
    assert quick.interactive == quick


def test_settings_that_are_no_numbers_are_told(monkeypatch):
    monkeypatch.setenv("MEWS_REQUESTS", "ten")
    with pytest.raises(UsageError, match="MEWS_REQUESTS=ten: give a whole number"):
        FetchConfig()
