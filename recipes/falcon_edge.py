"""Falcon-Edge (announcement, no paper): about 1,500 billion tokens, English, with LaTeX in the vocabulary.

Neither its mixture nor its sequence length is published: one phase of 2,048 and these weights are chosen here.
"""

from curriculum import Curriculum, Phase
from curriculum.build import recipe_of

WEIGHTS = {"web": 0.70, "educational": 0.10, "code": 0.08, "math": 0.07, "technical": 0.05}
CURRICULUM = Curriculum((Phase("main", 1_500_000_000_000, 2_048, WEIGHTS),))

# Take the tokenizer preset falcon_edge.
recipe = recipe_of(CURRICULUM)
