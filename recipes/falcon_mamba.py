"""Falcon Mamba 7B (arXiv 2410.05355): four stages of growing length and difficulty, then a decay of a tenth.

Published: about 5,500 billion tokens (the card; the paper says 5,800), lengths 2k to 4k to 8k, the kinds of sources,
more scientific data in later stages, a decay of 10 % with educational and synthetic text and a little instruction
data, each conversation used once, no other languages. Not published in figures: the size of the stages and every
weight. They are chosen here, so that web falls and technical, code and mathematics rise from stage to stage.
"""

from curriculum import Curriculum, Phase
from curriculum.build import recipe_of

BILLION = 1_000_000_000


def _stage(name: str, billions: int, length: int, *percent: int) -> Phase:
    names = ("web", "books", "conversations", "code", "technical", "math", "educational", "synthetic", "instructions")
    weights = {source: share / 100 for source, share in zip(names, percent, strict=True) if share}
    return Phase(name, billions * BILLION, length, weights)


CURRICULUM = Curriculum(
    (
        #                              web books conv code tech math edu synth instr
        _stage("stage-1", 2_750, 2_048, 82, 5, 3, 6, 3, 1, 0, 0, 0),
        _stage("stage-2", 1_100, 4_096, 76, 6, 2, 8, 5, 3, 0, 0, 0),
        _stage("stage-3", 600, 8_192, 68, 8, 1, 11, 7, 5, 0, 0, 0),
        _stage("stage-4", 500, 8_192, 58, 9, 1, 14, 10, 8, 0, 0, 0),
        _stage("decay", 550, 8_192, 34, 5, 1, 16, 10, 10, 14, 7, 3),
    ),
    max_epochs={"conversations": 1},
)

# Sequences are packed; their page lengths let a model reset its state between pages.
recipe = recipe_of(CURRICULUM)
