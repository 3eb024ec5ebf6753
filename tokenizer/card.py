"""The card of a tokenizer: its configuration, what it was trained on, and how to load it."""

from collections.abc import Mapping

from tokenizer.sample import Stratum
from tokenizer.train import TokenizerConfig

LISTED = 100  # sources and languages


def card(name: str, config: TokenizerConfig, taken: Mapping[Stratum, int], sample_bytes: int, seed: int) -> str:
    """Markdown. `taken` are the bytes of training text by source and language."""
    largest = sorted(taken.items(), key=lambda item: (-item[1], item[0]))
    rows = [f"| {source} | {_cell(language)} | {size:,} |" for (source, language), size in largest[:LISTED]]
    if others := largest[LISTED:]:
        rows.append(f"| {len(others):,} more | | {sum(size for _, size in others):,} |")
    listed = "\n".join(rows)
    return f"""# {name}

A byte-level BPE with {config.vocabulary:,} tokens, {max(config.reserved, len(config.special)):,} of them special.
Every text comes back exactly; markers of special tokens that stand in a text are text.

- pattern {config.pattern}, digits {config.digits}, punctuation split: {"yes" if config.punctuation else "no"}
- LaTeX commands with a token of their own: {len(config.latex)}
- a pair was merged when seen at least {config.min_frequency} times
- sample: at most {sample_bytes:,} bytes, chosen by hash with seed {seed}

| source | language | bytes |
|---|---|---|
{listed}

```python
from tokenizers import Tokenizer
Tokenizer.from_file("tokenizer.json")
```
The same configuration and texts make the same bytes of tokenizer.json.
"""


def _cell(language: str) -> str:
    """A language as a cell of a table, whatever a data set has in its column."""
    return " ".join(language.replace("|", " ").split())[:40] or "none"
