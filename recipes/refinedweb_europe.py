"""RefinedWeb-Europe, the multilingual part of Falcon's data: RefinedWeb's rules in ten languages, one pass for all."""

from pipeline.stage import Stage
from recipes import refinedweb

EUROPE = ("de", "es", "fr", "it", "pt", "pl", "nl", "ro", "cs", "sv")  # in the order of their share (Falcon-40B's card)


def recipe(
    snapshot: str = "sample",
    files: int | None = None,
    language: tuple[str, ...] = EUROPE,
    extractor: str = "blocks",
    verify: str = "text",
    prior_runs: tuple[str, ...] = (),
    signals: bool = False,
    rejects: float = 1.0,
    megabytes: int = 256,
    columns: tuple[str, ...] = (),
) -> tuple[Stage, ...]:
    """A data set a language: stop words and thresholds of each (FineWeb-2), duplicates compared before they go."""
    return refinedweb.recipe(
        snapshot,
        files,
        language,
        extractor,
        verify=verify,
        prior_runs=prior_runs,
        signals=signals,
        rejects=rejects,
        megabytes=megabytes,
        columns=columns,
    )
