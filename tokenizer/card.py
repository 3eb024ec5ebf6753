"""The card of a tokenizer: its choices, what it was trained on, and how to load it."""

from collections.abc import Mapping

from tokenizer.sample import Stratum
from tokenizer.train import Choices


def card(name: str, choices: Choices, taken: Mapping[Stratum, int], sample_bytes: int, seed: int) -> str:
    """Markdown. `taken` are the bytes of training text by source and language."""
    listed = "\n".join(f"| {source} | {language or 'none'} | {size:,} |" for (source, language), size in taken.items())
    return f"""# {name}

A byte-level BPE with {choices.vocabulary:,} tokens, {max(choices.reserved, len(choices.special)):,} of them special.
Every text comes back exactly; markers of special tokens that stand in a text are text.

- pattern {choices.pattern}, digits {choices.digits}, punctuation split: {"yes" if choices.punctuation else "no"}
- LaTeX commands with a token of their own: {len(choices.latex)}
- a pair was merged when seen at least {choices.least} times
- sample: at most {sample_bytes:,} bytes, chosen by hash with seed {seed}

| source | language | bytes |
|---|---|---|
{listed}

```python
from tokenizers import Tokenizer
Tokenizer.from_file("tokenizer.json")
```
The same choices and texts make the same bytes of tokenizer.json.
"""
