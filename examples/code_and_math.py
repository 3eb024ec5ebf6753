"""Pages with code and pages with mathematics from a snapshot, as two data sets.

    mews run examples/code_and_math.py --root out/technical snapshot=CC-MAIN-2024-10 files=4

Extraction writes Markdown, which keeps the lines of code, LaTeX and tables. The shares of code and formulas are
measured on each text, and a page goes where it has enough of them. Rules for prose would drop such pages, so that
those on alphabetic words, symbols and stop words are taken out. A page may be in both data sets.
"""

from dedup import minhash, urls
from filters import gopher, url
from pipeline.doc import Doc
from pipeline.rules import Rules, least
from pipeline.stage import Map, Stage
from pipeline.transform import screen
from stages import commoncrawl, extract, labels, pii
from stages.language import identify, only
from stages.publish import publish

technical = gopher.quality.replace(alphabetic=None, hashes=None, stop_words=None, bullet_lines=None)


def shares(doc: Doc) -> dict[str, float]:
    """What `labels.measures` wrote beside the text."""
    return {"code": doc.fields["code"], "formulas": doc.fields["formulas"]}


def recipe(
    snapshot: str = "sample", files: int | None = None, language: str = "en", code: float = 0.1, math: float = 0.05
) -> tuple[Stage, Stage]:
    """Two data sets, `code` and `math`: pages of which at least these shares are code, and formulas."""
    steps = (
        screen(url.blocked),
        extract.text(markdown=True),
        identify(),
        screen(only(language, 0.5)),
        labels.measures(),
    )
    raw = Map("raw", commoncrawl.pages(snapshot, files), steps)
    filtered = Map("filtered", raw, (screen(technical),))
    unique = Map("unique", filtered, verdicts=urls.repeated("urls", filtered))
    fuzzy = Map("fuzzy", unique, verdicts=minhash.near("near", unique, bands=14, rows=8))

    def of_kind(name: str, limit: str, share: float) -> Stage:
        kind = Rules(name, shares, (least(limit, share, f"little_{name}"),))
        pages = Map(f"{name}.pages", fuzzy, (screen(kind), pii.scrub()))
        return publish(name, pages, columns=("id", "language", limit, "token_count"))

    return of_kind("code", "code", code), of_kind("math", "formulas", math)
