"""Falcon-7B: 1,500 billion tokens in one phase of 2,048 (model card and arXiv 2311.16867)."""

from curriculum import Curriculum, Phase
from curriculum.build import recipe_of

WEIGHTS = {
    "web": 0.79,  # RefinedWeb English
    "french": 0.03,  # RefinedWeb French
    "books": 0.07,
    "conversations": 0.06,  # Reddit, Stack Overflow, Hacker News
    "code": 0.03,
    "technical": 0.02,  # arXiv, PubMed, patents
}
CURRICULUM = Curriculum((Phase("main", 1_500_000_000_000, 2_048, WEIGHTS),))

# Limits on repetition are not published: four epochs are allowed, the default of a phase. Nor is it said that pages
# were laid end to end, as was usual.
recipe = recipe_of(CURRICULUM, method="concatenate")
