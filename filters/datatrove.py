"""A filter of datatrove as one of ours."""

from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from pipeline.doc import Doc


@dataclass(frozen=True, init=False)
class Block:
    """`Block(SomeDatatroveFilter(...))`: keeps what it keeps; the reason is its own, or "dropped" when it gives none.

    As a filter it leaves the text alone. A datatrove filter that also changes the text (C4's) goes through
    `edit(Block(...).edited)`. The settings stand for the filter in the fingerprint of a stage.
    """

    name: str
    settings: str

    def __init__(self, block: Any):
        object.__setattr__(self, "name", f"datatrove.{type(block).__name__}")
        object.__setattr__(self, "settings", _settings(block))
        object.__setattr__(self, "_block", block)

    def __call__(self, doc: Doc) -> str | None:
        return self.edited(doc)[1]

    def edited(self, doc: Doc) -> tuple[str, str | None]:
        """The text as the filter leaves it, and the reason to drop the page."""
        from datatrove.data import Document

        document = Document(text=doc.text, id=doc.id, metadata={**doc.fields, "url": doc.url})
        answer = self._block.filter(document)  # type: ignore[attr-defined]
        kept, reason = answer if isinstance(answer, tuple) else (answer, None)
        return document.text, None if kept else str(reason or "dropped")


def _settings(block: Any) -> str:
    """The public settings of a datatrove filter, in an order that no hash seed changes."""
    plain = (str, bytes, int, float, bool, type(None), list, tuple, set, frozenset)
    public = {k: v for k, v in vars(block).items() if not k.startswith("_") and isinstance(v, plain)}
    ordered = {k: sorted(v, key=repr) if isinstance(v, set | frozenset) else v for k, v in sorted(public.items())}
    return f"{type(block).__module__} {version('datatrove')} {ordered!r}"
