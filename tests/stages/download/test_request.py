"""Requests to a server that misbehaves: every file comes whole, and of one version."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from stages import download
from stages.download.origin import FetchConfig, Origin
from stages.download.request import retry_after
from tests.helpers import server
from tests.helpers.fetch import BODY, get
from tests.helpers.server import cut, stall, status, trickle


@pytest.mark.parametrize(
    ("faults", "requests"),
    [
        ([], 1),
        ([status(503)] * 8, 9),
        ([status(429, Retry_After="0"), status(500), status(502)], 4),
        ([cut(70_000)] * 3, 4),
        ([cut(0), cut(1), cut(len(BODY) - 2)], 4),
        ([stall(50_000, 1.0)], 2),
        ([trickle], 2),
        ([cut(100_000), server.ignore_range], 2),
        ([cut(100_000), server.wrong_part], 3),
        ([cut(100_000), server.resized(-1000)], 3),
        ([cut(100_000), server.resized(1000)], 3),
        ([cut(100_000), status(416)], 3),
        ([cut(100_000), status(503), cut(100_000), status(503)], 5),
    ],
)
def test_a_file_comes_whole_whatever_the_server_does(site, faults, requests):
    site.faults["/a.warc.gz"] = list(faults)
    assert get(site) == BODY
    assert len(site.log) == requests
    assert not [
        p for p in Path(download._target(Origin(FetchConfig(), ""), "x")).parent.iterdir() if p.suffix != ".lock"
    ]


def test_a_break_costs_only_what_is_missing(site):
    site.faults["/a.warc.gz"] = [cut(100_000), cut(100_000)]
    assert get(site) == BODY
    assert [asked.range for asked in site.log] == ["", "bytes=100000-", "bytes=200000-"]
    assert site.sent == len(BODY)


def test_versions_are_never_mixed(site):
    def renew(handler, body):
        site.files["/a.warc.gz"], site.tags["/a.warc.gz"] = BODY[::-1], '"two"'
        server.whole(handler, BODY[::-1])

    site.faults["/a.warc.gz"] = [cut(100_000), renew]
    assert get(site) == BODY[::-1]


def test_a_server_that_does_not_heed_if_range_mixes_nothing(site):
    def renewed(handler, body):
        site.files["/a.warc.gz"], site.tags["/a.warc.gz"] = BODY[::-1], '"two"'
        del handler.headers["If-Range"]
        server.whole(handler, BODY[::-1])

    site.faults["/a.warc.gz"] = [cut(100_000), renewed]
    assert get(site) == BODY[::-1]


def test_without_a_version_a_broken_file_begins_anew(site):
    site.tags["/a.warc.gz"] = ""
    site.faults["/a.warc.gz"] = [cut(100_000)]
    assert get(site) == BODY
    assert [asked.range for asked in site.log] == ["", ""]


def test_retry_after_is_seconds_or_a_date():
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert retry_after("120") == 120
    assert 80 < retry_after(soon) <= 90
    assert [retry_after(v) for v in ("", "soon", "-5", format_datetime(datetime(2020, 1, 1, tzinfo=UTC)))] == [0] * 4


def test_a_date_to_wait_for_counts_from_the_date_of_the_server():
    """A machine whose clock was wrong by a day would wait for a day, or not at all."""
    sent = datetime(2020, 1, 1, tzinfo=UTC)
    asked = [format_datetime(sent + timedelta(seconds=s), usegmt=True) for s in (0, 90, -1)]
    assert [retry_after(asked[1], asked[0]), retry_after(asked[2], asked[0]), retry_after("7", asked[0])] == [90, 0, 7]
    assert retry_after(asked[1], "yesterday") == 0


def test_redirects_in_a_circle_end(site):
    site.faults["/a.warc.gz"] = [status(302, Location="/a.warc.gz")] * 40
    with pytest.raises(download.Unreachable, match="leads nowhere"):
        get(site)
    assert len(site.log) < 40


def test_we_say_who_we_are(site):
    get(site)
    assert site.log[0].agent.startswith("mews/")
    assert site.log[0].agent.endswith("(crawl@example.org)")


def test_a_contact_of_any_letters_fits_a_header(site):
    get(site, contact="J\u00f6rg <j@example.org>\r\nX-Evil: 1")
    assert site.log[0].agent.endswith("(J?rg <j@example.org> X-Evil: 1)")
