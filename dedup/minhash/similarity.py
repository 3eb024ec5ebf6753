"""Kernels that compare texts: the Jaccard similarity of sets, exactly or by sketches, and who is a copy of whom."""

import numpy as np

from pipeline.kernels import kernel


@kernel
def leaders(values, starts, bounds, similarity, sketches, comparisons):
    """For each text the text that it is a copy of, or itself (int64).

    values: those of all texts, one after another; text i has starts[i] to starts[i + 1], sorted and distinct (or, with
    `sketches`, equally many a text, bytes). Families are texts bounds[f] to bounds[f + 1], the one to keep first. Every
    comparison is with a text that is kept, and a text is its copy from `similarity` on. A family gets about
    `comparisons` comparisons; texts that are not compared by then are kept.
    """
    leader = np.arange(starts.shape[0] - 1)
    for family in range(bounds.shape[0] - 1):
        left = comparisons
        for one in range(bounds[family], bounds[family + 1]):
            if leader[one] != one or left <= 0:
                continue
            kept = values[starts[one] : starts[one + 1]]
            for other in range(one + 1, bounds[family + 1]):
                if leader[other] == other:
                    left -= 1
                    text = values[starts[other] : starts[other + 1]]
                    alike = sketch_jaccard(kept, text) if sketches else jaccard(kept, text)
                    if alike >= similarity:
                        leader[other] = one
    return leader


@kernel
def jaccard(one, other):
    """The Jaccard similarity of two sorted arrays of distinct values; 0 of two empty ones."""
    i, j, both = 0, 0, 0
    while i < one.shape[0] and j < other.shape[0]:
        a, b = one[i], other[j]
        both += a == b
        i += a <= b
        j += b <= a
    either = one.shape[0] + other.shape[0] - both
    return both / either if either else 0.0


@kernel
def sketch_jaccard(one, other):
    """The Jaccard similarity that two sketches of bytes estimate: unequal values agree by chance once in 256."""
    same = 0
    for i in range(one.shape[0]):
        same += one[i] == other[i]
    return (same / one.shape[0] - 1 / 256) * 256 / 255
