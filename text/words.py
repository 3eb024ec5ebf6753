"""How many words a text has, as a reader counts them."""

from text.splitter import UNSPACED_CHARACTER, cut_words


def count_words(text: str) -> int:
    """Words as a reader counts them: what stands between white space; by rule in scripts that set no spaces."""
    if text.isascii() or not UNSPACED_CHARACTER.search(text):
        return len(text.split())
    return sum(any(map(str.isalnum, word)) for chunk in text.split() for word in cut_words(chunk))
