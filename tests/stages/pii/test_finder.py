"""What is private data and what is not: in the forms that real pages give it, in other scripts, and look-alikes."""

import pytest

from pipeline.errors import UsageError
from stages import pii
from tests.helpers.private import HARMLESS, PRIVATE

FORMS = [
    ("Email: kim@corp.example.comPhone", "email", "kim@corp.example.com"),
    ("Bitte an kim@beispiel.de.Danke", "email", "kim@beispiel.de"),
    ("お手数ですがkim@gmail.comまでご連絡", "email", "kim@gmail.com"),
    ("ki\u200bm@cor\xadp.com", "email", "ki\u200bm@cor\xadp.com"),
    ("kim＠corp.com", "email", "kim＠corp.com"),
    ("kim at corp dot com", "email", "kim at corp dot com"),
    ("kim<at>corp.com", "email", "kim<at>corp.com"),
    ("kim(a)yritys.fi", "email", "kim(a)yritys.fi"),
    ("kim [ät] firma [punkt] de", "email", "kim [ät] firma [punkt] de"),
    ("help@corp_dot_org, where", "email", "help@corp_dot_org"),
    ("E-mail: kim @ corp.com", "email", "kim @ corp.com"),
    ("please call 1-800-FLOWERS", "phone", "1-800-FLOWERS"),
    ("Fax 888.FAX.IOSAFE now", "phone", "888.FAX.IOSAFE"),
    ("at (540) 767-GAME (4263)", "phone", "(540) 767-GAME (4263)"),
    ("at 1‑855‑846‑2895 with", "phone", "1‑855‑846‑2895"),
    ("it is (212)\xa0555–0187", "phone", "(212)\xa0555–0187"),
    ("Tel. 030\u202f901\u202f820", "phone", "030\u202f901\u202f820"),
    ("■ＴＥＬ：０１２０−９１１−８５７", "phone", "０１２０−９１１−８５７"),
    ("هاتف: ٠١١ ٤٦٥ ١٢٣٤", "phone", "٠١١ ٤٦٥ ١٢٣٤"),
    ("मोबाइल: 98765 43210", "phone", "98765 43210"),
    ("звоните 8 (495) 123-45-67", "phone", "8 (495) 123-45-67"),
    ("Direktor Moser (089/99529727) gerne", "phone", "089/99529727"),
    ("Büro +41 (0)85 806 98 67", "phone", "+41 (0)85 806 98 67"),
    ("Tel ( 852 ) 2572- 1121", "phone", "( 852 ) 2572- 1121"),
    ("Health Service (215-746-3535), daily", "phone", "215-746-3535"),
    ("Troy, RI 02919. (800) 942-8300", "phone", "(800) 942-8300"),
    ("Mahwah, NJ 07430 - 1.800.914.8138", "phone", "1.800.914.8138"),
    ("Tel. 212-555-0187, ext. 22", "phone", "212-555-0187, ext. 22"),
    ("Cambridge, MA 02142 617-253-1000", "phone", "617-253-1000"),
    ("appelez 06.12.34.56.78", "phone", "06.12.34.56.78"),
    ("Tel:030 901820", "phone", "030 901820"),
    ("since 1986 1.800.232.2267directions", "phone", "1.800.232.2267"),
    ("T.\xa0+39 0474 492 390F.", "phone", "+39 0474 492 390"),
    ("Fax: +81 258-83-5757", "phone", "+81 258-83-5757"),
    ("Contact Kim at 722-3216 for more", "phone", "722-3216"),
    ("paid 4929\xa01167\xa07150\xa00893", "card", "4929\xa01167\xa07150\xa00893"),
    ("to LQTpS3VaYTjCr4s9Y1t5zbeY26zevf7Fb3", "crypto", "LQTpS3VaYTjCr4s9Y1t5zbeY26zevf7Fb3"),
    ("to TJRabPrwbZy45sbavfcjinPJC18kjpRTv8", "crypto", "TJRabPrwbZy45sbavfcjinPJC18kjpRTv8"),
]

LOOK_ALIKES = [
    "debug info: This page is: /text/scalc/01/05080300.xhp",
    "like Gecko) Chrome/59.0.3071.125 Mobile Safari/537.36",
    "Norton AntiVirus 2008 15.0.0.58 and Stinger 12.2.0.79",
    "use a::b, abc::def or face::add",
    "at +40.7128 -74.0060 or 40.712776 -74.005974",
    "Call Number: nrlf_ucsf:SFB-10497262",
    "The Brand Called Me, TOP 25 (2002-07)",
    "feature phone Nokia 3210 (2024) is back",
    "photo 02 10 180x180 shown",
    "CEP 05452-000, Pinheiros",
    "where x is 1 + 1 0 − 114514 1",
    "score 100-200-3000",
    "the rsync port (873) LOCALLY will",
    "worked at the dot com for f(a)x.to and icon@2x.png",
    "Contact us\n\n101-1305 Welch St",
    "Date of Publication: 08.22.16. 08.22.16",
    "retweets 48 • 21:06 2011-04-12, Jul 19 2001 04:14PM",
    "virgola mobile con doppia precisione 1.79769313486232",
    "WBB @ Fresno St, Jobs @ Vox.com",
]

# What no single person or machine has: accounts that many share, addresses of groups, ratios, versions, other numbers.
NOBODYS = [
    "git clone git@gitlab.com:group/sub/repository.git",
    "git remote add origin ssh://git@bitbucket.org/team/repository.git",
    "hg clone ssh://hg@bitbucket.org/team/repository, svn+ssh://svn@svn.example.net/trunk",
    "cvs -d :pserver:anonymous@cvs.example.org:/cvsroot checkout module",
    "see logo@2x.ai and icon@1.5x.ps beside npm's lodash@4.17.21",
    "SSDP asks 239.255.255.250 and mDNS 224.0.0.251",
    "netmask 255.255.255.0, broadcast 10.255.255.255, 169.254.10.20 or 0.0.0.0",
    "all nodes are ff02::1 or ff02:0:0:0:0:0:0:1, all routers ff05::2",
    "the ratios 1:1:2:3:5:8:13:21 and the chord 16:20:24:30:36:40:45:54",
    "the years 2001:2002:2003:2004:2005:2006:2007:2008 in a row",
    "drawn were 10:20:30:40:50:60, at 12:34:56:78:90:12",
    "to ff:ff:ff:ff:ff:ff or 01:00:5e:00:00:fb or 33:33:00:00:00:01 or 00:00:00:00:00:00",
    "версия 91.20.33.10, 版本 91.20.33.10, build 91.20.33.10",
    "order 4929116771500893 shipped, tracking number 4929 1167 7150 0893",
    "Part No. 536-90-4399, serial number 123-45-6789",
    "UUID 550e8400-e29b-41d4-a716-446655440000, EAN 4006381333931, IMEI 353918057893217",
]
# The same forms where they are somebody's.
SOMEBODYS = [
    ("write to gita@github.com soon", "email", "gita@github.com"),
    ("kim dot lee at corp dot com", "email", "kim dot lee at corp dot com"),
    ("kim [dot] lee [at] corp [dot] com", "email", "kim [dot] lee [at] corp [dot] com"),
    ("mail 2x@2xcorp.com please", "email", "2x@2xcorp.com"),
    ("host 2a00:1450:4001:82b::200e is up", "ip", "2a00:1450:4001:82b::200e"),
    ("host 2a00:1450:4001:082b:0000:0000:0000:200e is up", "ip", "2a00:1450:4001:082b:0000:0000:0000:200e"),
    ("its IP is 2001:2002:2003:2004:2005:2006:2007:2008 now", "ip", "2001:2002:2003:2004:2005:2006:2007:2008"),
    ("logged in from 5.9.12.13 at noon", "ip", "5.9.12.13"),
    ("the Wi-Fi MAC is 10:20:30:40:50:60 here", "mac", "10:20:30:40:50:60"),
    ("my card 4929116771500893 for the order", "card", "4929116771500893"),
    ("order 12, SSN 536-90-4399", "ssn", "536-90-4399"),
]
# Phone numbers as they are written in many countries, with and without a label.
COUNTRIES = [
    "Tel: +44 20 7946 0018", "call 020 7946 0018", "Tél. 01.42.68.53.00", "06 12 34 56 78", "+33612345678",
    "+49 (0)30 901820", "Tel. 0049 30 901820", "Tfno: 91 123 45 67", "+39 06 1234 5678", "Tel. 06 12345678",
    "電話 03-1234-5678", "電話番号：090-1234-5678", "전화: 02-123-4567", "手机：13812345678", "电话：+86 10 6552 5555",
    "тел.: +7 (495) 123-45-67", "тел. 8 800 555 35 35", "Telefon: 08-508 290 00", "Tlf.: 22 12 34 56",
    "Telefon +36 1 234 5678", "tel. +48 22 123 45 67", "Tel.: 22 123 45 67", "Tel: (11) 91234-5678",
    "+55 11 91234-5678", "Fone: (21) 2345-6789", "Phone: 1300 655 506", "Ph: 04 1234 5678", "+91 98765 43210",
    "Mobile: 9876543210", "טלפון: 03-1234567", "Τηλ: 210 1234567", "โทร 02-123-4567", "ĐT: 024 3825 3539",
    "Điện thoại: 024 3825 3539", "Tel: +90 212 123 45 67", "Telepon: 021-1234567", "Cel. 311 123 4567",
    "+1-800-555-0199", "(212)555-0187", "1 (212) 555-0187", "212.555.0187",
]  # fmt: skip


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


@pytest.mark.parametrize(("text", "type", "value"), [*FORMS, *SOMEBODYS])
def test_it_is_found_whole_and_nothing_beside_it(text: str, type: str, value: str) -> None:
    assert [(span.type, text[span.start : span.end]) for span in pii.find(text)] == [(type, value)]


@pytest.mark.parametrize("text", [*LOOK_ALIKES, *NOBODYS])
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert [text[span.start : span.end] for span in pii.find(text)] == []


@pytest.mark.parametrize("text", COUNTRIES)
def test_phone_numbers_of_many_countries(text: str) -> None:
    (span,) = pii.find(f"Our office: {text} (ask for Kim)")
    found = f"Our office: {text} (ask for Kim)"[span.start : span.end]
    assert span.type == "phone" and text.endswith(found) and not any(c.isalpha() for c in found)
    assert sum(c.isdigit() for c in found) == sum(c.isdigit() for c in text)


def test_service_accounts_are_whole_names() -> None:
    """Of git only as the whole local part, in any case."""
    assert pii.find("GIT@github.com") == []
    assert [span.type for span in pii.find("my.git@github.com and git2@github.com")] == ["email", "email"]
