"""Falcon-40B: 1,000 billion tokens in one phase of 2,048 (model card and arXiv 2311.16867)."""

from curriculum import Curriculum, Phase
from curriculum.build import recipe_of

EUROPE = {"de": 26, "es": 24, "fr": 23, "it": 7, "pt": 4, "pl": 4, "nl": 4, "ro": 3, "cs": 3, "sv": 2}  # percent
WEIGHTS = {
    "web": 0.75,  # RefinedWeb English
    **{f"europe_{language}": 0.07 * percent / 100 for language, percent in EUROPE.items()},  # RefinedWeb Europe
    "books": 0.06,
    "conversations": 0.05,  # Reddit, Stack Overflow, Hacker News
    "code": 0.05,
    "technical": 0.02,  # arXiv, PubMed, patents
}
CURRICULUM = Curriculum((Phase("main", 1_000_000_000_000, 2_048, WEIGHTS),))

# Falcon-180B has the same shares of 3,500 billion tokens: scale=3.5. Its pages, too, are taken to lie end to end.
recipe = recipe_of(CURRICULUM, method="concatenate")
