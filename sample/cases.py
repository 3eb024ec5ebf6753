"""The cases that the sample holds: every page of it, with what should become of it."""

import random
from dataclasses import replace
from itertools import cycle

from sample import low_quality, private
from sample.article_pool import CLEAN_SITES, ArticlePool, page_on_a_site, site_path, with_paragraphs
from sample.copies import boilerplate_pages, copy_families, lookalike_pairs
from sample.pages import SamplePage
from sample.sites import LANGUAGE_PAGES, Encoding, foreign_sites
from sample.texts import Article, Block, articles, foreign_sentences

SEED = "mews"
BLOCKED_HOSTS = (
    "www.match.com",
    "www.okcupid.com",
    "promo.888casino.com",
    "chatroulette.com",
    "www.omegle.com",
    "blog.casino.com",
)
CURATED_HOSTS = ("en.wikipedia.org", "github.com", "stackoverflow.com", "arxiv.org", "www.reddit.com", "askubuntu.com")
BLOCKED_WORDS = (
    "cheap-viagra-by-post",
    "nsfw",
    "h.otch-at-lines",
    "hot-chat/evening",
    "lingerie-webcam",
    "topless/webcam-tour",
)
HARMLESS_URLS = ("harbour-webcam", "hardcore-gardening", "titanium-tools", "cockpit-manual", "latino-music")
# Charset, what the HTTP header declares, what the page declares: none, one, or two that differ.
CHARSETS = (
    Encoding("windows-1252", None, "windows-1252"),
    Encoding("windows-1252", "utf-8", "windows-1252"),
    Encoding("windows-1252", "iso-8859-1", "iso-8859-1"),
    Encoding("windows-1252", None, None),
    Encoding("windows-1252", "utf-8", "utf-8"),
    Encoding("utf-8", "iso-8859-1", "utf-8"),
    Encoding("utf-8", None, None),
    Encoding("utf-8", "x-user-defined-9", None),
    Encoding("utf-8-sig", None, None),
)
ACCENTS = "Read it in the café — Zoë’s “naïve” résumé of {number} pages cost her 3 € and a good night’s sleep."


def sample_pages() -> list[SamplePage]:
    """All pages of the sample in the order in which they were crawled."""
    rng = random.Random(SEED)
    pool = ArticlePool(rng.sample(articles(), len(articles())))
    made = [
        *boilerplate_pages(pool, rng),
        *copy_families(pool, rng),
        *lookalike_pairs(pool, rng),
        *pages_with_private_data(pool, rng),
        *pages_in_odd_encodings(pool, rng),
        *pages_by_url(pool, rng),
        *low_quality_pages(pool, rng),
        *broken_records(pool, rng),
        *foreign_pages(rng),
    ]
    made += [page_on_a_site(article, rng) for article in pool.take(len(pool.left))]
    rng.shuffle(made)
    return made


def pages_with_private_data(pool: ArticlePool, rng: random.Random) -> list[SamplePage]:
    """Good pages with private data in them, and with numbers that only look so."""
    made = []
    kinds = tuple(private.ASKS)
    for number, article in enumerate(pool.take(80, words=150)):
        chosen = (kinds[number % len(kinds)], *rng.sample(kinds, rng.choice((0, 0, 1, 2))))
        secrets = [(kind, *private.secret(kind, rng)) for kind in dict.fromkeys(chosen)]
        harmless, sentence = private.HARMLESS[-number % len(private.HARMLESS)]
        planted = (*((kind, value) for kind, value, _ in secrets), ("harmless", harmless))
        texts = [text for _, _, text in secrets] + [sentence.format(harmless)]
        made.append(
            with_paragraphs(page_on_a_site(article, rng, CLEAN_SITES), *texts, kind="personal", planted=planted)
        )
    return made


def pages_in_odd_encodings(pool: ArticlePool, rng: random.Random) -> list[SamplePage]:
    """Good pages whose charset is not declared, declared twice or wrongly, and some with an odd content type."""
    made = []
    for number, (article, encoding) in enumerate(zip(pool.take(63), cycle(CHARSETS), strict=False)):
        accents = ACCENTS.format(number=number + 2)
        page = with_paragraphs(
            page_on_a_site(article, rng), accents, kind="charset", encoding=encoding, planted=(("accents", accents),)
        )
        made.append(replace(page, site=replace(page.site, template="blog")))  # the quotes must not depend on the site
    for kind in (None, "application/xhtml+xml", "text/HTML") * 3:
        made.append(replace(page_on_a_site(pool.next(), rng), kind="content type", content_type=kind))
    return made


def pages_by_url(pool: ArticlePool, rng: random.Random) -> list[SamplePage]:
    """Pages that go for their URL, and some whose URL only looks bad."""
    made = []
    for host in (*BLOCKED_HOSTS * 4, *CURATED_HOSTS * 3):
        page = page_on_a_site(pool.next(), rng)
        kind = "curated" if host in CURATED_HOSTS else "blocked host"
        made.append(replace(page, url=page.url.replace(page.site.host, host), kind=kind, expected="url"))
    for number, words in enumerate((*BLOCKED_WORDS * 4, *HARMLESS_URLS * 2)):
        page = page_on_a_site(pool.next(), rng)
        verdict = ("harmless URL", "kept") if words in HARMLESS_URLS else ("blocked words", "url")
        made.append(replace(page, url=page.site.url(f"{words}/{number}.html"), kind=verdict[0], expected=verdict[1]))
    return made


def low_quality_pages(pool: ArticlePool, rng: random.Random) -> list[SamplePage]:
    """Thin pages, nonsense, spam and clutter; and pages with one bad line, which stay."""

    def page(made: low_quality.LowQuality, kind: str, expected: str) -> SamplePage:
        return replace(page_on_a_site(Article(*made), rng), kind=kind, expected=expected)

    source = pool.take(150)
    return [
        *(page(low_quality.stub(number), "stub", "thin") for number in range(80)),
        *(page(low_quality.photograph(article), "photograph", "thin") for article in source[:40]),
        *(page(low_quality.teasers(rng.sample(source, 12)), "teasers", "quality") for _ in range(24)),
        *(page(low_quality.figures(rng), "figures", "quality") for _ in range(16)),
        *(page(low_quality.nonsense(rng), "nonsense", "language") for _ in range(24)),
        *(page(low_quality.encoded(rng), "encoded", "language") for _ in range(10)),
        *(page(low_quality.parrot(article), "parrot", "repetition") for article in source[40:70]),
        *(page(low_quality.stuffed(rng), "stuffed", "repetition") for _ in range(15)),
        *(page(low_quality.doorway(rng), "doorway", "repetition") for _ in range(15)),
        *(page(low_quality.shouted(article, rng), "shouted", "lines") for article in source[70:120]),
        *(page(low_quality.counted(article, rng), "counted", "kept") for article in source[120:150]),
    ]


def broken_records(pool: ArticlePool, rng: random.Random) -> list[SamplePage]:
    """Records that cannot be read, and records that are no HTML page."""
    damaged, truncated, gone, moved, *rest = (page_on_a_site(article, rng) for article in pool.take(10))
    files = (
        b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< >>\nendobj\n",
        b'{"ok": true, "items": []}',
        b"plain text, nothing else\n",
    )
    types = ("application/pdf", "application/json", "text/plain")
    skipped = [
        replace(page, url=f"{page.url}?download={number}", kind="no page", content_type=kind, body=body)
        for number, (page, kind, body) in enumerate(zip(rest, types * 2, files * 2, strict=True))
    ]
    skipped += [
        replace(gone, kind="gone", status="404 Not Found"),
        replace(moved, kind="moved", status="301 Moved Permanently"),
    ]
    lost = [replace(damaged, kind="damaged"), replace(truncated, kind="truncated")]
    return [replace(page, expected="quarantined") for page in lost] + [
        replace(page, expected="skipped") for page in skipped
    ]


def foreign_pages(rng: random.Random) -> list[SamplePage]:
    """Pages in other languages than English, some with a header that declares the wrong charset."""
    made = []
    for language, texts in sorted(foreign_sentences().items()):
        sites = foreign_sites(language)
        for number in range(LANGUAGE_PAGES.get(language, 4)):
            site = sites[number % len(sites)]
            chosen = rng.sample(texts, min(len(texts), rng.randrange(6, 16)))
            title = " ".join(chosen[0].split()[:8])[:60]
            encoding = replace(site.encoding, http="utf-8") if number % 8 == 7 else site.encoding
            blocks = tuple(Block("p", " ".join(chosen[at : at + 3])) for at in range(0, len(chosen), 3))
            url = site.url(site_path(site, f"{language} {number}", rng))
            made.append(SamplePage(site, url, title, blocks, "language", "language", encoding=encoding))
    return made
