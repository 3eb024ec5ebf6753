"""FineWeb (Penedo et al. 2024) as its authors run it, to be set beside RefinedWeb on the same snapshot."""

from dedup import minhash
from filters import c4, fineweb, gopher, url
from filters.opt_outs import OptOutMode, opt_out_filters
from pipeline.stage import Map, Stage
from pipeline.transform import edit, screen
from stages import commoncrawl, extract, pii
from stages.language import identify, only
from stages.publish import publish


def recipe(
    snapshot: str = "sample",
    files: int | None = None,
    extractor: str = "trafilatura",
    verify: str = "none",
    signals: bool = False,
    rejects: float = 1.0,
    megabytes: int = 256,
    columns: tuple[str, ...] = (),
    opt_outs: OptOutMode = "keep",
    split: int = 0,
) -> Stage:
    """FineWeb of one snapshot: deduplicated within it alone, 14 bands of 8; curated sources stay, and no line rules.

    `opt_outs` is keep, drop or only, for pages that say noai, noindex or the like (docs/opt_outs.md). `split` reads
    large files in pieces of so many MB (docs/snapshots.md).
    """
    pages = commoncrawl.pages(snapshot, files, split=split)
    raw = Map(
        "raw",
        pages,
        (
            screen(url.blocked, *opt_out_filters(opt_outs)),
            extract.text(extractor),
            identify(),
            screen(only("en", 0.65)),
        ),
        rejects=rejects,
    )
    judged = (
        screen(gopher.repetition, gopher.quality, signals=signals),
        edit(c4.without_end_marks, signals),
        screen(fineweb.quality, signals=signals),
    )
    filtered = Map("filtered", raw, judged, rejects=rejects)
    near = minhash.near("near", filtered, bands=14, rows=8, verify=verify)
    clean = Map("clean", Map("fuzzy", filtered, verdicts=near, rejects=rejects), (pii.fineweb(),))
    return publish("fineweb", clean, megabytes=megabytes, columns=columns, title="FineWeb")
