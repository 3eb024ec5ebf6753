"""Tokenizers of the Falcon family as configurations; where a paper gives no number, the comment says so."""

from tokenizer.latex import commands
from tokenizer.train import END, FALCON_SPECIAL, FIM_SPECIAL, TokenizerConfig

# 65,024 tokens, punctuation and numbers in threes (arXiv 2311.16867); also Falcon Mamba's (arXiv 2410.05355).
FALCON = TokenizerConfig(65_024, "falcon", "threes", True, special=FALCON_SPECIAL)

# The announcement says 32,678, which is not a power of two; 2**15 is taken here. Pattern and digits are not published.
FALCON_EDGE = TokenizerConfig(32_768, "gpt4", "single", True, latex=commands(512), special=(END, *FIM_SPECIAL))


def falcon_h1(vocabulary: int) -> TokenizerConfig:
    """Falcon-H1 (arXiv 2507.22448, section 2.4): single digits, punctuation, LaTeX commands, 1,024 special tokens.

    Its pattern is not published and matters little by its own table 3; the number of injected commands is not
    published either.
    """
    return TokenizerConfig(vocabulary, "gpt4", "single", True, commands(512), (END, *FIM_SPECIAL), reserved=1_024)


PRESETS = {
    "falcon": FALCON,
    "falcon_edge": FALCON_EDGE,
    "falcon_h1_32k": falcon_h1(32_768),
    "falcon_h1_65k": falcon_h1(65_536),
    "falcon_h1_130k": falcon_h1(130_048),
    "falcon_h1_261k": falcon_h1(261_120),
}
