"""A filter of datatrove as one of ours.

datatrove's filters return True to keep a document; ours return None to keep it and a reason to drop it. The adapter
turns the one into the other, so a filter that is moved over from datatrove by hand must be turned round as well.
"""

from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from pipeline.doc import Doc


@dataclass(frozen=True, init=False)
class DatatroveFilter:
    """`DatatroveFilter(SomeFilter(...))` keeps what that filter keeps, where it returns True or (True, ...).

    The reason is the filter's own, or "dropped" when it gives none. As a filter it leaves the text alone; one of
    datatrove's that also changes the text (C4's) goes through `edit(DatatroveFilter(...).edited)`. The settings of the
    filter and the version of datatrove stand for it in the fingerprint of a stage.
    """

    name: str
    settings: str

    def __init__(self, block: Any):
        object.__setattr__(self, "name", f"datatrove.{type(block).__name__}")
        object.__setattr__(self, "settings", _settings(block))
        object.__setattr__(self, "_block", block)

    def __call__(self, doc: Doc) -> str | None:
        """The reason to drop the Doc; None where the filter of datatrove returns True."""
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
