"""Emphasis: as it is gathered, between characters that no page holds, and as Markdown writes it."""

import re

BOLD, ITALIC, STRUCK = "\1\4", "\2\5", "\3\6"  # where each begins and ends
ALL = BOLD + ITALIC + STRUCK
WITHOUT = dict.fromkeys(map(ord, ALL))
WITHOUT_BOLD = dict.fromkeys(map(ord, BOLD))
WRITTEN = dict(zip(map(ord, ALL), ("**", "**", "*", "*", "~~", "~~"), strict=True))
MARK = re.compile("[\1-\6]")
ALIKE = re.compile(
    "\1( *)\4|\2( *)\5|\3( *)\6|\4( *)\1|\5( *)\2|\6( *)\3"
)  # around nothing, and two next to one another
BEFORE_BLANKS, BEHIND_BLANKS = re.compile("([\1-\3]+)( +)"), re.compile("( +)([\4-\6]+)")
BLANKS = re.compile(" {2,}")
DEEPEST = 20  # levels of emphasis around one another that are tidied


def mark_emphasis(line: str) -> str:
    """A line with Markdown's marks: close to its words, one pair where two would touch, and none around nothing.

    CommonMark does not read "** word**", "****" or "**do****.**" as emphasis.
    """
    if not MARK.search(line):
        return line
    line = matched(line)
    for _ in range(DEEPEST):
        before = line
        line = BEHIND_BLANKS.sub(r"\2\1", BEFORE_BLANKS.sub(r"\2\1", line))
        line = ALIKE.sub(lambda found: found[found.lastindex or 0], line)
        if line == before:
            break
    return BLANKS.sub(" ", line).strip().translate(WRITTEN)


def matched(line: str) -> str:
    """A line without marks that have no partner in it, and without those inside the same emphasis."""
    opened: dict[str, list[int]] = {kind: [] for kind in (BOLD, ITALIC, STRUCK)}
    kept = set[int]()
    for found in MARK.finditer(line):
        kind = next(kind for kind in opened if found[0] in kind)
        if found[0] == kind[0]:
            opened[kind].append(found.start())
        elif opened[kind]:
            first = opened[kind].pop()
            kept |= set() if opened[kind] else {first, found.start()}
    return MARK.sub(lambda found: found[0] if found.start() in kept else "", line)
