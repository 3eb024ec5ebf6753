"""Pages that are there more than once: whole, changed a little, under another URL, or in one paragraph."""

import random
import re
from dataclasses import replace
from itertools import cycle

from sample.article_pool import CLEAN_SITES, ArticlePool, page_on_a_site, with_paragraphs
from sample.pages import SamplePage
from sample.texts import Article, Block

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


def boilerplate_pages(pool: ArticlePool, rng: random.Random) -> list[SamplePage]:
    """Good pages with one of five paragraphs that stand on many pages."""
    made = []
    for text, article in zip(cycle(BOILERPLATE), pool.take(100, words=170), strict=False):
        made.append(
            with_paragraphs(page_on_a_site(article, rng), text, kind="boilerplate", planted=(("repeated", text),))
        )
    return made


def copy_families(pool: ArticlePool, rng: random.Random) -> list[SamplePage]:
    """Families of exact copies, near copies and mirrors; one page of each should stay."""
    made = []
    for number, article in enumerate(pool.take(90, words=180)):
        kind = ("exact", "near", "mirror")[number % 3]
        first = page_on_a_site(article, rng, CLEAN_SITES)
        family = [first, *(copy_of(kind, first, number, rng) for number in range(rng.choice((1, 1, 1, 2, 3))))]
        made += [replace(page, kind=kind, expected="duplicate", group=f"{kind}-{number:03}") for page in family]
    return made


def copy_of(kind: str, page: SamplePage, number: int, rng: random.Random) -> SamplePage:
    """A copy of a page: exact, near, or a mirror under another URL."""
    if kind == "mirror":
        return replace(page, url=mirror_url(page.url, number), canonical=page.url)
    blocks = page.blocks if kind == "exact" else with_changed_words(page.blocks, 150, rng)
    return page_on_a_site(Article(page.title, blocks), rng, CLEAN_SITES)


def lookalike_pairs(pool: ArticlePool, rng: random.Random) -> list[SamplePage]:
    """Pairs that share their shape but too few words in a row to be copies; both should stay."""
    made = []
    for number, article in enumerate(pool.take(20, words=120)):
        other = Article(article.title, with_changed_words(article.blocks, 8, rng))
        made += [replace(page_on_a_site(a, rng), kind="spun", group=f"spun-{number:03}") for a in (article, other)]
    return made


def mirror_url(url: str, number: int) -> str:
    """Another URL of the same page."""
    joint = "&" if "?" in url else "?"
    host, rest = url.removeprefix("https://").split("/", 1)
    return (
        f"{url}{joint}utm_source=newsletter&utm_medium=email",
        f"https://{host.removeprefix('www.')}:443/{rest}{joint}PHPSESSID=0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        f"http://m.{host.removeprefix('www.')}/{rest}",
    )[number]


def with_changed_words(blocks: tuple[Block, ...], every: int, rng: random.Random) -> tuple[Block, ...]:
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
