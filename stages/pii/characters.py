"""Characters of every script as ASCII has them, so that one expression knows the digits, dashes and spaces of all."""

import re

_SPACES = "\xa0\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"
_FULLWIDTH = "()+./:@[]_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"  # each also 0xFEE0 code points later
_ASCII_FORM = dict.fromkeys(_SPACES, " ") | dict.fromkeys(_DASHES, "-") | {chr(ord(c) + 0xFEE0): c for c in _FULLWIDTH}
INVISIBLE = "\xad\u200b\u200c\u200d\u2060\ufeff"  # mark where a long word may be broken; readers do not see them
_ascii_run = re.compile(r"[\x00-\x7f]+")
_invisible = re.compile(f"[{INVISIBLE}]")


def normalise_chars(text: str) -> str:
    """The same text, character for character, with ASCII digits, hyphens and spaces, and no full-width letters."""
    if text.isascii():
        return text
    for char in set(_ascii_run.sub("", text)):
        if ascii := _ASCII_FORM.get(char) or (str(int(char)) if char.isdecimal() else ""):
            text = text.replace(char, ascii)
    return text


def without_invisible(text: str) -> str:
    """The text without the characters that readers do not see; it may be shorter."""
    return text if text.isascii() else _invisible.sub("", text)
