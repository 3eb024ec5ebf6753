"""What is planted in the sample: every page of it, with the truth about it."""

import random
from dataclasses import replace
from itertools import cycle

from sample import private, spoiled
from sample.copies import copies, repeated, spun
from sample.pages import Page
from sample.pool import WHOLE, Pool, add, ordinary, path
from sample.sites import SHARES, Encoding, foreign
from sample.texts import Article, Block, articles, sentences

SEED = "mews"
BLOCKED = (
    "www.match.com",
    "www.okcupid.com",
    "promo.888casino.com",
    "chatroulette.com",
    "www.omegle.com",
    "blog.casino.com",
)
CURATED = ("en.wikipedia.org", "github.com", "stackoverflow.com", "arxiv.org", "www.reddit.com", "askubuntu.com")
WORDY = (
    "cheap-viagra-by-post",
    "nsfw",
    "h.otch-at-lines",
    "hot-chat/evening",
    "lingerie-webcam",
    "topless/webcam-tour",
)
HARMLESS_URLS = ("harbour-webcam", "hardcore-gardening", "titanium-tools", "cockpit-manual", "latino-music")
# Charset, what the header says, what the page says: silence, contradictions and lies.
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


def pages() -> list[Page]:
    """All pages of the sample in the order in which they were crawled."""
    rng = random.Random(SEED)
    pool = Pool(rng.sample(articles(), len(articles())))
    made = [
        *repeated(pool, rng),
        *copies(pool, rng),
        *spun(pool, rng),
        *personal(pool, rng),
        *written(pool, rng),
        *unwanted(pool, rng),
        *low(pool, rng),
        *broken(pool, rng),
        *languages(rng),
    ]
    made += [ordinary(article, rng) for article in pool.take(len(pool.left))]
    rng.shuffle(made)
    return made


def personal(pool: Pool, rng: random.Random) -> list[Page]:
    """Good pages with private data in them, and with numbers that only look so."""
    made = []
    kinds = tuple(private.ASKS)
    for number, article in enumerate(pool.take(80, words=150)):
        chosen = (kinds[number % len(kinds)], *rng.sample(kinds, rng.choice((0, 0, 1, 2))))
        secrets = [(kind, *private.secret(kind, rng)) for kind in dict.fromkeys(chosen)]
        harmless, sentence = private.HARMLESS[-number % len(private.HARMLESS)]
        planted = (*((kind, value) for kind, value, _ in secrets), ("harmless", harmless))
        texts = [text for _, _, text in secrets] + [sentence.format(harmless)]
        made.append(add(ordinary(article, rng, WHOLE), *texts, kind="personal", planted=planted))
    return made


def written(pool: Pool, rng: random.Random) -> list[Page]:
    """Good pages whose charset is not said, said twice or said wrongly, and some with an odd content type."""
    made = []
    for number, (article, encoding) in enumerate(zip(pool.take(63), cycle(CHARSETS), strict=False)):
        accents = ACCENTS.format(number=number + 2)
        page = add(ordinary(article, rng), accents, kind="charset", encoding=encoding, planted=(("accents", accents),))
        made.append(replace(page, site=replace(page.site, template="blog")))  # the quotes must not depend on the site
    for kind in (None, "application/xhtml+xml", "text/HTML") * 3:
        made.append(replace(ordinary(pool.next(), rng), kind="content type", content_type=kind))
    return made


def unwanted(pool: Pool, rng: random.Random) -> list[Page]:
    """Pages whose URL is reason enough, and some whose URL looks worse than it is."""
    made = []
    for host in (*BLOCKED * 4, *CURATED * 3):
        page = ordinary(pool.next(), rng)
        kind = "curated" if host in CURATED else "blocked host"
        made.append(replace(page, url=page.url.replace(page.site.host, host), kind=kind, fate="url"))
    for number, words in enumerate((*WORDY * 4, *HARMLESS_URLS * 2)):
        page = ordinary(pool.next(), rng)
        verdict = ("harmless URL", "kept") if words in HARMLESS_URLS else ("blocked words", "url")
        made.append(replace(page, url=page.site.url(f"{words}/{number}.html"), kind=verdict[0], fate=verdict[1]))
    return made


def low(pool: Pool, rng: random.Random) -> list[Page]:
    """Thin pages, pages of nonsense, spam and clutter, and pages with one bad line that stay."""

    def page(made: spoiled.Spoiled, kind: str, fate: str) -> Page:
        return replace(ordinary(Article(*made), rng), kind=kind, fate=fate)

    source = pool.take(150)
    return [
        *(page(spoiled.stub(number), "stub", "thin") for number in range(80)),
        *(page(spoiled.photograph(article), "photograph", "thin") for article in source[:40]),
        *(page(spoiled.teasers(rng.sample(source, 12)), "teasers", "quality") for _ in range(24)),
        *(page(spoiled.figures(rng), "figures", "quality") for _ in range(16)),
        *(page(spoiled.nonsense(rng), "nonsense", "language") for _ in range(24)),
        *(page(spoiled.encoded(rng), "encoded", "language") for _ in range(10)),
        *(page(spoiled.parrot(article), "parrot", "repetition") for article in source[40:70]),
        *(page(spoiled.stuffed(rng), "stuffed", "repetition") for _ in range(15)),
        *(page(spoiled.doorway(rng), "doorway", "repetition") for _ in range(15)),
        *(page(spoiled.shouted(article, rng), "shouted", "lines") for article in source[70:120]),
        *(page(spoiled.counted(article, rng), "counted", "kept") for article in source[120:150]),
    ]


def broken(pool: Pool, rng: random.Random) -> list[Page]:
    """Records that cannot be read, and records that are no page."""
    damaged, truncated, gone, moved, *rest = (ordinary(article, rng) for article in pool.take(10))
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
    return [replace(page, fate="quarantined") for page in lost] + [replace(page, fate="skipped") for page in skipped]


def languages(rng: random.Random) -> list[Page]:
    """Pages in the languages other than English, some of them with a header that lies."""
    made = []
    for language, texts in sorted(sentences().items()):
        sites = foreign(language)
        for number in range(SHARES.get(language, 4)):
            site = sites[number % len(sites)]
            chosen = rng.sample(texts, min(len(texts), rng.randrange(6, 16)))
            title = " ".join(chosen[0].split()[:8])[:60]
            encoding = replace(site.encoding, http="utf-8") if number % 8 == 7 else site.encoding
            blocks = tuple(Block("p", " ".join(chosen[at : at + 3])) for at in range(0, len(chosen), 3))
            url = site.url(path(site, f"{language} {number}", rng))
            made.append(Page(site, url, title, blocks, "language", "language", encoding=encoding))
    return made
