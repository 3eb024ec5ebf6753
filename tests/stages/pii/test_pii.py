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
from stages.pii import own as pii_own
from stages.pii import policies as pii_policies
from stages.pii import presidio as pii_presidio
from stages.pii.as_fineweb import INSTEAD

PRIVATE = [
    ("Write to jane.roe+list@mail.example.co.uk today", "email", "jane.roe+list@mail.example.co.uk"),
    ("see https://shop.example.com/unsubscribe?user=jane@example.org now", "email", "jane@example.org"),
    ("jane (at) example (dot) org", "email", "jane (at) example (dot) org"),
    ("josé@correo.españa.es", "email", "josé@correo.españa.es"),
    ("Call (212) 555-0187 before noon", "phone", "(212) 555-0187"),
    ("in Deutschland 030 901820-15 erreichbar", "phone", "030 901820-15"),
    ("téléphone : 01 42 68 53 00", "phone", "01 42 68 53 00"),
    ("+46 8 508 290 00 is the desk", "phone", "+46 8 508 290 00"),
    ("Telefon: 72 128 827", "phone", "72 128 827"),
    ("Fax no. 9469 9966", "phone", "9469 9966"),
    ("联系电话:010-65525555", "phone", "010-65525555"),
    ("banned 93.184.216.34 for a week", "ip", "93.184.216.34"),
    ("from 2606:2800:220:1:248:1893:25c8:1946 at noon", "ip", "2606:2800:220:1:248:1893:25c8:1946"),
    ("paid with 4929 1167 7150 0893 yesterday", "card", "4929 1167 7150 0893"),
    ("my Maestro card 6759649826438453 expired", "card", "6759649826438453"),
    ("IBAN de89 3704 0044 0532 0130 00 please", "iban", "de89 3704 0044 0532 0130 00"),
    ("IBAN: GB33BUKB20201555555555.", "iban", "GB33BUKB20201555555555"),
    ("his number 536-90-4399 was stolen", "ssn", "536-90-4399"),
    ("social security no 536904399", "ssn", "536904399"),
    ("send to 1BoatSLRHtKNngkdXEeobR76b53LETtpyT thanks", "crypto", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"),
    ("0x52908400098527886E0F7030069857D2E4169EE7", "crypto", "0x52908400098527886E0F7030069857D2E4169EE7"),
    ("ether 00:1A:2B:3C:4D:5E up", "mac", "00:1A:2B:3C:4D:5E"),
    ("hw 001a.2b3c.4d5e", "mac", "001a.2b3c.4d5e"),
]

HARMLESS = [
    "from 1998-2005 and 2010-11-23 08:15, or 23.11.2010, or 11/23/2010",
    "open 08.30 - 17.30 and 09:00-17:30",
    "ISBN 978-3-16-148410-0 and ISBN 0-19-853453-1, ISSN 1234-5679",
    "order 4711 0815 42, invoice no. 0123 456 789",
    "1 234 567 890 people paid $ 300.000.000, or 0.651416873060081 of it",
    "version 4.18.0.193, nginx/1.19.4.2, section 1.2.3.4",
    "ping 192.168.1.17 or 127.0.0.1 or ::1 or fe80::1 with std::string",
    "Simi Valley CA 93094-0508",
    "look at icon@2x.png and @media or user@localhost",
    "card 4111 1111 1111 1112, and 1234567890123456",
    "fingerprint 3f:2a:bb:01:9c:77:ee:10:44:5b:6a:90:12:34:56:78",
    "1 2 3 4 5 6 7 8 9 10 next",
    "0001 0002 0003 0004 0005 0006 0007 0008 0009 0010 0011 0012 0013 0014 0015 0016 0017 0018",
    "000-12-3456, 666-12-3456 and 912-12-3456 were never issued",
    "https://example.com/item/0800123456/0171-2345678",
    "",
]


@pytest.mark.parametrize(("text", "type", "value"), PRIVATE)
def test_private_data_is_found_exactly(text: str, type: str, value: str) -> None:
    assert [(span.type, text[span.start : span.end]) for span in pii.find(text)] == [(type, value)]


@pytest.mark.parametrize("text", HARMLESS)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert [text[span.start : span.end] for span in pii.find(text)] == []


def test_a_row_of_phone_numbers_is_no_table() -> None:
    numbers = [f"(212) 555-01{n}" for n in range(20, 40)]
    assert len(pii.find(" ".join(numbers))) == len(pii.find("\n".join(numbers))) == len(numbers)


@pytest.mark.parametrize("around", ["👩‍👩‍👧 ", "日本語 ", "naïve ﬁ ", "\u202e\u0300 ", "\ufeff\n"])
@pytest.mark.parametrize(("text", "type", "value"), PRIVATE[::3])
def test_offsets_count_characters_in_every_script(around: str, text: str, type: str, value: str) -> None:
    text = f"{around * 40}{text} {around}"
    assert [(span.type, text[span.start : span.end]) for span in pii.find(text)] == [(type, value)]


def test_types_are_on_or_off_and_off_does_not_mean_taken_for_another() -> None:
    text = "4929 1167 7150 0893, 93.184.216.34, a.b@example.com"
    assert {span.type for span in pii.find(text)} == {"card", "ip", "email"}
    assert [span.type for span in pii.find(text, ("email",))] == ["email"]
    assert pii.find(text, ("phone",)) == []


def test_regions_decide_which_national_numbers_are_known() -> None:
    text = "Büro 020 7946 0018"
    assert pii.find(text, regions=("GB",)) and not pii.find(text.replace("020", "991"), regions=("GB",))
    with pytest.raises(UsageError, match="XX"):
        pii.scrub(regions=("US", "XX"))


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
            assert pii_own.issuer(fake.replace(" ", ""))
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
    first, second = INSTEAD["email"]
    expected = f"{first} {second} {first} {INSTEAD['ip'][0]} 10.0.0.1 (212) 555-0187"
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
        assert pii_presidio.suffixes.__wrapped__()("a@b.example.co.uk").fqdn == "b.example.co.uk"
        pii.scrub("fake")(pa.table({"text": [text]}))
    assert not [value for _, _, value in PRIVATE if value in caplog.text]
