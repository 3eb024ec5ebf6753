"""What is private data, what is not, and what takes its place."""

import ipaddress
import logging
import pickle
import re
import socket

import pyarrow as pa
import pytest

from pipeline.errors import UsageError
from stages import pii
from stages.pii import policies as pii_policies
from stages.pii import presidio as pii_presidio
from stages.pii.as_fineweb import FINEWEB_VALUES
from stages.pii.cards import is_card_number
from tests.helpers.private import PRIVATE


def test_equal_values_of_a_page_share_a_placeholder_that_pages_do_not_share() -> None:
    page = "A@x.example.com, b@x.example.com, a@x.example.com; +1 212 555 0187 or (+1) 212-555-0187"
    masked = "<EMAIL_1>, <EMAIL_2>, <EMAIL_1>; <PHONE_1> or <PHONE_1>"
    table = pa.table({"text": [page, "b@x.example.com", page]})
    assert pii.scrub()(table)["text"].to_pylist() == [masked, "<EMAIL_1>", masked]


@pytest.mark.parametrize("policy", pii_policies.POLICIES)
def test_every_policy_takes_every_value_away_and_keeps_the_rest(policy: str) -> None:
    text = " | ".join(text for text, *_ in PRIVATE)
    rewritten, counts = pii.replace(text, pii.find(text), policy)
    assert not [value for _, _, value in PRIVATE if value in rewritten]
    assert sum(counts.values()) == len(PRIVATE)
    borders = [0, *(border for span in pii.find(text) for border in (span.start, span.end)), len(text)]
    kept = [re.escape(text[start:end]) for start, end in zip(borders[::2], borders[1::2], strict=True)]
    assert re.fullmatch(".+".join(kept), rewritten)


def test_fakes_are_valid_reserved_and_decided_by_value_and_seed() -> None:
    fakes = {(t, v, seed): pii_policies.POLICIES["fake"](t, v, 1, seed) for _, t, v in PRIVATE for seed in range(9)}
    assert fakes == {(t, v, seed): pii_policies.POLICIES["fake"](t, v, 5, seed) for t, v, seed in fakes}
    assert len({fake for (t, _, _), fake in fakes.items() if t == "email"}) == 9 * 4
    for (kind, _, _), fake in fakes.items():
        if kind == "ip":
            assert not ipaddress.ip_address(fake).is_global
        elif kind == "card":
            assert is_card_number(fake.replace(" ", ""))
        elif kind == "phone":
            assert re.fullmatch(r"\([2-9]\d\d\) 555-01\d\d", fake)
        elif kind == "email":
            assert fake.endswith("@example.com")
        if kind in ("iban", "crypto", "email", "phone", "mac"):
            assert [span.type for span in pii.find(f"is {fake}.")] == [kind]


def test_fineweb_writes_its_own_addresses_and_leaves_phones() -> None:
    table = pa.table(
        {"text": ["a@b.example.org c@d.example.org e@f.example.org 93.184.216.34 10.0.0.1 (212) 555-0187"]}
    )
    first, second = FINEWEB_VALUES["email"]
    expected = f"{first} {second} {first} {FINEWEB_VALUES['ip'][0]} 10.0.0.1 (212) 555-0187"
    assert pii.fineweb()(table)["text"].to_pylist() == [expected]


def test_dolma_drops_pages_with_more_than_five_and_says_how_many() -> None:
    five, six = (" ".join(f"user{n}@example.org" for n in range(count)) for count in (5, 6))
    out = pii.dolma()(pa.table({"text": [five, six]}))
    assert out["reason"].to_pylist() == [None, "pii:too_many"]
    assert out["measured"].to_pylist() == [None, '{"spans": 6, "limit": 5}']
    assert out["text"][0].as_py().count(" |||EMAIL_ADDRESS||| ") == 5


def test_counts_are_by_type_and_hold_no_value() -> None:
    out = pii.scrub()(pa.table({"text": ["a@b.example.org, c@d.example.org, 93.184.216.34", "nothing", None]}))
    assert out.schema.field("counts").type == pa.map_(pa.string(), pa.int64())
    assert [dict(row) for row in out["counts"].to_pylist()] == [{"email": 2, "ip": 1}, {}, {}]


def test_schema_is_the_same_for_an_empty_table_and_the_transform_travels() -> None:
    scrub = pickle.loads(pickle.dumps(pii.scrub("fake", drop_above=3)))
    full = pa.table({"id": ["1"], "text": ["a@b.example.org"]})
    assert scrub(full.slice(0, 0)).schema == scrub(full).schema
    assert scrub(full)["id"].to_pylist() == ["1"]


@pytest.mark.parametrize("wrong", [{"policy": "hide"}, {"types": ("email", "name")}])
def test_unknown_names_are_refused_in_one_line(wrong: dict) -> None:
    with pytest.raises(UsageError, match="take"):
        pii.scrub(**wrong)


def test_nothing_private_is_logged_and_nothing_asks_the_network(caplog, monkeypatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    text = " \n ".join(text for text, *_ in PRIVATE) + " IBAN AB12 ÄÖÜ1 DE00 0000 0000 0000"
    with caplog.at_level(logging.DEBUG):
        assert pii_presidio.public_suffixes.__wrapped__()("a@b.example.co.uk").fqdn == "b.example.co.uk"
        pii.scrub("fake")(pa.table({"text": [text]}))
    assert not [value for _, _, value in PRIVATE if value in caplog.text]
