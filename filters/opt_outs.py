"""Pages whose owners reserve their use: robots directives and reservations of text and data mining.

The signs were read in the record of the crawl (`stages.warc.rights`), and stand in the columns `robots` and
`tdm_reservation`; a text without these columns shows none. RefinedWeb and FineWeb do not look at them.
"""

from typing import Literal

from pipeline.doc import Doc
from pipeline.errors import UsageError
from pipeline.rules import Rules, least, most

OptOutMode = Literal["keep", "drop", "only"]
SIGNS = ("noai", "noimageai", "noindex", "tdm_reservation")


def signs(doc: Doc) -> dict[str, float]:
    """1 for each sign that a page shows to some robots or all, and 0 for the others; `signs` is their number."""
    robots = doc.fields.get("robots") or ""
    said = {directive.rpartition(":")[2] for directive in robots.split(",")}
    said |= {"tdm_reservation"} if doc.fields.get("tdm_reservation") == 1 else set()
    shown = {sign: float(sign in said) for sign in SIGNS}
    return {**shown, "signs": sum(shown.values())}


dropped = Rules("opt_outs", signs, tuple(most(sign, 0) for sign in SIGNS))
required = Rules("opt_outs", signs, (least("signs", 1, "none"),))


def opt_out_filters(mode: OptOutMode) -> tuple[Rules, ...]:
    """The filters for an argument of a recipe: none to `keep` all pages, one to `drop` those that opt out, one to keep
    `only` those. Raises UsageError on another mode.
    """
    modes: dict[str, tuple[Rules, ...]] = {"keep": (), "drop": (dropped,), "only": (required,)}
    if mode not in modes:
        raise UsageError(f"opt_outs={mode}: give {', '.join(modes)}")
    return modes[mode]
