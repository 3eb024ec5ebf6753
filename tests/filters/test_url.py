"""The address: lists, words, curated sources; the table of hashes on disk."""

import io
import tarfile
import time
from dataclasses import replace

import pytest

from filters import url
from pipeline.doc import Doc

STRICT, HARD, SOFT = ("evilthing",), ("vice", "crime"), ("bait", "lure", "decoy")
EXCEPTIONS = ("vice president", "crime-fiction", "thingamajig")


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """A filter with a small list, and its tables in a folder of its own."""
    monkeypatch.setenv("MEWS_CACHE", str(tmp_path / "cache"))
    listed = tmp_path / "list.txt"
    listed.write_text("# comment\n\nbad.example.com\nworse.org\nfine.net/but/this\n10.0.0.1\nnasty.co.uk\nco.jp\n")
    return url.blocking(listed, strict=STRICT, hard=HARD, soft=SOFT, exceptions=EXCEPTIONS)


ADDRESSES = [
    ("https://good.example.com/a", None),
    ("", None),
    ("https://worse.org/", "domain"),
    ("HTTPS://WWW.WORSE.ORG:8080/x?y", "subdomain_of_domain"),
    ("https://bad.example.com/", "subdomain"),
    ("https://a.b.bad.example.com/", "subdomain"),
    ("https://notworse.org/", None),
    ("https://worse.org.example.net/", None),
    ("http://sub.nasty.co.uk/", "subdomain_of_domain"),
    ("http://co.uk/", None),
    ("http://shop.co.jp/", None),
    ("http://10.0.0.1/x", "domain"),
    ("http://fine.net/but/this", "url"),
    ("https://www.fine.net/but/this/#top", "url"),
    ("http://fine.net/but/that", None),
    ("http://a.com/ev-il.th_ing/", "strict_word"),
    ("http://my-vice.com/", "hard_word"),
    ("http://service.com/advice", None),
    ("http://a.com/VICE", "hard_word"),
    ("http://a.com/bait", None),
    ("http://bait.com/bait/lured", None),
    ("http://bait.com/lure", "soft_words"),
    ("http://[::1", None),
    ("http://[::1]/x", None),
    ("not an address at all", None),
]


@pytest.mark.parametrize(("address", "reason"), ADDRESSES)
def test_blocked(mine, address, reason):
    # A domain that is listed also catches what is below it; the registered domain is named first.
    assert mine(Doc("", address)) == {"subdomain_of_domain": "domain"}.get(reason or "", reason)


def test_without_a_list_of_ones_own_the_packaged_domains_and_addresses_count(tmp_path, monkeypatch):
    """A small archive stands for the packaged one, of 4.6 million domains."""
    monkeypatch.setenv("MEWS_CACHE", str(tmp_path / "cache"))
    lists = {"domains": b"worse.org\nfine.net/as/a/domain\n", "urls": b"fine.net/but/this\ngood.org\n"}
    with tarfile.open(tmp_path / "lists.tar.gz", "w:gz") as archive:
        for name, content in lists.items():
            (entry := tarfile.TarInfo(name)).size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    monkeypatch.setattr(url, "UT1", tmp_path / "lists.tar.gz")
    said = {"http://worse.org/x": "domain", "http://a.worse.org/": "domain", "http://fine.net/but/this": "url"}
    said |= {"http://good.org": "url", "http://www.good.org/x": None, "http://fine.net/as/a/domain": None}
    assert {address: url.blocked(Doc("", address)) for address in said} == said


def test_a_host_is_at_most_as_long_as_one_can_be():
    longest = f"{'a.' * 125}org"
    assert len(longest) == 253
    assert url.host_of(f"http://{longest}:80/x") == url.host_of(f"{longest.upper()}./x") == longest
    assert url.host_of(f"http://a{longest}/") == url.host_of("http://[::1") == url.host_of("") == ""


def test_case_is_folded_unless_asked_otherwise(mine):
    exact = replace(mine, measure=replace(mine.measure, lower=False))
    assert exact(Doc("", "http://a.com/VICE")) is None
    assert exact(Doc("", "http://a.com/vice")) == "hard_word"
    assert exact(Doc("", "http://a.com/EVILthing")) == "strict_word"


def test_lists_of_words_may_be_files(mine, tmp_path):
    (tmp_path / "words.txt").write_text("# mine\nbad-word\n")
    own = replace(mine, measure=replace(mine.measure, hard=tmp_path / "words.txt"))
    assert own(Doc("", "http://a.com/badword")) == "hard_word"
    assert own(Doc("", "http://a.com/vice")) is None


def test_what_is_measured(mine):
    measured = mine.measure(Doc("", "http://a.bad.example.com/vice-crime/bait/lure/x-evilthing?decoy=1"))
    assert measured == {
        "domain": 0,
        "subdomain": 1,
        "url": 0,
        "hard_words": 2,
        "soft_words": 3,
        "strict_words": 1,
    }


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://a.com/vice-president", None),
        ("http://a.com/Vice_President.html", None),
        ("http://a.com/vice/of/the/president", "hard_word"),
        ("http://a.com/president-vice", "hard_word"),
        ("http://a.com/vice-president-and-vice", "hard_word"),
        ("http://a.com/vice-president-and-vice-president", None),
        ("http://a.com/vice-president-bait", "hard_word"),
        ("http://a.com/bait-lure-vice-president", "hard_word"),
        ("http://a.com/medieval-crime-fiction", None),
        ("http://a.com/medieval-crime", "hard_word"),
        ("http://a.com/devil-things", "strict_word"),
        ("http://a.com/the-devil-thing", "strict_word"),
        ("http://a.com/devil-thingamajig", None),
        ("http://a.com/evilthingamajig", "strict_word"),
    ],
)
def test_exceptions(mine, address, reason):
    """A listed word counts unless an exception holds it; an address with one outside is judged by all of them."""
    assert mine(Doc("", address)) == reason


HARMLESS = """
birds/marsh-tit field-guide/long-tailed-tit Willow_Tit.html bearded-tits-in-reeds blue-tits-and-great-tits
birds/european-shag birds/blue-footed-booby woodcock guianan-cock-of-the-rock red-tailed-black-cockatoo tufted-titmouse
tit-for-tat scunthorpe penistone cockermouth cockpit black-cocker-spaniel essex-dolls sussex/videos middlesex-video
travel/intercourse-pa travel/fucking-austria wiki/Fucking,_Austria titisee condom-france twatt wank-mountain-garmisch
dildo-newfoundland hooker-oklahoma cumming-ga pussy-savoie sextant free-sextant-chart analytics swinger-music
jazz-swinger scat-singing bitches-brew john-lee-hooker tainted-love guitar-fingering-chart kinky-boots pussy-riot
skeet cornhole-boards rugby-hooker bareback-riding nashville-hot-chicken jelly-donut black-cocktail-dress
groups/explained bootstrap-on-rails linux-videos phones-explained second-hand-jobs maine-coon pussy-willow
giant-cockroach corn-smut magna-cum-laude bukkake-udon xxx-olympics-1928 bondage-in-egypt clothes-pegging""".split()
PORN = """
free-porn-videos hot-milf-tits great-tit-porn big-black-cock blue-tits-nude-babes xxx groups/gang-bang essex-blowjob
swinger-party amateur-swinger great-tit-and-cock hot-chicks-cumshot hotchick linux-porn-videos tits nice-tits big-tits
sex/anal-sex-nude hooker-in-essex chicken-fucking""".split()


@pytest.mark.parametrize("path", HARMLESS)
def test_harmless_addresses_are_kept(words_only, path):
    assert words_only(Doc("", f"https://www.pages.example/{path}")) is None


@pytest.mark.parametrize("path", PORN)
def test_pornography_is_dropped(words_only, path):
    assert words_only(Doc("", f"https://www.pages.example/{path}"))


def test_without_exceptions_the_lists_alone_count(words_only, monkeypatch):
    bare = replace(words_only, measure=replace(words_only.measure, exceptions=()))
    dropped = [path for path in HARMLESS if bare(Doc("", f"https://www.pages.example/{path}"))]
    assert len(dropped) > 40 and "birds/marsh-tit" in dropped


@pytest.fixture
def words_only(tmp_path, monkeypatch):
    """The packaged words and exceptions, with a list of no domains."""
    monkeypatch.setenv("MEWS_CACHE", str(tmp_path / "cache"))
    (tmp_path / "none.txt").write_text("# none\n")
    return url.blocking(tmp_path / "none.txt")


TABLE_14 = """
arxiv.org askubuntu.com stackoverflow.com stackapps.com stackexchange.com mathoverflow.net exporter.nih.gov
ncbi.nlm.nih.gov github.com irclogs.ubuntu.com news.ycombinator.com courtlistener.com reddit.com statmt.org uspto.gov
wikipedia.org""".split()
SOURCES = [
    ("https://en.wikipedia.org/wiki/Cat", "wikipedia.org"),
    ("https://old.reddit.com/", "reddit.com"),
    ("https://math.stackexchange.com/q/1", "stackexchange.com"),
    ("https://www.ncbi.nlm.nih.gov/pmc", "ncbi.nlm.nih.gov"),
    ("https://www.nih.gov/", None),
    *((f"https://sub.{source}/page", source) for source in TABLE_14),
    ("https://notgithub.com/", None),
    ("https://github.com.example.org/", None),
    ("https://ubuntu.com/", None),
    ("", None),
]


@pytest.mark.parametrize(("address", "source"), SOURCES)
def test_curated_sources(address, source):
    """RefinedWeb's table 14, each with its subdomains, and what only looks like one of them."""
    assert url.curated_source(Doc("", address)) == source
    assert url.CuratedSource(domains=())(Doc("", address)) is None
    assert len(url.CURATED) == len(TABLE_14) == 16


def test_the_packaged_words_are_read():
    for path, least in ((url.STRICT, 100), (url.HARD, 150), (url.SOFT, 70)):
        words = url.listed_words(path)
        assert len(words) >= least
        assert all(word.isascii() and word.isalnum() and word == word.lower() for word in words)


@pytest.mark.parametrize("unit", ["a.", "a", "-", "/", "%", "@", "://", "[", "sex-"])
def test_the_worst_address_takes_little(mine, unit):
    start = time.process_time()
    mine(Doc("", "http://" + unit * (1_000_000 // len(unit))))
    url.curated_source(Doc("", "http://" + unit * (1_000_000 // len(unit))))
    assert time.process_time() - start < 30
