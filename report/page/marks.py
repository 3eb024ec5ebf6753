"""The part of a text that a limit objects to, as spans of characters: the repeated n-gram, the flagged line, the word.

What is marked is what the measure of the limit counts; a value that is a property of the whole text marks nothing.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher

from filters.gopher import BULLETS, ELLIPSES, has_letter
from filters.repeats import NGrams
from filters.url import HARD, SEPARATORS, SOFT, STRICT, host_of, listed_words
from pipeline.doc import Doc
from pipeline.rules import EditRules
from report.limits import Measuring

Span = tuple[int, int]
MOST = 400  # spans of one text
SIGNS = re.compile("|".join(map(re.escape, sorted(ELLIPSES, key=len, reverse=True))))


def offending(judge: Measuring, value: str, doc: Doc) -> list[Span]:
    """What of the text of a Doc counts in `value`, one of those that the filter measures; ascending, apart."""
    if isinstance(judge, EditRules):
        return merged(_stripped(doc.text, span) for span in removed(doc.text, judge.fn(doc)[0]))
    if gram := re.fullmatch(r"(top|dup)_(\d+)gram", value):
        return merged(_top(doc, int(gram[2])) if gram[1] == "top" else _again(doc, int(gram[2])))
    return merged(MARKED[value](doc)) if value in MARKED else []


def merged(spans: Sequence[Span] | Iterator[Span]) -> list[Span]:
    """The spans in order, those that touch or overlap as one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif len(found) < MOST:
            found.append((start, end))
    return found


def _stripped(text: str, span: Span) -> Span:
    """A span without the white space at its ends."""
    part = text[span[0] : span[1]]
    start = span[0] + len(part) - len(part.lstrip())
    return start, max(start, span[1] - len(part) + len(part.rstrip()))


def removed(old: str, new: str) -> Iterator[Span]:
    """The spans of a text that an edit took away, line by line, and word by word inside of a line."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    starts = _starts(before)
    for what, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "delete":
            yield starts[a], starts[b]
        elif what == "replace":
            yield from _words_removed("".join(before[a:b]), "".join(after[c:d]), starts[a])


def _words_removed(old: str, new: str, at: int) -> Iterator[Span]:
    before, after = re.findall(r"\s+|\S+", old), re.findall(r"\s+|\S+", new)
    starts = _starts(before)
    for what, a, b, *_ in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what in ("delete", "replace"):
            yield at + starts[a], at + starts[b]


def _starts(parts: Sequence[str]) -> list[int]:
    starts = [0]
    for part in parts:
        starts.append(starts[-1] + len(part))
    return starts


def url_marks(url: str, reason: str) -> list[Span]:
    """What of an address a rule on addresses met: a listed word, or the host."""
    lower = url.lower()
    if reason.rpartition(":")[2] in ("hard_word", "soft_words", "strict_word"):
        listed = listed_words(HARD) | listed_words(SOFT)
        spans, at = list[Span](), 0
        for part in filter(None, SEPARATORS.split(lower)):
            at = lower.index(part, at)
            spans += [(at, at + len(part))] if part in listed else []
            at += len(part)
        return merged(
            [*spans, *((m.start(), m.end()) for w in listed_words(STRICT) for m in re.finditer(re.escape(w), lower))]
        )
    host = host_of(url)
    return (
        [(lower.index(host), lower.index(host) + len(host))]
        if reason.startswith("url.") and host and host in lower
        else []
    )


def word_spans(doc: Doc) -> list[Span]:
    """Where each word of a Doc stands in its text."""
    spans, at = [], 0
    for word in doc.words:
        found = doc.text.find(word, at)
        at = found if found >= 0 else at
        spans.append((at, at + len(word)))
        at += len(word)
    return spans


def _top(doc: Doc, n: int) -> Iterator[Span]:
    grams = NGrams(doc).joined(n, spaces=True).tolist()
    counts: dict[int, int] = {}
    for gram in grams:
        counts[gram] = counts.get(gram, 0) + 1
    spans = word_spans(doc)
    top = max(counts, key=lambda gram: counts[gram], default=None)
    for place, gram in enumerate(grams):
        if gram == top:
            yield spans[place][0], spans[place + n - 1][1]


def _again(doc: Doc, n: int) -> Iterator[Span]:
    spans, seen, free = word_spans(doc), set[int](), 0
    for place, gram in enumerate(NGrams(doc).joined(n, spaces=False).tolist()):
        if place < free:
            continue
        if gram in seen:
            free = place + n
            yield spans[place][0], spans[free - 1][1]
        seen.add(gram)


def _parts(separator: str, chosen: Callable[[str, set[str]], bool]) -> Callable[[Doc], Iterator[Span]]:
    """Marks the lines or paragraphs that `chosen` picks, given those before."""

    def marks(doc: Doc) -> Iterator[Span]:
        seen, at = set[str](), 0
        for part in re.split(separator, doc.text):
            at = doc.text.index(part, at)
            if part.strip() and chosen(part, seen):
                yield at, at + len(part)
            seen.add(part)
            at += len(part)

    return marks


def _words(chosen: Callable[[str], bool]) -> Callable[[Doc], Iterator[Span]]:
    return lambda doc: (span for span, word in zip(word_spans(doc), doc.words, strict=True) if chosen(word))


repeated_line = _parts(r"\r?\n", lambda line, seen: line in seen)
repeated_paragraph = _parts(r"(?:\r?\n\s*){2,}", lambda part, seen: part in seen)
MARKED: dict[str, Callable[[Doc], Iterator[Span]]] = {
    "dup_lines": repeated_line,
    "dup_line_chars": repeated_line,
    "dup_paragraphs": repeated_paragraph,
    "dup_paragraph_chars": repeated_paragraph,
    "hashes": lambda doc: (m.span() for m in re.finditer("#", doc.text)),
    "ellipses": lambda doc: (m.span() for m in SIGNS.finditer(doc.text)),
    "bullet_lines": _parts(r"\r?\n", lambda line, _seen: line.lstrip().startswith(BULLETS)),
    "ellipsis_lines": _parts(r"\r?\n", lambda line, _seen: line.rstrip().endswith(ELLIPSES)),
    "alphabetic": _words(lambda word: not has_letter(word)),
    "alphabetic_words": _words(lambda word: not has_letter(word) and any(map(str.isalnum, word))),
    "word_length": _words(lambda word: len(word) > 10),
}
