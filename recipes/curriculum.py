"""A curriculum to try: three phases over whatever sources there are, in budgets that a laptop meets."""

from pipeline.stage import Stage
from recipes._training import Inputs, build
from stages.mixture import Curriculum, Phase


def recipe(
    tokenizer: str, sources: str, scale: float = 1.0, seed: int = 0, columns: str = "", have: str = ""
) -> Stage:  # fmt: skip
    """Short, then long, then mostly the sources other than web; all sources but the first named share alike."""
    names = [part.partition("=")[0] for part in sources.split(",")]
    first, others = names[0], names[1:]

    def weights(share: float) -> dict[str, float]:
        return {first: share, **{name: (1 - share) / len(others) for name in others}} if others else {first: 1.0}

    phases = (  # budgets that nearly fill their last sequence: there are few
        Phase("short", 150_000, 1_024, weights(0.8)),
        Phase("long", 100_000, 2_048, weights(0.6)),
        Phase("decay", 40_700, 2_048, weights(0.3)),
    )
    return build(Curriculum(phases), Inputs(tokenizer, sources, scale, seed, columns, have), fim=0.5)
