"""A curriculum to try: three phases over whatever sources there are, in budgets that a laptop meets."""

from curriculum import Curriculum, Phase
from curriculum.build import recipe_of


def three_phases(names: list[str]) -> Curriculum:
    """Short, then long, then mostly the sources other than the first; all but the first share alike."""
    first, others = names[0], names[1:]

    def weights(share: float) -> dict[str, float]:
        return {first: share, **{name: (1 - share) / len(others) for name in others}} if others else {first: 1.0}

    return Curriculum(
        (  # budgets that nearly fill their last sequence: there are few
            Phase("short", 150_000, 1_024, weights(0.8)),
            Phase("long", 100_000, 2_048, weights(0.6)),
            Phase("decay", 40_700, 2_048, weights(0.3)),
        )
    )


recipe = recipe_of(three_phases, fim=0.5)
