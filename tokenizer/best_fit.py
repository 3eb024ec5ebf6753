"""Which pieces share a sequence, so that little of it is left empty.

Best-fit packing in the manner of Ding et al. 2024 ("Fewer truncations improve language modeling", arXiv 2404.10830):
only a page longer than the sequence is cut. Their heuristic leaves 1 % of padding or more; trying sums leaves less.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

import numpy as np

EXACT = 8_192  # the last so many tokens of a sequence are filled by trying all sums, what comes before by size alone


def best_fit(lengths: np.ndarray, room: int) -> list[list[int]]:
    """Which pieces share a sequence: lists of positions in `lengths`, none of which is over `room`.

    Each begins with the longest piece left, and takes of the others those that fill it best (the minimum bin slack
    heuristic of Gupta and Ho 1999, as Fleszar and Hindi 2002 changed it); pieces of one length keep their order.
    """
    waiting: dict[int, list[int]] = {}  # length -> pieces, the first of them last
    for piece in np.argsort(-lengths, kind="stable")[::-1].tolist():
        waiting.setdefault(int(lengths[piece]), []).append(piece)
    sizes, sequences = sorted(waiting), []  # sizes that are left, ascending
    while sizes:
        sequence, free = [], room
        while sizes and sizes[0] <= free and (free > EXACT or not sequence):
            size = sizes[bisect_right(sizes, free) - 1]
            free -= size
            sequence.append(_take(waiting, sizes, size))
        copies = (size for size in reversed(sizes) for _ in range(min(len(waiting[size]), free // size)))
        sequence += [_take(waiting, sizes, size) for size in fullest(copies, free)]
        sequences.append(sequence)
    return sequences


def fullest(sizes: Iterable[int], room: int) -> list[int]:
    """Those of the sizes whose sum comes closest to `room` from below; the first that make it, if many do."""
    sums, tried, bits = [1], [], (1 << room + 1) - 1  # bit n of sums[i]: some of the first i sizes add up to n
    for size in sizes:
        if sums[-1] >> room:
            break
        sums.append((sums[-1] | sums[-1] << size) & bits)
        tried.append(size)
    left, chosen = sums[-1].bit_length() - 1, []
    for before, size in zip(reversed(sums[:-1]), reversed(tried), strict=True):
        if not before >> left & 1:
            chosen.append(size)
            left -= size
    return chosen


def _take(waiting: dict[int, list[int]], sizes: list[int], size: int) -> int:
    """The first piece of a size; a size that is used up is struck out."""
    piece = waiting[size].pop()
    if not waiting[size]:
        del sizes[bisect_left(sizes, size)]
    return piece
