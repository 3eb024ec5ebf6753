"""What leaves a code file before training: the licence at its head, and secrets anywhere."""

import re2

HEAD = re2.compile(
    r"(?im)copyright|^\W*licen[cs]e:|licen[cs]ed under|under the .{0,40}licen[cs]e|spdx-"
    r"|all rights reserved|redistribution and use|without warrant"
)
BLOCKS = (("/*", "*/"), ("<!--", "-->"), ('"""', '"""'), ("'''", "'''"), ("(*", "*)"), ("{-", "-}"))
LINES = ("//", "#", "--", ";", "%", "rem ", "!", "'", "dnl ")
LONGEST_HEAD = 20_000  # characters

SECRET = "<SECRET>"
# Forms that their issuers document; a match is a secret whatever stands around it.
TOKENS = (
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    r"\bgh[pousr]_[A-Za-z0-9]{36,255}\b",
    r"\bgithub_pat_[A-Za-z0-9_]{22,255}\b",
    r"\bglpat-[A-Za-z0-9_-]{20,64}",
    r"\bxox[abprs]-[A-Za-z0-9-]{10,250}",
    r"\bsk_live_[A-Za-z0-9]{16,128}\b",
    r"\bAIza[A-Za-z0-9_-]{35}",
    r"\bnpm_[A-Za-z0-9]{36}\b",
    r"\bhf_[A-Za-z0-9]{30,64}\b",
    r"\beyJ[A-Za-z0-9_-]{10,1000}\.eyJ[A-Za-z0-9_-]{10,1000}\.[A-Za-z0-9_-]{10,1000}",
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[A-Za-z0-9+/=\s\\nr\",:-]*?-----END [A-Z ]{0,30}PRIVATE KEY-----",
)
TOKEN = re2.compile("|".join(TOKENS))
# A value in quotes that is given to a name that speaks of secrets.
NAMED = re2.compile(
    r"""(?i)((?:api_?key|secret|passwd|password|auth_?token|access_?token|private_?key)["']?\s{0,3}[:=]{1,2}>?\s{0,3}["'])([^"'\s]{8,200})(["'])"""
)
PLACEHOLDER = re2.compile(r"(?i)^(?:x+|\*+|\.+|your|my|test|example|change|dummy|fake|none|null|<|\$|%|\{)")


def scrub(text: str) -> str:
    """The text without the licence comment at its head, its secrets replaced by a marker."""
    return without_secrets(without_licence(text))


def without_licence(text: str) -> str:
    """Drop the first comment when it speaks of a licence or copyright; a line "#!" before it stays."""
    first, rest = "", text
    if text.startswith("#!"):
        first, _, rest = text.partition("\n")
        first += "\n"
    end = comment_end(rest)
    return first + rest[end:].lstrip("\n") if end and HEAD.search(rest[:end]) else text


def comment_end(text: str) -> int:
    """Where the comment at the head of the text ends: after a block, or after the last of its line comments."""
    start = len(text) - len(text.lstrip())
    for begin, finish in BLOCKS:
        if text.startswith(begin, start):
            close = text.find(finish, start + len(begin), start + LONGEST_HEAD)
            return close + len(finish) if close >= 0 else 0
    mark = next((m for m in LINES if text[start : start + len(m)].lower() == m), None)
    end = start
    while mark and end < LONGEST_HEAD and text[end : end + len(mark)].lower() == mark:
        stop = text.find("\n", end)
        if stop < 0:
            return len(text)
        end = stop + 1
    return end if mark else 0


def without_secrets(text: str) -> str:
    """Replace keys and tokens of known form, and quoted values given to names such as `password`."""
    text = TOKEN.sub(SECRET, text)
    return NAMED.sub(lambda m: m.group(0) if PLACEHOLDER.search(m.group(2)) else m.group(1) + SECRET + m.group(3), text)
