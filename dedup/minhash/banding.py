"""Pages as band hashes: two pages share one with a probability that depends on their Jaccard similarity."""

from dataclasses import dataclass

import numpy as np

from dedup.minhash.sketch import fast_sketch, minwise_sketch, permutations, sketch_draws
from pipeline.errors import UsageError
from pipeline.hashing import GOLDEN64
from pipeline.kernels import kernel, mix64_kernel

# Bands and rows: Penedo et al. 2023, G.3.1; Penedo et al. 2024; Li et al. 2024; Soldaini et al. 2024.
BANDING_PRESETS = {"refinedweb": (450, 20), "fineweb": (14, 8), "dclm": (93, 15), "olmo": (26, 11)}
SKETCHES = ("fast", "minwise")


@dataclass(frozen=True)
class Banding:
    """Bands of rows of hashes: two pages are candidates when all rows of some band are equal."""

    bands: int = 450
    rows: int = 20
    sketch: str = "fast"
    seed: int = 1

    def probability(self, jaccard: float) -> float:
        """The probability that two pages of this similarity are candidates: 1 - (1 - s^rows)^bands."""
        return 1 - (1 - jaccard**self.rows) ** self.bands

    def __call__(self, shingles: np.ndarray, starts: np.ndarray) -> np.ndarray:
        """The band hashes of pages (uint64, pages x bands).

        shingles uint64: those of all pages, one after another; starts int64, one more than pages: where each page's
        begin. Bands of different numbers never have equal hashes, but by chance. The row of a page without shingles
        means nothing. Memory: the result, and one sketch.
        """
        out = np.zeros((len(starts) - 1, self.bands), np.uint64)
        if self.sketch == "fast":
            _fast_bands(shingles, starts, self.rows, *sketch_draws(self.bands * self.rows, self.seed), out)
        else:
            _minwise_bands(shingles, starts, self.rows, *permutations(self.bands * self.rows, self.seed), out)
        return out


def preset(name: str) -> dict[str, int]:
    """Bands and rows by the name of the corpus that used them: refinedweb, fineweb, dclm or olmo."""
    if name not in BANDING_PRESETS:
        raise UsageError(f"no MinHash preset is named {name}; there are {', '.join(BANDING_PRESETS)}")
    return dict(zip(("bands", "rows"), BANDING_PRESETS[name], strict=True))


def bands_for(threshold: float, hashes: int = 256) -> dict[str, int]:
    """The bands and rows, of at most `hashes` hashes, that best tell pages above a similarity from those below it.

    As datasketch chooses them: the least sum of the areas of false positives and false negatives.
    """
    from datasketch import MinHashLSH  # takes half a second to import, and is needed here only

    index = MinHashLSH(threshold=threshold, num_perm=hashes)
    return {"bands": index.b, "rows": index.r}


@kernel
def _fast_bands(shingles, starts, rows, seeds, factors, summands, out):
    values = np.empty(out.shape[1] * rows, np.uint64)
    for page in range(out.shape[0]):
        if starts[page] < starts[page + 1]:
            fast_sketch(shingles[starts[page] : starts[page + 1]], seeds, factors, summands, values)
            band_hashes(values, rows, out[page])


@kernel
def _minwise_bands(shingles, starts, rows, factors, summands, out):
    values = np.empty(out.shape[1] * rows, np.uint32)
    for page in range(out.shape[0]):
        if starts[page] < starts[page + 1]:
            minwise_sketch(shingles[starts[page] : starts[page + 1]], factors, summands, values)
            band_hashes(values, rows, out[page])


@kernel
def band_hashes(values: np.ndarray, rows: int, out: np.ndarray) -> None:
    """Fill `out` (uint64, one a band) with a hash of the band's number and its rows of `values`."""
    for band in range(out.shape[0]):
        value = np.uint64(band)
        for row in range(band * rows, (band + 1) * rows):
            value = value * GOLDEN64 + np.uint64(values[row])  # the values are random: no need to mix each
        out[band] = mix64_kernel(value)
