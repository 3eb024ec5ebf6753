"""Digits, dashes and blanks of every script as ASCII writes them, so that one expression knows all of them."""

import re

BLANKS = "\xa0\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"
WIDE = "()+./:@[]_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"  # U+FF01 and on, as East Asian keyboards write
MARKS = dict.fromkeys(BLANKS, " ") | dict.fromkeys(DASHES, "-") | {chr(ord(c) + 0xFEE0): c for c in WIDE}
UNSEEN = "\xad\u200b\u200c\u200d\u2060\ufeff"  # where a long word may be broken; nobody reads them
_ASCII = re.compile(r"[\x00-\x7f]+")
_UNSEEN = re.compile(f"[{UNSEEN}]")


def plain(text: str) -> str:
    """The same text, character for character, with ASCII digits, hyphens and spaces."""
    if text.isascii():
        return text
    for char in set(_ASCII.sub("", text)):
        if ascii := MARKS.get(char) or (str(int(char)) if char.isdecimal() else ""):
            text = text.replace(char, ascii)
    return text


def seen(text: str) -> str:
    """The text without the characters that nobody sees."""
    return text if text.isascii() else _UNSEEN.sub("", text)
