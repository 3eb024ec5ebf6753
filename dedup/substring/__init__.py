"""Exact repeated substrings: `repeated` finds runs of n tokens that occur again in the corpus, `cut` removes them."""

from dedup.substring.cutting import Cut, cut
from dedup.substring.plan import repeated

__all__ = ["Cut", "cut", "repeated"]
