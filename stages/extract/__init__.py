"""Main text and images out of HTML, at a bounded cost a page."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stages.extract.transform import CAPS, LIMITS, Limits, Text, is_reread, text

READINGS = ("trafilatura", "precision", "balanced", "recall")  # trafilatura's text, by a faster way
EXTRACTORS = ("blocks", *READINGS, "plain", "resiliparse", "raw")
FROM_TRANSFORM = ("CAPS", "LIMITS", "Limits", "Text", "is_reread", "text")
__all__ = ["CAPS", "EXTRACTORS", "LIMITS", "READINGS", "Limits", "Text", "is_reread", "text"]


def __getattr__(name: str) -> Any:
    """The transform's names, imported when they are asked for: the process that reads the pages needs no Arrow."""
    if name not in FROM_TRANSFORM:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("stages.extract.transform"), name)
