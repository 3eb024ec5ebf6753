"""Articles that are put on sites: the pages that all others are made from."""

import random
from dataclasses import dataclass, replace
from itertools import islice

from sample.pages import SamplePage, url_slug
from sample.sites import ENGLISH, Site
from sample.texts import Article, Block

SITE_PATHS = {
    "blog": "{year}/{month:02}/{slug}/",
    "news": "technology/{slug}-{number}.html",
    "forum": "viewtopic.php?f=4&t={number}",
    "shop": "{slug}-{number}.html",
    "docs": "en/latest/{slug}-{number}.html",
    "table": "pages/{slug}{number}.htm",
    "corporate": "insights/{number}/{slug}",
    "wiki": "wiki/{slug}_{number}",
}
# Extraction takes the whole article out of these templates, so pages that are alike have texts that are alike.
CLEAN_SITES = tuple(site for site in ENGLISH if site.template in ("blog", "news", "forum", "shop", "docs"))


@dataclass
class ArticlePool:
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


def page_on_a_site(article: Article, rng: random.Random, sites: tuple[Site, ...] = ENGLISH) -> SamplePage:
    """An article on one of the sites."""
    site = rng.choice(sites)
    return SamplePage(site, site.url(site_path(site, article.title, rng)), article.title, article.blocks)


def site_path(site: Site, title: str, rng: random.Random) -> str:
    """A path as the software behind the site makes them."""
    numbers = dict(number=rng.randrange(10**5, 10**6), year=rng.randrange(2009, 2024), month=rng.randrange(1, 13))
    return SITE_PATHS[site.template].format(slug=url_slug(title), **numbers)


def with_paragraphs(page: SamplePage, *texts: str, **changes) -> SamplePage:
    """The page with one more paragraph after each of its first blocks."""
    blocks = list(page.blocks)
    for number, text in enumerate(texts):
        blocks.insert(1 + 2 * number, Block("p", text))
    return replace(page, blocks=tuple(blocks), **changes)
