"""RefinedWeb's two corrections of extracted text, URLs removed and at most two newlines in a row (§3.1), and a third.

trafilatura draws tables with bars, those of the old web's layout too. A row keeps its cells, with a bar between two of
them, so that each stays in its column; rules, rows without a word, and empty cells around a single one go.

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
BAR = "\0"  # stands for a bar that a cell holds; the text itself has no NUL any more
UNWANTED = dict.fromkeys([0, *range(0xD800, 0xE000)])


def clean(text: str, framed: bool = True) -> str:
    """NFC, without NULs, lone surrogates, URLs, frames of tables and third newlines in a row; stripped.

    `framed` tells that lines between two bars are rows of a table, as trafilatura writes them.
    """
    text = readable(text)
    if framed and "|" in text:
        text = "\n".join(row for line in text.strip().split("\n") if (row := _unframed(line)) is not None)
    return NEWLINES.sub("\n\n", URL.sub(r"\1", text)).strip()


def readable(text: str) -> str:
    """NFC, without NULs and lone surrogates."""
    return normalize("NFC", text.translate(UNWANTED) if needs_translation(text) else text)


def _unframed(line: str) -> str | None:
    """A row of a table without its frame; None when no cell says anything. Other lines stay as they are.

    A row ends in a bar as it begins with one; lines of code and sentences that only begin with one are no rows.
    """
    if not line.startswith("|") or not line.rstrip().endswith("|"):
        return line
    cells = [" ".join(cell.replace(BAR, "|").split()) for cell in line.replace(r"\|", BAR).split("|")[1:-1]]
    said = [cell for cell in cells if cell.strip("-:| ")]
    return " | ".join(cells if len(said) > 1 else said) or None


def needs_translation(text: str) -> bool:
    """Whether a text holds a NUL or a lone surrogate."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return "\0" in text
