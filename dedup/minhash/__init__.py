"""Near duplicates by MinHash: pages that share a band are candidates, candidates form families, families get verdicts.

`near` gives the verdicts; `preset` and `bands_for` give the bands and rows of known corpora, or for a similarity.
"""

from dedup.minhash.banding import Banding, bands_for, preset
from dedup.minhash.plan import near

__all__ = ["Banding", "bands_for", "near", "preset"]
