"""Texts as the page shows them: cut to a window, in pieces that are plain and marked by turns, and what an edit did."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from report.page.marks import Span

WINDOW = 3_000  # characters shown of a text
BEFORE = 300  # characters shown before the first mark of a long text
AROUND = 160  # characters shown on each side of an edit
PIECE = re.compile(r"\s+|[^\s]+")
MASK = re.compile(r"<[A-Z_]+_\d+>|\|\|\|[A-Z_]+\|\|\|")


def alternating(text: str, spans: Sequence[Span], window: int = WINDOW) -> list[str]:
    """A text as pieces that are plain, marked, plain, and so on; a long one from shortly before its first mark.

    Pieces and not numbers of characters, since a browser counts characters in another way.
    """
    start = 0
    if len(text) > window and spans and spans[0][1] > window:
        start = max(0, spans[0][0] - BEFORE)
    end, at = min(len(text), start + window), start
    found = ["…" if start else ""]
    for a, b in spans:
        if a >= end:
            break
        if b > at:
            found[-1] += text[at : max(a, at)]
            found += [text[max(a, at) : min(b, end)], ""]
            at = min(b, end)
    found[-1] += text[at:end] + (" …" if end < len(text) else "")
    return found


def masked(text: str) -> list[Span]:
    """The marks that stand in a text for private data."""
    return [match.span() for match in MASK.finditer(text)]


Change = tuple[int, str]  # 0 the same in both, 1 taken out, 2 put in


def changes(old: str, new: str, window: int = WINDOW) -> list[Change]:
    """What an edit did to a text: equal pieces cut to a few words around what was taken out and put in."""
    found, size = list[Change](), 0
    for kind, text in _joined(_line_changes(old, new)):
        if kind == 0 and len(text) > 2 * AROUND:
            text = text[:AROUND] + " … " + text[-AROUND:]
        found.append((kind, text[:window]))
        size += len(text)
        if size > window:
            found.append((0, " …"))
            break
    return found


def _line_changes(old: str, new: str) -> Iterator[Change]:
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    for what, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "replace" and max(b - a, d - c) < 20:
            yield from _word_changes("".join(before[a:b]), "".join(after[c:d]))
        else:
            yield from _sides(what, "".join(before[a:b]), "".join(after[c:d]))


def _word_changes(old: str, new: str) -> Iterator[Change]:
    before, after = PIECE.findall(old), PIECE.findall(new)
    if max(len(before), len(after)) > 2_000:
        yield from _sides("replace", old, new)
        return
    for what, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        yield from _sides(what, "".join(before[a:b]), "".join(after[c:d]))


def _sides(what: str, old: str, new: str) -> Iterator[Change]:
    if what == "equal":
        yield 0, old
        return
    yield from ((kind, text) for kind, text in ((1, old), (2, new)) if text)


def _joined(found: Iterator[Change]) -> Iterator[Change]:
    held: Change | None = None
    for kind, text in found:
        if held and held[0] == kind:
            held = (kind, held[1] + text)
            continue
        if held:
            yield held
        held = (kind, text)
    if held:
        yield held
