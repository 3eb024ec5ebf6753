"""BPE as its definition says: count all pairs, merge the commonest, begin again. The oracle of the fast trainer."""

from collections import Counter
from itertools import pairwise


def merge(word: tuple[int, ...], pair: tuple[int, int], new: int) -> tuple[int, ...]:
    """The word with every occurrence of the pair, from the left, replaced."""
    out, i = [], 0
    while i < len(word):
        hit = word[i : i + 2] == pair
        out.append(new if hit else word[i])
        i += 2 if hit else 1
    return tuple(out)


def train(pieces: list[str], alphabet: list[str], vocabulary: int, least: int) -> list[tuple[str, str]]:
    """Merges in order. Of pairs seen equally often, the one with the smallest numbers goes first."""
    names = list(alphabet)
    number = {name: i for i, name in enumerate(names)}
    words = Counter(tuple(number[c] for c in piece) for piece in pieces)
    merges = []
    while len(names) < vocabulary:
        pairs = Counter()
        for word, times in words.items():
            for pair in pairwise(word):
                pairs[pair] += times
        if not pairs or pairs[best := min(pairs, key=lambda p: (-pairs[p], p))] < least:
            break
        merges.append((names[best[0]], names[best[1]]))
        joined = "".join(merges[-1])
        if joined not in number:  # two pairs may join to one token
            number[joined] = len(names)
            names.append(joined)
        merged = Counter()
        for word, times in words.items():
            merged[merge(word, best, number[joined])] += times
        words = merged
    return merges
