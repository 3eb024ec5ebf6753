"""Train a byte-level BPE: same texts, same configuration, same bytes of tokenizer.json."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from tokenizers import Tokenizer
from tokenizers.decoders import ByteLevel as ByteLevelDecoder
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from tokenizers.trainers import BpeTrainer

from pipeline import store
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
MAX_TOKEN = 128  # bytes; longer tokens are runs of one sign, and the longest of cl100k are 128 blanks
MAX_PIECE = 256  # characters that are learned from as one piece: a merge takes time in proportion to its piece


@dataclass(frozen=True)
class TokenizerConfig:
    """What a tokenizer is: `vocabulary` counts everything, `reserved` all special tokens, named ones first.

    `latex` are commands that each become a token of their own. A pair must be seen `min_frequency` times to be merged.
    """

    vocabulary: int = 65_024
    pattern: Pattern = "gpt4"
    digits: Digits = "single"
    punctuation: bool = True
    latex: tuple[str, ...] = ()
    special: tuple[str, ...] = (END, *FIM_SPECIAL)
    reserved: int = 0
    min_frequency: int = 2

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
        """All special tokens, in the order of their ids."""
        spare = range(self.reserved - len(self.special))
        return [*self.special, *(f"<|reserved_{i}|>" for i in spare)]


def train(texts: Iterable[str], config: TokenizerConfig) -> Tokenizer:
    """The tokenizer of these texts, which are read once. Memory: the distinct pieces of the texts.

    Raises UsageError when the texts hold too few pairs for the vocabulary.
    """
    tokenizer = Tokenizer(BPE(ignore_merges=True))
    tokenizer.decoder = ByteLevelDecoder()
    trainer = BpeTrainer(
        vocab_size=config.vocabulary,
        min_frequency=config.min_frequency,
        special_tokens=config.specials,
        initial_alphabet=sorted(ByteLevel.alphabet()),
        max_token_length=MAX_TOKEN,
        show_progress=False,
    )
    plain = splitter(config.pattern, config.digits, config.punctuation, config.latex)
    tokenizer.pre_tokenizer = splitter(config.pattern, config.digits, config.punctuation, config.latex, MAX_PIECE)
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.pre_tokenizer = plain  # a long piece is encoded as one
    return inject(tokenizer, config.latex, config.vocabulary)


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


def save(tokenizer: Tokenizer, config: TokenizerConfig, folder: str, card: str) -> None:
    """Write tokenizer.json, the settings that `transformers` looks for, the configuration and the card."""
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": END,
        "clean_up_tokenization_spaces": False,
        "additional_special_tokens": [s for s in config.specials if s != END],
    }
    files = {
        "tokenizer_config.json": json.dumps(settings, indent=1) + "\n",
        "training_config.json": json.dumps(asdict(config), indent=1) + "\n",
        "README.md": card,
        "tokenizer.json": tokenizer.to_str(pretty=True),
    }
    for name, text in files.items():
        store.write_bytes(folder, name, text.encode())
