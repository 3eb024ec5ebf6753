"""Private data in the forms that real pages give it: disguised, stuck to words, in other scripts; and look-alikes."""

import pytest

from stages import pii
from stages.pii.own import base58check
from stages.pii.signs import plain

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


@pytest.mark.parametrize(("text", "type", "value"), FORMS)
def test_it_is_found_whole_and_nothing_beside_it(text: str, type: str, value: str) -> None:
    assert [(span.type, text[span.start : span.end]) for span in pii.find(text)] == [(type, value)]


@pytest.mark.parametrize("text", LOOK_ALIKES)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert [text[span.start : span.end] for span in pii.find(text)] == []


def test_plain_text_keeps_its_length_and_its_letters() -> None:
    text = "０１２ ٠١٢ १२ – — ‑ − \u202f\xa0\u3000（＋４９）＠ é 電話 𝟗 ²"
    assert plain(text) == "012 012 12 - - - -    (+49)@ é 電話 9 ²"
    assert plain("ascii") == "ascii"


def test_a_wallet_with_one_wrong_character_is_none() -> None:
    wallet = "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"
    assert base58check(wallet)
    assert not any(base58check(wallet[:n] + "2" + wallet[n + 1 :]) for n in range(1, len(wallet)) if wallet[n] != "2")
