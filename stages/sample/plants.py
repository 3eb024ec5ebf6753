"""What is planted in the sample: every page of it, with the truth about it."""

import random
import re
from dataclasses import dataclass, replace
from itertools import cycle, islice

from stages.sample import private, spoiled
from stages.sample.pages import Page, slug
from stages.sample.sites import ENGLISH, SHARES, Encoding, Site, foreign
from stages.sample.texts import Article, Block, articles, sentences

SEED = "mews"
PATHS = {
    "blog": "{year}/{month:02}/{slug}/",
    "news": "technology/{slug}-{number}.html",
    "forum": "viewtopic.php?f=4&t={number}",
    "shop": "{slug}-{number}.html",
    "docs": "en/latest/{slug}-{number}.html",
    "table": "pages/{slug}{number}.htm",
    "corporate": "insights/{number}/{slug}",
    "wiki": "wiki/{slug}_{number}",
}
# Paragraphs of more than fifty tokens that many pages have in common, each under some twenty articles.
BOILERPLATE = (
    "This text is provided for general information only and does not replace the advice of somebody who knows your "
    "own situation. While every effort has been made to keep what is written here correct and up to date, neither "
    "the editors nor the owners of this site can be held responsible for any loss that arises from using it, from "
    "not using it, or from using a different edition of it by mistake.",
    "Our correspondent has followed this subject for more than ten years and has spoken about it at meetings in "
    "nine countries. Before joining us she taught evening classes, repaired typewriters and edited a quarterly "
    "journal on the history of measurement. She lives by the sea with two dogs and a growing number of notebooks, "
    "and answers the letters of readers on the first Monday of every month.",
    "All orders that are placed before noon on a working day leave our warehouse on the same afternoon, packed in "
    "paper and sent with the ordinary post. Should anything not be to your liking you may return it within thirty "
    "days, unused and in the box in which it came, and we will refund the full price together with what you paid "
    "for the delivery, no questions asked and no form to fill in.",
    "Before you post, please read what others have asked already and use the search at the top of the page, since "
    "most problems have been solved here at least once. Say which edition you have, what you expected to happen and "
    "what happened instead, and be kind to those who answer in their spare time. Messages that sell something, and "
    "those with nothing but capital letters, are removed by the moderators without notice.",
    "This article is part of a series that was made possible by a grant from the reading fund of our members. The "
    "fund has no influence on what is written or on who writes it, and learns of an article on the day when you do. "
    "If you would like to see more work of this kind, consider becoming a member yourself: for the price of a cup "
    "of tea a week you keep these pages free for everybody else.",
)
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


@dataclass
class Pool:
    """Articles that are given out once each."""

    left: list[Article]

    def take(self, count: int, words: int = 0) -> list[Article]:
        """The next articles of at least so many words."""
        taken = list(islice((article for article in self.left if len(article.text.split()) >= words), count))
        self.left = [article for article in self.left if article not in taken]
        return taken

    def next(self) -> Article:
        """The next article, whatever its length."""
        return self.left.pop(0)


def pages() -> list[Page]:
    """All pages of the sample in the order in which they were crawled."""
    rng = random.Random(SEED)
    pool = Pool(rng.sample(articles(), len(articles())))
    made = [
        *repeated(pool, rng),
        *copies(pool, rng),
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


def ordinary(article: Article, rng: random.Random, sites: tuple[Site, ...] = ENGLISH) -> Page:
    """An article on one of the sites."""
    site = rng.choice(sites)
    return Page(site, site.url(path(site, article.title, rng)), article.title, article.blocks)


def path(site: Site, title: str, rng: random.Random) -> str:
    """A path as the software behind the site makes them."""
    numbers = dict(number=rng.randrange(10**5, 10**6), year=rng.randrange(2009, 2024), month=rng.randrange(1, 13))
    return PATHS[site.template].format(slug=slug(title), **numbers)


def add(page: Page, *texts: str, **changes) -> Page:
    """The page with more paragraphs before its last block."""
    more = tuple(Block("p", text) for text in texts)
    return replace(page, blocks=(*page.blocks[:-1], *more, *page.blocks[-1:]), **changes)


def repeated(pool: Pool, rng: random.Random) -> list[Page]:
    """Good pages with one of five paragraphs that stand on many pages."""
    made = []
    for text, article in zip(cycle(BOILERPLATE), pool.take(100, words=170), strict=False):
        made.append(add(ordinary(article, rng), text, kind="boilerplate", planted=(("repeated", text),)))
    return made


def copies(pool: Pool, rng: random.Random) -> list[Page]:
    """Families of exact copies, near copies and mirrors, and pages that look like copies but are not."""
    # Extraction takes these templates whole, so that what is alike as text stays alike.
    whole = [site for site in ENGLISH if site.template in ("blog", "news", "forum", "shop", "docs")]
    made = []
    for number, article in enumerate(pool.take(90, words=180)):
        first = ordinary(article, rng, tuple(whole))
        kind = ("exact", "near", "mirror")[number % 3]
        family = [first]
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            if kind == "mirror":
                family.append(replace(first, url=mirrored(first.url, len(family))))
                continue
            blocks = article.blocks if kind == "exact" else edited(article.blocks, 150, rng)
            family.append(ordinary(Article(article.title, blocks), rng, tuple(whole)))
        group = f"{kind}-{number:03}"
        made += [replace(page, kind=kind, fate="duplicate", group=group) for page in family]
    for number, article in enumerate(pool.take(20, words=120)):
        spun = Article(article.title, edited(article.blocks, 8, rng))
        made += [replace(ordinary(a, rng), kind="spun", group=f"spun-{number:03}") for a in (article, spun)]
    return made


def mirrored(url: str, number: int) -> str:
    """Another URL of the same page."""
    joint = "&" if "?" in url else "?"
    host, rest = url.removeprefix("https://").split("/", 1)
    return (
        f"{url}{joint}utm_source=newsletter&utm_medium=email",
        f"https://{host.removeprefix('www.')}:443/{rest}{joint}PHPSESSID=0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        f"http://m.{host.removeprefix('www.')}/{rest}",
    )[number - 1]


def edited(blocks: tuple[Block, ...], every: int, rng: random.Random) -> tuple[Block, ...]:
    """The blocks with one word in so many replaced by another word of theirs, at least one."""
    vocabulary = sorted({word for block in blocks for word in re.findall(r"[a-z]{4,}", block.text)})
    step = rng.randrange(every // 2)
    out = []
    for block in blocks:
        words = block.text.split(" ")
        for at, word in enumerate(words):
            step += 1
            if step >= every and word.isalpha() and word.islower():
                words[at] = rng.choice([other for other in vocabulary if other != word])
                step = 0
        out.append(Block(block.tag, " ".join(words)))
    return tuple(out)


def personal(pool: Pool, rng: random.Random) -> list[Page]:
    """Good pages with private data in them, and with numbers that only look so."""
    made = []
    kinds = tuple(private.ASKS)
    for number, article in enumerate(pool.take(80, words=150)):
        chosen = (kinds[number % len(kinds)], *rng.sample(kinds, rng.choice((0, 0, 1, 2))))
        secrets = [(kind, *private.secret(kind, rng)) for kind in dict.fromkeys(chosen)]
        harmless, sentence = private.HARMLESS[number % len(private.HARMLESS)]
        planted = (*((kind, value) for kind, value, _ in secrets), ("harmless", harmless))
        texts = [text for _, _, text in secrets] + [sentence.format(harmless)]
        made.append(add(ordinary(article, rng), *texts, kind="personal", planted=planted))
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
