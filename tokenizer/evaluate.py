"""What a tokenizer does to texts: tokens for bytes and words by language and domain, and tokens that teach nothing.

Falcon-H1 (arXiv 2507.22448, section 2.4) found that splitting digits and punctuation compresses less and serves code,
mathematics and other languages better: no figure here chooses a tokenizer alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from tokenizers import Tokenizer

from pipeline.doc import Doc
from tokenizer.sample import Row

BATCH = 256  # texts a call


@dataclass
class TextSize:
    """Sums over texts: their UTF-8 bytes, words (as the filters split them), tokens."""

    bytes: int = 0
    words: int = 0
    tokens: int = 0

    @property
    def bytes_per_token(self) -> float:
        """Bytes of text for each token."""
        return self.bytes / max(self.tokens, 1)

    @property
    def fertility(self) -> float:
        """Tokens a word."""
        return self.tokens / max(self.words, 1)


@dataclass
class Findings:
    """Of one tokenizer: sizes by (domain, language), uses of each token, and the ids of texts not given back."""

    size: int
    by: dict[tuple[str, str], TextSize] = field(default_factory=dict)
    uses: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    broken: list[str] = field(default_factory=list)

    @property
    def used(self) -> float:
        """Share of the vocabulary that the texts use."""
        return float((self.uses > 0).mean())

    def total(self, domain: str | None = None, language: str | None = None) -> TextSize:
        """The sum over texts of a domain and language; of all without them."""
        total = TextSize()
        for (d, lang), size in self.by.items():
            if domain in (None, d) and language in (None, lang):
                total.bytes, total.words, total.tokens = (
                    total.bytes + size.bytes,
                    total.words + size.words,
                    total.tokens + size.tokens,
                )
        return total


def evaluate(tokenizers: Mapping[str, Tokenizer], rows: Iterable[Row]) -> dict[str, Findings]:
    """Several tokenizers on the same texts, read once. Memory: a batch, and one count a token."""
    found = {
        name: Findings(t.get_vocab_size(), uses=np.zeros(t.get_vocab_size(), np.int64))
        for name, t in tokenizers.items()
    }
    for tokenizer in tokenizers.values():
        tokenizer.encode_special_tokens = True  # markers in a page's text are text
    waiting = iter(rows)
    while batch := list(islice(waiting, BATCH)):
        words = [len(Doc(r.text, fields={"language": r.language}).word_ids) for r in batch]
        for name, tokenizer in tokenizers.items():
            _measure(found[name], tokenizer, batch, words)
    return found


def _measure(findings: Findings, tokenizer: Tokenizer, batch: list[Row], words: list[int]) -> None:
    encoded = [e.ids for e in tokenizer.encode_batch_fast([r.text for r in batch], add_special_tokens=False)]
    decoded = tokenizer.decode_batch(encoded, skip_special_tokens=False)
    for row, ids, text, count in zip(batch, encoded, decoded, words, strict=True):
        size = findings.by.setdefault((row.source, row.language), TextSize())
        size.bytes, size.words, size.tokens = (
            size.bytes + len(row.text.encode()),
            size.words + count,
            size.tokens + len(ids),
        )
        findings.uses += np.bincount(np.array(ids, np.int64), minlength=findings.size)
        if text != row.text:
            findings.broken.append(row.id)


def tokens(tokenizer: Tokenizer) -> list[str]:
    """Every token as text, by number; bytes that are no character on their own show as U+FFFD."""
    return tokenizer.decode_batch([[i] for i in range(tokenizer.get_vocab_size())], skip_special_tokens=False)


def longest(tokenizer: Tokenizer, number: int = 20) -> list[str]:
    """The longest tokens, special ones left out."""
    special = {t.content for t in tokenizer.get_added_tokens_decoder().values()}
    return sorted((t for t in tokens(tokenizer) if t not in special), key=lambda t: (-len(t), t))[:number]


def undertrained(tokenizer: Tokenizer, uses: np.ndarray, least: int = 1) -> list[str]:
    """Merged tokens seen fewer than `least` times, as a rule steps on the way to longer ones."""
    special = set(tokenizer.get_added_tokens_decoder())
    names = tokens(tokenizer)
    return [names[i] for i in np.flatnonzero(uses < least) if i not in special and len(names[i]) > 1]


def junk(tokenizer: Tokenizer) -> list[str]:
    """Tokens that no page needs: one sign many times over, or halves of two characters."""
    return [t for t in tokens(tokenizer) if _is_junk(t)]


def _is_junk(token: str) -> bool:
    repeated = len(token) >= 8 and len(set(token)) == 1 and not token.isspace()
    return repeated or ("\ufffd" in token and token.strip("\ufffd") != "" and token != "\ufffd")
