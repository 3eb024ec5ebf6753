"""Programs that nobody wrote twice, and a licence that permits their use."""

import random

MIT = "Permission is hereby granted, free of charge, to any person"


def program(seed: str, functions: int = 30) -> str:
    """Python of random names."""
    chosen = random.Random(seed)
    names = ["".join(chosen.choice("abcdefgh") for _ in range(6)) for _ in range(40)]
    three = ([chosen.choice(names) for _ in range(3)] for _ in range(functions))
    return "".join(f"def {a}({b}):\n    return {c} + {n}\n" for n, (a, b, c) in enumerate(three))
