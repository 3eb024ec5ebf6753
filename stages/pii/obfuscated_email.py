"""E-mail addresses that presidio's expression does not match: spelt out, or with something stuck to them.

People hide an address from robots in a handful of ways: brackets or words for the at sign and the dots. And extraction
loses the markup that set an address apart: a word follows without a space, or Chinese goes on. In every form, the name
of the host must end in a suffix of the public suffix list.
"""

import re
from collections.abc import Iterator

import re2

from stages.pii.characters import INVISIBLE, without_invisible
from stages.pii.presidio import public_suffixes

MAX_LOCAL, MAX_HOST = 64, 253  # characters before and behind the at sign (RFC 5321, RFC 1035)
MAX_STUCK_LABELS = 4  # so many labels are taken from an end at most, to find a public suffix

_NAME, _LABEL = r"[A-Za-z0-9_][A-Za-z0-9._%+-]*", "[A-Za-z0-9-]+"
_INVISIBLE_NAME, _INVISIBLE_LABEL = (part.replace("-]", f"{INVISIBLE}-]") for part in (_NAME, _LABEL))
_AT = r"(?: ?[\[({<] ?(?i:at|@|arroba|ät|собака) ?[\])}>] ?|[\[(]a[\])])"
_DOT = r"(?: ?[\[({<] ?(?i:dot|\.|punkt|punto|ponto|point|точка) ?[\])}>] ?| (?:dot|DOT) |_dot_)"
_SPELT_NAME = rf"{_NAME}(?:{_DOT}{_NAME})*"
_FORMS = (
    rf"{_INVISIBLE_NAME}@{_INVISIBLE_LABEL}(?:\.{_INVISIBLE_LABEL})+",  # name@host.tld, whatever stands around it
    rf"\b{_SPELT_NAME}{_AT}{_LABEL}(?:(?:\.|{_DOT}){_LABEL})+",  # name (at) host (dot) tld
    rf"\b{_SPELT_NAME}(?: (?:at|AT) |_at_| ?@ ?)(?:{_LABEL}\.)*{_LABEL}(?:{_DOT}{_LABEL})+",  # name at host dot tld
    rf"\b(?i:e-?mail) ?: {{0,2}}({_NAME} @ {_LABEL}(?:\.{_LABEL})+)",  # E-mail: name @ host.tld
)
FIRST_LOOK = r"@|[\[({<] ?(?i:at|arroba|ät|собака) ?[\])}>]|[\[(]a[\])]| (?:dot|DOT) |_dot_"  # one of these is in all
_forms = tuple(map(re2.compile, _FORMS))
_at, _dot = re.compile(rf"{_AT}|_at_| (?:at|AT) | ?@ ?"), re.compile(_DOT)
_stuck_word = re.compile(r"[A-Z][a-z].*")  # "comPhone", "comThis"
_article = re.compile(r"(?i)(?:the|a|any|every|this|that|our|my|his|her|their)\.")  # "he worked at the dot com"


def obfuscated_emails(text: str) -> Iterator[tuple[int, int]]:
    """Where addresses are: (start, end), in no particular order, some of them twice."""
    for form in _forms:
        for match in form.finditer(text):
            start, end = match.span(form.groups)
            if (length := _address_length(text[start:end])) is not None:
                yield start, start + length


def _address_length(written: str) -> int | None:
    """Where the address ends in what an expression matched: with the last label under which hosts have names."""
    at = _at.search(written)
    if at is None or at.start() > MAX_LOCAL or (at[0][-1] in ")]" and at.start() < 2):  # f(a)x.to is a formula
        return None
    end = len(written)
    for _ in range(MAX_STUCK_LABELS):
        host = without_invisible(_dot.sub(".", written[at.end() : end]))
        if len(host) > MAX_HOST or host.startswith("-") or _article.match(host):
            return None
        if public_suffixes()(host).fqdn:
            return end
        last = max(written.rfind(mark, at.end(), end) for mark in ". )]}>_") + 1
        stuck = _stuck_word.search(written, last + 1, end)
        end = stuck.start() if stuck else _end_before(written, last)
    return None


def _end_before(written: str, last: int) -> int:
    """Where the label ends that stands before the one that begins at `last`."""
    dots = [*_dot.finditer(written, 0, last), *re.finditer(r"\.", written[:last])]
    return max((dot.start() for dot in dots if dot.end() >= last), default=0)
