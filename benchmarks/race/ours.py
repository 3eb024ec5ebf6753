"""Our recipe in the race: datatrove's steps in its order, and nothing is kept of the pages that are dropped."""

from filters import c4, fineweb, gopher, url
from pipeline.stage import Map
from pipeline.transform import edit, screen
from stages import commoncrawl, extract
from stages.cascade import cascade as cascaded
from stages.language import identify, only


def recipe(snapshot: str, rules: str = "gopher", cascade: bool = False, rejects: float = 0.0) -> Map:
    """URL, trafilatura's precision, English from 0.65 on, Gopher's rules; `rules` may be fineweb, for those too."""
    judged = (screen(gopher.repetition, gopher.quality),)
    if rules == "fineweb":
        judged += (edit(c4.without_end_marks), screen(fineweb.quality))
    pages, first = commoncrawl.pages(snapshot), (screen(url.blocked),)
    if cascade:
        pages, first = cascaded(pages, first[0], "en", words=50)
    steps = (*first, extract.text("precision"), identify(), screen(only("en", 0.65)), *judged)
    return Map("kept", pages, steps, rejects=rejects)
