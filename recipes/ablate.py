r"""Data sets of equal tokens, to be trained on and compared: each source is a phase of its own.

    mews run recipes.ablate --root out/ablate tokenizer=out/tokenizer \
        sources=raw=out/refinedweb/raw,filtered=out/refinedweb/filtered,deduplicated=out/refinedweb/clean

A bucket of quality is a choice: give a labelled stage under a name, and "where=best: edu_percentile >= 0.9".
"""

from curriculum import Curriculum, Phase
from curriculum.build import recipe_of

TOKENS, LENGTH = 1_000_000, 512  # times scale=


def equal_sets(names: list[str]) -> Curriculum:
    """A phase of `TOKENS` tokens for each source, without repetition."""
    return Curriculum(tuple(Phase(name, TOKENS, LENGTH, {name: 1.0}, epochs=1) for name in names))


recipe = recipe_of(equal_sets)
