"""Fox-1 (arXiv 2411.05281): chunks of 2k, then of 4k and 8k, then quality.

Published: 1.05 trillion tokens in chunks of 2k, 1.58 trillion in chunks of 4k or 8k by source, 62 billion of high
quality (instructions, conversation, questions of a domain); the sources RedPajama, SlimPajama, Dolma, The Pile and
RefinedWeb. Not published: what each stage takes of which. The weights are chosen here, and stage 2 is two phases of
half its size, short sources in the one and long in the other; its order within the stage is not published either.
"""

from curriculum import Curriculum, Phase
from curriculum.build import recipe_of

BILLION = 1_000_000_000
CURRICULUM = Curriculum(
    (
        Phase("stage-1", 1_050 * BILLION, 2_048, {"web": 80, "code": 8, "books": 4, "science": 6, "math": 2}),
        Phase("stage-2-4k", 790 * BILLION, 4_096, {"web": 85, "math": 6, "instructions": 9}),
        Phase("stage-2-8k", 790 * BILLION, 8_192, {"web": 50, "code": 25, "books": 12, "science": 13}),
        Phase("stage-3", 62 * BILLION, 8_192, {"instructions": 60, "conversations": 20, "science": 10, "math": 10}),
    )
)

# Fox-1's own tokenizer is Gemma's; any tokenizer.json with an end of text serves.
recipe = recipe_of(CURRICULUM)
