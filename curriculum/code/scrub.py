"""What leaves a code file before training: the licence at its head; secrets and what is personal anywhere."""

import re
from dataclasses import dataclass

import pyarrow as pa
import re2

from curriculum.code.personal import EMAIL, IP, PHONE, without_personal_data
from curriculum.code.secrets import SECRET, without_secrets
from pipeline.transform import put

MARKERS = {"email": EMAIL, "ip": IP, "phone": PHONE, "secret": SECRET}
HEAD = re2.compile(
    r"(?im)copyright|^\W*licen[cs]e:|licen[cs]ed under|under the .{0,40}licen[cs]e|spdx-"
    r"|all rights reserved|redistribution and use|without warrant"
)
BLOCKS = (("/*", "*/"), ("<!--", "-->"), ('"""', '"""'), ("'''", "'''"), ("(*", "*)"), ("{-", "-}"))
LINES = ("//", "#", "--", ";", "%", "rem ", "!", "'", "dnl ")
LONGEST_HEAD = 50_000  # characters of one comment: the whole of GPL-3 has 35,000
COMMENTS = 8  # are read at the head at most
BLANK = re.compile(r"\s*")
QUOTES = ('"""', "'''")
OPENING = re.compile(
    r"\ufeff?(?:#![^\n]*\n|<\?php[^\S\n]*\n?|<\?xml[^>]*>[^\S\n]*\n?|<!doctype[^>]*>[^\S\n]*\n?|@echo off\s*?\n)+", re.I
)
DIRECTIVE = re.compile(
    r"#[ \t]*(?:include|define|if|ifdef|ifndef|pragma|region|import|undef)\b|;;?;?###autoload|%%|#\[|--\["
)


@dataclass(frozen=True)
class ScrubCode:
    """A transform: rewrites `text` as `scrub_code` does, and counts by type in `counts` what was replaced."""

    name: str = "code.scrub"

    def __call__(self, table: pa.Table) -> pa.Table:
        """The table with its texts scrubbed."""
        scrubbed = [scrub_code(text or "") for text in table["text"].to_pylist()]
        counts = pa.array([list(counted.items()) for _, counted in scrubbed], pa.map_(pa.string(), pa.int64()))
        return put(put(table, "text", pa.array([text for text, _ in scrubbed], pa.string())), "counts", counts)


def scrub_code(text: str) -> tuple[str, dict[str, int]]:
    """The text without the licence comment at its head, its secrets and personal data replaced by markers; and how many
    of each type there were.
    """
    bare = without_licence(text)
    clean = without_personal_data(without_secrets(bare))
    counts = {name: clean.count(marker) - bare.count(marker) for name, marker in MARKERS.items()}
    return clean, {name: n for name, n in {"licence": int(bare != text), **counts}.items() if n}


def without_licence(text: str) -> str:
    """Drop the comments at the head that speak of a licence or copyright.

    What must come first stays ("#!", "<?php"), as do other comments there, and a docstring that begins with
    something else.
    """
    opening = OPENING.match(text)
    at = opening.end() if opening else 0
    for _ in range(COMMENTS):
        end = comment_end(text, at)
        comment = text[at:end].lstrip()
        quoted = comment.startswith(QUOTES)
        if HEAD.search(comment.partition("\n")[0] if quoted else comment):
            broken = "\n" if at and text[at - 1] != "\n" else ""
            text = text[:at] + broken + text[end:].lstrip("\r\n")
        elif quoted or end == at:
            break
        else:
            at = end
    return text


def comment_end(text: str, at: int = 0) -> int:
    """Where the comment ends that begins there, after blanks: a block, or the last of its line comments; else `at`."""
    start = BLANK.match(text, at).end()  # type: ignore[union-attr]
    for begin, finish in BLOCKS:
        if text.startswith(begin, start):
            close = text.find(finish, start + len(begin), start + LONGEST_HEAD)
            return close + len(finish) if close >= 0 else at
    mark = next((m for m in LINES if text[start : start + len(m)].lower() == m), None)
    end = start
    while mark and text[end : end + len(mark)].lower() == mark and not DIRECTIVE.match(text, end):
        stop = text.find("\n", end)
        if stop < 0:
            return len(text)
        if stop - start > LONGEST_HEAD:
            return at
        end = stop + 1
    return end if end > start else at
