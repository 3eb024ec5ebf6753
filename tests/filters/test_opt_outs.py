"""Pages whose owners reserve their use."""

import pytest

from filters.opt_outs import dropped, opt_out_filters, required, signs
from pipeline.doc import Doc
from pipeline.errors import UsageError


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"robots": "noai"}, "noai"),
        ({"robots": "noimageai"}, "noimageai"),
        ({"robots": "noindex"}, "noindex"),
        ({"robots": "noindex", "tdm_reservation": 1}, "noindex"),
        ({"robots": "ccbot:noai,noimageai"}, "noai"),
        ({"robots": "googlebot:noindex"}, "noindex"),
        ({"tdm_reservation": 1}, "tdm_reservation"),
        ({"tdm_reservation": 0}, None),
        ({"robots": None, "tdm_reservation": None}, None),
        ({"robots": "noairlines,nofollow"}, None),
        ({"license": "https://creativecommons.org/licenses/by/4.0/", "tdm_policy": "https://x.example"}, None),
        ({}, None),
    ],
)
def test_the_reasons(fields, reason):
    doc = Doc("a text", fields=fields)
    assert dropped(doc) == reason
    assert required(doc) == (None if reason else "none")


def test_what_is_measured():
    fields = {"robots": "a:noai,b:noai,noindex", "tdm_reservation": 1}
    measured = {"noai": 1.0, "noimageai": 0.0, "noindex": 1.0, "tdm_reservation": 1.0, "signs": 3.0}
    assert signs(Doc("", fields=fields)) == measured


def test_an_argument_chooses_the_filter():
    assert opt_out_filters("keep") == ()
    assert opt_out_filters("drop") == (dropped,)
    assert opt_out_filters("only") == (required,)
    with pytest.raises(UsageError, match="opt_outs=nodrop: give keep, drop, only"):
        opt_out_filters("nodrop")  # type: ignore[arg-type]
