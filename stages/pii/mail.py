"""E-mail addresses that presidio's expression passes by: spelt out, or with something stuck to them.

People hide an address from robots in a handful of ways: brackets or words for the at sign and the dots. And the
markup that set an address apart is gone from extracted text: a word follows without a blank, or Chinese goes on.
Whatever the form, the name of the host must end as the public suffix list says.
"""

import re
from collections.abc import Iterator

import re2

from stages.pii.presidio import suffixes
from stages.pii.signs import UNSEEN, seen

LONGEST, LONGEST_HOST = 64, 253  # characters before and behind the at sign (RFC 5321, RFC 1035)
STUCK_LABELS = 4  # so many labels are taken from an end at most, to find a public suffix

NAME, LABEL = r"[A-Za-z0-9_][A-Za-z0-9._%+-]*", "[A-Za-z0-9-]+"
UNSEEN_NAME, UNSEEN_LABEL = NAME.replace("-]", f"{UNSEEN}-]"), LABEL.replace("-]", f"{UNSEEN}-]")
AT = r"(?: ?[\[({<] ?(?i:at|@|arroba|ät|собака) ?[\])}>] ?|[\[(]a[\])])"
DOT = r"(?: ?[\[({<] ?(?i:dot|\.|punkt|punto|ponto|point|точка) ?[\])}>] ?| (?:dot|DOT) |_dot_)"
FORMS = (
    rf"{UNSEEN_NAME}@{UNSEEN_LABEL}(?:\.{UNSEEN_LABEL})+",  # name@host.tld, whatever stands around it
    rf"\b{NAME}{AT}{LABEL}(?:(?:\.|{DOT}){LABEL})+",  # name (at) host (dot) tld
    rf"\b{NAME}(?: (?:at|AT) |_at_| ?@ ?)(?:{LABEL}\.)*{LABEL}(?:{DOT}{LABEL})+",  # name at host dot tld
    rf"\b(?i:e-?mail) ?: {{0,2}}({NAME} @ {LABEL}(?:\.{LABEL})+)",  # E-mail: name @ host.tld
)
HINT = r"@|[\[({<] ?(?i:at|arroba|ät|собака) ?[\])}>]|[\[(]a[\])]| (?:dot|DOT) |_dot_"  # one of these is in all
SPELT_AT, SPELT_DOT = re.compile(rf"{AT}|_at_| (?:at|AT) | ?@ ?"), re.compile(DOT)
STUCK = re.compile(r"[A-Z][a-z].*")  # "comPhone", "comThis"
THE = re.compile(r"(?i)(?:the|a|any|every|this|that|our|my|his|her|their)\.")  # "he worked at the dot com"
_forms = tuple(map(re2.compile, FORMS))


def hits(text: str) -> Iterator[tuple[int, int]]:
    """Where addresses are, in no particular order; some of them twice."""
    for form in _forms:
        for match in form.finditer(text):
            start, end = match.span(form.groups)
            if (cut := _end(text[start:end])) is not None:
                yield start, start + cut


def _end(written: str) -> int | None:
    """Where the address ends in what an expression took: with the last label under which there are names of hosts."""
    at = SPELT_AT.search(written)
    if at is None or at.start() > LONGEST or (at[0][-1] in ")]" and at.start() < 2):  # f(a)x.to is a formula
        return None
    end = len(written)
    for _ in range(STUCK_LABELS):
        host = seen(SPELT_DOT.sub(".", written[at.end() : end]))
        if len(host) > LONGEST_HOST or host.startswith("-") or THE.match(host):
            return None
        if suffixes()(host).fqdn:
            return end
        last = max(written.rfind(mark, at.end(), end) for mark in ". )]}>_") + 1
        stuck = STUCK.search(written, last + 1, end)
        end = stuck.start() if stuck else _before(written, last)
    return None


def _before(written: str, last: int) -> int:
    """Where the label ends that stands before the one that begins at `last`."""
    dots = [*SPELT_DOT.finditer(written, 0, last), *re.finditer(r"\.", written[:last])]
    return max((dot.start() for dot in dots if dot.end() >= last), default=0)
