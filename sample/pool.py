"""Articles on sites: the pages that everything else is made from."""

import random
from dataclasses import dataclass, replace
from itertools import islice

from sample.pages import Page, slug
from sample.sites import ENGLISH, Site
from sample.texts import Article, Block

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
# Extraction takes these templates whole, so that what is alike as a page is alike as text.
WHOLE = tuple(site for site in ENGLISH if site.template in ("blog", "news", "forum", "shop", "docs"))


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


def ordinary(article: Article, rng: random.Random, sites: tuple[Site, ...] = ENGLISH) -> Page:
    """An article on one of the sites."""
    site = rng.choice(sites)
    return Page(site, site.url(path(site, article.title, rng)), article.title, article.blocks)


def path(site: Site, title: str, rng: random.Random) -> str:
    """A path as the software behind the site makes them."""
    numbers = dict(number=rng.randrange(10**5, 10**6), year=rng.randrange(2009, 2024), month=rng.randrange(1, 13))
    return PATHS[site.template].format(slug=slug(title), **numbers)


def add(page: Page, *texts: str, **changes) -> Page:
    """The page with one more paragraph after each of its first blocks."""
    blocks = list(page.blocks)
    for number, text in enumerate(texts):
        blocks.insert(1 + 2 * number, Block("p", text))
    return replace(page, blocks=tuple(blocks), **changes)
