"""Random HTML pages full of what trafilatura's lists look for, in every order and spelling."""

import random
import re

from trafilatura import readability_lxml, settings, xpaths

LISTS = (
    *xpaths.BODY_XPATH,
    *xpaths.OVERALL_DISCARD_XPATH,
    *xpaths.RAW_TREE_PRUNE_XPATH,
    *xpaths.REMOVE_COMMENTS_AND_LISTS_XPATH,
    *xpaths.TEASER_DISCARD_XPATH,
    *xpaths.PRECISION_DISCARD_XPATH,
    *xpaths.DISCARD_IMAGE_ELEMENTS,
    settings.BASIC_CLEAN_XPATH,
)
SOURCES = [expression.path for expression in LISTS] + [p.pattern for p in readability_lxml.REGEXES.values()]
TOKENS = sorted({token for source in SOURCES for token in re.findall(r"[\w-]{3,}", source)})
TAGS = (
    "div div div section p p span span article main header footer aside nav ul li ol dl dt dd a a table tr td th h1 h2 "
    "details summary form input button figure figcaption img pre code blockquote q em strong sub sup br hr noscript "
    "iframe textarea select option script style template svg math video label time main list item graphic"
).split()
VOID = {"img", "br", "hr", "input"}
NAMES = ("class", "class", "class", "id", "id", "style", "role", "aria-hidden", "itemprop", "data-component")
EXTRAS = ("data-lp-replacement-content", "{{x}}", "CLASS", "Verdict", "{odd", "href", "src", "type", "rowspan")
JOINTS = (" ", " ", " ", "-", "_", "", "\n", "\t", "\u00a0", "  ")
ODD = ("", " ", "ſhare", "KİNK", "naïve-нав", "true", "display:none", "border:0", "link", "bottom\n", "a" * 300)
WORDS = "the river, and a bridge of the town & its <meadows> © in spring; x\u00a0y über 河 .".split(" ")


def random_value(rng: random.Random) -> str:
    """A class, id or the like: tokens of the lists, joined in many ways."""
    if rng.random() < 0.15:
        return rng.choice(ODD)
    parts = [rng.choice(TOKENS) for _ in range(rng.choice((1, 1, 1, 2, 3)))]
    value = rng.choice(JOINTS).join(parts)
    return rng.choice((value, value, value, value.capitalize(), value.upper(), value[: rng.randint(1, len(value))]))


def random_attributes(rng: random.Random) -> str:
    names = [rng.choice(NAMES) for _ in range(rng.choice((0, 0, 1, 1, 2, 3)))]
    names += [rng.choice(EXTRAS)] * (rng.random() < 0.1)
    rng.shuffle(names)
    values = (random_value(rng).replace("&", "&amp;").replace('"', "&quot;") for _ in names)
    return "".join(f' {name}="{value}"' for name, value in zip(names, values, strict=True))


def random_text(rng: random.Random) -> str:
    words = " ".join(rng.choice(WORDS) for _ in range(rng.choice((0, 1, 3, 12, 60))))
    return words.replace("&", "&amp;").replace("<", "&lt;") + rng.choice(("", "\n  ", " "))


def random_element(rng: random.Random, depth: int) -> str:
    tag = rng.choice(TAGS)
    start = f"<{tag}{random_attributes(rng)}>"
    if tag in VOID:
        return start + random_text(rng)
    inside = "".join(random_element(rng, depth - 1) for _ in range(rng.randint(0, 3))) if depth else ""
    return f"{start}{random_text(rng)}{inside}</{tag}>{random_text(rng)}"


def random_page(seed: int) -> bytes:
    """A page of its own for each number."""
    rng = random.Random(seed)
    body = "".join(random_element(rng, rng.randint(1, 5)) for _ in range(rng.randint(1, 6)))
    forum = '<script type="application/ld+json">{"@type": "DiscussionForumPosting"}</script>' * (rng.random() < 0.1)
    return f"<html><head><title>t</title>{forum}</head><body>{body}</body></html>".encode()
