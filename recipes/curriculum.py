"""A curriculum to try: three phases over whatever sources there are, in budgets that a laptop meets."""

from curriculum import Curriculum, Phase
from curriculum.build import Inputs, build, pairs
from pipeline.stage import Stage


def recipe(
    tokenizer: str,
    sources: str,
    scale: float = 1.0,
    seed: int = 0,
    columns: str = "",
    have: str = "",
    buckets: int = 16,
    rehydrate: bool = False,
    evals: str = "",
    eos_token: str = "",
) -> Stage:
    """Short, then long, then mostly the sources other than web; all sources but the first named share alike."""
    names = list(pairs(sources))
    first, others = names[0], names[1:]

    def weights(share: float) -> dict[str, float]:
        return {first: share, **{name: (1 - share) / len(others) for name in others}} if others else {first: 1.0}

    phases = (  # budgets that nearly fill their last sequence: there are few
        Phase("short", 150_000, 1_024, weights(0.8)),
        Phase("long", 100_000, 2_048, weights(0.6)),
        Phase("decay", 40_700, 2_048, weights(0.3)),
    )
    given = Inputs(tokenizer, sources, scale, seed, columns, have, False, buckets, rehydrate, evals, eos_token)
    return build(Curriculum(phases), given, fim=0.5)
