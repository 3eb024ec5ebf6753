"""One form for the URLs of one page, and other forms for other pages."""

import random

import pytest

from dedup.canonical_url import canonical_url

SAME = [
    (
        "http://example.com",
        "https://www.example.com/",
        "HTTP://EXAMPLE.com:80/index.html#top",
        "https://example.com.:443/?",
    ),
    ("http://e.org/a/b?x=1&y=2", "http://e.org/a//b/?y=2&x=1&x=1", "http://e.org/c/../a/./b?x=1;y=2&utm_source=mail"),
    ("http://e.org/%7euser/caf%C3%A9", "http://e.org/~user/café", "http://e.org/~user/caf%c3%a9/default.aspx"),
    (
        "http://e.org/p?id=3",
        "http://e.org/p;jsessionid=1A2B?id=3",
        "http://e.org/p?PHPSESSID=9&id=3&fbclid=z&replytocom=4",
    ),
    ("http://xn--mnchen-3ya.de/", "http://www.münchen.de/", "http://MÜNCHEN.de/", "http://mu\u0308nchen.de"),
    ("http://xn--fa-hia.de", "http://faß.de"),
    ("http://e.org/?a=1&b=2", "http://e.org/?b=2&amp;a=1"),
    ("http://e.org/?q=a+b", "http://e.org/?q=a%20b", "http://user:pw@e.org/?q=a%20b&ASPSESSIONIDQQ=1"),
    ("http://e.org/t", "http://e.org/t?s=0123456789abcdef0123456789abcdef", "http://e.org/t?showComment=12#c12"),
]
DIFFERENT = [
    "http://e.org/",
    "http://f.org/",
    "http://e.org:8080/",
    "http://e.org/a",
    "http://e.org/A",
    "http://e.org/a?id=1",
    "http://e.org/a?id=2",
    "http://e.org/a?id=12",
    "http://e.org/a?sid=12",
    "http://e.org/a?id=%26",
    "http://e.org/a%2Fb",
    "http://e.org/a/b",
    "http://e.org/#!a",
    "http://e.org/index.html/a",
    "http://sub.e.org/",
    "http://com/",
    "http://www.com/",
]


@pytest.mark.parametrize("same", SAME)
def test_one_form(same):
    assert len({canonical_url(url) for url in same}) == 1, [canonical_url(url) for url in same]


def test_other_pages_have_other_forms():
    assert len({canonical_url(url) for url in DIFFERENT}) == len(DIFFERENT)


@pytest.mark.parametrize(
    "url", ["", "no url", "mailto:a@b.example", "http://[bad/", "http://e.org:99999/", "http:///x"]
)
def test_no_form(url):
    assert canonical_url(url) == ""


def strange_urls(count: int) -> list[str]:
    draw = random.Random(11)
    alphabet = "ab/.?&=;#%2F+é:@!~ sid_utm"
    return ["http://e.org/" + "".join(draw.choices(alphabet, k=draw.randrange(30))) for _ in range(count)]


@pytest.mark.parametrize("url", strange_urls(200))
def test_a_canonical_url_is_its_own_form(url):
    form = canonical_url(url)
    assert canonical_url(f"http://{form}") == form


# Each of these chooses no page; written out, since the form of an address must not change with the list in the code.
IGNORED = """utm_source UTM_Medium utm_x pk_campaign mtm_kwd piwik_kwd matomo_source hsa_acc vero_id
    oly_enc_id trk_contact
    guce_referrer gclid gclsrc dclid gbraid wbraid srsltid fbclid msclkid yclid ysclid twclid ttclid igshid
    igsh li_fat_id irclickid rb_clickid mc_cid mc_eid _ga _gl _hsenc _hsmi hsCtaTracking mkt_tok spm scm cmp
    cmpid icid ncid _openstat wt_mc s_cid zanpid soc_src soc_trk guccounter __twitter_impression ref_src
    ref_url ASPSESSIONIDACBD jsessionid PHPSESSID sessionid session_id sessid sess_id ASP.NET_SessionId CFID
    CFTOKEN zenid osCsid XTCsid replytocom showComment share nb print fbrefresh""".split()


@pytest.mark.parametrize("name", IGNORED)
def test_parameters_that_choose_no_page(name):
    assert canonical_url(f"http://e.org/a?{name}=1&id=3") == "e.org/a?id=3"
    assert canonical_url(f"http://e.org/a?{name}") == "e.org/a"


@pytest.mark.parametrize("name", [
    "utm", "xutm_source", "gclidx", "ga", "ref", "source", "campaign", "session", "cid", "mc", "reply", "prints",
    "sharex", "tracking", "pk", "nbx", "user", "page", "lang", "p", "q", "aspsession",
])  # fmt: skip
def test_parameters_that_may_choose_a_page(name):
    assert canonical_url(f"http://e.org/a?{name}=1") == f"e.org/a?{name}=1"


@pytest.mark.parametrize(("value", "ignored"), [
    ("0123456789abcdef", True), ("0123456789ABCDEF0", True), ("0123456789abcde", False), ("0123456789abcde-f", False),
])  # fmt: skip
@pytest.mark.parametrize("name", ["sid", "s", "S"])
def test_a_long_value_is_a_session(name, value, ignored):
    assert canonical_url(f"http://e.org/?{name}={value}") == ("e.org" if ignored else f"e.org?{name}={value}")


@pytest.mark.parametrize("page", [
    "index.html", "INDEX.HTM", "default.html", "index.php", "index.php5", "default.asp", "index.aspx", "index.jsp",
])  # fmt: skip
def test_index_pages_are_the_folder(page):
    assert canonical_url(f"http://e.org/a/{page}") == "e.org/a"


@pytest.mark.parametrize("page", ["index", "index.html5", "xindex.html", "indexhtml", "home.html", "index.phpx"])
def test_other_pages_are_no_index(page):
    assert canonical_url(f"http://e.org/{page}") == f"e.org/{page}"


@pytest.mark.parametrize(("url", "form"), [
    ("http://www.e.org", "e.org"),
    ("http://www.org", "www.org"),
    ("https://WWW.E.ORG:443", "e.org"),
    ("http://e.org:443", "e.org:443"),
    ("https://e.org:80", "e.org:80"),
    ("ftp://e.org:21/a", "e.org:21/a"),
    ("  http://e.org/a \n", "e.org/a"),
    ("http://e.org/a?b", "e.org/a?b="),
    ("http://e.org/a?=", "e.org/a"),
    ("http://e.org/a?b=c=d", "e.org/a?b=c%3Dd"),
    ("http://e.org/a?b=1&&c=2", "e.org/a?b=1&c=2"),
    ("http://e.org/../a", "e.org/a"),
    ("http://e.org/a/../..", "e.org"),
    ("http://e.org/a,b;c=d", "e.org/a,b;c=d"),
    ("http://e.org/a;sid=9f/b", "e.org/a/b"),
    ("http://e.org/a%00b%ff", "e.org/a%00b%FF"),
    ("http://e.org/!$&'()*+,;=:@", "e.org/!$&'()*+,;=:@"),
    ("http://e.org/a b", "e.org/a%20b"),
    ("http://e.org/?a=x/y", "e.org?a=x%2Fy"),
    ("http://e.org/#!/route", "e.org#!/route"),
    ("http://ｅ.org/", "e.org"),
    ("http://a.münchen.de", "a.xn--mnchen-3ya.de"),
])  # fmt: skip
def test_forms(url, form):
    assert canonical_url(url) == form
