"""Mathematics of a snapshot: the pages with formulas, as Markdown with LaTeX between $ and $$.

As OpenWebMath does, it looks for signs of formulas in the HTML first, so that few pages are extracted. A page is
chosen by the formulas in its text, at least `count` and one for every `words` words; there is no model for
mathematics. Gopher's rules are not asked: they are made for prose. `columns` are published beside RefinedWeb's six;
the other arguments are those of recipes.refinedweb.
"""

from dedup import minhash, urls
from filters import formulas, url
from filters.opt_outs import OptOutMode, opt_out_filters
from pipeline.stage import Map, Stage
from pipeline.transform import screen
from stages import commoncrawl, extract
from stages import pii as private
from stages.extract.formula_signs import formula_signs
from stages.labels import measures
from stages.labels.measures import FORMULAS_FULL
from stages.language import identify, only
from stages.publish import publish


def recipe(
    snapshot: str = "sample",
    files: int | None = None,
    language: tuple[str, ...] = ("en",),
    count: int = 3,
    words: int = 250,
    verify: str = "none",
    rejects: float = 1.0,
    megabytes: int = 256,
    columns: tuple[str, ...] = ("language", "formulas", "formula_count"),
    pii: str = "mask",
    opt_outs: OptOutMode = "keep",
) -> Stage:
    """Pages with formulas, each once: by URL, then near copies by FineWeb's 14 bands of 8."""
    chosen = formulas.mathematics.replace(formula_count=count, formulas=FORMULAS_FULL / words)
    steps = (
        screen(url.blocked, *opt_out_filters(opt_outs)),
        formula_signs(),
        extract.text("blocks", markdown=True),
        identify(),
        screen(only(language, 0.5)),  # formulas are of no language, and lower the score of the words around them
        measures(),
        screen(chosen),
    )
    raw = Map("raw", commoncrawl.pages(snapshot, files), steps, rejects=rejects)
    unique = Map("unique", raw, verdicts=urls.repeated("urls", raw), rejects=rejects)
    near = minhash.near("near", unique, bands=14, rows=8, verify=verify)
    fuzzy = Map("fuzzy", unique, verdicts=near, rejects=rejects)
    clean = Map("clean", fuzzy, private.scrub_steps(pii))
    return publish("math", clean, megabytes=megabytes, columns=columns, title="Mathematics")
