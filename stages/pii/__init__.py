"""Private data out of texts: found by presidio's recognizers and ours, resolved, replaced, and counted by type."""

from stages.pii.finder import find, has_candidate
from stages.pii.phone import REGIONS
from stages.pii.policies import POLICIES, replace
from stages.pii.resolve import PII_TYPES, Span
from stages.pii.scrubbing import Scrub, dolma, fineweb, scrub, scrub_steps

__all__ = [
    "PII_TYPES",
    "POLICIES",
    "REGIONS",
    "Scrub",
    "Span",
    "dolma",
    "find",
    "fineweb",
    "has_candidate",
    "replace",
    "scrub",
    "scrub_steps",
]
