"""Falcon-H1 34B (arXiv 2507.22448): hard and long from the beginning, and good pages again after a window.

Published: up to 18,000 billion tokens, raw web about 15 % and rewritten text about 52 % of the 34B's mixture, hard
mathematics and long samples from the start ("anti-curriculum"), lengths up to 256k, fill-in-the-middle on code,
synthetic tasks of retrieval and reordering in long sequences, reuse outside an estimated window of memorisation. Not
published: the rest of the mixture, the tokens of each length, the rate of infilling, the window in tokens, the number
of epochs. They are chosen here.
"""

from curriculum import Curriculum, Phase
from curriculum.build import recipe_of

BILLION = 1_000_000_000
WEIGHTS = {
    "web": 0.15,
    "synthetic": 0.52,  # rewritten web, code, mathematics and curated text, and questions on it
    "code": 0.13,
    "math": 0.09,
    "multilingual": 0.06,  # seventeen languages
    "curated": 0.05,
}
# `tasks` are sources such as tasks:100000:out/clean (docs/curriculum.md); without them give spread=true.
LONG_WEIGHTS = WEIGHTS | {"synthetic": 0.50, "tasks": 0.02}
WINDOW = 100 * BILLION
CURRICULUM = Curriculum(
    (
        # The same weights throughout: what is hard is not kept for the end.
        Phase("16k", 16_200 * BILLION, 16_384, WEIGHTS, window=WINDOW),
        Phase("32k", 900 * BILLION, 32_768, WEIGHTS, window=WINDOW),
        Phase("128k", 700 * BILLION, 131_072, LONG_WEIGHTS, window=WINDOW),
        Phase("256k", 200 * BILLION, 262_144, LONG_WEIGHTS, window=WINDOW),
    )
)

# Half of the code has its middle put last.
recipe = recipe_of(CURRICULUM, fim=0.5)
