"""Fill in the middle (Bavarian et al. 2022, arXiv 2207.14255): a file cut in three, and its middle put last."""

from dataclasses import dataclass

import pyarrow as pa
import xxhash

from pipeline.errors import UsageError
from pipeline.transform import put

FALCON = (">>PREFIX<<", ">>SUFFIX<<", ">>MIDDLE<<")
MARKERS = ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>")
SHORTEST = 32  # characters; there is no middle worth filling in less


@dataclass(frozen=True)
class Infill:
    """A transform: `rate` of the texts, chosen by hash of their ids, get their middle last, half of them suffix first.

    Adds the column `infilled`, which tells packing that the markers are special tokens. A text that holds a marker of
    its own stays as it is.
    """

    rate: float = 0.5
    markers: tuple[str, str, str] = MARKERS
    seed: int = 0
    name: str = "code_fim"

    def __post_init__(self) -> None:
        if not 0 <= self.rate <= 1:
            raise UsageError(f"rate {self.rate} is not between 0 and 1")

    def __call__(self, table: pa.Table) -> pa.Table:
        pairs = zip(table["id"].to_pylist(), (t or "" for t in table["text"].to_pylist()), strict=True)
        texts = [(text, self.infill(name or "", text)) for name, text in pairs]
        before = table["infilled"].to_pylist() if "infilled" in table.column_names else [False] * table.num_rows
        infilled = [new is not None or bool(was) for (_, new), was in zip(texts, before, strict=True)]
        table = put(table, "infilled", pa.array(infilled, pa.bool_()))
        return put(table, "text", pa.array([text if new is None else new for text, new in texts], pa.string()))

    def infill(self, name: str, text: str) -> str | None:
        """The text with its middle last; None when it is not chosen or cannot be cut."""
        chance, form, first, second = (self._draw(name, n) for n in range(4))
        if chance >= self.rate or len(text) < SHORTEST or any(m in text for m in self.markers):
            return None
        low, high = sorted((round(first * len(text)), round(second * len(text))))
        before, middle, after = text[:low], text[low:high], text[high:]
        prefix, suffix, centre = self.markers
        if form < 0.5:
            return f"{prefix}{before}{suffix}{after}{centre}{middle}"
        return f"{prefix}{suffix}{after}{centre}{before}{middle}"

    def _draw(self, name: str, number: int) -> float:
        """A number in [0, 1) from seed, id and place."""
        return xxhash.xxh3_64_intdigest(f"{self.seed}:{number}:{name}") / 2**64
