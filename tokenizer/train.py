"""Train a byte-level BPE from Parquet shards: same texts, same choices, same bytes of tokenizer.json."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.decoders import ByteLevel as ByteLevelDecoder
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from tokenizers.trainers import BpeTrainer

from pipeline.errors import UsageError
from tokenizer.patterns import Digits, Pattern, splitter

END = "<|endoftext|>"
# The order and the place of the end of text (11) are those of Falcon's published tokenizer.
FALCON_SPECIAL = (
    *(f">>{name}<<" for name in ("TITLE", "ABSTRACT", "INTRODUCTION", "SUMMARY", "COMMENT", "ANSWER", "QUESTION")),
    *(f">>{name}<<" for name in ("DOMAIN", "PREFIX", "SUFFIX", "MIDDLE")),
    END,
)
FIM_SPECIAL = ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>")


@dataclass(frozen=True)
class Choices:
    """What a tokenizer is: `vocabulary` counts everything, `reserved` all special tokens, named ones first.

    `latex` are commands that each become a token of their own. A pair must be seen `least` times to be merged.
    """

    vocabulary: int = 65_024
    pattern: Pattern = "gpt4"
    digits: Digits = "single"
    punctuation: bool = True
    latex: tuple[str, ...] = ()
    special: tuple[str, ...] = (END, *FIM_SPECIAL)
    reserved: int = 0
    least: int = 2

    def __post_init__(self) -> None:
        if 0 < self.reserved < len(self.special):
            raise UsageError(
                f"reserved {self.reserved}: {len(self.special)} special tokens have names; reserve as many"
            )
        needed = 256 + len(self.specials) + len(self.latex)
        if self.vocabulary < needed:
            parts = f"256 bytes, {len(self.specials):,} special tokens and {len(self.latex):,} LaTeX commands"
            raise UsageError(f"a vocabulary of {self.vocabulary:,} has no room for {parts}: ask for {needed:,} or more")

    @property
    def specials(self) -> list[str]:
        spare = range(self.reserved - len(self.special))
        return [*self.special, *(f"<|reserved_{i}|>" for i in spare)]


def train(texts: Iterable[str], choices: Choices) -> Tokenizer:
    """The tokenizer of these texts, which are read once. Memory: the distinct pieces of the texts.

    Raises UsageError when the texts hold too few pairs for the vocabulary.
    """
    tokenizer = Tokenizer(BPE(ignore_merges=True))
    tokenizer.pre_tokenizer = splitter(choices.pattern, choices.digits, choices.punctuation, choices.latex)
    tokenizer.decoder = ByteLevelDecoder()
    trainer = BpeTrainer(
        vocab_size=choices.vocabulary,
        min_frequency=choices.least,
        special_tokens=choices.specials,
        initial_alphabet=sorted(ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return inject(tokenizer, choices.latex, choices.vocabulary)


def inject(tokenizer: Tokenizer, words: Sequence[str], vocabulary: int) -> Tokenizer:
    """Put `words` into the vocabulary in place of the last merges, so that it holds `vocabulary` tokens.

    A BPE's first merges are a BPE themselves; a word without merges is found because the model looks up whole
    pieces before it merges (`ignore_merges`).
    """
    state = json.loads(tokenizer.to_str())
    model, held = state["model"], len(state["model"]["vocab"])
    merges = [tuple(m) for m in model["merges"]]
    base = [t for t, i in sorted(model["vocab"].items(), key=lambda e: e[1]) if i < held - len(merges)]
    wanted, keep, missing = set(words), len(merges), len(set(words) - set(model["vocab"]))
    while keep and len(base) + keep + missing > vocabulary:
        keep -= 1
        missing += "".join(merges[keep]) in wanted
    tokens = [*base, *("".join(merge) for merge in merges[:keep])]
    tokens += [w for w in dict.fromkeys(words) if w not in set(tokens)]
    if len(tokens) != vocabulary:
        raise UsageError(
            f"the texts give {len(tokens):,} tokens, {vocabulary:,} are wanted: give more text or a lower --vocabulary"
        )
    model["vocab"], model["merges"] = {token: i for i, token in enumerate(tokens)}, merges[:keep]
    return Tokenizer.from_str(json.dumps(state))


def save(tokenizer: Tokenizer, choices: Choices, folder: Path, card: str) -> None:
    """Write tokenizer.json, the settings that `transformers` looks for, the choices and the card."""
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": END,
        "clean_up_tokenization_spaces": False,
        "additional_special_tokens": [s for s in choices.specials if s != END],
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1) + "\n")
    (folder / "choices.json").write_text(json.dumps(asdict(choices), indent=1) + "\n")
    (folder / "README.md").write_text(card)
    (folder / "tokenizer.json").write_text(tokenizer.to_str(pretty=True))
