"""Random graphs, and their connected components in the plain and slow way."""

import random
from collections.abc import Sequence

import numpy as np
import pyarrow as pa


def slow_components(edges: list[tuple[int, int]]) -> dict[int, int]:
    """The lowest node of each node's component: labels are handed on until none changes."""
    least = {node: node for edge in edges for node in edge}
    changing = True
    while changing:
        changing = False
        for a, b in edges:
            low = min(least[a], least[b])
            changing |= least[a] != low or least[b] != low
            least[a] = least[b] = low
    return least


def random_edges(seed: int) -> list[tuple[int, int]]:
    """Up to 80 edges between up to 60 nodes; some lead from a node to itself."""
    draw = random.Random(seed)
    nodes = draw.randrange(2, 60)
    return [(draw.randrange(nodes) * 7, draw.randrange(nodes) * 7) for _ in range(draw.randrange(1, 80))]


def edge_table(edges: Sequence[tuple[int, int]] | np.ndarray) -> pa.Table:
    """Edges as a table `one, other`."""
    both = np.array(edges, np.uint64).reshape(-1, 2)
    return pa.table({"one": both[:, 0], "other": both[:, 1]})
