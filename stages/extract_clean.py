"""RefinedWeb's two corrections of extracted text: URLs removed, at most two newlines in a row (§3.1).

What counts as a URL: a scheme (http, https, ftp) or "www." or a host of a common ending followed by a path, up to the
first character that no address has, without the punctuation at its end. A bare domain ("Amazon.com said") is a name in
a sentence and stays, as do e-mail addresses. One blank before the URL goes with it. All expressions run in linear time.
"""

from unicodedata import normalize

import re2

# RFC 3986, and letters of scripts that put blanks between words: Chinese goes on right after an address
_LETTERS = r"A-Za-z0-9\-_~/#@$&*+=%\p{Latin}\p{Greek}\p{Cyrillic}\p{Arabic}\p{Hebrew}"
_REST = rf"(?:[{_LETTERS}.:?\[\]!'(),;]*[{_LETTERS}])?"
_HOST = r"(?:[a-z0-9](?:[a-z0-9\-]*[a-z0-9])?\.)+(?:com|org|net|edu|gov|info|biz|io|co|uk|de|fr|ru|eu)/"
URL = re2.compile(rf"(?i)(?:[ \t]?(?:https?|ftp)://|(?:[ \t]|(^|[^\w@.\-]))(?:www\.|{_HOST})){_REST}")
NEWLINES = re2.compile(r"\n(?:[ \t]*\n){2,}")
UNWANTED = dict.fromkeys([0, *range(0xD800, 0xE000)])


def clean(text: str) -> str:
    """NFC, without NULs, lone surrogates, URLs and third newlines in a row; stripped."""
    text = normalize("NFC", text.translate(UNWANTED) if needs_translation(text) else text)
    return NEWLINES.sub("\n\n", URL.sub(r"\1", text)).strip()


def needs_translation(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return "\0" in text
